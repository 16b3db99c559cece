-- Adds what the REPORT lines before $1 said of cold starts to what earlier
-- ones did, so that the mean init of a function stays as it was.
INSERT INTO pruned_init
SELECT resource, CAST(sum(cold_starts) AS BIGINT), CAST(sum(billed_init_ms) AS BIGINT)
FROM (
    SELECT resource, cold_starts, billed_init_ms FROM old.pruned_init
    UNION ALL
    SELECT resource, cold_starts, billed_init_ms FROM old.lambda_reports
    WHERE hour < $1 AND hour >= (SELECT coalesce(max(kept_from), TIMESTAMP '-infinity') FROM old.pruned)
)
GROUP BY resource
ORDER BY resource
