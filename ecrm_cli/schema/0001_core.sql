-- The house itself: which schema files were applied, the numbers given out, what was settled.

-- personal: none
CREATE TABLE schema_file (
    number      INTEGER NOT NULL,
    name        VARCHAR NOT NULL,
    checksum    VARCHAR NOT NULL,
    applied_at  TIMESTAMP NOT NULL
);

-- One row per noun: the last number given out. Taking numbers is also the guard that makes two
-- writers of one noun conflict instead of both succeeding.
-- personal: none
CREATE TABLE counter (
    noun     VARCHAR NOT NULL,
    last_id  BIGINT NOT NULL
);
INSERT INTO counter (noun, last_id)
SELECT noun, 0 FROM (VALUES
    ('audit_entry'), ('contact'), ('contact_change'), ('identity'), ('contact_tag'),
    ('consent_event'), ('suppression'), ('product'), ('orders'), ('refund'), ('import_batch'),
    ('spool_cursor')
) AS nouns (noun);

-- How far the append-only files in .ecrm/spool have been settled: so many bytes of the file whose
-- first line has the digest in begins.
-- personal: none
CREATE TABLE spool_cursor (
    kind        VARCHAR NOT NULL,
    begins      VARCHAR NOT NULL,
    settled_to  BIGINT NOT NULL
);

-- Who did what. The chain runs over digests of (nonce, payload): erasing a person removes payload
-- and nonce, and the chain still verifies.
-- personal: text
CREATE TABLE audit_entry (
    entry_id     BIGINT NOT NULL,
    occurred_at  TIMESTAMP NOT NULL,
    actor        VARCHAR NOT NULL,
    command      VARCHAR NOT NULL,
    payload      VARCHAR,
    nonce        VARCHAR,
    digest       VARCHAR NOT NULL,
    previous     VARCHAR NOT NULL,
    chain        VARCHAR NOT NULL
);
