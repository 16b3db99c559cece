-- Which windows were asked for, in the order in which they were written down?
-- An open interval closes where a later entry covers it, so order matters.
SELECT account_id, region, resource, grp, from_ts, to_ts, settled_to, open, reason, action, asked_at
FROM ledger
ORDER BY rowid
