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
WITH turn AS (
    SELECT id AS resource, resource_id, name, deleted, last_seen
    FROM resource
    WHERE service = 'cloudwatch_logs' AND resource_id <> ''
      AND id BETWEEN coalesce(getvariable('refresh_from'), -2147483648) AND coalesce(getvariable('refresh_to'), 2147483647)
),
written AS (
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
    SELECT r.resource, r.deleted, r.last_seen,
           starts_with(r.name, '/aws/lambda/') OR w.id IS NOT NULL AS functions,
           coalesce(c.config ->> '$.class' = 'infrequent-access', false) AS rare,
           coalesce(c.config ->> '$.class' = 'delivery', false) AS delivers,
           coalesce(CAST(c.config ->> '$.retention_days' AS INTEGER), 0) AS kept,
           CAST(c.config ->> '$.created' AS TIMESTAMP) AS created
    FROM turn r
    LEFT JOIN resource_config c ON c.resource = r.resource
    LEFT JOIN written w ON w.id = r.resource_id
),
incoming AS (
    SELECT resource, date_trunc('hour', ts) AS hour, CAST(sum(incoming_bytes) AS BIGINT) AS bytes
    FROM cloudwatch_logs_metrics
    WHERE resource IN (SELECT resource FROM turn)
    GROUP BY ALL
),
-- the hours that were asked for, what came in, and what inventories found
points AS (
    SELECT resource, hour, CAST(sum(bytes) AS BIGINT) AS bytes, max(stored) AS stored, bool_or(asked) AS asked
    FROM (
        SELECT l.resource,
               unnest(generate_series(date_trunc('hour', l.from_ts), l.to_ts - INTERVAL 1 MICROSECOND, INTERVAL 1 HOUR)) AS hour,
               0 AS bytes, CAST(NULL AS BIGINT) AS stored, true AS asked
        FROM ledger l
        JOIN groups g ON g.resource = l.resource AND NOT g.delivers
        WHERE l.grp = 'cloudwatch_logs-metrics' AND NOT l.open AND l.from_ts < l.to_ts
        UNION ALL
        SELECT resource, hour, bytes, NULL, false FROM incoming
        UNION ALL
        SELECT resource, date_trunc('hour', ts), 0, stored_bytes, false
        FROM cloudwatch_logs_levels
        WHERE resource IN (SELECT resource FROM turn)
    )
    GROUP BY resource, hour
),
-- what came in since the first hour: up to and with this one, and up to what
-- has expired by now; NULL where that was not asked for
summed AS (
    SELECT p.resource, p.hour, p.bytes, p.stored, p.asked, g.kept, g.created, g.deleted, g.last_seen,
           CAST(sum(p.bytes) OVER w AS BIGINT) AS up_to,
           CASE WHEN g.kept > 0 THEN CAST(sum(p.bytes) OVER w - sum(p.bytes) OVER (
               PARTITION BY p.resource ORDER BY p.hour
               RANGE BETWEEN to_hours(greatest(24 * g.kept - 1, 0)) PRECEDING AND CURRENT ROW
           ) AS BIGINT) END AS expired,
           first_value(p.hour) OVER w <= p.hour - to_days(g.kept) AS covered
    FROM points p
    JOIN groups g ON g.resource = p.resource
    WINDOW w AS (PARTITION BY p.resource ORDER BY p.hour)
),
-- the next inventory, and the one before
between_inventories AS (
    SELECT resource, hour, bytes, up_to, expired, covered, kept, asked, created, deleted, last_seen,
           first_value(CASE WHEN stored IS NOT NULL THEN {'stored': stored, 'up_to': up_to, 'expired': expired} END IGNORE NULLS) OVER (
               PARTITION BY resource ORDER BY hour ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS next,
           last_value(CASE WHEN stored IS NOT NULL THEN {'stored': stored, 'up_to': up_to, 'expired': expired} END IGNORE NULLS) OVER (
               PARTITION BY resource ORDER BY hour ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS before
    FROM summed
),
ranged AS (
    SELECT resource, hour, kept, up_to,
           coalesce(next.stored, before.stored) AS stored,
           -- came in from this hour to the inventory, or since it
           CASE WHEN next IS NULL THEN 0 ELSE next.up_to - up_to + bytes END AS until,
           CASE WHEN next IS NULL AND before IS NOT NULL THEN up_to - before.up_to ELSE 0 END AS since,
           -- expires until the inventory
           CASE WHEN kept = 0 OR next IS NULL THEN 0
                WHEN covered THEN next.expired - expired
                ELSE greatest(next.up_to - up_to + bytes, next.expired) END AS expired
    FROM between_inventories
    WHERE asked AND (created IS NULL OR hour >= date_trunc('hour', created)) AND (NOT deleted OR hour < last_seen)
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
    FROM ranged
)
SELECT i.resource, i.hour, 'AmazonCloudWatch' AS offer,
       CASE WHEN g.delivers THEN 'logs-delivery-lambda-to-s3 (since 2025-05-01)'
            WHEN g.functions AND g.rare THEN 'logs-ingest-lambda-to-cloudwatch-infrequent-access (vended, since 2025-05-01)'
            WHEN g.functions THEN 'logs-ingest-lambda-to-cloudwatch-standard (vended, since 2025-05-01)'
            WHEN g.rare THEN 'logs-ingest-infrequent-access'
            ELSE 'logs-ingest-standard' END AS dimension,
       CASE WHEN g.functions OR g.delivers THEN 'GB per month' ELSE 'GB' END AS unit,
       -- GB in units of 10^-13, rounded
       CAST((CAST(i.bytes AS HUGEINT) * 10000000000000 + 536870912) // 1073741824 AS DECIMAL(25, 0)) * 0.0000000000001 AS quantity,
       CAST(NULL AS DECIMAL(38, 13)) AS low, CAST(NULL AS DECIMAL(38, 13)) AS high, 'measured' AS basis
FROM incoming i
JOIN groups g ON g.resource = i.resource
WHERE i.bytes > 0
UNION ALL
SELECT resource, hour, 'AmazonCloudWatch', 'logs-storage', 'GB-month (compressed)',
       CAST(CAST(likely AS HUGEINT) * 10000000000000 // (1073741824 * hours) AS DECIMAL(25, 0)) * 0.0000000000001,
       CAST(CAST(low AS HUGEINT) * 10000000000000 // (1073741824 * hours) AS DECIMAL(25, 0)) * 0.0000000000001,
       CAST(CAST(high AS HUGEINT) * 10000000000000 // (1073741824 * hours) AS DECIMAL(25, 0)) * 0.0000000000001,
       CASE WHEN known THEN 'measured' ELSE 'inferred' END
FROM held
WHERE high > 0;
