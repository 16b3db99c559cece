-- Forgets open intervals that a complete fetch of the same group now covers.
-- Those covered in part are cut when the ledger is compacted.
DELETE FROM ledger
USING closed c
WHERE ledger.open
  AND ledger.resource = c.resource
  AND ledger.grp = c.grp
  AND (c.resource <> 0 OR (ledger.account_id = c.account_id AND ledger.region = c.region))
  AND ledger.from_ts >= c.from_ts
  AND ledger.to_ts <= c.to_ts
