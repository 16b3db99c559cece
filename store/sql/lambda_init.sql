-- What init is each function's cold start billed on average? -1 where no
-- REPORT line tells.
SELECT r.id, coalesce(t.runtime, ''), coalesce(sum(l.billed_init_ms) / nullif(sum(l.cold_starts), 0), -1)
FROM resource r
LEFT JOIN lambda_runtime t ON t.resource = r.id
LEFT JOIN (
    SELECT resource, cold_starts, billed_init_ms FROM lambda_reports
    WHERE hour >= (SELECT coalesce(max(kept_from), TIMESTAMP '-infinity') FROM pruned)
    UNION ALL
    SELECT resource, cold_starts, billed_init_ms FROM pruned_init
) l ON l.resource = r.id
WHERE r.service = 'lambda' AND r.resource_id <> ''
GROUP BY r.id, t.runtime
ORDER BY r.id
