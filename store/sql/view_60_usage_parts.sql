-- What was each resource billed for, by whole days as far as a window's ends
-- allow? Days that the window cuts are taken apart into hours.
CREATE OR REPLACE MACRO usage_parts(from_ts, to_ts) AS TABLE
WITH cut AS (
    SELECT CAST(from_ts AS DATE) AS day WHERE from_ts <> date_trunc('day', CAST(from_ts AS TIMESTAMP))
    UNION
    SELECT CAST(to_ts AS DATE) WHERE to_ts <> date_trunc('day', CAST(to_ts AS TIMESTAMP))
)
SELECT resource, day, day >= CAST(from_ts AS DATE) AND CAST(day AS TIMESTAMP) < to_ts AS inside,
       offer, dimension, unit, quantity, low, high, basis
FROM usage_day
WHERE day >= date_trunc('month', CAST(from_ts AS TIMESTAMP))
  AND day < date_trunc('month', CAST(to_ts AS TIMESTAMP) - INTERVAL 1 MICROSECOND) + INTERVAL 1 MONTH
  AND day NOT IN (SELECT day FROM cut)
UNION ALL
SELECT resource, CAST(hour AS DATE) AS day, hour >= from_ts AND hour < to_ts AS inside,
       offer, dimension, unit, quantity, coalesce(low, quantity), coalesce(high, quantity), basis
FROM usage_hour
WHERE CAST(hour AS DATE) IN (SELECT day FROM cut)
  AND hour >= date_trunc('month', CAST(from_ts AS TIMESTAMP))
  AND hour < date_trunc('month', CAST(to_ts AS TIMESTAMP) - INTERVAL 1 MICROSECOND) + INTERVAL 1 MONTH;
