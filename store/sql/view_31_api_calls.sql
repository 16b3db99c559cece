-- Which calls were made, and what did they cost?
CREATE OR REPLACE VIEW api_calls AS
SELECT ts, operation,
       CAST(sum(requests) AS BIGINT) AS requests,
       CAST(sum(billed_units) AS BIGINT) AS billed_units,
       CASE WHEN count(cost_usd) = count(*) THEN sum(cost_usd) END AS cost_usd
FROM api_call
GROUP BY ts, operation;
