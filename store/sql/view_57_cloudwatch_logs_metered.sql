-- What was each log group billed for in each hour?
--
-- Ingestion: IncomingBytes, by class; what Lambda functions write has a price
-- of its own. A group is theirs by its name or because a function's
-- configuration names it. The class "delivery" passes on what comes in, to S3
-- or Firehose at one price, and is not charged for storage.
--
-- Storage is known at inventories alone, as it is billed: compressed. Between
-- them it is at least what the next inventory found less all that came in
-- until then, and at most what it found plus what expired until then: nothing
-- without a retention; with one, where that time was not collected, as much as
-- came in. Likely is what came in at 15 % (AWS Pricing Calculator: the storage
-- compression factor). Of a group that no inventory saw only what came in is
-- known.
CREATE OR REPLACE VIEW cloudwatch_logs_metered AS
WITH written AS (
    SELECT DISTINCT e.edge ->> '$.to' AS id
    FROM (
        SELECT unnest(CAST(json_extract(c.config, '$.edges') AS JSON[])) AS edge
        FROM resource_config c
        JOIN resource r ON r.id = c.resource AND r.service = 'lambda'
        WHERE contains(c.config, '"logs"')
    ) e
    WHERE e.edge ->> '$.kind' = 'logs'
),
groups AS (
    SELECT r.id AS resource, r.deleted, r.last_seen,
           starts_with(r.name, '/aws/lambda/') OR w.id IS NOT NULL AS functions,
           coalesce(c.config ->> '$.class' = 'infrequent-access', false) AS rare,
           coalesce(c.config ->> '$.class' = 'delivery', false) AS delivers,
           coalesce(CAST(c.config ->> '$.retention_days' AS INTEGER), 0) AS kept,
           CAST(c.config ->> '$.created' AS TIMESTAMP) AS created
    FROM resource r
    LEFT JOIN resource_config c ON c.resource = r.id
    LEFT JOIN written w ON w.id = r.resource_id
    WHERE r.service = 'cloudwatch_logs' AND r.resource_id <> ''
),
incoming AS (
    SELECT resource, date_trunc('hour', ts) AS hour, CAST(sum(incoming_bytes) AS HUGEINT) AS bytes
    FROM cloudwatch_logs_metrics
    GROUP BY ALL
),
asked AS (
    SELECT DISTINCT l.resource,
           unnest(generate_series(date_trunc('hour', l.from_ts), l.to_ts - INTERVAL 1 MICROSECOND, INTERVAL 1 HOUR)) AS hour
    FROM ledger l
    WHERE l.grp = 'cloudwatch_logs-metrics' AND NOT l.open AND l.from_ts < l.to_ts
),
summed AS MATERIALIZED (
    SELECT a.resource, a.hour, coalesce(i.bytes, 0) AS bytes,
           CAST(sum(coalesce(i.bytes, 0)) OVER (PARTITION BY a.resource ORDER BY a.hour) AS HUGEINT) AS up_to
    FROM asked a
    LEFT JOIN incoming i ON i.resource = a.resource AND i.hour = a.hour
),
-- what came in up to and with an inventory's hour
levels AS (
    SELECT l.resource, l.ts, CAST(l.stored_bytes AS HUGEINT) AS stored, coalesce(s.up_to, 0) AS up_to
    FROM cloudwatch_logs_levels l
    ASOF LEFT JOIN summed s ON s.resource = l.resource AND l.ts >= s.hour
),
ranged AS (
    SELECT h.resource, h.hour, g.kept, h.bytes, h.up_to,
           coalesce(next.ts, before.ts) AS level_at,
           coalesce(next.stored, before.stored) AS stored,
           -- came in from this hour to the inventory, or since it
           CASE WHEN next.ts IS NULL THEN 0 ELSE greatest(next.up_to - h.up_to + h.bytes, 0) END AS until,
           CASE WHEN next.ts IS NULL AND before.ts IS NOT NULL THEN h.up_to - before.up_to ELSE 0 END AS since
    FROM summed h
    JOIN groups g ON g.resource = h.resource
    ASOF LEFT JOIN levels next ON next.resource = h.resource AND h.hour <= next.ts
    ASOF LEFT JOIN levels before ON before.resource = h.resource AND h.hour > before.ts
    WHERE NOT g.delivers AND (g.created IS NULL OR h.hour >= date_trunc('hour', g.created)) AND (NOT g.deleted OR h.hour < g.last_seen)
),
expiring AS (
    SELECT r.*,
           CASE WHEN r.kept = 0 THEN 0
                WHEN a.resource IS NOT NULL THEN b.up_to - a.up_to
                ELSE greatest(r.until, coalesce(b.up_to, 0)) END AS expired
    FROM ranged r
    ASOF LEFT JOIN summed a ON a.resource = r.resource AND r.hour - to_days(r.kept) >= a.hour
    ASOF LEFT JOIN summed b ON b.resource = r.resource AND r.level_at - to_days(r.kept) >= b.hour
),
held AS (
    SELECT resource, hour,
           CAST(date_diff('hour', date_trunc('month', hour), date_trunc('month', hour) + INTERVAL 1 MONTH) AS HUGEINT) AS hours,
           CASE WHEN stored IS NULL THEN up_to * 3 // 20
                ELSE greatest(stored - until * 3 // 20 + expired * 3 // 20 + since * 3 // 20, 0) END AS likely,
           CASE WHEN stored IS NULL THEN 0
                WHEN kept > 0 AND since > 0 THEN 0
                ELSE greatest(stored - until, 0) END AS low,
           CASE WHEN stored IS NULL THEN up_to ELSE stored + expired + since END AS high,
           stored IS NOT NULL AND kept = 0 AND until = 0 AND since = 0 AS known
    FROM expiring
)
SELECT i.resource, i.hour, 'AmazonCloudWatch' AS offer,
       CASE WHEN g.delivers THEN 'logs-delivery-lambda-to-s3 (since 2025-05-01)'
            WHEN g.functions AND g.rare THEN 'logs-ingest-lambda-to-cloudwatch-infrequent-access (vended, since 2025-05-01)'
            WHEN g.functions THEN 'logs-ingest-lambda-to-cloudwatch-standard (vended, since 2025-05-01)'
            WHEN g.rare THEN 'logs-ingest-infrequent-access'
            ELSE 'logs-ingest-standard' END AS dimension,
       CASE WHEN g.functions OR g.delivers THEN 'GB per month' ELSE 'GB' END AS unit,
       -- GB in units of 10^-13, rounded
       CAST((i.bytes * 10000000000000 + 536870912) // 1073741824 AS DECIMAL(25, 0)) * 0.0000000000001 AS quantity,
       CAST(NULL AS DECIMAL(38, 13)) AS low, CAST(NULL AS DECIMAL(38, 13)) AS high, 'measured' AS basis
FROM incoming i
JOIN groups g ON g.resource = i.resource
WHERE i.bytes > 0
UNION ALL
SELECT resource, hour, 'AmazonCloudWatch', 'logs-storage', 'GB-month (compressed)',
       CAST(likely * 10000000000000 // (1073741824 * hours) AS DECIMAL(25, 0)) * 0.0000000000001,
       CAST(low * 10000000000000 // (1073741824 * hours) AS DECIMAL(25, 0)) * 0.0000000000001,
       CAST(high * 10000000000000 // (1073741824 * hours) AS DECIMAL(25, 0)) * 0.0000000000001,
       CASE WHEN known THEN 'measured' ELSE 'inferred' END
FROM held
WHERE high > 0;
