-- Deletes every event of this slice of hashes but the one stored first.
DELETE FROM invocation
WHERE event_hi BETWEEN CAST($1 AS UBIGINT) AND CAST($2 AS UBIGINT)
  AND rowid IN (
    SELECT rowid
    FROM (
        SELECT rowid, row_number() OVER (PARTITION BY event_hi, event_lo ORDER BY rowid) AS n
        FROM invocation
        WHERE event_hi IN (
            SELECT event_hi
            FROM invocation
            WHERE event_hi BETWEEN CAST($1 AS UBIGINT) AND CAST($2 AS UBIGINT)
            GROUP BY event_hi
            HAVING count(*) > 1
        )
    )
    WHERE n > 1
);
