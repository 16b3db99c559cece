-- What was each of EventBridge's resources billed for in each hour?
--
-- What programs put onto buses is counted for a region together: entries,
-- each 64 KB begun of one being an event. Of n entries and b bytes they are
-- at least b / 64 KB, at most n + (b - n) / 64 KB, and exactly n if no request
-- is larger than 64 KB. Entries that failed are not billed. Partners' events
-- have no sizes: 1 MB at most. AWS's own events and rules cost nothing.
-- Rules: deliveries to API destinations and to buses of other accounts. Of n
-- matching events and T targets, a of them such ones, d invocations are at
-- most n·a of them and at least d - n·(T - a); likely d·a/T. Sizes are those
-- of the region's requests, else unknown.
-- Schedules: invocations of a group; an attempt that failed may have been
-- repeated, which is the same invocation.
-- Pipes: events, each 64 KB begun as one, of which a batch may share one.
-- Archives are known at inventories alone. Between them they grew steadily;
-- what came in is what they grew by, and with a retention what they hold came
-- in during it. Before the first they may have held anything from nothing to
-- what it found, or twice that with a retention.
CREATE OR REPLACE VIEW eventbridge_metered AS
WITH put AS (
    SELECT resource, date_trunc('hour', ts) AS hour,
           CAST(sum(greatest(coalesce(entries, 0) - coalesce(failed, 0), 0)) AS BIGINT) AS n,
           coalesce(CAST(sum(failed) AS BIGINT), 0) AS failed,
           CAST(sum(bytes) AS BIGINT) AS b,
           -- a request has 1 MB at most
           greatest(1, (coalesce(CAST(max(bytes_max) AS BIGINT), 1048576) + 65535) // 65536) AS most
    FROM eventbridge_put_metrics
    GROUP BY resource, date_trunc('hour', ts)
),
put_bounds AS (
    SELECT resource, hour, n,
           CASE WHEN most = 1 OR failed > 0 THEN n ELSE greatest(n, coalesce((b + 65535) // 65536, 0)) END AS low,
           CASE WHEN b > 0 THEN n * ((b + n * 65536 - 1) // (n * 65536)) ELSE n END AS likely,
           least(n * most, coalesce((b + n * 65535) // 65536, n * 16)) AS high
    FROM put
    WHERE n > 0
),
-- the largest request of a region's hour
largest AS (
    SELECT r.account_id, r.region, p.hour, max(p.most) AS most
    FROM put p
    JOIN resource r ON r.id = p.resource
    GROUP BY ALL
),
things AS (
    SELECT r.id AS resource, r.account_id, r.region, r.deleted, r.last_seen, c.config
    FROM resource r
    JOIN resource_config c ON c.resource = r.id
    WHERE r.service = 'eventbridge'
),
rules AS (
    SELECT resource, account_id, region,
           coalesce(CAST(json_extract_string(config, '$.targets') AS BIGINT), 0) AS targets,
           coalesce(CAST(json_extract_string(config, '$.api_destinations') AS BIGINT), 0) AS destinations,
           coalesce(CAST(json_extract_string(config, '$.cross_account') AS BIGINT), 0) AS accounts,
           coalesce(json_extract_string(config, '$.aws_events') = 'true', false) AS aws
    FROM things
    WHERE json_extract_string(config, '$.kind') = 'rule'
),
billed_targets AS (
    SELECT resource, account_id, region, aws, targets, destinations AS s, 'api-destinations' AS dimension, 'invocation per 64 KB chunk' AS unit
    FROM rules
    WHERE destinations > 0
    UNION ALL
    SELECT resource, account_id, region, aws, targets, accounts,
           CASE WHEN aws THEN 'cross-account-events (AWS management events)' ELSE 'cross-account-events (custom)' END, 'event per 64 KB chunk'
    FROM rules
    WHERE accounts > 0
),
rule_hours AS (
    SELECT resource, date_trunc('hour', ts) AS hour,
           CAST(coalesce(sum(invocations), 0) AS BIGINT) AS d, coalesce(CAST(sum(matched) AS BIGINT), 0) AS n
    FROM eventbridge_rule_metrics
    GROUP BY resource, date_trunc('hour', ts)
),
delivered AS (
    SELECT t.resource, h.hour, t.dimension, t.unit,
           CASE WHEN t.aws THEN 1 ELSE coalesce(l.most, 16) END AS most,
           (2 * h.d * t.s + t.targets) // (2 * t.targets) AS likely,
           CASE WHEN t.s = t.targets THEN h.d WHEN h.d > h.n * t.targets THEN 0 ELSE greatest(0, h.d - h.n * (t.targets - t.s)) END AS low,
           CASE WHEN h.d > h.n * t.targets THEN h.d ELSE least(h.d, h.n * t.s) END AS high
    FROM rule_hours h
    JOIN billed_targets t ON t.resource = h.resource
    LEFT JOIN largest l ON l.account_id = t.account_id AND l.region = t.region AND l.hour = h.hour
    WHERE h.d > 0
),
schedule_hours AS (
    SELECT resource, date_trunc('hour', ts) AS hour, CAST(sum(attempts) AS BIGINT) AS n, coalesce(CAST(sum(errors) AS BIGINT), 0) AS errors
    FROM eventbridge_schedule_metrics
    WHERE attempts > 0
    GROUP BY resource, date_trunc('hour', ts)
),
pipe_hours AS (
    SELECT m.resource, date_trunc('hour', m.ts) AS hour, CAST(sum(m.events) AS BIGINT) AS n, CAST(sum(m.bytes) AS BIGINT) AS b,
           greatest(1, (coalesce(CAST(max(m.bytes_max) AS BIGINT), 1048576) + 65535) // 65536) AS most,
           -- 10,000 events are the largest batch of any source
           greatest(1, coalesce(CAST(json_extract_string(any_value(t.config), '$.batch') AS BIGINT), 10000)) AS batch
    FROM eventbridge_pipe_metrics m
    JOIN things t ON t.resource = m.resource
    WHERE m.events > 0
    GROUP BY m.resource, date_trunc('hour', m.ts)
),
pipe_bounds AS (
    SELECT resource, hour,
           greatest((n + batch - 1) // batch, coalesce((b + 65535) // 65536, 0)) AS low,
           CASE WHEN b > 0 THEN n * ((b + n * 65536 - 1) // (n * 65536)) ELSE n END AS likely,
           least(n * most, coalesce((b + n * 65535) // 65536, n * 16)) AS high
    FROM pipe_hours
),
archives AS (
    SELECT resource, account_id, region, deleted, last_seen,
           CAST(json_extract_string(config, '$.created') AS TIMESTAMP) AS created,
           coalesce(CAST(json_extract_string(config, '$.retention_days') AS INTEGER), 0) AS kept
    FROM things
    WHERE json_extract_string(config, '$.kind') = 'archive' AND json_extract_string(config, '$.created') IS NOT NULL
),
asked AS (
    SELECT DISTINCT account_id, region,
           unnest(generate_series(date_trunc('hour', from_ts), to_ts - INTERVAL 1 MICROSECOND, INTERVAL 1 HOUR)) AS hour
    FROM ledger
    WHERE grp = 'eventbridge-put' AND NOT open AND from_ts < to_ts
),
since AS (
    SELECT account_id, region, min(hour) AS hour FROM asked GROUP BY ALL
),
-- an archive's hours between the inventories before and after
held AS (
    SELECT a.resource, h.hour, a.kept, a.created,
           before.stored_bytes AS old, next.stored_bytes AS new,
           coalesce(before.ts, CASE WHEN a.kept = 0 THEN a.created ELSE greatest(a.created, next.ts - to_days(a.kept)) END) AS from_ts,
           next.ts AS to_ts,
           CASE WHEN a.kept = 0 THEN a.created ELSE greatest(a.created, coalesce(next.ts, before.ts) - to_days(a.kept)) END AS filled_from,
           s.hour AS first_hour
    FROM archives a
    JOIN asked h ON h.account_id = a.account_id AND h.region = a.region AND h.hour >= date_trunc('hour', a.created) AND (NOT a.deleted OR h.hour < a.last_seen)
    JOIN since s ON s.account_id = a.account_id AND s.region = a.region
    ASOF LEFT JOIN eventbridge_archive_levels next ON next.resource = a.resource AND h.hour < next.ts
    ASOF LEFT JOIN eventbridge_archive_levels before ON before.resource = a.resource AND h.hour >= before.ts
),
timed AS (
    SELECT *, greatest(1, date_diff('second', from_ts, to_ts)) AS lasts,
           greatest(0, date_diff('second', from_ts, hour)) AS passed,
           -- seconds of the hour in which it grew; before the segment as in it
           CASE WHEN hour < date_trunc('hour', from_ts) THEN 3600
                ELSE date_diff('second', greatest(hour, from_ts), least(hour + INTERVAL 1 HOUR, to_ts)) END AS part,
           -- all of it came in while hours were asked for
           hour >= date_trunc('hour', from_ts) AND from_ts >= first_hour AS seen
    FROM held
    WHERE new IS NOT NULL OR old IS NOT NULL
),
stored AS (
    SELECT resource, hour,
           CAST(date_diff('hour', date_trunc('month', hour), date_trunc('month', hour) + INTERVAL 1 MONTH) AS HUGEINT) AS hours,
           CAST(CASE WHEN new IS NULL THEN old
                WHEN old IS NULL AND from_ts > created THEN new
                ELSE coalesce(old, 0) + (new - coalesce(old, 0)) * (passed / lasts) END AS HUGEINT) AS likely,
           CAST(CASE WHEN new IS NULL THEN old WHEN kept > 0 OR old IS NULL THEN 0 ELSE least(old, new) END AS HUGEINT) AS low,
           CAST(CASE WHEN new IS NULL THEN old WHEN kept > 0 THEN 2 * greatest(new, coalesce(old, 0)) ELSE greatest(new, coalesce(old, 0)) END AS HUGEINT) AS high
    FROM timed
),
-- bytes that came in; with a retention all that it holds is of that time
grown AS (
    SELECT resource, hour, seen,
           greatest(new - coalesce(old, 0), 0) * (part / lasts) AS growth,
           CASE WHEN old IS NULL OR kept = 0 THEN 0 ELSE new * (part / greatest(lasts, date_diff('second', filled_from, to_ts))) END AS turnover,
           CASE WHEN old IS NULL OR kept = 0 THEN 0 ELSE new * (part / lasts) END AS whole
    FROM timed
    WHERE new > 0
),
processed AS (
    SELECT resource, hour, CAST(greatest(growth, turnover) AS HUGEINT) AS likely,
           CASE WHEN seen THEN CAST(growth AS HUGEINT) ELSE 0 END AS low,
           CAST(CASE WHEN seen THEN greatest(growth, whole) ELSE 2 * growth END AS HUGEINT) AS high
    FROM grown
),
metered AS (
    SELECT resource, hour, 'custom-events' AS dimension, 'event per 64 KB chunk' AS unit,
           CAST(greatest(low, least(likely, high)) AS DECIMAL(38, 13)) AS quantity, CAST(low AS DECIMAL(38, 13)) AS low, CAST(high AS DECIMAL(38, 13)) AS high
    FROM put_bounds
    UNION ALL
    SELECT resource, date_trunc('hour', ts), 'partner-events', 'event per 64 KB chunk', sum(events), sum(events), 16 * sum(events)
    FROM eventbridge_partner_metrics
    GROUP BY resource, date_trunc('hour', ts)
    UNION ALL
    SELECT resource, hour, dimension, unit, greatest(low, least(likely, high)), low, high * most
    FROM delivered
    UNION ALL
    SELECT resource, hour, 'scheduler-invocations', 'invocation per month', n, greatest(n - errors, 0), n
    FROM schedule_hours
    UNION ALL
    SELECT resource, hour, 'pipes-requests', 'request per 64 KB chunk, after filtering', greatest(low, least(likely, high)), low, greatest(low, high)
    FROM pipe_bounds
    UNION ALL
    -- GB in units of 10^-13, and of a month's hours
    SELECT resource, hour, 'archive-storage', 'GB-month',
           CAST(likely * 10000000000000 // (1073741824 * hours) AS DECIMAL(25, 0)) * 0.0000000000001,
           CAST(low * 10000000000000 // (1073741824 * hours) AS DECIMAL(25, 0)) * 0.0000000000001,
           CAST(high * 10000000000000 // (1073741824 * hours) AS DECIMAL(25, 0)) * 0.0000000000001
    FROM stored
    UNION ALL
    SELECT resource, hour, 'archive-processing', 'GB',
           CAST(likely * 10000000000000 // 1073741824 AS DECIMAL(25, 0)) * 0.0000000000001,
           CAST(low * 10000000000000 // 1073741824 AS DECIMAL(25, 0)) * 0.0000000000001,
           CAST(high * 10000000000000 // 1073741824 AS DECIMAL(25, 0)) * 0.0000000000001
    FROM processed
)
SELECT resource, hour, 'AWSEvents' AS offer, dimension, unit, quantity, low, high,
       CASE WHEN low = high THEN 'measured' ELSE 'inferred' END AS basis
FROM metered;
