-- Stores the staged events that are not there yet, each once, by time.
INSERT INTO invocation
SELECT s.*
FROM staged_invocation s
ANTI JOIN invocation i ON i.event_hi = s.event_hi AND i.event_lo = s.event_lo
QUALIFY row_number() OVER (PARTITION BY s.event_hi, s.event_lo ORDER BY s.rowid) = 1
ORDER BY s.resource, s.ts
