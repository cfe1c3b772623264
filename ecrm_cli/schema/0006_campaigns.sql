-- What a run of a campaign was made from: the rule as it stood, the day it was asked for.

-- personal: none
CREATE TABLE campaign_run (
    run_id          BIGINT NOT NULL,
    campaign        VARCHAR NOT NULL,
    segment         VARCHAR NOT NULL,
    rule            VARCHAR NOT NULL,
    rule_digest     VARCHAR NOT NULL,
    audience        BIGINT NOT NULL,
    as_of           DATE NOT NULL,
    actor           VARCHAR NOT NULL,
    recorded_at     TIMESTAMP NOT NULL
);
