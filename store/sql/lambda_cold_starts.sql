-- What do each function's REPORT lines say of cold starts and memory?
SELECT resource,
       CAST(sum(reports) AS BIGINT), CAST(sum(cold_starts + restores) AS BIGINT), CAST(sum(CAST(init_ms AS DECIMAL(24, 6))) AS DOUBLE), max(init_max_ms),
       CAST(sum(billed_init_ms) AS BIGINT), CAST(sum(restores) AS BIGINT), CAST(sum(CAST(restore_ms AS DECIMAL(24, 6))) AS DOUBLE),
       CAST(sum(timeouts) AS BIGINT), max(max_memory_mb)
FROM lambda_reports
WHERE hour >= $1 AND hour < $2
GROUP BY resource
ORDER BY resource
