-- What do REPORT lines say of each function, hour and memory size? An hour
-- that Logs Insights summed is taken from there, any other from single lines.
CREATE OR REPLACE VIEW lambda_reports AS
SELECT resource, hour, memory_mb, reports, billed_ms, duration_ms, cold_starts, init_ms, init_max_ms,
       billed_init_ms, restores, restore_ms, timeouts, errors, max_memory_mb
FROM report_hour
UNION ALL
SELECT i.resource, date_trunc('hour', i.ts) AS hour, coalesce(i.memory_size_mb, 0),
       count(*), CAST(coalesce(sum(i.billed_duration_ms), 0) AS BIGINT), coalesce(sum(i.duration_ms), 0),
       count(i.init_duration_ms), coalesce(sum(i.init_duration_ms), 0), coalesce(max(i.init_duration_ms), 0),
       CAST(coalesce(sum(i.billed_duration_ms - ceil(i.duration_ms)) FILTER (i.init_duration_ms IS NOT NULL), 0) AS BIGINT),
       count(i.restore_duration_ms), coalesce(sum(i.restore_duration_ms), 0),
       count(*) FILTER (i.status = 'timeout'), count(*) FILTER (i.status IN ('error', 'failure')),
       coalesce(max(i.max_memory_used_mb), 0)
FROM invocation i
WHERE i.ts IS NOT NULL
  AND NOT EXISTS (FROM report_hour h WHERE h.resource = i.resource AND h.hour = date_trunc('hour', i.ts))
GROUP BY i.resource, date_trunc('hour', i.ts), coalesce(i.memory_size_mb, 0);
