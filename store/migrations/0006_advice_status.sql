-- What people decided about pieces of advice, by the advice's id. Without a
-- row it is new.

CREATE TABLE advice_status (
    id     VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    decided_at TIMESTAMP NOT NULL
);
