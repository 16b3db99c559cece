-- What "prune" took away. At most one row: what lay before kept_from is gone
-- and is not asked for again. Hours before frozen_to were derived while it
-- still stood, and stay as they are.

CREATE TABLE pruned (
    kept_from TIMESTAMP NOT NULL,
    frozen_to TIMESTAMP NOT NULL
);

-- Resources of which something was stored since that is older than frozen_to:
-- all of their hours are derived again.
CREATE TABLE thawed (
    resource INTEGER NOT NULL
);

-- What the REPORT lines that are gone said of cold starts.
CREATE TABLE pruned_init (
    resource       INTEGER NOT NULL,
    cold_starts    BIGINT NOT NULL,
    billed_init_ms BIGINT NOT NULL
);
