-- What does every stored REPORT line say?
CREATE OR REPLACE VIEW invocations AS
SELECT r.account_id, r.region, r.resource_id,
       coalesce(CAST(i.request_uuid AS VARCHAR), i.request_text) AS request_id,
       i.ts, i.duration_ms, i.billed_duration_ms, i.init_duration_ms, i.restore_duration_ms,
       i.memory_size_mb, i.max_memory_used_mb, i.status, s.name AS source
FROM invocation i
JOIN resource r ON r.id = i.resource
JOIN source s ON s.id = i.source;
