-- What was each function billed for in the calendar months that touch the
-- window, split by what lies inside it?
SELECT u.resource,
       date_trunc('month', u.hour) AS month,
       u.hour >= $1 AND u.hour < $2 AS inside,
       u.architecture, u.ephemeral_mb, u.memory_mb, u.known,
       CAST(coalesce(sum(u.requests) FILTER (u.exact), 0) AS BIGINT),
       CAST(coalesce(sum(u.billed_ms) FILTER (u.exact), 0) AS BIGINT),
       CAST(coalesce(sum(u.requests) FILTER (NOT u.exact), 0) AS BIGINT),
       CAST(coalesce(sum(u.duration_ms) FILTER (NOT u.exact), 0) AS DECIMAL(38, 6)),
       CAST(sum(u.provisioned_requests) AS BIGINT),
       CAST(sum(u.provisioned_duration_ms) AS DECIMAL(38, 6)),
       bool_and(u.split_exact),
       CAST(sum(u.allocated_ms) AS BIGINT),
       CAST(sum(u.restores) AS BIGINT),
       CAST(sum(u.cold_low) AS BIGINT),
       CAST(sum(u.cold_likely) AS BIGINT),
       CAST(sum(u.cold_high) AS BIGINT),
       coalesce(any_value(i.init_ms), 0)
FROM lambda_usage_hour u
LEFT JOIN lambda_init i ON i.resource = u.resource
WHERE u.hour >= date_trunc('month', CAST($1 AS TIMESTAMP))
  AND u.hour < date_trunc('month', CAST($2 AS TIMESTAMP) - INTERVAL 1 MICROSECOND) + INTERVAL 1 MONTH
GROUP BY ALL
ORDER BY u.resource, month, inside, u.architecture, u.memory_mb, u.known, u.ephemeral_mb
