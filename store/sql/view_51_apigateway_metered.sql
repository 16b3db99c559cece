-- What was each API billed for in each hour?
--
-- REST: every call. Calls refused for want of authorization or an API key, or
-- throttled, are counted as 4xx and not billed (AWS on re:Post, "Will I get
-- charged for these invalid API key / quota exceeded or throttled request
-- errors"), which nothing tells apart from those of the backend: a call
-- answered with 4xx may or may not be on the bill.
-- HTTP: each 512 KB begun of a call. Of n calls and b bytes at most
-- n + (b - 1) / 512 KB, and no call has more than the largest.
-- WebSocket: each 32 KB begun of a message, of at most 128 KB; sizes are not
-- published. Nor are minutes of connection: 0 to 120 each, likely the 10
-- after which a silent one is closed.
-- Caches cost from the hour they were there, used or not, wherever metrics
-- were asked for; between a stage's making and its last change the cache may
-- have been switched on at any time.
CREATE OR REPLACE VIEW apigateway_metered AS
WITH shared AS (
    SELECT resource FROM resource_config
    WHERE json_array_length(config, '$.same_name') > 0 AND json_extract_string(config, '$.by_stage') IS NULL
),
http AS (
    SELECT resource, date_trunc('hour', ts) AS hour, CAST(requests AS BIGINT) AS n,
           CAST(least(coalesce(errors_4xx, 0), requests) AS BIGINT) AS refused,
           CAST(bytes AS BIGINT) AS b,
           -- chunks of a call of mean size, and of the largest: 10 MB at most
           CASE WHEN bytes > 0 THEN CAST((bytes + requests * 524288 - 1) // (requests * 524288) AS BIGINT) ELSE 1 END AS mean,
           CASE WHEN bytes_max > 0 THEN CAST((bytes_max + 524287) // 524288 AS BIGINT) WHEN bytes IS NULL THEN 20 ELSE 1 END AS largest
    FROM apigateway_http_metrics
    WHERE requests > 0
),
http_bounds AS (
    SELECT resource, hour,
           CASE WHEN refused > 0 THEN n - refused ELSE greatest(n, coalesce((b + 524287) // 524288, 0)) END AS low,
           least(n * greatest(mean, largest), n + CASE WHEN b > 0 THEN (b - 1) // 524288 WHEN b IS NULL THEN 19 * n ELSE 0 END) AS high,
           n * mean AS likely
    FROM http
),
asked AS (
    SELECT DISTINCT account_id, region, from_ts, to_ts
    FROM ledger
    WHERE grp = 'apigateway-rest' AND NOT open
),
hours AS (
    SELECT DISTINCT account_id, region,
           unnest(generate_series(date_trunc('hour', from_ts), to_ts - INTERVAL 1 MICROSECOND, INTERVAL 1 HOUR)) AS hour
    FROM asked
),
versions AS (
    SELECT resource, config,
           CASE WHEN row_number() OVER w = 1 THEN TIMESTAMP '1970-01-01' ELSE valid_from END AS valid_from,
           coalesce(lead(valid_from) OVER w, TIMESTAMP '9999-01-01') AS valid_to
    FROM resource_version
    WINDOW w AS (PARTITION BY resource ORDER BY valid_from, seen_at)
),
stages AS (
    SELECT resource, valid_from, valid_to, unnest(CAST(json_extract(config, '$.stages') AS JSON[])) AS stage
    FROM versions
    WHERE json_extract(config, '$.stages') IS NOT NULL
),
caches AS (
    SELECT s.resource, h.hour, json_extract_string(s.stage, '$.cache_gb') AS gb,
           h.hour >= date_trunc('hour', CAST(json_extract_string(s.stage, '$.updated') AS TIMESTAMP)) AS certain
    FROM stages s
    JOIN resource r ON r.id = s.resource AND r.service = 'apigateway'
    JOIN hours h ON h.account_id = r.account_id AND h.region = r.region
                AND h.hour >= greatest(s.valid_from, date_trunc('hour', CAST(json_extract_string(s.stage, '$.created') AS TIMESTAMP)))
                AND h.hour < s.valid_to
                AND (NOT r.deleted OR h.hour < r.last_seen)
    WHERE json_extract_string(s.stage, '$.cache_gb') IS NOT NULL
),
metered AS (
    SELECT resource, date_trunc('hour', ts) AS hour, 'rest-requests' AS dimension, 'request' AS unit,
           sum(requests) AS quantity, sum(requests - least(coalesce(errors_4xx, 0), requests)) AS low, sum(requests) AS high
    FROM apigateway_rest_metrics
    GROUP BY ALL
    UNION ALL
    SELECT resource, hour, 'http-requests', 'request metered per 512 KB', sum(least(likely, high)), sum(low), sum(high)
    FROM http_bounds
    GROUP BY ALL
    UNION ALL
    SELECT resource, date_trunc('hour', ts), 'websocket-messages', 'message metered per 32 KB', sum(messages), sum(messages), 4 * sum(messages)
    FROM apigateway_websocket_metrics
    GROUP BY ALL
    UNION ALL
    SELECT resource, date_trunc('hour', ts), 'websocket-connection-minutes', 'minute', 10 * sum(connects), 0, 120 * sum(connects)
    FROM apigateway_websocket_metrics
    GROUP BY ALL
    UNION ALL
    SELECT resource, hour, 'rest-cache-' || gb || 'GB', 'hour', count(*), count(*) FILTER (certain), count(*)
    FROM caches
    GROUP BY ALL
)
SELECT m.resource, m.hour, 'AmazonApiGateway' AS offer, m.dimension, m.unit, m.quantity, m.low, m.high,
       CASE WHEN m.low = m.high AND s.resource IS NULL THEN 'measured' ELSE 'inferred' END AS basis
FROM metered m
LEFT JOIN shared s ON s.resource = m.resource;
