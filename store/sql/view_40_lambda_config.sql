-- Which configuration did a Lambda function have, and since when? Before its
-- first known version the function is taken to have been like that, but not
-- known to be.
CREATE OR REPLACE VIEW lambda_config AS
WITH version AS (
    SELECT v.resource, v.valid_from,
           coalesce(v.config ->> '$.architecture', 'x86_64') AS architecture,
           coalesce(CAST(v.config ->> '$.memory_mb' AS INTEGER), 0) AS memory_mb,
           coalesce(CAST(v.config ->> '$.ephemeral_storage_mb' AS INTEGER), 512) AS ephemeral_mb,
           coalesce(list_sum(CAST(json_extract_string(v.config, '$.provisioned[*].allocated') AS INTEGER[])), 0) AS allocated,
           row_number() OVER (PARTITION BY v.resource ORDER BY v.valid_from, v.seen_at) AS n
    FROM resource_version v
    JOIN resource r ON r.id = v.resource
    WHERE r.service = 'lambda' AND r.resource_id <> ''
)
SELECT resource, valid_from, true AS known, architecture, memory_mb, ephemeral_mb, allocated
FROM version
QUALIFY row_number() OVER (PARTITION BY resource, valid_from ORDER BY n DESC) = 1
UNION ALL
SELECT resource, TIMESTAMP '1970-01-01', false, architecture, memory_mb, ephemeral_mb, allocated
FROM version
WHERE n = 1 AND valid_from > TIMESTAMP '1970-01-01';
