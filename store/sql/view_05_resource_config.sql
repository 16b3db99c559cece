-- Which configuration does each resource have now?
CREATE OR REPLACE VIEW resource_config AS
SELECT resource, config
FROM resource_version
QUALIFY row_number() OVER (PARTITION BY resource ORDER BY valid_from DESC, seen_at DESC) = 1;
