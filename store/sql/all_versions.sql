-- Which configurations has every resource had, oldest first?
SELECT resource, valid_from, config
FROM resource_version
ORDER BY resource, valid_from, seen_at
