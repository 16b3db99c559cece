-- Sums the lines after the row $1, those of one load, by function, hour and
-- memory size.
INSERT INTO invocation_hour
SELECT resource, make_timestamp(hour * 3600000000), memory_mb,
       reports, billed_ms, duration_ms, cold_starts, init_ms, init_max_ms, billed_init_ms,
       restores, restore_ms, timeouts, errors, max_memory_mb
FROM (
    SELECT resource, epoch_us(ts) // 3600000000 AS hour, coalesce(memory_size_mb, 0) AS memory_mb,
           count(*) AS reports,
           coalesce(sum(billed_duration_ms), 0) AS billed_ms,
           coalesce(sum(duration_ms), 0) AS duration_ms,
           count(init_duration_ms) AS cold_starts,
           coalesce(sum(init_duration_ms), 0) AS init_ms,
           coalesce(max(init_duration_ms), 0) AS init_max_ms,
           coalesce(sum(billed_duration_ms - ceil(duration_ms)) FILTER (init_duration_ms IS NOT NULL), 0) AS billed_init_ms,
           count(restore_duration_ms) AS restores,
           coalesce(sum(restore_duration_ms), 0) AS restore_ms,
           count(*) FILTER (status = 'timeout') AS timeouts,
           count(*) FILTER (status IN ('error', 'failure')) AS errors,
           coalesce(max(max_memory_used_mb), 0) AS max_memory_mb
    FROM invocation
    WHERE rowid > $1 AND ts IS NOT NULL
    GROUP BY 1, 2, 3
)
ORDER BY ALL;
