-- Which runtime has each Lambda function now?
CREATE OR REPLACE VIEW lambda_runtime AS
SELECT resource, coalesce(config ->> '$.runtime', '') AS runtime
FROM resource_version
QUALIFY row_number() OVER (PARTITION BY resource ORDER BY valid_from DESC, seen_at DESC) = 1;
