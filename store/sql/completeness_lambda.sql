-- Is the sum over functions what CloudWatch counted for the whole region? By
-- account, region and metric: the hours in which both are known, the sums,
-- and the hours in which they differ. Durations are sums of floats, in
-- different orders: a billionth is no difference.
WITH total AS (
    SELECT r.account_id, r.region, date_trunc('hour', m.ts) AS hour,
           [CAST(sum(m.invocations) AS DOUBLE), sum(m.errors), sum(m.throttles), sum(m.duration_sum)] AS figures
    FROM lambda_account_metrics m
    JOIN resource r ON r.id = m.resource
    WHERE m.ts >= $1 AND m.ts < $2
    GROUP BY r.account_id, r.region, date_trunc('hour', m.ts)
),
known AS (
    SELECT account_id, region, min(hour) AS first_hour, max(hour) AS last_hour
    FROM total
    GROUP BY account_id, region
),
part AS (
    SELECT r.account_id, r.region, date_trunc('hour', m.ts) AS hour,
           [CAST(sum(m.invocations) AS DOUBLE), sum(m.errors), sum(m.throttles), sum(m.duration_sum)] AS figures
    FROM lambda_metrics m
    JOIN resource r ON r.id = m.resource
    JOIN known k ON k.account_id = r.account_id AND k.region = r.region
    WHERE m.ts >= k.first_hour AND m.ts < k.last_hour + INTERVAL 1 HOUR AND m.ts >= $1 AND m.ts < $2
    GROUP BY r.account_id, r.region, date_trunc('hour', m.ts)
),
pair AS (
    SELECT coalesce(t.account_id, p.account_id) AS account_id,
           coalesce(t.region, p.region) AS region,
           coalesce(t.hour, p.hour) AS hour,
           unnest(['Invocations', 'Errors', 'Throttles', 'Duration']) AS metric,
           unnest(coalesce(t.figures, [0, 0, 0, 0])) AS total,
           unnest(coalesce(p.figures, [0, 0, 0, 0])) AS parts
    FROM total t
    FULL JOIN part p ON p.account_id = t.account_id AND p.region = t.region AND p.hour = t.hour
),
compared AS (
    SELECT account_id, region, hour, metric, coalesce(total, 0) AS total, coalesce(parts, 0) AS parts,
           abs(coalesce(total, 0) - coalesce(parts, 0)) > 1e-9 * greatest(abs(coalesce(total, 0)), abs(coalesce(parts, 0))) AS differs
    FROM pair
)
SELECT account_id, region, metric, count(*) AS hours,
       fsum(total) AS total, fsum(parts) AS parts,
       count(*) FILTER (differs) AS differing,
       min(hour) FILTER (differs) AS from_ts,
       max(hour) FILTER (differs) + INTERVAL 1 HOUR AS to_ts
FROM compared
GROUP BY account_id, region, metric
ORDER BY account_id, region, metric;
