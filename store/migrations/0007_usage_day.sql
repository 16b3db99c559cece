-- usage_hour by UTC day, so that months need not be added up from hours.

CREATE TABLE usage_day (
    resource  INTEGER NOT NULL,
    day       DATE NOT NULL,
    offer     VARCHAR NOT NULL,
    dimension VARCHAR NOT NULL,
    unit      VARCHAR NOT NULL,
    quantity  DECIMAL(38, 13) NOT NULL,
    low       DECIMAL(38, 13) NOT NULL,
    high      DECIMAL(38, 13) NOT NULL,
    basis     VARCHAR NOT NULL
);
