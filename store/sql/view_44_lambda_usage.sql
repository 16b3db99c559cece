-- Which quantity of each billed dimension did a function use in each hour?
-- Exact hours as billed; in others CloudWatch's Duration plus half a
-- millisecond a request for rounding up, plus the likely cold starts' init.
CREATE OR REPLACE VIEW lambda_usage AS
WITH billed AS (
    SELECT u.*,
           CASE u.architecture WHEN 'arm64' THEN 'arm' ELSE 'x86' END AS arch,
           CASE WHEN u.exact THEN CAST(u.billed_ms AS DECIMAL(28, 6))
                ELSE u.duration_ms + CAST(0.5 * u.requests + u.cold_likely * coalesce(i.init_ms, 0) AS DECIMAL(28, 6))
           END AS ms,
           CASE WHEN u.requests = 0 THEN 0
                WHEN u.exact AND u.billed_ms > 0 THEN CAST(u.provisioned_duration_ms AS DOUBLE) / u.billed_ms
                WHEN u.duration_ms > 0 THEN CAST(u.provisioned_duration_ms AS DOUBLE) / CAST(u.duration_ms AS DOUBLE)
                ELSE 0 END AS share
    FROM lambda_usage_hour u
    LEFT JOIN lambda_init i ON i.resource = u.resource
),
split AS (
    SELECT *, CAST(ms * share AS DECIMAL(28, 6)) AS provisioned_ms
    FROM billed
),
line AS (
    SELECT resource, hour, 'requests' AS dimension, 'request' AS unit, CAST(requests AS DECIMAL(36, 13)) AS quantity
    FROM split
    UNION ALL
    SELECT resource, hour, 'duration-' || arch, 'GB-second', CAST((ms - provisioned_ms) * memory_mb AS DECIMAL(24, 6)) * 0.0000009765625
    FROM split
    UNION ALL
    SELECT resource, hour, 'provisioned-duration-' || arch, 'GB-second', CAST(provisioned_ms * memory_mb AS DECIMAL(24, 6)) * 0.0000009765625
    FROM split
    UNION ALL
    SELECT resource, hour, 'provisioned-concurrency-' || arch, 'GB-second', CAST(CAST(allocated_ms AS DECIMAL(18, 0)) * memory_mb AS DECIMAL(24, 6)) * 0.0000009765625
    FROM split
    UNION ALL
    SELECT resource, hour, 'ephemeral-storage-' || arch, 'GB-second over 512 MB', CAST(ms * (ephemeral_mb - 512) AS DECIMAL(24, 6)) * 0.0000009765625
    FROM split
    WHERE ephemeral_mb > 512
    UNION ALL
    SELECT s.resource, s.hour, 'snapstart-restore-' || s.arch, 'GB restored', CAST(CAST(s.restores AS DECIMAL(18, 0)) * s.memory_mb AS DECIMAL(24, 6)) * 0.0009765625
    FROM split s
    JOIN lambda_runtime r ON r.resource = s.resource
    WHERE s.restores > 0 AND r.runtime NOT LIKE 'java%'
)
SELECT resource, hour, dimension, unit, CAST(sum(quantity) AS DECIMAL(38, 13)) AS quantity
FROM line
GROUP BY resource, hour, dimension, unit
HAVING sum(quantity) > 0;
