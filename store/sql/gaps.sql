-- Which gaps touch the window?
SELECT account_id, region, service, resource_id, metric, from_ts, to_ts, reason
FROM gaps
WHERE from_ts < $2 AND to_ts > $1
ORDER BY ALL
