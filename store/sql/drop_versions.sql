-- Deletes the versions that others take the place of: one of an instant, or
-- all of a resource (from_ts is NULL).
DELETE FROM resource_version
USING doomed d
WHERE resource_version.resource = d.resource
  AND (d.from_ts IS NULL OR resource_version.valid_from = d.from_ts)
