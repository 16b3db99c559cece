-- Which data should be there and is not?
CREATE OR REPLACE VIEW gaps AS
SELECT account_id, region, service, resource_id, metric, from_ts, to_ts, reason
FROM gap;
