-- What was read from files, and what each file changed.

-- rows = added + updated + unchanged + rejected: rows of the file.
-- personal: none
CREATE TABLE import_batch (
    batch_id     BIGINT NOT NULL,
    kind         VARCHAR NOT NULL,
    file         VARCHAR NOT NULL,
    sha256       VARCHAR NOT NULL,
    options      VARCHAR NOT NULL,
    preset       VARCHAR NOT NULL,
    source       VARCHAR NOT NULL,
    row_count    BIGINT NOT NULL,
    added        BIGINT NOT NULL,
    updated      BIGINT NOT NULL,
    unchanged    BIGINT NOT NULL,
    rejected     BIGINT NOT NULL,
    warnings     BIGINT NOT NULL,
    actor        VARCHAR NOT NULL,
    imported_at  TIMESTAMP NOT NULL,
    undone_at    TIMESTAMP
);

-- Rows of other tables before and after, for the rows that a batch changed. Rows that it added
-- carry its batch_id themselves; contacts have their before-images in contact_change.
-- personal: text
CREATE TABLE import_change (
    batch_id    BIGINT NOT NULL,
    table_name  VARCHAR NOT NULL,
    row_id      BIGINT NOT NULL,
    before      JSON,
    after       JSON
);

-- personal: text
CREATE TABLE import_reject (
    batch_id     BIGINT NOT NULL,
    line         BIGINT NOT NULL,
    column_name  VARCHAR,
    reason       VARCHAR NOT NULL,
    raw          VARCHAR
);
