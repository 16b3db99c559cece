-- How long did the inits take that are known one by one?
SELECT resource, quantile_cont(init_duration_ms, 0.5), quantile_cont(init_duration_ms, 0.99)
FROM invocation
WHERE ts >= $1 AND ts < $2 AND init_duration_ms IS NOT NULL
GROUP BY resource
ORDER BY resource
