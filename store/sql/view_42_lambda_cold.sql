-- How many cold starts may hide in an hour without REPORT lines? An instance
-- is needed for each concurrent execution; one that was not needed for the
-- idle lifetime is gone, and the next need for it is a cold start. Published
-- lifetimes run from 5 minutes (2021) to 60 (2017), so: needed beyond the
-- highest concurrency of the last 60 minutes (low), 6 (likely), 5 (high, and
-- every one of the hour's instances once more, for AWS renews them at will).
-- Where concurrency was not collected one instance is assumed while anything
-- runs. Never more than the invocations.
CREATE OR REPLACE VIEW lambda_cold AS
WITH need AS (
    SELECT resource, ts, invocations,
           greatest(coalesce(concurrency_max, 1), 1) AS instances
    FROM lambda_metrics
    WHERE invocations > 0
      AND resource BETWEEN coalesce(getvariable('refresh_from'), -2147483648) AND coalesce(getvariable('refresh_to'), 2147483647)
),
fresh AS (
    SELECT resource, ts, invocations, instances,
           greatest(instances - coalesce(max(instances) OVER (
               PARTITION BY resource ORDER BY ts RANGE BETWEEN INTERVAL 60 MINUTE PRECEDING AND INTERVAL 1 SECOND PRECEDING), 0), 0) AS low,
           greatest(instances - coalesce(max(instances) OVER (
               PARTITION BY resource ORDER BY ts RANGE BETWEEN INTERVAL 6 MINUTE PRECEDING AND INTERVAL 1 SECOND PRECEDING), 0), 0) AS likely,
           greatest(instances - coalesce(max(instances) OVER (
               PARTITION BY resource ORDER BY ts RANGE BETWEEN INTERVAL 5 MINUTE PRECEDING AND INTERVAL 1 SECOND PRECEDING), 0), 0) AS high
    FROM need
)
SELECT resource, date_trunc('hour', ts) AS hour,
       CAST(sum(least(low, invocations)) AS BIGINT) AS low,
       CAST(sum(least(likely, invocations)) AS BIGINT) AS likely,
       CAST(least(sum(least(high, invocations)) + max(instances), sum(invocations)) AS BIGINT) AS high
FROM fresh
GROUP BY resource, date_trunc('hour', ts);
