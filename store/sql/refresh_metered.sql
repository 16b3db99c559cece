-- Keeps what a service's view METERED shows of the resources whose turn it is:
-- by the hour, whole quantities apart, and by the day.
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
        WHERE resource BETWEEN getvariable('refresh_from') AND getvariable('refresh_to')
          AND (quantity > 0 OR high > 0)
          AND derives(resource, hour)
    )
)
ORDER BY resource, dimension, hour;
INSERT INTO usage_day
SELECT resource, CAST(hour AS DATE) AS day, offer, dimension, unit,
       CAST(sum(CAST(quantity AS DECIMAL(38, 13))) AS DECIMAL(38, 13)),
       CAST(sum(CAST(coalesce(low, quantity) AS DECIMAL(38, 13))) AS DECIMAL(38, 13)),
       CAST(sum(CAST(coalesce(high, quantity) AS DECIMAL(38, 13))) AS DECIMAL(38, 13)),
       min(basis)
FROM METERED
WHERE resource BETWEEN getvariable('refresh_from') AND getvariable('refresh_to')
  AND (quantity > 0 OR high > 0)
  AND derives(resource, hour)
GROUP BY resource, CAST(hour AS DATE), offer, dimension, unit
ORDER BY resource, dimension, day;
