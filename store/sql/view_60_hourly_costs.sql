-- What did each resource cost in each hour, dimension by dimension? A month
-- is priced as a whole over its tiers; every hour carries the average.
CREATE OR REPLACE VIEW hourly_costs AS
SELECT u.hour AS ts, r.account_id, r.region, r.service, r.resource_id, u.dimension, u.quantity, u.unit,
       CAST(CAST(u.quantity AS DOUBLE) * CAST(p.average AS DOUBLE) AS DECIMAL(38, 15)) AS cost_usd
FROM usage_hours u
JOIN resource r ON r.id = u.resource
LEFT JOIN month_price p
       ON p.month = CAST(date_trunc('month', u.hour) AS DATE)
      AND p.account_id = r.account_id
      AND p.region = r.region
      AND p.service = r.service
      AND p.dimension = u.dimension;
