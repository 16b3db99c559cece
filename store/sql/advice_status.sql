-- What was decided about which advice?
SELECT id, status, reason, decided_at
FROM advice_status
ORDER BY id
