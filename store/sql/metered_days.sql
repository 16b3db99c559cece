-- What was each service of an account and region billed for on each UTC day
-- of the window?
SELECT r.account_id, r.region, r.service, CAST(u.day AS TIMESTAMP) AS day, u.offer, u.dimension,
       CAST(sum(u.quantity) AS DECIMAL(38, 13)),
       CAST(sum(u.low) AS DECIMAL(38, 13)),
       CAST(sum(u.high) AS DECIMAL(38, 13))
FROM usage_parts(CAST($1 AS TIMESTAMP), CAST($2 AS TIMESTAMP)) u
JOIN resource r ON r.id = u.resource
WHERE u.inside
GROUP BY r.account_id, r.region, r.service, u.day, u.offer, u.dimension
ORDER BY u.day, r.account_id, r.region, r.service, u.offer, u.dimension
