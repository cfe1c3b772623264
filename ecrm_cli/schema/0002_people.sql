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

-- What counts today: one row per contact, channel and topic that something was said about. A later
-- withdrawal of 'all' ends every topic.
CREATE VIEW current_consent AS
WITH latest AS NOT MATERIALIZED (
    SELECT consent_event_id, contact_id, channel, topic, status, basis, occurred_at
    FROM consent_event
    QUALIFY row_number() OVER (
        PARTITION BY contact_id, channel, topic ORDER BY occurred_at DESC, consent_event_id DESC
    ) = 1
)
SELECT own.contact_id,
       own.channel,
       own.topic,
       coalesce(stop.status, own.status) AS status,
       CASE WHEN stop.status IS NULL THEN own.basis END AS basis,
       coalesce(stop.occurred_at, own.occurred_at) AS occurred_at,
       coalesce(stop.consent_event_id, own.consent_event_id) AS consent_event_id
FROM latest own
LEFT JOIN latest stop
    ON stop.contact_id = own.contact_id AND stop.channel = own.channel
    AND stop.topic = 'all' AND stop.status <> 'granted'
    AND (stop.occurred_at, stop.consent_event_id) > (own.occurred_at, own.consent_event_id);

-- Append-only. reason: bounce, complaint, unsubscribe, manual. A lifted row ends the suppression of
-- its reason: a bounce that was mended, an opt-out after the person's own later grant.
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

-- Each reason stands and ends for itself: the end of a bounce does not end a complaint.
CREATE VIEW current_suppression AS
SELECT suppression_id, channel, address, reason, actor, occurred_at
FROM suppression
QUALIFY row_number() OVER (
    PARTITION BY channel, address, reason ORDER BY occurred_at DESC, suppression_id DESC
) = 1 AND NOT lifted;

-- Contacts that may not be written to on a channel. A bounce and a suppression by hand hold for the
-- address; a complaint and an unsubscription are the person's word and hold at every address.
CREATE VIEW suppressed_contact AS
SELECT i.contact_id, s.channel, s.address, s.reason, s.occurred_at, s.suppression_id
FROM current_suppression s
JOIN identity i ON i.kind = s.channel AND i.value = s.address
WHERE i.is_primary OR s.reason IN ('complaint', 'unsubscribe');
