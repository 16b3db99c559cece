-- What was each table, and each global secondary index, billed for in each
-- hour?
--
-- Throughput: an hour with provisioned capacity is billed by it, any other by
-- the units consumed, which CloudWatch sums as AWS bills them. Capacity that
-- changes within an hour is billed between its mean and its highest. In the
-- hour in which a table changes its mode the units consumed may have been
-- billed or not. Where a provisioned table's capacity was not published, its
-- configuration tells it, or the bounds of its scaling do. A table with
-- replicas writes replicated units; its indexes do not.
--
-- Storage: AWS bills 100 bytes an item on top of what DescribeTable counts
-- every six hours, 48 more in a global table (DynamoDB developer guide, "Item
-- sizes and formats"). Away from an inventory the
-- size differs by what was written in between at most: a write unit adds or
-- removes 1 KB and one item. Backups for point-in-time recovery are billed by
-- the size of the table.
CREATE OR REPLACE VIEW dynamodb_metered AS
WITH turn AS (
    SELECT id AS resource, deleted, last_seen
    FROM resource
    WHERE service = 'dynamodb' AND resource_id <> ''
      AND id BETWEEN coalesce(getvariable('refresh_from'), -2147483648) AND coalesce(getvariable('refresh_to'), 2147483647)
),
hours AS (
    SELECT DISTINCT l.resource,
           unnest(generate_series(date_trunc('hour', l.from_ts), l.to_ts - INTERVAL 1 MICROSECOND, INTERVAL 1 HOUR)) AS hour
    FROM ledger l
    JOIN turn USING (resource)
    WHERE l.grp = 'dynamodb-reads' AND NOT l.open
),
reads AS (
    SELECT resource, date_trunc('hour', ts) AS hour, CAST(sum(CAST(consumed_read AS DECIMAL(38, 6))) AS DECIMAL(38, 13)) AS units
    FROM dynamodb_read_metrics
    JOIN turn USING (resource)
    GROUP BY ALL
),
writes AS (
    SELECT resource, date_trunc('hour', ts) AS hour, CAST(sum(CAST(consumed_write AS DECIMAL(38, 6))) AS DECIMAL(38, 13)) AS units
    FROM dynamodb_write_metrics
    JOIN turn USING (resource)
    GROUP BY ALL
),
capacity AS (
    SELECT resource, date_trunc('hour', ts) AS hour,
           CAST(sum(CAST(provisioned_read AS DECIMAL(38, 6))) / count(provisioned_read) AS DECIMAL(28, 9)) AS rcu,
           CAST(max(provisioned_read_max) AS DECIMAL(28, 9)) AS rcu_max,
           CAST(sum(CAST(provisioned_write AS DECIMAL(38, 6))) / count(provisioned_write) AS DECIMAL(28, 9)) AS wcu,
           CAST(max(provisioned_write_max) AS DECIMAL(28, 9)) AS wcu_max
    FROM dynamodb_capacity_metrics
    JOIN turn USING (resource)
    WHERE provisioned_read > 0 OR provisioned_write > 0
    GROUP BY ALL
),
versions AS (
    SELECT v.resource, v.valid_from AS known_at,
           CASE WHEN row_number() OVER w = 1 THEN TIMESTAMP '1970-01-01' ELSE v.valid_from END AS valid_from,
           coalesce(v.config ->> '$.capacity_mode', '') AS mode,
           CASE WHEN v.config ->> '$.table_class' = 'standard-ia' THEN 'ia-' ELSE '' END AS class,
           coalesce(json_array_length(v.config, '$.replicas'), 0) > 0 AS replicated,
           CAST(v.config ->> '$.rcu' AS DECIMAL(28, 9)) AS rcu,
           CAST(v.config ->> '$.wcu' AS DECIMAL(28, 9)) AS wcu,
           CAST(v.config ->> '$.scaling.read_min' AS DECIMAL(28, 9)) AS read_min,
           CAST(v.config ->> '$.scaling.read_max' AS DECIMAL(28, 9)) AS read_max,
           CAST(v.config ->> '$.scaling.write_min' AS DECIMAL(28, 9)) AS write_min,
           CAST(v.config ->> '$.scaling.write_max' AS DECIMAL(28, 9)) AS write_max,
           CAST(v.config ->> '$.bytes' AS HUGEINT) AS bytes,
           CAST(v.config ->> '$.items' AS HUGEINT) AS items,
           coalesce(v.config ->> '$.pitr' = 'true', false) AS pitr,
           CAST(v.config ->> '$.pitr_since' AS TIMESTAMP) AS pitr_since,
           CAST(v.config ->> '$.created' AS TIMESTAMP) AS created,
           CAST(v.config ->> '$.on_demand_since' AS TIMESTAMP) AS on_demand_since
    FROM resource_version v
    JOIN turn USING (resource)
    WINDOW w AS (PARTITION BY v.resource ORDER BY v.valid_from, v.seen_at)
),
hourly AS MATERIALIZED (
    SELECT h.resource, h.hour, v.* EXCLUDE (resource, rcu, wcu),
           v.rcu AS set_rcu, v.wcu AS set_wcu, c.rcu, c.rcu_max, c.wcu, c.wcu_max,
           coalesce(rd.units, 0) AS reads, coalesce(wr.units, 0) AS writes,
           -- whether it stood: made before, and not known to be gone
           (v.created IS NULL OR h.hour >= date_trunc('hour', v.created)) AND (NOT r.deleted OR h.hour < r.last_seen) AS stood,
           c.resource IS NOT NULL AS provisioned,
           lag(c.resource IS NULL, 1, false) OVER o AS before_not,
           sum(coalesce(wr.units, 0)) OVER o AS written
    FROM hours h
    JOIN turn r ON r.resource = h.resource
    ASOF JOIN versions v ON v.resource = h.resource AND h.hour >= v.valid_from
    LEFT JOIN reads rd ON rd.resource = h.resource AND rd.hour = h.hour
    LEFT JOIN writes wr ON wr.resource = h.resource AND wr.hour = h.hour
    LEFT JOIN capacity c ON c.resource = h.resource AND c.hour = h.hour
    WINDOW o AS (PARTITION BY h.resource ORDER BY h.hour)
),
moded AS (
    SELECT *,
           -- by configuration alone: nothing published, and not on demand then
           NOT provisioned AND mode = 'provisioned' AND stood AND (on_demand_since IS NULL OR hour < on_demand_since) AS presumed,
           provisioned AND on_demand_since IS NOT NULL AND (before_not OR hour = date_trunc('hour', on_demand_since)) AS changing,
           CASE WHEN replicated THEN 'replicated-write' ELSE 'write' END AS writing
    FROM hourly
),
inventories AS (
    SELECT v.resource, v.known_at, coalesce(b.written, 0) AS written_before, coalesce(a.written, 0) AS written_at
    FROM versions v
    ASOF LEFT JOIN hourly b ON b.resource = v.resource AND v.known_at - INTERVAL 7 HOUR >= b.hour
    ASOF LEFT JOIN hourly a ON a.resource = v.resource AND v.known_at >= a.hour
),
sized AS (
    SELECT m.resource, m.hour, m.class, m.pitr AND (m.pitr_since IS NULL OR m.hour >= date_trunc('hour', m.pitr_since)) AS pitr,
           m.bytes, m.items * CASE WHEN m.replicated THEN 148 ELSE 100 END AS overhead,
           CASE WHEN m.replicated THEN 1172 ELSE 1124 END AS most,
           CAST(ceil(greatest(m.written - i.written_before, i.written_at - m.written + m.writes)) AS HUGEINT) AS units,
           CAST(date_diff('hour', date_trunc('month', m.hour), date_trunc('month', m.hour) + INTERVAL 1 MONTH) AS DOUBLE) AS hours
    FROM moded m
    JOIN inventories i ON i.resource = m.resource AND i.known_at = m.known_at
    WHERE m.bytes IS NOT NULL AND m.stood
),
-- GB-months of an hour
stored AS (
    SELECT resource, hour, class, pitr,
           CAST(CAST(bytes + overhead AS DOUBLE) / (1073741824 * hours) AS DECIMAL(38, 13)) AS quantity,
           CAST(CAST(greatest(bytes - 1024 * units, 0) AS DOUBLE) / (1073741824 * hours) AS DECIMAL(38, 13)) AS low,
           CAST(CAST(bytes + overhead + most * units AS DOUBLE) / (1073741824 * hours) AS DECIMAL(38, 13)) AS high
    FROM sized
),
metered AS (
    SELECT resource, hour, mode, class || 'on-demand-read' AS dimension, 'RRU' AS unit,
           CASE WHEN changing THEN 0 ELSE reads END AS quantity, CASE WHEN changing THEN 0 ELSE reads END AS low, reads AS high
    FROM moded
    WHERE reads > 0 AND NOT presumed AND (changing OR NOT provisioned)
    UNION ALL
    SELECT resource, hour, mode,
           class || CASE WHEN replicated THEN 'replicated-write-on-demand (global tables)' ELSE 'on-demand-write' END,
           CASE WHEN replicated THEN 'rWRU' ELSE 'WRU' END,
           CASE WHEN changing THEN 0 ELSE writes END, CASE WHEN changing THEN 0 ELSE writes END, writes
    FROM moded
    WHERE writes > 0 AND NOT presumed AND (changing OR NOT provisioned)
    UNION ALL
    SELECT resource, hour, CASE WHEN presumed THEN '' ELSE mode END, class || 'provisioned-read',
           CASE WHEN class = '' THEN 'RCU-hour per month' ELSE 'RCU-hour' END,
           CASE WHEN provisioned THEN rcu ELSE set_rcu END,
           CASE WHEN provisioned THEN rcu ELSE least(read_min, set_rcu) END,
           CASE WHEN provisioned THEN greatest(rcu, rcu_max) ELSE greatest(read_max, set_rcu) END
    FROM moded
    WHERE provisioned OR presumed
    UNION ALL
    SELECT resource, hour, CASE WHEN presumed THEN '' ELSE mode END,
           class || CASE WHEN replicated THEN 'replicated-write-provisioned (global tables)' ELSE 'provisioned-write' END,
           CASE WHEN replicated THEN 'rWCU-hour' WHEN class = '' THEN 'WCU-hour per month' ELSE 'WCU-hour' END,
           CASE WHEN provisioned THEN wcu ELSE set_wcu END,
           CASE WHEN provisioned THEN wcu ELSE least(write_min, set_wcu) END,
           CASE WHEN provisioned THEN greatest(wcu, wcu_max) ELSE greatest(write_max, set_wcu) END
    FROM moded
    WHERE provisioned OR presumed
    UNION ALL
    SELECT resource, hour, '', CASE WHEN class = '' THEN 'storage-standard' ELSE 'ia-storage' END, 'GB-month', quantity, low, high
    FROM stored
    UNION ALL
    SELECT resource, hour, '', 'pitr-storage', 'GB-month', quantity, low, high
    FROM stored
    WHERE pitr
)
SELECT resource, hour, 'AmazonDynamoDB' AS offer, dimension, unit, quantity, low, high,
       CASE WHEN low = high AND mode <> '' THEN 'measured' ELSE 'inferred' END AS basis
FROM metered
WHERE quantity IS NOT NULL;
