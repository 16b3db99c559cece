-- Takes away the gaps of a resource that a complete fetch now covers: of its
-- REPORT lines by a fetch of those, of its metrics by a fetch of metrics.
DELETE FROM gap
USING closed c
WHERE c.resource <> 0
  AND gap.account_id = c.account_id
  AND gap.region = c.region
  AND gap.service = c.service
  AND gap.resource_id = c.resource_id
  AND (gap.metric = 'REPORT') = (c.grp LIKE '%-reports')
  AND gap.from_ts >= c.from_ts
  AND gap.to_ts <= c.to_ts
