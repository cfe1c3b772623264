-- Contacts, how they are reached, what they allowed.

-- created_at is when the person entered the shop's world (the file may say so); recorded_at is
-- when this book learned of it. Changed in place; before-images are in contact_change.
-- personal: contact_id
CREATE TABLE contact (
    contact_id   BIGINT NOT NULL,
    given_name   VARCHAR,
    family_name  VARCHAR,
    company      VARCHAR,
    job          VARCHAR,
    locale       VARCHAR,
    zone         VARCHAR,
    street       VARCHAR,
    city         VARCHAR,
    region       VARCHAR,
    postcode     VARCHAR,
    country      VARCHAR,
    birthday     DATE,
    attributes   JSON,
    source       VARCHAR NOT NULL,
    created_at   TIMESTAMP NOT NULL,
    recorded_at  TIMESTAMP NOT NULL,
    updated_at   TIMESTAMP NOT NULL,
    batch_id     BIGINT
);

-- kind: email, phone, external (value is source:id), card, social. A value of a kind belongs to one
-- living contact. raw is what the file said.
-- personal: contact_id
CREATE TABLE identity (
    identity_id  BIGINT NOT NULL,
    contact_id   BIGINT NOT NULL,
    kind         VARCHAR NOT NULL,
    value        VARCHAR NOT NULL,
    raw          VARCHAR,
    source       VARCHAR NOT NULL,
    is_primary   BOOLEAN NOT NULL,
    verified_at  TIMESTAMP,
    recorded_at  TIMESTAMP NOT NULL,
    batch_id     BIGINT
);

-- Append-only: action is add or remove; the last one counts.
-- personal: contact_id
CREATE TABLE contact_tag (
    tag_event_id  BIGINT NOT NULL,
    contact_id    BIGINT NOT NULL,
    tag           VARCHAR NOT NULL,
    action        VARCHAR NOT NULL,
    actor         VARCHAR NOT NULL,
    occurred_at   TIMESTAMP NOT NULL,
    recorded_at   TIMESTAMP NOT NULL,
    batch_id      BIGINT
);

CREATE VIEW current_tag AS
SELECT contact_id, tag, occurred_at, batch_id
FROM contact_tag
QUALIFY row_number() OVER (PARTITION BY contact_id, tag ORDER BY occurred_at DESC, tag_event_id DESC) = 1
    AND action = 'add';

-- What a contact looked like before each change: an object of the changed fields only; null where
-- the field was empty. email, phone and identities are fields here too.
-- personal: contact_id
CREATE TABLE contact_change (
    change_id    BIGINT NOT NULL,
    contact_id   BIGINT NOT NULL,
    origin       VARCHAR NOT NULL,
    origin_id    BIGINT,
    actor        VARCHAR NOT NULL,
    occurred_at  TIMESTAMP NOT NULL,
    recorded_at  TIMESTAMP NOT NULL,
    before       JSON NOT NULL
);

-- Append-only. status: granted, withdrawn, pending. topic 'all' is every topic.
-- personal: contact_id
CREATE TABLE consent_event (
    consent_event_id  BIGINT NOT NULL,
    contact_id        BIGINT NOT NULL,
    channel           VARCHAR NOT NULL,
    topic             VARCHAR NOT NULL,
    status            VARCHAR NOT NULL,
    basis             VARCHAR,
    source            VARCHAR NOT NULL,
    wording           VARCHAR,
    evidence          VARCHAR,
    actor             VARCHAR NOT NULL,
    occurred_at       TIMESTAMP NOT NULL,
    recorded_at       TIMESTAMP NOT NULL,
    batch_id          BIGINT
);

-- Append-only. reason: bounce, complaint, unsubscribe, manual. lifted rows end a bounce suppression.
-- personal: address
CREATE TABLE suppression (
    suppression_id  BIGINT NOT NULL,
    channel         VARCHAR NOT NULL,
    address         VARCHAR NOT NULL,
    reason          VARCHAR NOT NULL,
    lifted          BOOLEAN NOT NULL,
    actor           VARCHAR NOT NULL,
    occurred_at     TIMESTAMP NOT NULL,
    recorded_at     TIMESTAMP NOT NULL,
    batch_id        BIGINT
);
