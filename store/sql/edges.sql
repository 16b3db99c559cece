-- What does each resource's newest configuration say about connections?
SELECT r.account_id, r.region, r.resource_id, CAST(json_extract(v.config, '$.edges') AS VARCHAR)
FROM resource r
JOIN (
    SELECT resource, config
    FROM resource_version
    QUALIFY row_number() OVER (PARTITION BY resource ORDER BY valid_from DESC, seen_at DESC) = 1
) v ON v.resource = r.id
WHERE NOT r.deleted AND contains(v.config, '"edges"') AND json_array_length(v.config, '$.edges') > 0
ORDER BY r.id
