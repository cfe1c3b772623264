-- Mail that is to leave, is leaving, has left. One row per run and recipient.

-- A run: what is sent, frozen when it began. kind: campaign, service. subject, html and txt are
-- templates; html and txt are objects of language to text, '' is the default language. state:
-- running, paused, cancelled, finished. message_key makes a service mail happen once.
-- personal: none
CREATE TABLE outgoing (
    run_id       BIGINT NOT NULL,
    kind         VARCHAR NOT NULL,
    name         VARCHAR NOT NULL,
    topic        VARCHAR,
    sender       VARCHAR NOT NULL,
    subject      VARCHAR NOT NULL,
    html         JSON NOT NULL,
    txt          JSON NOT NULL,
    digest       VARCHAR NOT NULL,
    state        VARCHAR NOT NULL,
    transport    VARCHAR NOT NULL,
    place        VARCHAR NOT NULL,
    message_key  VARCHAR,
    actor        VARCHAR NOT NULL,
    created_at   TIMESTAMP NOT NULL,
    ended_at     TIMESTAMP
);

-- status: queued, sending, sent, deferred, failed, unknown (in doubt), skipped (with its reason).
-- seq is dense over the rows to be sent; a row skipped from the start has none. mime_id is the
-- Message-ID, fixed for the run and the contact. sender_id is the claim that took the row last:
-- its number, into how many journals it was dealt, and the start of the machine it belongs to.
-- context is what a service mail was told.
-- personal: contact_id
CREATE TABLE message (
    message_id    BIGINT NOT NULL,
    run_id        BIGINT NOT NULL,
    seq           BIGINT,
    contact_id    BIGINT NOT NULL,
    address       VARCHAR,
    language      VARCHAR,
    variant       VARCHAR,
    status        VARCHAR NOT NULL,
    reason        VARCHAR,
    attempts      INTEGER NOT NULL,
    next_try      TIMESTAMP,
    sender_id     VARCHAR,
    claimed_at    TIMESTAMP,
    sent_at       TIMESTAMP,
    server_reply  VARCHAR,
    mime_id       VARCHAR,
    context       JSON,
    recorded_at   TIMESTAMP NOT NULL
);

INSERT INTO counter (noun, last_id)
SELECT noun, 0 FROM (VALUES ('outgoing'), ('message'), ('claim')) AS nouns (noun);
