-- What was each resource billed for in the calendar months that touch the
-- window, split by what lies inside it? The weakest basis is the first in the
-- alphabet: assumed, inferred, measured.
SELECT resource,
       date_trunc('month', hour) AS month,
       hour >= $1 AND hour < $2 AS inside,
       offer, dimension, unit,
       CAST(sum(quantity) AS DECIMAL(38, 13)),
       CAST(sum(coalesce(low, quantity)) AS DECIMAL(38, 13)),
       CAST(sum(coalesce(high, quantity)) AS DECIMAL(38, 13)),
       min(basis)
FROM usage_hour
WHERE hour >= date_trunc('month', CAST($1 AS TIMESTAMP))
  AND hour < date_trunc('month', CAST($2 AS TIMESTAMP) - INTERVAL 1 MICROSECOND) + INTERVAL 1 MONTH
GROUP BY resource, month, inside, offer, dimension, unit
ORDER BY resource, month, inside, offer, dimension
