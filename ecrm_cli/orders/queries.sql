-- What an import hands over: one row an order or return, normalized; head is its first line.
-- name: create_incoming
CREATE OR REPLACE TEMP TABLE incoming_order (
    head BIGINT, number VARCHAR, person_key VARCHAR, contact_id BIGINT, is_return BOOLEAN,
    ordered_at TIMESTAMP, paid_at TIMESTAMP, cancelled_at TIMESTAMP, channel VARCHAR,
    currency VARCHAR, discount DECIMAL(18, 4), tax DECIMAL(18, 4), shipping DECIMAL(18, 4),
    total DECIMAL(18, 4), lines_amount DECIMAL(18, 4), refunded DECIMAL(18, 4),
    line_count BIGINT, extra VARCHAR[], attributes JSON
);

-- name: create_incoming_lines
CREATE OR REPLACE TEMP TABLE incoming_order_line (
    head BIGINT, line BIGINT, sku VARCHAR, description VARCHAR, quantity DECIMAL(18, 4),
    unit_price DECIMAL(18, 4)
);

-- name: create_known_orders
CREATE OR REPLACE TEMP TABLE known_order AS
SELECT i.head, o.order_id, o.contact_id IS NULL AND i.contact_id IS NOT NULL AS is_filled,
       i.contact_id, o.total <> coalesce(i.total, i.lines_amount - i.discount + i.tax + i.shipping) AS differs
FROM incoming_order i
JOIN orders o ON o.source = $source AND o.number = i.number
WHERE NOT i.is_return;

-- name: create_known_returns
CREATE OR REPLACE TEMP TABLE known_return AS
SELECT i.head
FROM incoming_order i
JOIN refund r ON r.source = $source AND r.number = i.number
WHERE i.is_return;

-- name: create_new_orders
CREATE OR REPLACE TEMP TABLE new_order AS
SELECT head, row_number() OVER () AS place
FROM incoming_order
WHERE NOT is_return AND head NOT IN (SELECT head FROM known_order);

-- name: create_new_returns
CREATE OR REPLACE TEMP TABLE new_return AS
SELECT head, row_number() OVER (ORDER BY head) AS place
FROM incoming_order
WHERE is_return AND head NOT IN (SELECT head FROM known_return);

-- name: count_new
SELECT (SELECT count(*) FROM new_order) AS orders,
       (SELECT count(*) FROM new_return) AS returns,
       (SELECT count(*) FROM new_order n JOIN incoming_order i USING (head) WHERE i.refunded > 0) AS refunded;

-- Without lines the gross is what the total says before discount, tax and shipping.
-- name: insert_orders
INSERT INTO orders (order_id, source, number, contact_id, ordered_at, paid_at, cancelled_at, channel,
                    is_test, currency, gross, discount, tax, shipping, total, attributes,
                    recorded_at, batch_id)
SELECT $last_id + n.place, $source, i.number, i.contact_id, i.ordered_at, i.paid_at, i.cancelled_at,
       i.channel, false, i.currency,
       coalesce(i.lines_amount, i.total + i.discount - i.tax - i.shipping), i.discount, i.tax,
       i.shipping, coalesce(i.total, i.lines_amount - i.discount + i.tax + i.shipping),
       i.attributes, $now, $batch_id
FROM incoming_order i
JOIN new_order n USING (head);

-- name: create_new_products
CREATE OR REPLACE TEMP TABLE new_product AS
SELECT sku, arg_min(description, line) AS title, row_number() OVER (ORDER BY sku) AS place
FROM incoming_order_line
WHERE sku IS NOT NULL AND sku NOT IN (SELECT sku FROM product WHERE source = $source)
GROUP BY sku;

-- name: count_new_products
SELECT count(*) AS products FROM new_product;

-- name: insert_products
INSERT INTO product (product_id, source, sku, title, recorded_at, batch_id)
SELECT $last_id + place, $source, sku, title, $now, $batch_id FROM new_product;

-- name: insert_lines
INSERT INTO order_line (order_id, line_number, product_id, description, quantity, unit_price, amount)
SELECT $last_id + n.place, row_number() OVER (PARTITION BY l.head ORDER BY l.line), p.product_id,
       l.description, l.quantity, l.unit_price, l.quantity * l.unit_price
FROM incoming_order_line l
JOIN new_order n USING (head)
LEFT JOIN product p ON p.source = $source AND p.sku = l.sku;

-- name: insert_returns
INSERT INTO refund (refund_id, source, number, contact_id, amount, currency, actor, refunded_at,
                    recorded_at, batch_id)
SELECT $last_id + n.place, $source, i.number, i.contact_id, -coalesce(i.total, i.lines_amount),
       i.currency, $actor, i.ordered_at, $now, $batch_id
FROM incoming_order i
JOIN new_return n USING (head);

-- name: insert_return_lines
INSERT INTO refund_line (refund_id, line_number, product_id, description, quantity, unit_price, amount)
SELECT $last_id + n.place, row_number() OVER (PARTITION BY l.head ORDER BY l.line), p.product_id,
       l.description, -l.quantity, l.unit_price, -l.quantity * l.unit_price
FROM incoming_order_line l
JOIN new_return n USING (head)
LEFT JOIN product p ON p.source = $source AND p.sku = l.sku;

-- A refunded amount beside an order, without a day of its own, counts on the order's day.
-- name: insert_refunded
INSERT INTO refund (refund_id, source, number, order_id, contact_id, amount, currency, actor,
                    refunded_at, recorded_at, batch_id)
SELECT $last_id + row_number() OVER (ORDER BY n.place), $source, i.number || '/refund',
       $last_order_id + n.place, i.contact_id, i.refunded, i.currency, $actor, i.ordered_at, $now,
       $batch_id
FROM incoming_order i
JOIN new_order n USING (head)
WHERE i.refunded > 0;

-- name: create_filled_orders
CREATE OR REPLACE TEMP TABLE filled_order AS
SELECT order_id, contact_id, head FROM known_order WHERE is_filled;

-- name: fill_orders
UPDATE orders SET contact_id = f.contact_id FROM filled_order f WHERE orders.order_id = f.order_id;

-- name: count_outcomes
SELECT coalesce(sum(i.line_count) FILTER (n.head IS NOT NULL OR r.head IS NOT NULL), 0)::BIGINT AS added,
       coalesce(sum(i.line_count) FILTER (f.head IS NOT NULL), 0)::BIGINT AS updated,
       coalesce(sum(i.line_count) FILTER (n.head IS NULL AND r.head IS NULL AND f.head IS NULL), 0)::BIGINT
           AS unchanged,
       count(*) FILTER (k.differs) AS differing
FROM incoming_order i
LEFT JOIN new_order n USING (head)
LEFT JOIN new_return r USING (head)
LEFT JOIN filled_order f USING (head)
LEFT JOIN known_order k USING (head);
