-- What is each Lambda function billed for in each hour, and how well is it
-- known? An hour is exact where REPORT lines account for every invocation;
-- then each memory size of theirs is a row. Any other hour is one row with
-- CloudWatch's sums and the memory of the configuration that held. Only of the
-- functions whose turn it is, where a refresh says so.
CREATE OR REPLACE VIEW lambda_hours AS
WITH metric AS (
    SELECT resource, date_trunc('hour', ts) AS hour,
           coalesce(sum(invocations), 0) AS invocations,
           coalesce(sum(CAST(duration_sum AS DECIMAL(18, 6))), 0) AS duration_ms,
           coalesce(sum(provisioned_invocations), 0) AS provisioned
    FROM lambda_metrics
    WHERE resource BETWEEN coalesce(getvariable('refresh_from'), -2147483648) AND coalesce(getvariable('refresh_to'), 2147483647)
    GROUP BY resource, date_trunc('hour', ts)
),
-- Provisioned concurrency costs by the second whether used or not, and its
-- metrics have no points while it idles: every hour that was asked about
-- counts, with the configuration that held.
standing AS (
    SELECT DISTINCT l.resource,
           unnest(generate_series(date_trunc('hour', l.from_ts), l.to_ts - INTERVAL 1 HOUR, INTERVAL 1 HOUR)) AS hour
    FROM ledger l
    WHERE NOT l.open AND l.grp = 'lambda-metrics'
      AND l.resource BETWEEN coalesce(getvariable('refresh_from'), -2147483648) AND coalesce(getvariable('refresh_to'), 2147483647)
      AND l.resource IN (SELECT resource FROM lambda_config WHERE allocated > 0)
),
report AS (
    SELECT resource, hour, sum(reports) AS reports, max(memory_mb) AS memory_mb
    FROM lambda_reports
    WHERE resource BETWEEN coalesce(getvariable('refresh_from'), -2147483648) AND coalesce(getvariable('refresh_to'), 2147483647)
    GROUP BY resource, hour
),
told AS (
    SELECT resource, max(memory_mb) AS memory_mb
    FROM report
    GROUP BY resource
),
hours AS (
    SELECT coalesce(m.resource, r.resource, s.resource) AS resource,
           coalesce(m.hour, r.hour, s.hour) AS hour,
           coalesce(m.invocations, 0) AS invocations,
           coalesce(m.duration_ms, 0) AS duration_ms,
           coalesce(r.reports, 0) > 0 AND coalesce(r.reports, 0) >= coalesce(m.invocations, 0) AS exact,
           CASE WHEN m.invocations > 0 THEN least(m.provisioned / m.invocations, 1) ELSE 0 END AS share,
           coalesce(m.provisioned, 0) AS provisioned,
           CASE WHEN s.hour IS NULL THEN 0 ELSE 3600 END AS provisioned_s
    FROM metric m
    FULL JOIN report r ON r.resource = m.resource AND r.hour = m.hour
    FULL JOIN standing s ON s.resource = coalesce(m.resource, r.resource) AND s.hour = coalesce(m.hour, r.hour)
),
configured AS (
    SELECT h.*, c.architecture, c.ephemeral_mb, c.allocated,
           coalesce(nullif(c.memory_mb, 0), t.memory_mb, 0) AS memory_mb,
           coalesce(c.known AND c.memory_mb > 0, false) AS known
    FROM hours h
    ASOF LEFT JOIN lambda_config c ON c.resource = h.resource AND h.hour >= c.valid_from
    LEFT JOIN told t ON t.resource = h.resource
),
exact_row AS (
    SELECT c.resource, c.hour, c.architecture, c.ephemeral_mb, r.memory_mb, true AS known, true AS exact,
           r.reports AS requests, r.billed_ms, CAST(0 AS DECIMAL(28, 6)) AS duration_ms,
           c.share, c.provisioned, (r.billed_ms - r.billed_init_ms) * c.share AS provisioned_ms_billed, r.restores,
           c.allocated * c.provisioned_s * 1000 AS allocated_ms,
           row_number() OVER (PARTITION BY c.resource, c.hour ORDER BY r.reports DESC, r.memory_mb) AS n
    FROM configured c
    JOIN lambda_reports r ON r.resource = c.resource AND r.hour = c.hour
    WHERE c.exact
),
metric_row AS (
    SELECT c.resource, c.hour, c.architecture, c.ephemeral_mb, c.memory_mb, c.known, false AS exact,
           c.invocations AS requests, CAST(0 AS BIGINT) AS billed_ms, c.duration_ms,
           c.share, c.provisioned, c.duration_ms * c.share AS provisioned_ms_billed, 0 AS restores,
           c.allocated * c.provisioned_s * 1000 AS allocated_ms,
           1 AS n
    FROM configured c
    WHERE NOT c.exact AND (c.invocations > 0 OR c.provisioned_s * c.allocated > 0)
)
SELECT u.resource, u.hour,
       coalesce(u.architecture, 'x86_64') AS architecture,
       coalesce(u.ephemeral_mb, 512) AS ephemeral_mb,
       CAST(u.memory_mb AS INTEGER) AS memory_mb, u.known, u.exact,
       CAST(u.requests AS BIGINT) AS requests, CAST(u.billed_ms AS BIGINT) AS billed_ms, u.duration_ms,
       CAST(CASE WHEN u.n = 1 THEN u.provisioned ELSE 0 END AS BIGINT) AS provisioned_requests,
       u.provisioned_ms_billed AS provisioned_duration_ms,
       u.share = 0 OR u.share = 1 AS split_exact,
       CAST(CASE WHEN u.n = 1 THEN u.allocated_ms ELSE 0 END AS BIGINT) AS allocated_ms,
       CAST(u.restores AS BIGINT) AS restores
FROM (FROM exact_row UNION ALL BY NAME FROM metric_row) u;
