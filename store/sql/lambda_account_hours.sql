-- What did all functions do in each hour of the window, by account and region?
SELECT h.hour, r.account_id, r.region, CAST(sum(h.invocations) AS BIGINT), CAST(sum(h.errors) AS BIGINT),
       CAST(sum(h.throttles) AS BIGINT), CAST(sum(CAST(h.duration_ms AS DECIMAL(24, 6))) AS DOUBLE),
       CAST(sum(coalesce(c.cold, 0)) AS BIGINT)
FROM lambda_hour h
JOIN resource r ON r.id = h.resource
LEFT JOIN (
    SELECT resource, hour, sum(cold_starts + restores) AS cold
    FROM lambda_reports
    WHERE hour >= $1 AND hour < $2
    GROUP BY ALL
) c ON c.resource = h.resource AND c.hour = h.hour
WHERE h.hour >= $1 AND h.hour < $2 AND r.resource_id <> ''
GROUP BY ALL
ORDER BY h.hour, r.account_id, r.region
