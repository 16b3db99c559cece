-- What did each function do on each day of the window?
SELECT resource, date_trunc('day', hour) AS day, CAST(sum(invocations) AS BIGINT), CAST(sum(errors) AS BIGINT), CAST(sum(CAST(duration_ms AS DECIMAL(24, 6))) AS DOUBLE)
FROM lambda_hour
WHERE hour >= $1 AND hour < $2
GROUP BY ALL
ORDER BY resource, day
