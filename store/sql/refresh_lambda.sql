-- Derives what Lambda functions are billed for in each hour. Runs inside the
-- transaction that ends a run, for some functions at a time. Hours that prune
-- has left as they stood are not derived again.
DELETE FROM lambda_usage_hour WHERE resource BETWEEN coalesce(getvariable('refresh_from'), -2147483648) AND coalesce(getvariable('refresh_to'), 2147483647)
  AND derives(resource, hour);
INSERT INTO lambda_usage_hour
SELECT h.resource, h.hour, h.architecture, h.ephemeral_mb, h.memory_mb, h.known, h.exact,
       h.requests, h.billed_ms, CAST(h.duration_ms AS DECIMAL(28, 6)),
       h.provisioned_requests, CAST(h.provisioned_duration_ms AS DECIMAL(28, 6)), h.split_exact, h.allocated_ms, h.restores,
       CASE WHEN h.exact THEN 0 ELSE coalesce(c.low, 0) END,
       CASE WHEN h.exact THEN 0 ELSE coalesce(c.likely, 0) END,
       CASE WHEN h.exact THEN 0 ELSE coalesce(c.high, 0) END
FROM lambda_hours h
LEFT JOIN lambda_cold c ON c.resource = h.resource AND c.hour = h.hour
WHERE derives(h.resource, h.hour)
ORDER BY h.resource, h.hour, h.memory_mb, h.exact;
DELETE FROM lambda_hour WHERE resource BETWEEN coalesce(getvariable('refresh_from'), -2147483648) AND coalesce(getvariable('refresh_to'), 2147483647)
  AND derives(resource, hour);
INSERT INTO lambda_hour
SELECT resource, date_trunc('hour', ts) AS hour,
       coalesce(sum(invocations), 0), coalesce(sum(errors), 0), coalesce(sum(throttles), 0),
       CAST(coalesce(sum(CAST(duration_sum AS DECIMAL(18, 6))), 0) AS DOUBLE),
       coalesce(sum(duration_count), 0), min(duration_min), max(duration_max),
       coalesce(CAST(sum(CAST(duration_p50 * duration_count AS DECIMAL(24, 6))) AS DOUBLE), 0),
       coalesce(CAST(sum(CAST(duration_p90 * duration_count AS DECIMAL(24, 6))) AS DOUBLE), 0),
       coalesce(CAST(sum(CAST(duration_p95 * duration_count AS DECIMAL(24, 6))) AS DOUBLE), 0),
       coalesce(CAST(sum(CAST(duration_p99 * duration_count AS DECIMAL(24, 6))) AS DOUBLE), 0),
       coalesce(sum(duration_count) FILTER (duration_p50 IS NOT NULL), 0),
       coalesce(max(concurrency_max), 0),
       coalesce(max(invocations / period_s), 0),
       coalesce(arg_max(ts, invocations / period_s), min(ts)),
       max(period_s),
       coalesce(sum(url_requests), 0), coalesce(sum(dead_letter_errors), 0), coalesce(max(iterator_age_max), 0),
       coalesce(max(used_memory_max), 0),
       max(ts) FILTER (invocations > 0)
FROM lambda_metrics
WHERE resource BETWEEN coalesce(getvariable('refresh_from'), -2147483648) AND coalesce(getvariable('refresh_to'), 2147483647)
  AND derives(resource, ts)
GROUP BY resource, date_trunc('hour', ts)
ORDER BY resource, hour;
