-- What was billed in a month, alike lines summed? Arguments: source, month,
-- and the time that data was collected of.
--
-- comparable is what public prices make of usage. A price in tiers is stated
-- as that of the highest tier (AWS Data Exports, pricing_public_on_demand_cost),
-- so what was charged counts unless public prices come out dearer: then there
-- was a private rate. (Amounts are rounded to 10 decimals.) What is covered by a commitment counts at public prices.
WITH charge AS (
    SELECT *,
           category IN ('usage', 'savings-plan-usage', 'reserved-usage') AS used,
           category = 'usage' AND billed_usd = 0 AND coalesce(quantity, 0) > 0 AS free
    FROM billed
    WHERE source = ? AND month = ?
)
SELECT account_id, region, service, product, usage_type, operation, category, free,
       used AND (end_ts <= ? OR start_ts >= ?) AS outside,
       any_value(description),
       CAST(coalesce(sum(quantity), 0) AS VARCHAR) AS quantity,
       CAST(sum(billed_usd) AS VARCHAR) AS billed,
       CAST(sum(CASE
           WHEN NOT used OR free THEN billed_usd
           WHEN list_usd - billed_usd > greatest(billed_usd * 0.000001, 0.000000001) THEN list_usd
           ELSE billed_usd
       END) AS VARCHAR) AS comparable
FROM charge
GROUP BY ALL
ORDER BY ALL
