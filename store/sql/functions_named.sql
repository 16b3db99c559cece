-- Which functions bear the name or ARN $1, and how are they configured now?
SELECT r.account_id, r.region, r.service, r.resource_id, r.name, coalesce(v.config, '{}')
FROM resource r
LEFT JOIN resource_config v ON v.resource = r.id
WHERE r.service = 'lambda' AND r.resource_id <> '' AND $1 IN (r.name, r.resource_id)
ORDER BY r.account_id, r.region, r.resource_id
