-- What was each state machine billed for in each hour?
--
-- Standard: state transitions, which are published for a region as a whole.
-- An execution enters at least one state, a successful one the shortest path
-- of its definition; at most the longest with all retries, one more where the
-- start counts, and 12,500 where there are loops or maps (an execution's
-- history ends at 25,000 events, two for a state). Inside these bounds a
-- month's transitions of the region are shared out by executions and usual
-- path, what is over or lacking by the room to the bounds, so that the
-- machines' sum is the region's. An hour has its share of the month's by the
-- executions started in it.
-- Express: each execution, and its duration times its memory. CloudWatch has
-- both sums, and each's least and most: of n executions of D ms and M MB in
-- all it is at least max(D·least MB, M·least ms), at most min(D·most MB,
-- M·most ms), and likely D·M/n.
CREATE OR REPLACE VIEW stepfunctions_metered AS
WITH kinds AS (
    SELECT c.resource, r.account_id, r.region, json_extract_string(c.config, '$.type') AS type,
           coalesce(CAST(json_extract_string(c.config, '$.shortest') AS BIGINT), 1) AS shortest,
           greatest(coalesce(CAST(json_extract_string(c.config, '$.usual') AS DECIMAL(18, 3)), 5), coalesce(CAST(json_extract_string(c.config, '$.shortest') AS BIGINT), 1)) AS usual,
           coalesce(CAST(json_extract_string(c.config, '$.longest') AS BIGINT) + 1, 12500) AS longest
    FROM resource_config c
    JOIN resource r ON r.id = c.resource AND r.service = 'stepfunctions'
),
-- a machine whose type nobody knows any more is what it was billed as
machine_runs AS (
    SELECT resource, date_trunc('month', ts) AS month, CAST(sum(started) AS BIGINT) AS n,
           CAST(sum(coalesce(failed, 0) + coalesce(timed_out, 0) + coalesce(aborted, 0)) AS BIGINT) AS bad,
           CASE WHEN sum(billed_ms) > 0 THEN 'EXPRESS' ELSE 'STANDARD' END AS billed_as
    FROM stepfunctions_metrics
    GROUP BY resource, date_trunc('month', ts)
),
hourly AS NOT MATERIALIZED (
    SELECT resource, date_trunc('hour', ts) AS hour, date_trunc('month', ts) AS month, CAST(sum(started) AS BIGINT) AS started,
           sum(billed_ms) > 0 AS billed
    FROM stepfunctions_metrics
    GROUP BY resource, date_trunc('hour', ts), date_trunc('month', ts)
),
region_month AS (
    SELECT r.account_id, r.region, date_trunc('month', m.ts) AS month, CAST(sum(m.transitions) AS BIGINT) AS transitions
    FROM stepfunctions_region_metrics m
    JOIN resource r ON r.id = m.resource
    GROUP BY ALL
),
machine_month AS (
    SELECT m.resource, k.account_id, k.region, m.month, m.n,
           CAST(m.n + greatest(0, m.n - m.bad) * (k.shortest - 1) AS BIGINT) AS least,
           CAST(m.n * k.usual AS DECIMAL(30, 3)) AS usual,
           CAST(m.n * k.longest AS BIGINT) AS most
    FROM machine_runs m
    JOIN kinds k ON k.resource = m.resource
    WHERE coalesce(k.type, m.billed_as) = 'STANDARD' AND m.n > 0
),
totals AS (
    SELECT account_id, region, month, CAST(sum(least) AS BIGINT) AS least, CAST(sum(usual) AS DECIMAL(30, 3)) AS usual, CAST(sum(most) AS BIGINT) AS most
    FROM machine_month
    GROUP BY ALL
),
shared AS (
    SELECT m.*, t.least AS all_least, t.usual AS all_usual, t.most AS all_most,
           -- a total that no executions explain says nothing
           CASE WHEN g.transitions BETWEEN t.least AND t.most THEN g.transitions END AS total
    FROM machine_month m
    JOIN totals t USING (account_id, region, month)
    LEFT JOIN region_month g USING (account_id, region, month)
),
monthly AS (
    SELECT resource, month, n,
           CAST(CASE
               WHEN total IS NULL OR total = all_usual THEN usual
               WHEN total > all_usual THEN usual + (total - all_usual) * (most - usual) / (all_most - all_usual)
               ELSE usual - (all_usual - total) * (usual - least) / (all_usual - all_least)
           END AS DECIMAL(30, 9)) AS likely,
           CASE WHEN total IS NULL THEN least ELSE greatest(least, total - (all_most - most)) END AS low,
           CASE WHEN total IS NULL THEN most ELSE least(most, total - (all_least - least)) END AS high
    FROM shared
),
express AS (
    SELECT resource, date_trunc('hour', ts) AS hour,
           CAST(billed_ms AS HUGEINT) AS ms, CAST(coalesce(billed_ms_count, started) AS HUGEINT) AS n,
           CAST(billed_ms_min AS HUGEINT) AS ms_min, CAST(billed_ms_max AS HUGEINT) AS ms_max,
           -- some regions publish bytes: no execution has a terabyte
           CAST(CASE WHEN billed_mb_max >= 1048576 THEN billed_mb // 1048576 ELSE billed_mb END AS HUGEINT) AS mb,
           CAST(CASE WHEN billed_mb_max >= 1048576 THEN billed_mb_min // 1048576 ELSE billed_mb_min END AS HUGEINT) AS mb_min,
           CAST(CASE WHEN billed_mb_max >= 1048576 THEN billed_mb_max // 1048576 ELSE billed_mb_max END AS HUGEINT) AS mb_max
    FROM stepfunctions_metrics
    WHERE billed_ms > 0
),
-- in MB·ms, of which a GB-second has 1,024,000
bounds AS (
    SELECT resource, hour, greatest(ms * mb_min, mb * ms_min) AS low, least(ms * mb_max, mb * ms_max) AS high,
           CASE WHEN mb_min = mb_max THEN ms * mb_max WHEN ms_min = ms_max THEN mb * ms_max ELSE ms * mb // greatest(n, 1) END AS likely
    FROM express
    WHERE mb > 0
),
metered AS (
    SELECT h.resource, h.hour, 'standard-state-transitions' AS dimension, 'transition' AS unit,
           CAST(CAST(h.started AS DOUBLE) / m.n * m.likely AS DECIMAL(38, 13)) AS quantity,
           CAST(CAST(h.started AS DOUBLE) / m.n * m.low AS DECIMAL(38, 13)) AS low,
           CAST(CAST(h.started AS DOUBLE) / m.n * m.high AS DECIMAL(38, 13)) AS high,
           m.low = m.high AS certain
    FROM hourly h
    JOIN monthly m ON m.resource = h.resource AND m.month = h.month
    WHERE h.started > 0
    UNION ALL
    SELECT h.resource, h.hour, 'express-requests', 'request', h.started, h.started, h.started, true
    FROM hourly h
    JOIN kinds k ON k.resource = h.resource
    WHERE coalesce(k.type = 'EXPRESS', h.billed) AND h.started > 0
    UNION ALL
    SELECT resource, hour, 'express-duration', 'GB-second',
           CAST(CAST(sum(greatest(low, least(likely, high))) AS DECIMAL(38, 0)) * CAST(0.0009765625 AS DECIMAL(10, 10)) * CAST(0.001 AS DECIMAL(3, 3)) AS DECIMAL(38, 13)),
           CAST(CAST(sum(low) AS DECIMAL(38, 0)) * CAST(0.0009765625 AS DECIMAL(10, 10)) * CAST(0.001 AS DECIMAL(3, 3)) AS DECIMAL(38, 13)),
           CAST(CAST(sum(high) AS DECIMAL(38, 0)) * CAST(0.0009765625 AS DECIMAL(10, 10)) * CAST(0.001 AS DECIMAL(3, 3)) AS DECIMAL(38, 13)),
           bool_and(low = high)
    FROM bounds
    GROUP BY resource, hour
)
SELECT resource, hour, 'AmazonStates' AS offer, dimension, unit, quantity, low, high,
       CASE WHEN certain THEN 'measured' ELSE 'inferred' END AS basis
FROM metered;
