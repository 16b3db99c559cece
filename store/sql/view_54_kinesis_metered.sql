-- What was each stream, and each consumer of enhanced fan-out, billed for in
-- each hour? (Amazon Kinesis Data Streams pricing page.)
--
-- Provisioned: every open shard by the hour; every record by each 25 KB begun;
-- each shard by the hour again if records stay longer than a day, and once
-- more for each consumer of enhanced fan-out.
-- On demand: the stream by the hour; data written, each record rounded up to
-- 1 KB, and data read; GB-months of what is older than a day.
-- Both: GB-months of what is older than seven days.
--
-- CloudWatch has bytes and records, not the sizes of records: of n records
-- with b bytes in all, max(n, b / chunk) to (b + n (chunk - 1)) / chunk chunks
-- are billed, likely half a chunk a record more than its bytes; where no call
-- put more than one chunk, n. Nor does it have shards: before the first
-- inventory there were as many as then, or as few as the traffic took; a count
-- that changed did so between two inventories. Of a deleted stream nothing but
-- traffic is known: it is taken for a provisioned one. What stood in a stream
-- before its metrics were asked for is taken from the hours that were: none,
-- their mean, their most.
CREATE OR REPLACE VIEW kinesis_metered AS
WITH turn AS (
    SELECT id AS resource, deleted, last_seen
    FROM resource
    WHERE service = 'kinesis' AND resource_id <> ''
      AND id BETWEEN coalesce(getvariable('refresh_from'), -2147483648) AND coalesce(getvariable('refresh_to'), 2147483647)
),
hours AS (
    SELECT DISTINCT l.resource,
           unnest(generate_series(date_trunc('hour', l.from_ts), l.to_ts - INTERVAL 1 MICROSECOND, INTERVAL 1 HOUR)) AS hour
    FROM ledger l
    JOIN turn USING (resource)
    WHERE l.grp IN ('kinesis-writes', 'kinesis-fan-out') AND NOT l.open
),
inventories AS (
    SELECT DISTINCT started FROM run WHERE kind = 'collect'
),
versions AS (
    SELECT v.resource, v.seen_at AS known_at, row_number() OVER w = 1 AS first,
           CASE WHEN row_number() OVER w = 1 THEN TIMESTAMP '1970-01-01' ELSE v.valid_from END AS valid_from,
           coalesce(v.config ->> '$.stream_mode', '') AS mode,
           coalesce(v.config ->> '$.stream', '') AS stream,
           CAST(v.config ->> '$.shards' AS BIGINT) AS shards,
           lead(CAST(v.config ->> '$.shards' AS BIGINT)) OVER w AS next_shards,
           lead(v.valid_from) OVER w AS next_from,
           coalesce(CAST(v.config ->> '$.retention_h' AS BIGINT), 24) AS retention,
           CAST(v.config ->> '$.created' AS TIMESTAMP) AS created
    FROM resource_version v
    JOIN turn USING (resource)
    WINDOW w AS (PARTITION BY v.resource ORDER BY v.valid_from, v.seen_at)
),
-- since when the next count may have held
doubted AS (
    SELECT v.*, i.started AS doubt_from
    FROM versions v
    ASOF LEFT JOIN inventories i ON v.next_from > i.started
),
rows_in AS (
    SELECT w.resource, date_trunc('hour', w.ts) AS hour, CAST(w.incoming_records AS HUGEINT) AS n, CAST(w.period_s AS HUGEINT) AS period_s,
           CAST(coalesce(w.incoming_bytes, 0) AS HUGEINT) AS b, coalesce(w.incoming_bytes_max, 9223372036854775807) AS most
    FROM kinesis_write_metrics w
    JOIN turn USING (resource)
    WHERE w.incoming_records > 0
),
written AS (
    SELECT resource, hour, sum(b) AS bytes,
           sum(greatest(n, (b + 25599) // 25600)) AS put_low,
           sum(CASE WHEN most <= 25600 THEN n ELSE greatest(n, (b + n * 12800) // 25600) END) AS put_likely,
           sum(CASE WHEN most <= 25600 THEN n ELSE greatest(n, (b + n * 25599) // 25600) END) AS put_high,
           sum(greatest(n, (b + 1023) // 1024)) AS kb_low,
           sum(CASE WHEN most <= 1024 THEN n ELSE greatest(n, (b + n * 512 + 511) // 1024) END) AS kb_likely,
           sum(CASE WHEN most <= 1024 THEN n ELSE greatest(n, (b + n * 1023) // 1024) END) AS kb_high,
           -- 1 MB and 1,000 records a second each
           max(greatest((b + period_s * 1048576 - 1) // (period_s * 1048576), (n + period_s * 1000 - 1) // (period_s * 1000))) AS needed
    FROM rows_in
    GROUP BY ALL
),
hourly AS MATERIALIZED (
    SELECT h.resource, h.hour, d.* EXCLUDE (resource, valid_from),
           (d.created IS NULL OR h.hour >= date_trunc('hour', d.created)) AND (NOT t.deleted OR h.hour < t.last_seen) AS stood,
           d.first AND h.hour < date_trunc('hour', d.known_at) AS earlier,
           coalesce(h.hour >= date_trunc('hour', d.doubt_from) AND d.next_shards <> d.shards, false) AS doubtful,
           coalesce(w.bytes, 0) AS bytes, w.put_low, w.put_likely, w.put_high, w.kb_low, w.kb_likely, w.kb_high,
           coalesce(w.needed, 1) AS needed,
           sum(coalesce(w.bytes, 0)) OVER o AS bytes_to, sum(coalesce(w.kb_likely, 0)) OVER o AS kb_to, sum(coalesce(w.kb_high, 0)) OVER o AS kb_high_to,
           min(h.hour) OVER (PARTITION BY h.resource) AS begin,
           max(coalesce(w.kb_high, 0)) OVER (PARTITION BY h.resource) AS kb_most,
           CAST(date_diff('hour', date_trunc('month', h.hour), date_trunc('month', h.hour) + INTERVAL 1 MONTH) AS DOUBLE) AS hours
    FROM hours h
    JOIN turn t ON t.resource = h.resource
    ASOF JOIN doubted d ON d.resource = h.resource AND h.hour >= d.valid_from
    LEFT JOIN written w ON w.resource = h.resource AND w.hour = h.hour
    WINDOW o AS (PARTITION BY h.resource ORDER BY h.hour)
),
sharded AS (
    SELECT resource, hour, stream <> '' AS fan_out, retention,
           CASE WHEN mode = '' THEN needed ELSE shards END AS quantity,
           CASE WHEN mode = '' THEN needed WHEN earlier THEN least(shards, needed) WHEN doubtful THEN least(shards, next_shards) ELSE shards END AS low,
           CASE WHEN mode = '' THEN needed WHEN doubtful THEN greatest(shards, next_shards, needed) ELSE greatest(shards, needed) END AS high,
           CASE WHEN mode = '' OR earlier THEN 'assumed' WHEN doubtful OR needed > shards THEN 'inferred' ELSE 'measured' END AS basis
    FROM hourly
    WHERE (mode = 'provisioned' AND stood) OR (mode = '' AND stream = '' AND put_low IS NOT NULL)
),
-- What is older than a day, and than a week, at an hour's beginning.
ages AS (
    SELECT resource, hour, hours, begin, created, kb_most, 'on-demand-extended-retention' AS dimension, 24 AS young, least(retention, 168) AS old
    FROM hourly
    WHERE stood AND mode = 'on-demand' AND retention > 24
    UNION ALL
    SELECT resource, hour, hours, begin, created, kb_most, 'long-term-retention', 168, retention
    FROM hourly
    WHERE stood AND stream = '' AND retention > 168
),
aged AS (
    SELECT a.resource, a.hour, a.hours, a.dimension, a.kb_most,
           coalesce(y.bytes_to, 0) - coalesce(o.bytes_to, 0) AS bytes,
           coalesce(y.kb_to, 0) - coalesce(o.kb_to, 0) AS kb,
           coalesce(z.kb_high_to, 0) - coalesce(o.kb_high_to, 0) AS kb_high,
           -- hours of it that nobody asked for, and the mean of those asked for
           greatest(0, date_diff('hour', greatest(a.hour - to_hours(a.old), coalesce(date_trunc('hour', a.created), a.hour - to_hours(a.old))),
                                 least(a.begin, a.hour - to_hours(a.young)))) AS missing,
           m.kb_to // (date_diff('hour', a.begin, m.hour) + 1) AS mean
    FROM ages a
    ASOF LEFT JOIN hourly y ON y.resource = a.resource AND a.hour - to_hours(a.young + 1) >= y.hour
    ASOF LEFT JOIN hourly z ON z.resource = a.resource AND a.hour - to_hours(a.young) >= z.hour
    ASOF LEFT JOIN hourly o ON o.resource = a.resource AND a.hour - to_hours(a.old + 1) >= o.hour
    JOIN hourly m ON m.resource = a.resource AND m.hour = a.hour
),
taken AS (
    SELECT r.resource, date_trunc('hour', r.ts) AS hour, CAST(sum(r.read_bytes) AS HUGEINT) AS b, CAST(sum(coalesce(r.read_records, 0)) AS HUGEINT) AS n
    FROM kinesis_read_metrics r
    JOIN turn USING (resource)
    WHERE r.read_bytes > 0
    GROUP BY ALL
),
pushed AS (
    SELECT c.resource, date_trunc('hour', c.ts) AS hour, CAST(sum(c.fan_out_bytes) AS HUGEINT) AS b
    FROM kinesis_consumer_metrics c
    JOIN turn USING (resource)
    WHERE c.fan_out_bytes > 0
    GROUP BY ALL
),
metered AS (
    SELECT resource, hour, CASE WHEN fan_out THEN 'enhanced-fan-out-consumer' ELSE 'shard' END AS dimension,
           CASE WHEN fan_out THEN 'consumer-shard-hour' ELSE 'shard-hour' END AS unit, 1e0 AS chunk,
           CAST(quantity AS DOUBLE) AS quantity, CAST(low AS DOUBLE) AS low, CAST(high AS DOUBLE) AS high, basis
    FROM sharded
    UNION ALL
    SELECT resource, hour, 'extended-retention-7d', 'shard-hour', 1, quantity, low, high, basis
    FROM sharded
    WHERE retention > 24 AND NOT fan_out
    UNION ALL
    SELECT resource, hour, 'put-payload-unit', 'unit of 25 KB', 1, put_likely, put_low, put_high,
           CASE WHEN mode = '' THEN 'assumed' WHEN put_low = put_high THEN 'measured' ELSE 'inferred' END
    FROM hourly
    WHERE put_low IS NOT NULL AND mode <> 'on-demand'
    UNION ALL
    SELECT resource, hour, 'on-demand-stream', 'stream-hour', 1, 1, 1, 1, CASE WHEN earlier THEN 'assumed' ELSE 'measured' END
    FROM hourly
    WHERE mode = 'on-demand' AND stream = '' AND stood
    UNION ALL
    SELECT resource, hour, 'on-demand-data-in', 'GB', 1048576, kb_likely, kb_low, kb_high,
           CASE WHEN kb_low = kb_high THEN 'measured' ELSE 'inferred' END
    FROM hourly
    WHERE kb_low IS NOT NULL AND mode = 'on-demand'
    UNION ALL
    SELECT t.resource, t.hour, 'on-demand-data-out', 'GB', 1073741824, t.b, t.b, t.b + t.n * 1023, 'inferred'
    FROM taken t
    JOIN hourly h ON h.resource = t.resource AND h.hour = t.hour AND h.mode = 'on-demand'
    UNION ALL
    SELECT p.resource, p.hour, CASE WHEN h.mode = 'on-demand' THEN 'on-demand-enhanced-fan-out' ELSE 'enhanced-fan-out-data' END, 'GB', 1073741824,
           p.b, p.b, p.b, CASE WHEN h.mode = '' THEN 'assumed' ELSE 'measured' END
    FROM pushed p
    JOIN hourly h ON h.resource = p.resource AND h.hour = p.hour
    UNION ALL
    SELECT resource, hour, dimension, 'GB-month', 1048576 * hours,
           kb + missing * mean, CAST(bytes AS DOUBLE) / 1024, kb_high + missing * kb_most, 'inferred'
    FROM aged
)
-- a double holds such counts exactly, and their quotients to 15 digits
SELECT resource, hour, 'AmazonKinesis' AS offer, dimension, unit, CAST(quantity / chunk AS DECIMAL(38, 13)) AS quantity,
       CAST(low / chunk AS DECIMAL(38, 13)) AS low, CAST(high / chunk AS DECIMAL(38, 13)) AS high, basis
FROM metered;
