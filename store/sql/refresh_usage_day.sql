-- Adds usage_hour up by UTC day.
DELETE FROM usage_day;
INSERT INTO usage_day
SELECT resource, CAST(hour AS DATE) AS day, offer, dimension, unit,
       CAST(sum(quantity) AS DECIMAL(38, 13)),
       CAST(sum(coalesce(low, quantity)) AS DECIMAL(38, 13)),
       CAST(sum(coalesce(high, quantity)) AS DECIMAL(38, 13)),
       min(basis)
FROM usage_hour
GROUP BY resource, day, offer, dimension, unit
ORDER BY resource, dimension, day;
