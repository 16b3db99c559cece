-- What Lambda functions are billed for, hour by hour: derived from metrics,
-- REPORT lines and configurations whenever a run ends (sql/refresh_lambda.sql),
-- so that readers need not do it again.

CREATE TABLE lambda_init (
    resource INTEGER NOT NULL,
    init_ms  DOUBLE NOT NULL
);

CREATE TABLE lambda_usage_hour (
    resource              INTEGER NOT NULL,
    hour                  TIMESTAMP NOT NULL,
    architecture          VARCHAR NOT NULL,
    ephemeral_mb          INTEGER NOT NULL,
    memory_mb             INTEGER NOT NULL,
    known                 BOOLEAN NOT NULL,
    exact                 BOOLEAN NOT NULL,
    requests              BIGINT NOT NULL,
    billed_ms             BIGINT NOT NULL,
    duration_ms           DECIMAL(28, 6) NOT NULL,
    provisioned_requests  BIGINT NOT NULL,
    provisioned_duration_ms DECIMAL(28, 6) NOT NULL,
    split_exact           BOOLEAN NOT NULL,
    allocated_ms          BIGINT NOT NULL,
    restores              BIGINT NOT NULL,
    cold_low              BIGINT NOT NULL,
    cold_likely           BIGINT NOT NULL,
    cold_high             BIGINT NOT NULL
);

-- A function's hour in one row, whatever the period of its metrics was.
-- Percentiles are kept as sums weighted by the number of invocations.
CREATE TABLE lambda_hour (
    resource        INTEGER NOT NULL,
    hour            TIMESTAMP NOT NULL,
    invocations     BIGINT NOT NULL,
    errors          BIGINT NOT NULL,
    throttles       BIGINT NOT NULL,
    duration_ms     DOUBLE NOT NULL,
    samples         BIGINT NOT NULL,
    min_ms          DOUBLE,
    max_ms          DOUBLE,
    p50_weight      DOUBLE NOT NULL,
    p90_weight      DOUBLE NOT NULL,
    p95_weight      DOUBLE NOT NULL,
    p99_weight      DOUBLE NOT NULL,
    percentile_samples BIGINT NOT NULL,
    concurrency_max BIGINT NOT NULL,
    peak_per_second DOUBLE NOT NULL,
    peak_at         TIMESTAMP NOT NULL,
    peak_period_s   INTEGER NOT NULL,
    url_requests    BIGINT NOT NULL,
    dead_letters    BIGINT NOT NULL,
    iterator_age_ms DOUBLE NOT NULL,
    used_memory_max DOUBLE NOT NULL,
    last_invoked    TIMESTAMP
);
