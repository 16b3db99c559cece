-- Takes away the gaps that earlier runs left by a refused or failed call where
-- this run, the one with id $1, made that call again and did not record the
-- gap anew. The metrics of a resource are not among them: their gaps end with
-- a complete fetch of the same hours (close_gaps.sql). An account that could
-- not be entered is one that was, as soon as any call to it is on record.
WITH called AS (
    SELECT DISTINCT account_id, region, operation
    FROM api_call
    WHERE ts >= (SELECT started FROM run WHERE id = $1)
)
DELETE FROM gap
WHERE run < $1
  AND (
      (resource_id = '' OR metric LIKE '%:%' AND metric <> 'cloudwatch:GetMetricData')
      AND (account_id, region, metric) IN (SELECT account_id, region, operation FROM called)
      OR metric = 'sts:AssumeRole' AND account_id IN (SELECT account_id FROM called)
  )
