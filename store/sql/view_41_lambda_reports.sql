-- What do REPORT lines say of each function, hour and memory size? An hour
-- that Logs Insights summed is taken from there, any other from single lines.
CREATE OR REPLACE VIEW lambda_reports AS
SELECT resource, hour, memory_mb, reports, billed_ms, duration_ms, cold_starts, init_ms, init_max_ms,
       billed_init_ms, restores, restore_ms, timeouts, errors, max_memory_mb
FROM report_hour
UNION ALL
SELECT i.resource, i.hour, i.memory_mb,
       CAST(sum(i.reports) AS BIGINT), CAST(sum(i.billed_ms) AS BIGINT), sum(i.duration_ms),
       CAST(sum(i.cold_starts) AS BIGINT), sum(i.init_ms), max(i.init_max_ms), CAST(sum(i.billed_init_ms) AS BIGINT),
       CAST(sum(i.restores) AS BIGINT), sum(i.restore_ms),
       CAST(sum(i.timeouts) AS BIGINT), CAST(sum(i.errors) AS BIGINT), max(i.max_memory_mb)
FROM invocation_hour i
WHERE NOT EXISTS (FROM report_hour h WHERE h.resource = i.resource AND h.hour = i.hour)
GROUP BY i.resource, i.hour, i.memory_mb;
