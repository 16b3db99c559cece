-- Which resources are there, as they are now?
CREATE OR REPLACE VIEW resources AS
SELECT r.account_id, r.region, r.service, r.resource_id, r.name, r.app,
       CAST(r.tags AS JSON) AS tags,
       CAST(coalesce(v.config, '{}') AS JSON) AS config,
       r.first_seen, r.last_seen
FROM resource r
LEFT JOIN (
    SELECT resource, config
    FROM resource_version
    QUALIFY row_number() OVER (PARTITION BY resource ORDER BY valid_from DESC, seen_at DESC) = 1
) v ON v.resource = r.id
WHERE r.resource_id <> '';
