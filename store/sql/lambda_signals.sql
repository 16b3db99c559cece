-- How did each function do in the window?
SELECT resource,
       CAST(sum(invocations) AS BIGINT), CAST(sum(errors) AS BIGINT), CAST(sum(throttles) AS BIGINT), CAST(sum(dead_letters) AS BIGINT),
       coalesce(CAST(sum(CAST(duration_ms AS DECIMAL(24, 6))) AS DOUBLE) / nullif(sum(samples), 0), 0),
       coalesce(min(min_ms), 0), coalesce(max(max_ms), 0),
       coalesce(CAST(sum(CAST(p50_weight AS DECIMAL(24, 6))) AS DOUBLE) / nullif(sum(percentile_samples), 0), 0),
       coalesce(CAST(sum(CAST(p90_weight AS DECIMAL(24, 6))) AS DOUBLE) / nullif(sum(percentile_samples), 0), 0),
       coalesce(CAST(sum(CAST(p95_weight AS DECIMAL(24, 6))) AS DOUBLE) / nullif(sum(percentile_samples), 0), 0),
       coalesce(CAST(sum(CAST(p99_weight AS DECIMAL(24, 6))) AS DOUBLE) / nullif(sum(percentile_samples), 0), 0),
       max(iterator_age_ms), max(last_invoked), max(used_memory_max),
       max(peak_per_second), arg_max(peak_at, peak_per_second), arg_max(peak_period_s, peak_per_second),
       CAST(max(concurrency_max) AS DOUBLE), CAST(sum(url_requests) AS BIGINT),
       CAST(sum(CAST(duration_ms AS DECIMAL(24, 6))) AS DOUBLE), max(duration_ms) / 3600000
FROM lambda_hour
WHERE hour >= $1 AND hour < $2
GROUP BY resource
ORDER BY resource
