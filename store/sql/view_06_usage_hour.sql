-- What was each resource but functions billed for in each hour?
CREATE OR REPLACE VIEW usage_hour AS
SELECT resource, hour, offer, dimension, unit,
       CASE WHEN whole IS NOT NULL THEN CAST(whole AS DECIMAL(38, 13)) ELSE part END AS quantity,
       CASE WHEN whole IS NOT NULL THEN CAST(whole_low AS DECIMAL(38, 13)) ELSE part_low END AS low,
       CASE WHEN whole IS NOT NULL THEN CAST(whole_high AS DECIMAL(38, 13)) ELSE part_high END AS high,
       basis
FROM usage_packed;
