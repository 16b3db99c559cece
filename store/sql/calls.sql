-- What has collecting cost so far?
SELECT CAST(coalesce(sum(requests), 0) AS BIGINT), CAST(coalesce(sum(billed_units), 0) AS BIGINT),
       CAST(coalesce(sum(cost_usd), 0) AS VARCHAR)
FROM api_call
