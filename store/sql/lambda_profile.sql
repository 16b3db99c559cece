-- What was the mean offered load in each hour of the week (Monday 00:00 UTC
-- first)? Hours without data count as idle.
WITH hours AS (
    SELECT (isodow(t) - 1) * 24 + hour(t) AS slot, count(*) AS n
    FROM (SELECT unnest(generate_series(CAST($1 AS TIMESTAMP), CAST($2 AS TIMESTAMP) - INTERVAL 1 HOUR, INTERVAL 1 HOUR)) AS t)
    GROUP BY 1
)
SELECT l.resource, h.slot, l.ms / 3600000 / h.n
FROM (
    SELECT resource, (isodow(hour) - 1) * 24 + hour(hour) AS slot, CAST(sum(CAST(duration_ms AS DECIMAL(24, 6))) AS DOUBLE) AS ms
    FROM lambda_hour
    WHERE hour >= $1 AND hour < $2
    GROUP BY ALL
) l
JOIN hours h ON h.slot = l.slot
ORDER BY l.resource, h.slot
