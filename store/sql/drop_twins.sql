-- Deletes every event of this slice of hashes and of the load's time but the
-- one stored first. Equal events have equal times.
DELETE FROM invocation
USING (
    SELECT event_hi, event_lo, min(rowid) AS kept
    FROM invocation
    WHERE event_hi BETWEEN CAST($1 AS UBIGINT) AND CAST($2 AS UBIGINT)
      AND (ts BETWEEN make_timestamp($3) AND make_timestamp($4) OR $5 AND ts IS NULL)
    GROUP BY event_hi, event_lo
    HAVING count(*) > 1
) twin
WHERE invocation.event_hi = twin.event_hi
  AND invocation.event_lo = twin.event_lo
  AND invocation.rowid > twin.kept;
