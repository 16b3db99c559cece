-- Which resources are known, each with its newest configuration?
SELECT r.id, r.account_id, r.region, r.service, r.resource_id, r.name, r.app, r.tags, r.origin, r.deleted,
       r.first_seen, r.last_seen, coalesce(v.config, '{}'), coalesce(v.valid_from, r.first_seen)
FROM resource r
LEFT JOIN (
    SELECT resource, config, valid_from
    FROM resource_version
    QUALIFY row_number() OVER (PARTITION BY resource ORDER BY valid_from DESC, seen_at DESC) = 1
) v ON v.resource = r.id
ORDER BY r.id
