-- What was each service of an account and region billed for on each UTC day
-- of the window?
SELECT r.account_id, r.region, r.service, date_trunc('day', u.hour) AS day, u.offer, u.dimension,
       CAST(sum(u.quantity) AS DECIMAL(38, 13)),
       CAST(sum(coalesce(u.low, u.quantity)) AS DECIMAL(38, 13)),
       CAST(sum(coalesce(u.high, u.quantity)) AS DECIMAL(38, 13))
FROM usage_hour u
JOIN resource r ON r.id = u.resource
WHERE u.hour >= $1 AND u.hour < $2
GROUP BY r.account_id, r.region, r.service, day, u.offer, u.dimension
ORDER BY day, r.account_id, r.region, r.service, u.offer, u.dimension
