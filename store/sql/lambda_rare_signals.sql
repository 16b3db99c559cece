-- What do few functions have: Lambda Insights, asynchronous events,
-- provisioned concurrency?
SELECT resource,
       coalesce(CAST(sum(CAST(cpu_total_sum AS DECIMAL(24, 6))) AS DOUBLE), 0), coalesce(CAST(sum(cpu_total_count) AS BIGINT), 0),
       coalesce(CAST(sum(async_received) AS BIGINT), 0), coalesce(CAST(sum(provisioned_spillover) AS BIGINT), 0),
       coalesce(CAST(max(provisioned_utilization_max) AS DOUBLE), 0)
FROM lambda_metrics
WHERE ts >= $1 AND ts < $2
  AND (cpu_total_count IS NOT NULL OR async_received IS NOT NULL OR provisioned_spillover IS NOT NULL OR provisioned_utilization_max IS NOT NULL)
GROUP BY resource
ORDER BY resource
