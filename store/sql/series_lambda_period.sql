-- Which function is it, and at what periods were its metrics collected?
SELECT r.id,
       coalesce((SELECT max(m.period_s) FROM lambda_metrics m WHERE m.resource = r.id AND m.ts >= $6 AND m.ts < $7), 0)
FROM resource r
WHERE r.account_id = $1 AND r.region = $2 AND r.service = $3 AND r.resource_id = $4 AND ($4 <> '' OR r.name = $5)
ORDER BY r.id
LIMIT 1
