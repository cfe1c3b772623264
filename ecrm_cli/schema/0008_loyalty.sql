-- Points as a double-entry ledger. Rows are added, never changed; what was wrong is posted back.

-- A transaction has at least two rows and its points sum to zero. What a customer has stands in the
-- account member (and pending, while a programme holds points back) with contact_id; the other side
-- is issued (given), redeemed (spent), expired, adjusted (mended by hand) or transferred, without a
-- contact. So points given are the negative sum of issued, points spent the sum of redeemed, and
-- what is outstanding the sum of member and pending.
-- kind: order, refund, cancel (settled from orders), earn, redeem, adjust (by hand). order_id and
-- refund_id say what a settled transaction comes from; an order that gave nothing has its rows of 0,
-- so that a later change of the programme does not reach it. rule is the programme's formula as it
-- stood, reason a person's words. posted_for is the time it counts from, in UTC: the order's or
-- refund's own, or that of posting when their day had been settled before.
-- personal: contact_id | text
CREATE TABLE ledger_entry (
    transaction_id   BIGINT NOT NULL,
    kind             VARCHAR NOT NULL,
    account          VARCHAR NOT NULL,
    contact_id       BIGINT,
    points           BIGINT NOT NULL,
    order_id         BIGINT,
    refund_id        BIGINT,
    idempotency_key  VARCHAR NOT NULL,
    rule             VARCHAR,
    reason           VARCHAR,
    actor            VARCHAR NOT NULL,
    posted_for       TIMESTAMP NOT NULL,
    recorded_at      TIMESTAMP NOT NULL
);

INSERT INTO counter (noun, last_id)
SELECT noun, 0 FROM (VALUES ('ledger_transaction')) AS nouns (noun);
