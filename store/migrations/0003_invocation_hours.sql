-- The lines of table invocation summed like those of report_hour: each load
-- adds its own sums (sql/add_hours.sql), so that no run needs to read all
-- lines again. A function, hour and memory size may have several rows.

CREATE TABLE invocation_hour (
    resource       INTEGER NOT NULL,
    hour           TIMESTAMP NOT NULL,
    memory_mb      INTEGER NOT NULL,
    reports        BIGINT NOT NULL,
    billed_ms      BIGINT NOT NULL,
    duration_ms    DOUBLE NOT NULL,
    cold_starts    BIGINT NOT NULL,
    init_ms        DOUBLE NOT NULL,
    init_max_ms    DOUBLE NOT NULL,
    billed_init_ms BIGINT NOT NULL,
    restores       BIGINT NOT NULL,
    restore_ms     DOUBLE NOT NULL,
    timeouts       BIGINT NOT NULL,
    errors         BIGINT NOT NULL,
    max_memory_mb  INTEGER NOT NULL
);

INSERT INTO invocation_hour
SELECT resource, date_trunc('hour', ts), coalesce(memory_size_mb, 0),
       count(*), coalesce(sum(billed_duration_ms), 0), coalesce(sum(duration_ms), 0),
       count(init_duration_ms), coalesce(sum(init_duration_ms), 0), coalesce(max(init_duration_ms), 0),
       coalesce(sum(billed_duration_ms - ceil(duration_ms)) FILTER (init_duration_ms IS NOT NULL), 0),
       count(restore_duration_ms), coalesce(sum(restore_duration_ms), 0),
       count(*) FILTER (status = 'timeout'), count(*) FILTER (status IN ('error', 'failure')),
       coalesce(max(max_memory_used_mb), 0)
FROM invocation
WHERE ts IS NOT NULL
GROUP BY resource, date_trunc('hour', ts), coalesce(memory_size_mb, 0)
ORDER BY ALL;
