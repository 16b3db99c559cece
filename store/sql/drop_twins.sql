-- Deletes every event of this slice of hashes but the one stored first.
DELETE FROM invocation
USING (
    SELECT event_hi, event_lo, min(rowid) AS kept
    FROM invocation
    WHERE event_hi BETWEEN CAST($1 AS UBIGINT) AND CAST($2 AS UBIGINT)
    GROUP BY event_hi, event_lo
    HAVING count(*) > 1
) twin
WHERE invocation.event_hi = twin.event_hi
  AND invocation.event_lo = twin.event_lo
  AND invocation.rowid > twin.kept;
