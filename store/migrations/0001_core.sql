-- What was collected, how completely, and what asking for it cost.
-- All times are UTC. Wide metric tables are created from MetricTable values.

CREATE TABLE resource (
    id          INTEGER NOT NULL,
    account_id  VARCHAR NOT NULL,
    region      VARCHAR NOT NULL,
    service     VARCHAR NOT NULL,
    resource_id VARCHAR NOT NULL,
    name        VARCHAR NOT NULL,
    app         VARCHAR NOT NULL,
    tags        VARCHAR NOT NULL,
    origin      VARCHAR NOT NULL,
    deleted     BOOLEAN NOT NULL,
    first_seen  TIMESTAMP NOT NULL,
    last_seen   TIMESTAMP NOT NULL
);

-- A row for each configuration a resource has had; the newest one holds.
CREATE TABLE resource_version (
    resource   INTEGER NOT NULL,
    valid_from TIMESTAMP NOT NULL,
    seen_at    TIMESTAMP NOT NULL,
    config     VARCHAR NOT NULL
);

-- The ledger: which windows were asked for. Closed and adjacent entries of
-- one resource and group are merged when a writer closes.
CREATE TABLE ledger (
    account_id VARCHAR NOT NULL,
    region     VARCHAR NOT NULL,
    resource   INTEGER NOT NULL,
    grp        VARCHAR NOT NULL,
    from_ts    TIMESTAMP NOT NULL,
    to_ts      TIMESTAMP NOT NULL,
    settled_to TIMESTAMP NOT NULL,
    open       BOOLEAN NOT NULL,
    reason     VARCHAR NOT NULL,
    action     VARCHAR NOT NULL,
    asked_at   TIMESTAMP NOT NULL
);

CREATE TABLE gap (
    run         INTEGER NOT NULL,
    account_id  VARCHAR NOT NULL,
    region      VARCHAR NOT NULL,
    service     VARCHAR NOT NULL,
    resource_id VARCHAR NOT NULL,
    metric      VARCHAR NOT NULL,
    from_ts     TIMESTAMP NOT NULL,
    to_ts       TIMESTAMP NOT NULL,
    reason      VARCHAR NOT NULL
);

-- Cost is NULL where the price is unknown.
CREATE TABLE api_call (
    ts           TIMESTAMP NOT NULL,
    account_id   VARCHAR NOT NULL,
    region       VARCHAR NOT NULL,
    operation    VARCHAR NOT NULL,
    requests     BIGINT NOT NULL,
    billed_units BIGINT NOT NULL,
    cost_usd     DECIMAL(38, 15)
);

CREATE TABLE run (
    id       INTEGER NOT NULL,
    kind     VARCHAR NOT NULL,
    source   VARCHAR NOT NULL,
    started  TIMESTAMP NOT NULL,
    ended    TIMESTAMP,
    complete BOOLEAN NOT NULL
);

-- REPORT lines summed by function, hour and memory size.
CREATE TABLE report_hour (
    resource       INTEGER NOT NULL,
    hour           TIMESTAMP NOT NULL,
    memory_mb      INTEGER NOT NULL,
    reports        BIGINT NOT NULL,
    billed_ms      BIGINT NOT NULL,
    duration_ms    DOUBLE NOT NULL,
    cold_starts    BIGINT NOT NULL,
    init_ms        DOUBLE NOT NULL,
    init_max_ms    DOUBLE NOT NULL,
    billed_init_ms BIGINT NOT NULL,
    restores       BIGINT NOT NULL,
    restore_ms     DOUBLE NOT NULL,
    timeouts       BIGINT NOT NULL,
    errors         BIGINT NOT NULL,
    max_memory_mb  INTEGER NOT NULL
);

-- REPORT lines one by one. A request id of the usual form stands in
-- request_uuid, any other in request_text. event_hi and event_lo identify
-- the event, so that it is stored once.
CREATE TABLE invocation (
    event_hi            UBIGINT NOT NULL,
    event_lo            UBIGINT NOT NULL,
    resource            INTEGER NOT NULL,
    source              INTEGER NOT NULL,
    ts                  TIMESTAMP,
    request_uuid        UUID,
    request_text        VARCHAR,
    duration_ms         DOUBLE,
    billed_duration_ms  BIGINT,
    init_duration_ms    DOUBLE,
    restore_duration_ms DOUBLE,
    billed_restore_ms   DOUBLE,
    memory_size_mb      INTEGER,
    max_memory_used_mb  INTEGER,
    status              VARCHAR,
    error_type          VARCHAR
);

CREATE TABLE source (
    id   INTEGER NOT NULL,
    name VARCHAR NOT NULL
);

CREATE TABLE month_price (
    month      DATE NOT NULL,
    account_id VARCHAR NOT NULL,
    region     VARCHAR NOT NULL,
    service    VARCHAR NOT NULL,
    dimension  VARCHAR NOT NULL,
    unit       VARCHAR NOT NULL,
    average    DECIMAL(38, 24),
    book       VARCHAR NOT NULL
);
