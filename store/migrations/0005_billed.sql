-- What AWS billed, a row a line of an imported CUR 2.0 or FOCUS 1.2 export.
-- source is "cur" or "focus"; file and digest tell which file a row is from;
-- month and payer are the bill it belongs to. list_usd is what public prices
-- make of it (NULL: not stated), billed_usd what was charged (unblended),
-- effective_usd the same with commitments spread over what they cover.

CREATE TABLE billed (
    source        VARCHAR NOT NULL,
    file          VARCHAR NOT NULL,
    digest        VARCHAR NOT NULL,
    month         DATE NOT NULL,
    payer         VARCHAR NOT NULL,
    account_id    VARCHAR NOT NULL,
    product       VARCHAR NOT NULL,
    service       VARCHAR NOT NULL,
    usage_type    VARCHAR NOT NULL,
    operation     VARCHAR NOT NULL,
    region        VARCHAR NOT NULL,
    resource_id   VARCHAR NOT NULL,
    start_ts      TIMESTAMP NOT NULL,
    end_ts        TIMESTAMP NOT NULL,
    quantity      DECIMAL(38, 12),
    unit          VARCHAR NOT NULL,
    list_usd      DECIMAL(38, 15),
    billed_usd    DECIMAL(38, 15) NOT NULL,
    effective_usd DECIMAL(38, 15) NOT NULL,
    category      VARCHAR NOT NULL,
    description   VARCHAR NOT NULL
);
