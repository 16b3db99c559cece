-- What the resources of services other than Lambda are billed for, hour by
-- hour, derived from metrics and configurations whenever a run ends (views
-- NAME_metered). low and high are NULL where the quantity is exact.

CREATE TABLE usage_hour (
    resource  INTEGER NOT NULL,
    hour      TIMESTAMP NOT NULL,
    offer     VARCHAR NOT NULL,
    dimension VARCHAR NOT NULL,
    unit      VARCHAR NOT NULL,
    quantity  DECIMAL(38, 13) NOT NULL,
    low       DECIMAL(38, 13),
    high      DECIMAL(38, 13),
    basis     VARCHAR NOT NULL
);
