-- What was each resource billed for in the calendar months that touch the
-- window, split by what lies inside it? The weakest basis is the first in the
-- alphabet: assumed, inferred, measured.
SELECT resource,
       CAST(date_trunc('month', day) AS TIMESTAMP) AS month,
       inside, offer, dimension, unit,
       CAST(sum(quantity) AS DECIMAL(38, 13)),
       CAST(sum(low) AS DECIMAL(38, 13)),
       CAST(sum(high) AS DECIMAL(38, 13)),
       min(basis)
FROM usage_parts(CAST($1 AS TIMESTAMP), CAST($2 AS TIMESTAMP))
GROUP BY resource, month, inside, offer, dimension, unit
ORDER BY resource, month, inside, offer, dimension
