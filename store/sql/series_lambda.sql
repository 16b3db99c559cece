-- What did one function do in each bucket of $4 seconds? Percentiles are
-- means weighted by invocations. Cold starts are counted line by line, or,
-- where Logs Insights summed them by the hour, in buckets of whole hours
-- only; an hour without any REPORT line says nothing of them.
WITH metric AS (
    SELECT CAST(epoch(ts) AS BIGINT) // $4 AS bucket,
           CAST(sum(invocations) AS DOUBLE) AS invocations,
           CAST(sum(errors) AS DOUBLE) AS errors,
           CAST(sum(throttles) AS DOUBLE) AS throttles,
           CAST(sum(CAST(duration_p50 * duration_count AS DECIMAL(24, 6))) AS DOUBLE)
               / nullif(sum(duration_count) FILTER (duration_p50 IS NOT NULL), 0) AS p50,
           CAST(sum(CAST(duration_p90 * duration_count AS DECIMAL(24, 6))) AS DOUBLE)
               / nullif(sum(duration_count) FILTER (duration_p90 IS NOT NULL), 0) AS p90,
           CAST(sum(CAST(duration_p99 * duration_count AS DECIMAL(24, 6))) AS DOUBLE)
               / nullif(sum(duration_count) FILTER (duration_p99 IS NOT NULL), 0) AS p99,
           max(duration_max) AS longest,
           CAST(max(concurrency_max) AS DOUBLE) AS concurrency,
           CAST(sum(CAST(duration_sum AS DECIMAL(24, 6))) AS DOUBLE) AS duration
    FROM lambda_metrics
    WHERE resource = $1 AND ts >= $2 AND ts < $3
    GROUP BY bucket
),
line AS (
    SELECT hour AS ts, CAST(cold_starts + restores AS BIGINT) AS cold
    FROM report_hour
    WHERE resource = $1 AND hour >= $2 AND hour < $3 AND $4 % 3600 = 0
    UNION ALL
    SELECT i.ts, CASE WHEN i.init_duration_ms IS NOT NULL OR i.restore_duration_ms IS NOT NULL THEN 1 ELSE 0 END
    FROM invocation i
    WHERE i.resource = $1 AND i.ts >= $2 AND i.ts < $3
      AND NOT EXISTS (FROM report_hour h WHERE h.resource = $1 AND h.hour = date_trunc('hour', i.ts))
),
cold AS (
    SELECT CAST(epoch(ts) AS BIGINT) // $4 AS bucket, CAST(sum(cold) AS DOUBLE) AS cold
    FROM line
    GROUP BY bucket
)
SELECT coalesce(m.bucket, c.bucket) * $4 AS start,
       m.invocations, m.errors, m.throttles, m.p50, m.p90, m.p99, m.longest, m.concurrency, c.cold, m.duration
FROM metric m
FULL JOIN cold c ON c.bucket = m.bucket
ORDER BY start
