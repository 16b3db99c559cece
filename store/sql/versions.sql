-- Which configurations has each Lambda function had, oldest first?
SELECT v.resource, v.valid_from, v.config
FROM resource_version v
JOIN resource r ON r.id = v.resource
WHERE r.service = 'lambda' AND r.resource_id <> ''
ORDER BY v.resource, v.valid_from, v.seen_at
