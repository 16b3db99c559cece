-- How many requests was each queue billed for in each hour? AWS bills
-- requests of up to ten messages, each 64 KB begun of their payload as one;
-- CloudWatch counts messages. At least: full batches, no chunk begun in vain.
-- At most: a request for every message, each as large as the largest. Likely:
-- a request for every message of mean size. An empty receive is a request.
CREATE OR REPLACE VIEW sqs_metered AS
WITH hourly AS (
    SELECT resource, date_trunc('hour', ts) AS hour,
           CAST(coalesce(sum(sent), 0) AS BIGINT) AS sent,
           CAST(coalesce(sum(received), 0) AS BIGINT) AS received,
           CAST(coalesce(sum(deleted), 0) AS BIGINT) AS deleted,
           CAST(coalesce(sum(empty_receives), 0) AS BIGINT) AS empties,
           CAST(coalesce(sum(sent_bytes), 0) AS BIGINT) AS bytes,
           CAST(coalesce(max(sent_bytes_max), 0) AS BIGINT) AS largest
    FROM sqs_metrics
    GROUP BY resource, date_trunc('hour', ts)
),
sized AS (
    SELECT *,
           -- 64 KB chunks of a message of mean and of largest size
           greatest(1, CASE WHEN sent > 0 THEN (bytes + sent * 65536 - 1) // (sent * 65536) ELSE 1 END) AS chunks,
           greatest(1, (largest + 65535) // 65536) AS most
    FROM hourly
)
SELECT s.resource, s.hour, 'AWSQueueService' AS offer,
       CASE WHEN coalesce(json_extract_string(c.config, '$.fifo'), 'false') = 'true' THEN 'fifo-requests' ELSE 'standard-requests' END AS dimension,
       'request' AS unit,
       empties + deleted + (sent + received) * chunks AS quantity,
       empties + (deleted + 9) // 10 + greatest((sent + 9) // 10, bytes // 65536) + (received + 9) // 10 AS low,
       empties + deleted + (sent + received) * most AS high,
       'inferred' AS basis
FROM sized s
LEFT JOIN resource_config c ON c.resource = s.resource;
