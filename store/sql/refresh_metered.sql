-- Keeps what a service's view METERED shows, whole quantities apart.
INSERT INTO usage_packed
SELECT resource, hour, offer, dimension, unit,
       CASE WHEN whole THEN CAST(quantity AS BIGINT) END,
       CASE WHEN whole THEN CAST(low AS BIGINT) END,
       CASE WHEN whole THEN CAST(high AS BIGINT) END,
       CASE WHEN NOT whole THEN quantity END,
       CASE WHEN NOT whole THEN low END,
       CASE WHEN NOT whole THEN high END,
       basis
FROM (
    SELECT *,
           quantity < 9e17 AND coalesce(high, quantity) < 9e17
           AND quantity = trunc(quantity) AND coalesce(low, 0) = trunc(coalesce(low, 0)) AND coalesce(high, 0) = trunc(coalesce(high, 0)) AS whole
    FROM (
        SELECT resource, hour, offer, dimension, unit, basis,
               CAST(quantity AS DECIMAL(38, 13)) AS quantity,
               CAST(low AS DECIMAL(38, 13)) AS low,
               CAST(high AS DECIMAL(38, 13)) AS high
        FROM METERED
        WHERE quantity > 0 OR high > 0
    )
)
ORDER BY resource, dimension, hour;
