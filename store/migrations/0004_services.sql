-- What the resources of services other than Lambda are billed for, hour by
-- hour, derived from metrics and configurations whenever a run ends (views
-- NAME_metered). Whole quantities, which most are, take a fifth of the space of
-- others: they stand in whole, whole_low and whole_high, the others in part,
-- part_low and part_high. The bounds are NULL where the quantity is exact.
-- Read it through the view usage_hour.

CREATE TABLE usage_packed (
    resource   INTEGER NOT NULL,
    hour       TIMESTAMP NOT NULL,
    offer      VARCHAR NOT NULL,
    dimension  VARCHAR NOT NULL,
    unit       VARCHAR NOT NULL,
    whole      BIGINT,
    whole_low  BIGINT,
    whole_high BIGINT,
    part       DECIMAL(38, 13),
    part_low   DECIMAL(38, 13),
    part_high  DECIMAL(38, 13),
    basis      VARCHAR NOT NULL
);
