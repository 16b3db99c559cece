-- What was each topic billed for in each hour?
--
-- Standard topics, published: requests of up to ten messages, each 64 KB begun
-- of their payload as one; CloudWatch counts messages. At least full batches,
-- at most a request for every message, which is likely.
-- Standard topics, delivered: by protocol, where CloudWatch has one count. Of
-- n messages and S subscriptions, s of them of a protocol, d deliveries are at
-- most n·s by it and at least d - n·(S - s); likely d·s/S. With one protocol,
-- or nothing filtered and nothing failed, that is exact. Deliveries to queues
-- and functions are free. Where the subscriptions are not known, all may or
-- may not have gone to HTTP endpoints.
-- FIFO topics: messages and bytes, in and to each subscription. Bytes that did
-- not reach every subscription are of messages between least and most size.
-- Filters on the payload: all that is published, for each such subscription.
CREATE OR REPLACE VIEW sns_metered AS
WITH topics AS (
    SELECT r.id AS resource, c.config,
           coalesce(json_extract_string(c.config, '$.fifo') = 'true', false) AS fifo,
           coalesce(json_extract_string(c.config, '$.more') = 'true', false) AS more,
           coalesce(CAST(json_extract_string(c.config, '$.payload_filters') AS BIGINT), 0) AS filters
    FROM resource r
    JOIN resource_config c ON c.resource = r.id
    WHERE r.service = 'sns'
),
protocols (dimension, unit, names) AS (VALUES
    ('delivery-http', 'notification', ['http', 'https']),
    ('delivery-email', 'notification', ['email', 'email-json']),
    ('delivery-mobile-push', 'notification', ['application']),
    ('delivery-sms', 'message, varies by country and carrier', ['sms']),
    ('delivery-firehose', 'notification', ['firehose']),
    ('', '', ['sqs', 'lambda'])
),
subscriptions AS (
    SELECT t.resource, p.dimension, p.unit,
           CAST(coalesce(list_sum(list_transform(p.names, name -> CAST(json_extract_string(t.config, ('$.subscriptions."' || name || '"')) AS BIGINT))), 0) AS BIGINT) AS s
    FROM topics t, protocols p
),
counted AS (
    SELECT resource, dimension, unit, s, CAST(sum(s) OVER (PARTITION BY resource) AS BIGINT) AS all_s
    FROM subscriptions
),
hourly AS (
    SELECT m.resource, date_trunc('hour', m.ts) AS hour,
           CAST(coalesce(sum(m.published), 0) AS BIGINT) AS n,
           CAST(coalesce(sum(m.delivered), 0) AS BIGINT) AS d,
           CAST(sum(m.bytes) AS BIGINT) AS bytes,
           CAST(coalesce(min(m.bytes_min), 0) AS BIGINT) AS smallest,
           -- a message has 256 KB at most
           CAST(coalesce(max(m.bytes_max), 262144) AS BIGINT) AS largest
    FROM sns_metrics m
    GROUP BY m.resource, date_trunc('hour', m.ts)
),
sized AS (
    SELECT h.*, t.fifo, t.more, t.filters,
           -- 64 KB chunks of a message of least, mean and most size
           greatest(1, (h.smallest + 65535) // 65536) AS least,
           greatest(1, CASE WHEN h.n > 0 AND h.bytes > 0 THEN (h.bytes + h.n * 65536 - 1) // (h.n * 65536) ELSE 1 END) AS mean,
           greatest(1, (h.largest + 65535) // 65536) AS most
    FROM hourly h
    JOIN topics t ON t.resource = h.resource
),
published AS (
    SELECT resource, hour,
           greatest((n + 9) // 10, coalesce((bytes + 65535) // 65536, 0)) AS low,
           n * mean AS likely,
           least(n * most, coalesce((bytes + n * 65535) // 65536, n * 4)) AS high
    FROM sized
    WHERE NOT fifo AND n > 0
),
-- notifications by protocol
shared AS (
    SELECT h.resource, h.hour, c.dimension, c.unit, h.d, h.least, h.mean, h.most,
           (2 * h.d * c.s + c.all_s) // (2 * c.all_s) AS likely,
           CASE WHEN c.s = c.all_s AND NOT h.more THEN h.d
                WHEN h.more OR h.d > h.n * c.all_s THEN 0
                ELSE greatest(0, h.d - h.n * (c.all_s - c.s)) END AS low,
           CASE WHEN h.more OR h.d > h.n * c.all_s THEN h.d
                ELSE least(h.d, h.n * c.s) END AS high
    FROM sized h
    JOIN counted c ON c.resource = h.resource
    WHERE NOT h.fifo AND h.d > 0 AND c.s > 0 AND c.dimension <> ''
    UNION ALL
    SELECT h.resource, h.hour, 'delivery-http', 'notification', h.d, h.least, h.mean, h.most, 0, 0, h.d
    FROM sized h
    JOIN counted c ON c.resource = h.resource AND c.dimension = ''
    WHERE NOT h.fifo AND h.d > 0 AND c.all_s = 0
),
delivered AS (
    SELECT resource, hour, dimension, unit, low * least AS low, greatest(low, least(likely, high)) * greatest(least, least(mean, most)) AS likely, high * most AS high
    FROM shared
),
gigabytes AS (
    SELECT resource, hour, 'fifo-publish-payload' AS dimension, 'GB' AS unit, bytes AS low, bytes AS likely, bytes AS high
    FROM sized
    WHERE fifo AND bytes > 0
    UNION ALL
    SELECT h.resource, h.hour, 'fifo-delivery-payload', 'GB',
           greatest(h.d * h.smallest, CASE WHEN h.more OR h.d > h.n * c.all_s THEN 0 ELSE h.bytes * c.all_s - (h.n * c.all_s - h.d) * h.largest END),
           CASE WHEN h.n > 0 THEN h.bytes * h.d // h.n ELSE h.d * h.smallest END,
           least(h.d * h.largest, CASE WHEN h.more OR h.d > h.n * c.all_s THEN h.d * h.largest ELSE h.bytes * c.all_s - (h.n * c.all_s - h.d) * h.smallest END)
    FROM sized h
    JOIN counted c ON c.resource = h.resource AND c.dimension = ''
    WHERE h.fifo AND h.d > 0
    UNION ALL
    SELECT resource, hour, 'payload-filtering', 'GB scanned', bytes * filters, bytes * filters, bytes * filters
    FROM sized
    WHERE filters > 0 AND bytes > 0
),
metered AS (
    SELECT resource, hour, 'standard-publish' AS dimension, 'request per 64 KB chunk' AS unit,
           CAST(greatest(low, least(likely, high)) AS DECIMAL(38, 13)) AS quantity, CAST(low AS DECIMAL(38, 13)) AS low, CAST(high AS DECIMAL(38, 13)) AS high
    FROM published
    UNION ALL
    SELECT resource, hour, dimension, unit, likely, low, high
    FROM delivered
    UNION ALL
    SELECT resource, hour, 'fifo-publish-requests', 'request', n, n, n
    FROM sized
    WHERE fifo AND n > 0
    UNION ALL
    SELECT resource, hour, 'fifo-delivery', 'notification', d, d, d
    FROM sized
    WHERE fifo AND d > 0
    UNION ALL
    -- GB in units of 10^-13, rounded
    SELECT resource, hour, dimension, unit,
           CAST((CAST(likely AS HUGEINT) * 10000000000000 + 536870912) // 1073741824 AS DECIMAL(25, 0)) * 0.0000000000001,
           CAST((CAST(low AS HUGEINT) * 10000000000000 + 536870912) // 1073741824 AS DECIMAL(25, 0)) * 0.0000000000001,
           CAST((CAST(high AS HUGEINT) * 10000000000000 + 536870912) // 1073741824 AS DECIMAL(25, 0)) * 0.0000000000001
    FROM gigabytes
)
SELECT resource, hour, 'AmazonSNS' AS offer, dimension, unit, quantity, low, high,
       CASE WHEN low = high THEN 'measured' ELSE 'inferred' END AS basis
FROM metered;
