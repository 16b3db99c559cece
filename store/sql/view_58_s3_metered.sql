-- What was each bucket billed for in each hour?
--
-- Storage: S3 publishes the bytes of a day by storage type, overheads of small
-- and archived objects among them, each billed as its class or as Standard
-- (Amazon S3 user guide, "Metrics and dimensions"). A day's bytes hold for each
-- of its hours. S3 publishes a day within the next: until then a bucket is
-- taken to hold what it held, for three days at most.
--
-- Intelligent-Tiering monitors objects of 128 KB and more. How many of a
-- bucket's objects these are is not counted: at most as many as its bytes
-- there allow; likely its share of the bucket's objects.
--
-- Requests are counted where request metrics are on. AWS does not bill what
-- failed on its side, nor what strangers were denied: of requests that failed
-- none may be billed. Their storage class is not told: it is that of the
-- bucket where it holds a single one, else Standard, and so is what was read
-- of it.
CREATE OR REPLACE VIEW s3_metered AS
WITH turn AS (
    SELECT id AS resource, deleted, last_seen
    FROM resource
    WHERE service = 's3' AND resource_id <> ''
      AND id BETWEEN coalesce(getvariable('refresh_from'), -2147483648) AND coalesce(getvariable('refresh_to'), 2147483647)
),
types(kind, dimension, class) AS (
    VALUES ('standard', 'storage-standard', 'standard'),
           ('intelligent_frequent', 'intelligent-tiering-frequent', 'standard'),
           ('intelligent_infrequent', 'intelligent-tiering-infrequent', 'standard'),
           ('intelligent_instant', 'intelligent-tiering-archive-instant', 'standard'),
           ('intelligent_archive', 'intelligent-tiering-archive-access', 'standard'),
           ('intelligent_deep', 'intelligent-tiering-deep-archive', 'standard'),
           ('intelligent_archive_index', 'storage-glacier-flexible', NULL),
           ('intelligent_archive_names', 'storage-standard', NULL),
           ('intelligent_deep_index', 'storage-glacier-deep-archive', NULL),
           ('intelligent_deep_names', 'storage-standard', NULL),
           ('standard_ia', 'storage-standard-ia', 'standard-ia'),
           ('standard_ia_small', 'storage-standard-ia', NULL),
           ('standard_ia_object', 'storage-standard-ia', NULL),
           ('one_zone_ia', 'storage-one-zone-ia', 'one-zone-ia'),
           ('one_zone_ia_small', 'storage-one-zone-ia', NULL),
           ('reduced', 'storage-reduced-redundancy', 'standard'),
           ('instant', 'storage-glacier-instant', 'glacier-instant'),
           ('instant_small', 'storage-glacier-instant', NULL),
           ('instant_small_too', 'storage-glacier-instant', NULL),
           ('flexible', 'storage-glacier-flexible', 'standard'),
           ('flexible_index', 'storage-glacier-flexible', NULL),
           ('flexible_names', 'storage-standard', NULL),
           ('flexible_staging', 'storage-standard', NULL),
           ('deep', 'storage-glacier-deep-archive', 'standard'),
           ('deep_index', 'storage-glacier-deep-archive', NULL),
           ('deep_names', 'storage-standard', NULL),
           ('deep_staging', 'storage-standard', NULL)
),
daily AS (
    SELECT resource, date_trunc('day', ts) AS day, max(objects) AS objects,
           max(COLUMNS(* EXCLUDE (resource, ts, period_s, objects)))
    FROM s3_storage_metrics
    WHERE resource IN (SELECT resource FROM turn)
    GROUP BY ALL
),
-- each day, and the last hour for which it is taken to hold
days AS MATERIALIZED (
    SELECT d.*,
           CASE WHEN d.day < max(d.day) OVER (PARTITION BY d.resource) OR t.deleted OR t.last_seen >= d.day + INTERVAL 4 DAY
                THEN d.day + INTERVAL 23 HOUR
                ELSE greatest(date_trunc('hour', t.last_seen - INTERVAL 1 MICROSECOND), d.day + INTERVAL 23 HOUR) END AS last_hour
    FROM daily d
    JOIN turn t ON t.resource = d.resource
),
stored AS (
    UNPIVOT (SELECT * EXCLUDE (objects) FROM days)
    ON COLUMNS(* EXCLUDE (resource, day, last_hour))
    INTO NAME kind VALUE bytes
),
typed AS MATERIALIZED (
    SELECT s.resource, s.day, s.last_hour, t.dimension, t.class, CAST(s.bytes AS HUGEINT) AS bytes
    FROM stored s
    JOIN types t ON t.kind = s.kind
    WHERE s.bytes > 0
),
space AS (
    SELECT resource, day, last_hour, dimension, CAST(sum(bytes) AS HUGEINT) AS bytes
    FROM typed
    GROUP BY ALL
),
monitored AS (
    SELECT d.resource, d.day, d.last_hour, CAST(d.objects AS HUGEINT) AS objects, t.tiered, t.total,
           least(CAST(d.objects AS HUGEINT), t.tiered // 131072) AS most
    FROM days d
    JOIN (
        SELECT resource, day, CAST(sum(bytes) AS HUGEINT) AS total,
               CAST(sum(CASE WHEN starts_with(dimension, 'intelligent-tiering') THEN bytes ELSE 0 END) AS HUGEINT) AS tiered
        FROM typed
        WHERE class IS NOT NULL
        GROUP BY resource, day
    ) t ON t.resource = d.resource AND t.day = d.day
    WHERE t.tiered > 0 AND d.objects > 0
),
-- what an hour's share is of: storage by dimension, and monitored objects
spread AS (
    SELECT u.hour, x.* EXCLUDE (last_hour),
           CAST(date_diff('hour', date_trunc('month', u.hour), date_trunc('month', u.hour) + INTERVAL 1 MONTH) AS HUGEINT) AS hours
    FROM (
        SELECT resource, day, last_hour, dimension, bytes AS amount, bytes AS most FROM space
        UNION ALL
        SELECT resource, day, last_hour, 'intelligent-tiering-monitoring', least(most, objects * tiered // total), most FROM monitored
    ) x, LATERAL (SELECT unnest(generate_series(x.day, x.last_hour, INTERVAL 1 HOUR)) AS hour) u
),
classes AS (
    SELECT resource, day, CASE WHEN count(DISTINCT class) = 1 THEN any_value(class) ELSE 'standard' END AS class
    FROM typed
    WHERE class IS NOT NULL
    GROUP BY resource, day
),
requests AS (
    SELECT m.resource, date_trunc('hour', m.ts) AS hour,
           CAST(sum(m.requests) AS HUGEINT) AS total,
           CAST(coalesce(sum(m.puts), 0) + coalesce(sum(m.posts), 0) + coalesce(sum(m.lists), 0) AS HUGEINT) AS tier1,
           CAST(coalesce(sum(m.deletes), 0) AS HUGEINT) AS deletes,
           CAST(coalesce(sum(m.errors_4xx), 0) + coalesce(sum(m.errors_5xx), 0) AS HUGEINT) AS failed,
           CAST(coalesce(sum(m.errors_5xx), 0) AS HUGEINT) AS failed_there,
           CAST(coalesce(sum(m.downloaded_bytes), 0) AS HUGEINT) AS downloaded,
           CAST(coalesce(sum(m.select_scanned_bytes), 0) AS HUGEINT) AS scanned,
           CAST(coalesce(sum(m.select_returned_bytes), 0) AS HUGEINT) AS returned
    FROM s3_request_metrics m
    WHERE m.resource IN (SELECT resource FROM turn)
    GROUP BY ALL
    HAVING sum(m.requests) > 0
),
classed AS (
    SELECT r.*, greatest(r.total - r.tier1 - r.deletes, 0) AS tier2, coalesce(c.class, 'standard') AS class
    FROM requests r
    ASOF LEFT JOIN classes c ON c.resource = r.resource AND r.hour >= c.day
),
counted AS (
    SELECT resource, hour,
           CASE class WHEN 'standard' THEN 'requests-tier1 (PUT COPY POST LIST)' WHEN 'glacier-instant' THEN 'glacier-instant-put' ELSE class || '-requests-tier1' END AS dimension,
           'request' AS unit, tier1 AS most, failed, failed_there
    FROM classed
    UNION ALL
    SELECT resource, hour,
           CASE class WHEN 'standard' THEN 'requests-tier2 (GET and all other)' WHEN 'glacier-instant' THEN 'glacier-instant-get' ELSE class || '-requests-tier2' END,
           'request', tier2, failed, failed_there
    FROM classed
    UNION ALL
    SELECT resource, hour, 'delete-and-cancel', 'request', deletes, 0, 0
    FROM classed
),
gigabytes AS (
    SELECT resource, hour, class || '-retrieval' AS dimension, downloaded AS bytes, class FROM classed WHERE class <> 'standard'
    UNION ALL
    SELECT resource, hour, CASE class WHEN 'standard' THEN '' ELSE class || '-' END || 'select-scanned', scanned, class FROM classed
    UNION ALL
    SELECT resource, hour, CASE class WHEN 'standard' THEN '' ELSE class || '-' END || 'select-returned', returned, class FROM classed
)
-- GB-months and object-months of an hour, and GB, in units of 10^-13
SELECT resource, hour, 'AmazonS3' AS offer, dimension, 'GB-month' AS unit,
       CAST((amount * 10000000000000 + 536870912 * hours) // (1073741824 * hours) AS DECIMAL(25, 0)) * 0.0000000000001 AS quantity,
       CAST(NULL AS DECIMAL(38, 13)) AS low, CAST(NULL AS DECIMAL(38, 13)) AS high,
       CASE WHEN hour >= day + INTERVAL 1 DAY THEN 'inferred' ELSE 'measured' END AS basis
FROM spread
WHERE dimension <> 'intelligent-tiering-monitoring'
UNION ALL
SELECT resource, hour, 'AmazonS3', dimension, 'object-month',
       CAST(amount * 10000000000000 // hours AS DECIMAL(25, 0)) * 0.0000000000001,
       CAST(0 AS DECIMAL(38, 13)),
       CAST(most * 10000000000000 // hours AS DECIMAL(25, 0)) * 0.0000000000001,
       'inferred'
FROM spread
WHERE dimension = 'intelligent-tiering-monitoring'
UNION ALL
SELECT resource, hour, 'AmazonS3', dimension, unit,
       CAST(greatest(most - least(failed_there, most), 0) AS DECIMAL(25, 0)) * 1.0000000000000,
       CAST(greatest(most - failed, 0) AS DECIMAL(25, 0)) * 1.0000000000000,
       CAST(most AS DECIMAL(25, 0)) * 1.0000000000000,
       CASE WHEN failed = 0 THEN 'measured' ELSE 'inferred' END
FROM counted
WHERE most > 0
UNION ALL
SELECT resource, hour, 'AmazonS3', dimension, 'GB',
       CAST((bytes * 10000000000000 + 536870912) // 1073741824 AS DECIMAL(25, 0)) * 0.0000000000001,
       NULL, NULL, CASE WHEN class = 'standard' THEN 'measured' ELSE 'inferred' END
FROM gigabytes
WHERE bytes > 0;
