-- Which functions have lines after the row $1 that are older than the hours
-- which prune left as they stood?
INSERT INTO thawed
SELECT DISTINCT resource
FROM invocation
WHERE rowid > $1
  AND ts < (SELECT max(frozen_to) FROM pruned)
  AND resource NOT IN (SELECT resource FROM thawed);
