-- What was sold. Money is DECIMAL with an ISO 4217 code; times are UTC.

-- personal: none
CREATE TABLE product (
    product_id      BIGINT NOT NULL,
    source          VARCHAR NOT NULL,
    sku             VARCHAR NOT NULL,
    title           VARCHAR,
    category        VARCHAR,
    price           DECIMAL(18, 4),
    currency        VARCHAR,
    stock           DECIMAL(18, 4),
    available_from  DATE,
    recorded_at     TIMESTAMP NOT NULL,
    batch_id        BIGINT
);

-- gross = price x quantity before discount, tax and shipping; total = gross - discount + tax +
-- shipping. A guest order has no contact. attributes keeps what a file said and no column holds.
-- personal: contact_id
CREATE TABLE orders (
    order_id      BIGINT NOT NULL,
    source        VARCHAR NOT NULL,
    number        VARCHAR NOT NULL,
    contact_id    BIGINT,
    ordered_at    TIMESTAMP NOT NULL,
    paid_at       TIMESTAMP,
    packed_at     TIMESTAMP,
    shipped_at    TIMESTAMP,
    delivered_at  TIMESTAMP,
    cancelled_at  TIMESTAMP,
    channel       VARCHAR,
    is_test       BOOLEAN NOT NULL,
    currency      VARCHAR NOT NULL,
    gross         DECIMAL(18, 4) NOT NULL,
    discount      DECIMAL(18, 4) NOT NULL,
    tax           DECIMAL(18, 4) NOT NULL,
    shipping      DECIMAL(18, 4) NOT NULL,
    total         DECIMAL(18, 4) NOT NULL,
    attributes    JSON,
    recorded_at   TIMESTAMP NOT NULL,
    batch_id      BIGINT
);

-- The status is the last thing that happened to an order.
CREATE VIEW order_status AS
SELECT *,
       CASE WHEN is_test THEN 'test'
            WHEN cancelled_at IS NOT NULL THEN 'cancelled'
            WHEN delivered_at IS NOT NULL THEN 'delivered'
            WHEN shipped_at IS NOT NULL THEN 'shipped'
            WHEN packed_at IS NOT NULL THEN 'packed'
            WHEN paid_at IS NOT NULL THEN 'paid'
            ELSE 'placed' END AS status
FROM orders;

-- personal: none
CREATE TABLE order_line (
    order_id     BIGINT NOT NULL,
    line_number  INTEGER NOT NULL,
    product_id   BIGINT,
    description  VARCHAR,
    quantity     DECIMAL(18, 4) NOT NULL,
    unit_price   DECIMAL(18, 4) NOT NULL,
    amount       DECIMAL(18, 4) NOT NULL
);

-- Append-only. A return that names no order keeps order_id empty and stands on its own day.
-- amount is positive: what was given back.
-- personal: contact_id
CREATE TABLE refund (
    refund_id    BIGINT NOT NULL,
    source       VARCHAR NOT NULL,
    number       VARCHAR NOT NULL,
    order_id     BIGINT,
    contact_id   BIGINT,
    amount       DECIMAL(18, 4) NOT NULL,
    currency     VARCHAR NOT NULL,
    reason       VARCHAR,
    actor        VARCHAR NOT NULL,
    refunded_at  TIMESTAMP NOT NULL,
    recorded_at  TIMESTAMP NOT NULL,
    batch_id     BIGINT
);

-- personal: none
CREATE TABLE refund_line (
    refund_id    BIGINT NOT NULL,
    line_number  INTEGER NOT NULL,
    product_id   BIGINT,
    description  VARCHAR,
    quantity     DECIMAL(18, 4) NOT NULL,
    unit_price   DECIMAL(18, 4) NOT NULL,
    amount       DECIMAL(18, 4) NOT NULL
);
