-- Does this slice of hashes, within the load's time, hold an event twice?
-- Half of the hash tells, at half the cost; where it errs nothing is deleted.
SELECT count(*) > 0
FROM (
    SELECT event_hi
    FROM invocation
    WHERE event_hi BETWEEN CAST($1 AS UBIGINT) AND CAST($2 AS UBIGINT)
      AND (ts BETWEEN make_timestamp($3) AND make_timestamp($4) OR $5 AND ts IS NULL)
    GROUP BY event_hi
    HAVING count(*) > 1
);
