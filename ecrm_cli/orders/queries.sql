-- Orders page by page, the last written down first.
-- name: page
WITH listed AS (
    SELECT order_id
    FROM order_status
    WHERE order_id < $before
        AND ($contact_id IS NULL OR contact_id = $contact_id)
        AND ($since IS NULL OR ordered_at >= $since)
        AND ($until IS NULL OR ordered_at < $until)
        AND ($status IS NULL OR status = $status)
        AND ($product_id IS NULL
             OR order_id IN (SELECT order_id FROM order_line WHERE product_id = $product_id))
    ORDER BY order_id DESC
    LIMIT $amount
),
given_back AS (
    SELECT order_id, sum(amount) AS refunded
    FROM refund
    WHERE order_id IN (SELECT order_id FROM listed)
    GROUP BY order_id
)
SELECT o.order_id AS id, o.source || ':' || o.number AS ref, o.number, o.source,
       o.contact_id AS contact, o.ordered_at, o.channel, o.currency, o.gross, o.discount, o.tax,
       o.shipping, o.total, coalesce(b.refunded, 0)::DECIMAL(18, 4) AS refunded, o.status
FROM order_status o
JOIN listed USING (order_id)
LEFT JOIN given_back b USING (order_id)
ORDER BY o.order_id DESC;

-- name: count_orders
SELECT count(*) AS orders
FROM order_status
WHERE ($contact_id IS NULL OR contact_id = $contact_id)
    AND ($since IS NULL OR ordered_at >= $since)
    AND ($until IS NULL OR ordered_at < $until)
    AND ($status IS NULL OR status = $status)
    AND ($product_id IS NULL
         OR order_id IN (SELECT order_id FROM order_line WHERE product_id = $product_id));

-- name: more_of_order
SELECT paid_at, packed_at, shipped_at, delivered_at, cancelled_at, attributes::VARCHAR AS attributes,
       recorded_at, batch_id
FROM orders
WHERE order_id = $order_id;

-- name: lines
SELECT l.line_number AS line, p.sku, coalesce(l.description, p.title) AS description, l.quantity,
       l.unit_price, l.amount
FROM order_line l
LEFT JOIN product p USING (product_id)
WHERE l.order_id = $order_id
ORDER BY l.line_number;

-- name: refunds
SELECT refund_id AS id, number, source, amount, currency, reason, actor, refunded_at
FROM refund
WHERE order_id = $order_id
ORDER BY refunded_at, refund_id;

-- name: by_number
SELECT order_id, contact_id, source || ':' || number AS ref
FROM orders
WHERE number = $words OR (source = $source AND number = $rest)
ORDER BY order_id
LIMIT 6;

-- Letters of either case; with or without the # that shops print before a number.
-- name: by_number_loosely
SELECT order_id, contact_id, source || ':' || number AS ref
FROM orders
WHERE lower(ltrim(number, '#')) = lower(ltrim($words, '#'))
   OR (source = $source AND lower(ltrim(number, '#')) = lower(ltrim($rest, '#')))
ORDER BY order_id
LIMIT 6;

-- name: similar_numbers
SELECT number
FROM (
    SELECT DISTINCT number
    FROM orders
    WHERE (left(number, 3) = left($words, 3) OR right(number, 3) = right($words, 3)
           OR length($words) <= 4)
        AND abs(length(number) - length($words)) <= 1
)
WHERE damerau_levenshtein(number, $words) <= 2
ORDER BY damerau_levenshtein(number, $words), number
LIMIT 3;

-- name: free_number
SELECT 'M-' || (coalesce(max(substr(number, 3)::BIGINT), 0) + 1) AS number
FROM orders
WHERE source = 'manual' AND regexp_full_match(number, 'M-[0-9]{1,15}');

-- name: add_order
INSERT INTO orders (order_id, source, number, contact_id, ordered_at, paid_at, channel, is_test,
                    currency, gross, discount, tax, shipping, total, recorded_at)
SELECT $order_id, 'manual', $number, $contact_id, $ordered_at, $ordered_at, $channel, false,
       $currency, $total, 0, 0, 0, $total, $now
WHERE NOT EXISTS (FROM orders WHERE source = 'manual' AND number = $number);

-- name: add_line
INSERT INTO order_line (order_id, line_number, product_id, description, quantity, unit_price, amount)
VALUES ($order_id, $line_number, $product_id, $description, $quantity, $unit_price, $amount);

-- name: refundable
SELECT o.source || ':' || o.number AS ref, o.contact_id, o.currency, o.total, o.ordered_at,
       coalesce((SELECT sum(amount) FROM refund r WHERE r.order_id = o.order_id), 0)::DECIMAL(18, 4)
           AS refunded
FROM orders o
WHERE o.order_id = $order_id;

-- name: add_refund
INSERT INTO refund (refund_id, source, number, order_id, contact_id, amount, currency, reason,
                    actor, refunded_at, recorded_at)
VALUES ($refund_id, 'manual', $number, $order_id, $contact_id, $amount, $currency, $reason, $actor,
        $refunded_at, $now);

-- name: products
SELECT product_id AS id, source || ':' || sku AS ref, sku, source, title, category, price, currency,
       stock, available_from
FROM product
WHERE product_id > $after
ORDER BY product_id
LIMIT $amount;

-- name: count_products
SELECT count(*) AS products FROM product;

-- name: product
SELECT product_id AS id, source || ':' || sku AS ref, sku, source, title, category, price, currency,
       stock, available_from
FROM product
WHERE product_id = $product_id;

-- name: by_sku
SELECT product_id, sku, source || ':' || sku AS ref
FROM product
WHERE lower(sku) = lower($words) OR (source = $source AND lower(sku) = lower($rest))
ORDER BY product_id
LIMIT 6;

-- name: similar_skus
SELECT DISTINCT sku, jaro_winkler_similarity(lower(sku), lower($words)) AS likeness
FROM product
WHERE likeness > 0.8
ORDER BY likeness DESC, sku
LIMIT 3;

-- name: add_product
INSERT INTO product (product_id, source, sku, price, currency, recorded_at)
SELECT $product_id, 'manual', $sku, $price, $currency, $now
WHERE NOT EXISTS (FROM product WHERE source = 'manual' AND sku = $sku);

-- Sold and given back, without cancelled and test orders; net is what is left of the lines' sums.
-- name: sales_of_product
WITH kept AS (
    SELECT order_id, currency, ordered_at FROM orders WHERE cancelled_at IS NULL AND NOT is_test
),
moved AS (
    SELECT o.currency, l.order_id, l.quantity AS sold, 0 AS returned, l.amount, o.ordered_at
    FROM order_line l
    JOIN kept o USING (order_id)
    WHERE l.product_id = $product_id
    UNION ALL
    SELECT r.currency, NULL, 0, l.quantity, -l.amount, NULL
    FROM refund_line l
    JOIN refund r USING (refund_id)
    WHERE l.product_id = $product_id
        AND (r.order_id IS NULL OR r.order_id IN (SELECT order_id FROM kept))
)
SELECT currency, count(DISTINCT order_id) AS orders, sum(sold)::DECIMAL(18, 4) AS sold,
       sum(returned)::DECIMAL(18, 4) AS returned, sum(amount)::DECIMAL(18, 4) AS net,
       min(ordered_at) AS first_at, max(ordered_at) AS last_at
FROM moved
GROUP BY currency
ORDER BY currency;

-- An order that was cancelled or a test counts nowhere, and neither does what was given back of it.
-- name: summary_of_contact
WITH kept AS (
    SELECT order_id, currency, total, ordered_at
    FROM orders
    WHERE contact_id = $contact_id AND cancelled_at IS NULL AND NOT is_test
),
bought AS (
    SELECT currency, count(*) AS orders, sum(total) AS amount, min(ordered_at) AS first_ordered_at,
           max(ordered_at) AS last_ordered_at
    FROM kept
    GROUP BY currency
),
given_back AS (
    SELECT currency, sum(amount) AS refunded
    FROM refund
    WHERE order_id IN (SELECT order_id FROM kept)
        OR (order_id IS NULL AND contact_id = $contact_id)
    GROUP BY currency
)
SELECT coalesce(b.currency, g.currency) AS currency, coalesce(b.orders, 0) AS orders,
       (coalesce(b.amount, 0) - coalesce(g.refunded, 0))::DECIMAL(18, 4) AS total,
       coalesce(g.refunded, 0)::DECIMAL(18, 4) AS refunded, b.first_ordered_at, b.last_ordered_at
FROM bought b
FULL JOIN given_back g USING (currency)
ORDER BY 1;

-- name: add_event
INSERT INTO event (event_id, contact_id, channel, kind, data, actor, occurred_at, recorded_at)
VALUES ($event_id, $contact_id, $channel, $kind, $data, $actor, $occurred_at, $now);

-- name: events
SELECT e.event_id AS id, e.contact_id AS contact,
       coalesce(nullif(concat_ws(' ', p.given_name, p.family_name), ''), i.value) AS name, e.kind,
       e.channel, e.data ->> '$.direction' AS direction, e.data ->> '$.note' AS note, e.actor,
       e.occurred_at
FROM (
    SELECT *
    FROM event
    WHERE event_id < $before
        AND ($contact_id IS NULL OR contact_id = $contact_id)
        AND ($kind IS NULL OR kind = $kind)
        AND ($since IS NULL OR occurred_at >= $since)
        AND ($until IS NULL OR occurred_at < $until)
    ORDER BY event_id DESC
    LIMIT $amount
) AS e
LEFT JOIN contact p USING (contact_id)
LEFT JOIN identity i ON i.contact_id = e.contact_id AND i.kind = 'email' AND i.is_primary
ORDER BY e.event_id DESC;

-- name: count_events
SELECT count(*) AS events
FROM event
WHERE ($contact_id IS NULL OR contact_id = $contact_id)
    AND ($kind IS NULL OR kind = $kind)
    AND ($since IS NULL OR occurred_at >= $since)
    AND ($until IS NULL OR occurred_at < $until);

-- name: events_of_contact
SELECT event_id AS id, contact_id AS contact, kind, channel, data ->> '$.direction' AS direction,
       data ->> '$.note' AS note, actor, occurred_at
FROM event
WHERE contact_id = $contact_id
ORDER BY occurred_at DESC, event_id DESC
LIMIT $amount;

-- name: last_of_contact
WITH listed AS (
    SELECT order_id
    FROM orders
    WHERE contact_id = $contact_id
    ORDER BY ordered_at DESC, order_id DESC
    LIMIT $amount
)
SELECT order_id AS id, source || ':' || number AS ref, ordered_at, total, currency, status
FROM order_status
WHERE order_id IN (SELECT order_id FROM listed)
ORDER BY ordered_at DESC, order_id DESC;

-- name: repoint
UPDATE orders SET contact_id = $survivor WHERE contact_id = $merged;

-- name: repoint_refunds
UPDATE refund SET contact_id = $survivor WHERE contact_id = $merged;

-- name: repoint_events
UPDATE event SET contact_id = $survivor WHERE contact_id = $merged;

-- The order stays: it counts for the stand-in. What a file said beside it goes.
-- name: forget
UPDATE orders SET attributes = NULL WHERE contact_id = $contact_id;

-- name: forget_refunds
UPDATE refund SET reason = NULL WHERE contact_id = $contact_id;

-- name: forget_events
UPDATE event SET data = NULL WHERE contact_id = $contact_id;

-- name: export
SELECT o.source, o.number, o.ordered_at, o.paid_at, o.packed_at, o.shipped_at, o.delivered_at,
       o.cancelled_at, o.channel, o.currency, o.gross, o.discount, o.tax, o.shipping, o.total,
       o.attributes::VARCHAR AS attributes, o.recorded_at,
       (SELECT list({sku: p.sku, description: coalesce(l.description, p.title),
                     quantity: l.quantity, unit_price: l.unit_price, amount: l.amount}
                    ORDER BY l.line_number)
        FROM order_line l LEFT JOIN product p USING (product_id)
        WHERE l.order_id = o.order_id) AS lines
FROM orders o
WHERE o.contact_id = $contact_id
ORDER BY o.order_id;

-- name: export_refunds
SELECT source, number, order_id, amount, currency, reason, refunded_at, recorded_at
FROM refund
WHERE contact_id = $contact_id
ORDER BY refund_id;

-- name: export_events
SELECT kind, channel, data::VARCHAR AS data, actor, occurred_at, recorded_at
FROM event
WHERE contact_id = $contact_id
ORDER BY event_id;

-- name: timeline
SELECT ordered_at AS occurred_at, 'orders' AS room, 'ordered' AS what,
       total::DECIMAL(18, 2)::VARCHAR || ' ' || currency || ', ' || source || ':' || number AS detail
FROM orders
WHERE contact_id = $contact_id
UNION ALL
SELECT cancelled_at, 'orders', 'cancelled', source || ':' || number
FROM orders
WHERE contact_id = $contact_id AND cancelled_at IS NOT NULL
UNION ALL
SELECT refunded_at, 'orders', 'refunded', concat_ws(', ', amount::DECIMAL(18, 2)::VARCHAR || ' ' || currency, reason)
FROM refund
WHERE contact_id = $contact_id
UNION ALL
SELECT occurred_at, 'orders', kind, data ->> '$.note'
FROM event
WHERE contact_id = $contact_id;


-- An import hands over two views and a table. incoming_order has a row an order or return,
-- normalized: head (its first line, a number of the file), number, contact_id, is_return,
-- ordered_at, paid_at, cancelled_at, channel, currency, discount, tax, shipping, total (null where
-- the lines make it), lines_amount, refunded, attributes. incoming_number has of the same rows what
-- counting needs: head, number, is_return, amount, refunded, is_paid, is_cancelled, line_count.
-- name: create_incoming_lines
CREATE OR REPLACE TEMP TABLE incoming_order_line (
    head BIGINT, line BIGINT, sku VARCHAR, description VARCHAR, quantity DECIMAL(18, 4),
    unit_price DECIMAL(18, 4), amount DECIMAL(18, 4)
);

-- name: count_incoming_lines
SELECT count(*) AS lines FROM incoming_order_line;

-- lacks: the book has nothing where the file may have something. A refund that the book has stays;
-- one that it has not is added, and another amount is told as a difference.
-- name: create_known_orders
CREATE OR REPLACE TEMP TABLE known_order AS
SELECT i.head, o.order_id, i.line_count, i.refunded,
       o.total <> i.amount OR (i.refunded > 0 AND coalesce(b.amount <> i.refunded, false)) AS differs,
       i.refunded > 0 AND b.order_id IS NULL AS is_late,
       o.contact_id IS NULL OR (i.is_paid AND o.paid_at IS NULL)
           OR (i.is_cancelled AND o.cancelled_at IS NULL) AS lacks
FROM incoming_number i
JOIN orders o ON o.source = $source AND o.number = i.number
LEFT JOIN (
    SELECT order_id, sum(amount) AS amount FROM refund WHERE order_id IS NOT NULL GROUP BY order_id
) b ON b.order_id = o.order_id
WHERE NOT i.is_return;

-- name: create_known_returns
CREATE OR REPLACE TEMP TABLE known_return AS
SELECT i.head, i.line_count
FROM incoming_number i
JOIN refund r ON r.source = $source AND r.number = i.number
WHERE i.is_return;

-- Guests whose orders now say who they were, and orders that were paid or cancelled since.
-- name: create_filled_orders
CREATE OR REPLACE TEMP TABLE filled_order AS
FROM (
    SELECT k.order_id, k.head, k.line_count,
           CASE WHEN o.contact_id IS NULL THEN i.contact_id END AS contact_id,
           CASE WHEN o.paid_at IS NULL THEN i.paid_at END AS paid_at,
           CASE WHEN o.cancelled_at IS NULL THEN i.cancelled_at END AS cancelled_at
    FROM (SELECT order_id, head, line_count FROM known_order WHERE lacks) k
    JOIN incoming_order i USING (head)
    JOIN orders o USING (order_id)
)
WHERE contact_id IS NOT NULL OR paid_at IS NOT NULL OR cancelled_at IS NOT NULL;

-- name: fill_orders
UPDATE orders
SET contact_id = coalesce(orders.contact_id, f.contact_id),
    paid_at = coalesce(orders.paid_at, f.paid_at),
    cancelled_at = coalesce(orders.cancelled_at, f.cancelled_at)
FROM filled_order f
WHERE orders.order_id = f.order_id;

-- name: insert_late_refunds
INSERT INTO refund (refund_id, source, number, order_id, contact_id, amount, currency, actor,
                    refunded_at, recorded_at, batch_id)
SELECT $last_id + row_number() OVER (ORDER BY k.head), $source, o.number || '/refund', o.order_id,
       o.contact_id, k.refunded, o.currency, $actor, o.ordered_at, $now, $batch_id
FROM known_order k
JOIN orders o USING (order_id)
WHERE k.is_late;

-- name: count_filled_lines
SELECT coalesce(sum(line_count), 0)::BIGINT AS lines
FROM (
    SELECT head, line_count FROM filled_order
    UNION
    SELECT head, line_count FROM known_order WHERE is_late
);

-- name: count_incoming
SELECT count(*) FILTER (NOT is_return) AS orders, count(*) FILTER (is_return) AS returns,
       count(*) FILTER (NOT is_return AND refunded > 0) AS refunded,
       coalesce(max(head) - min(head) + 1, 0) AS span,
       coalesce(sum(line_count), 0)::BIGINT AS lines
FROM incoming_number;

-- name: count_known
SELECT count(*) AS orders, count(*) FILTER (differs) AS differing,
       count(*) FILTER (refunded > 0) AS refunded, count(*) FILTER (is_late) AS late,
       (SELECT count(*) FROM known_return) AS returns,
       (coalesce(sum(line_count), 0)
        + (SELECT coalesce(sum(line_count), 0) FROM known_return))::BIGINT AS lines,
       count(*) FILTER (lacks OR is_late) AS lacking
FROM known_order;

-- Where every line of the file is a new order, its place in the file numbers it.
-- name: create_even_places
CREATE OR REPLACE TEMP VIEW new_order AS
SELECT i.*, i.head - (SELECT min(head) FROM incoming_number) + 1 AS place
FROM incoming_order i;

-- name: create_new_places
CREATE OR REPLACE TEMP TABLE new_place AS
SELECT head, row_number() OVER (ORDER BY head) AS place
FROM incoming_number n
WHERE NOT is_return AND NOT EXISTS (FROM known_order k WHERE k.head = n.head);

-- name: create_uneven_places
CREATE OR REPLACE TEMP VIEW new_order AS
SELECT i.*, p.place
FROM incoming_order i
JOIN new_place p USING (head);

-- Some programs write what came back as less than nothing, some write it plainly.
-- name: create_new_returns
CREATE OR REPLACE TEMP TABLE new_return AS
SELECT head, row_number() OVER (ORDER BY head) AS place,
       CASE WHEN coalesce(total, lines_amount) > 0 THEN 1 ELSE -1 END AS turn
FROM incoming_order i
WHERE is_return AND NOT EXISTS (FROM known_return k WHERE k.head = i.head);

-- Without lines the gross is what the total says before discount, tax and shipping.
-- name: insert_orders
INSERT INTO orders (order_id, source, number, contact_id, ordered_at, paid_at, cancelled_at, channel,
                    is_test, currency, gross, discount, tax, shipping, total, attributes,
                    recorded_at, batch_id)
SELECT $last_id + place, $source, number, contact_id, ordered_at, paid_at, cancelled_at, channel,
       false, currency, coalesce(lines_amount, total + discount - tax - shipping), discount, tax,
       shipping, coalesce(total, lines_amount - discount + tax + shipping), attributes, $now,
       $batch_id
FROM new_order;

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
       l.description, l.quantity, l.unit_price, l.amount
FROM incoming_order_line l
JOIN new_order n USING (head)
LEFT JOIN product p ON p.source = $source AND p.sku = l.sku;

-- name: insert_returns
INSERT INTO refund (refund_id, source, number, contact_id, amount, currency, actor, refunded_at,
                    recorded_at, batch_id)
SELECT $last_id + n.place, $source, i.number, i.contact_id, abs(coalesce(i.total, i.lines_amount)),
       i.currency, $actor, i.ordered_at, $now, $batch_id
FROM incoming_order i
JOIN new_return n USING (head);

-- name: insert_return_lines
INSERT INTO refund_line (refund_id, line_number, product_id, description, quantity, unit_price, amount)
SELECT $last_id + n.place, row_number() OVER (PARTITION BY l.head ORDER BY l.line), p.product_id,
       l.description, n.turn * l.quantity, l.unit_price, n.turn * l.amount
FROM incoming_order_line l
JOIN new_return n USING (head)
LEFT JOIN product p ON p.source = $source AND p.sku = l.sku;

-- A refunded amount beside an order, without a day of its own, counts on the order's day.
-- name: insert_refunded
INSERT INTO refund (refund_id, source, number, order_id, contact_id, amount, currency, actor,
                    refunded_at, recorded_at, batch_id)
SELECT $last_id + row_number() OVER (ORDER BY place), $source, number || '/refund',
       $last_order_id + place, contact_id, refunded, currency, $actor, ordered_at, $now, $batch_id
FROM new_order
WHERE refunded > 0;

-- Days between one purchase day of a customer and the next, over all customers: how many there are,
-- and the smallest that at least half, 80 and 90 in a hundred of them do not exceed. The shop's days
-- are found once for each day of UTC, on which one of them ends, or none or two when clocks change:
-- converting each order's time would take most of the work.
-- name: gaps
WITH placed AS (
    SELECT contact_id, ordered_at
    FROM orders
    WHERE contact_id IS NOT NULL AND NOT is_test AND ordered_at < $as_of
        AND coalesce(cancelled_at, TIMESTAMP 'infinity') >= $as_of
        AND recorded_at <= coalesce($known, TIMESTAMP 'infinity')
),
midnights AS (
    SELECT unnest(generate_series(date_trunc('day', first_order) - INTERVAL 2 DAY,
                                  last_order + INTERVAL 2 DAY, INTERVAL 1 DAY)) AS midnight
    FROM (SELECT min(ordered_at) AS first_order, max(ordered_at) AS last_order FROM placed)
),
turns AS (
    SELECT CAST(begins AS DATE) AS utc_day, min(begins) AS first_turn, max(begins) AS last_turn,
           count(*) AS turns
    FROM (SELECT timezone('UTC', timezone($zone, midnight)) AS begins FROM midnights)
    WHERE begins > date_trunc('day', begins)
    GROUP BY CAST(begins AS DATE)
),
own_days AS (
    SELECT CAST(midnight AS DATE) AS utc_day,
           CAST(timezone($zone, timezone('UTC', midnight)) AS DATE) AS first_day,
           coalesce(first_turn, TIMESTAMP 'infinity') AS first_turn,
           CASE WHEN turns = 2 THEN last_turn ELSE TIMESTAMP 'infinity' END AS last_turn
    FROM midnights
    LEFT JOIN turns ON turns.utc_day = CAST(midnight AS DATE)
),
dated AS (
    SELECT contact_id,
           first_day + CAST(ordered_at >= first_turn AS INTEGER)
               + CAST(ordered_at >= last_turn AS INTEGER) AS local_day
    FROM placed
    JOIN own_days ON own_days.utc_day = CAST(ordered_at AS DATE)
),
steps AS (
    SELECT local_day - lag(local_day) OVER (PARTITION BY contact_id ORDER BY local_day) AS days
    FROM dated
)
SELECT count(*) AS returns, quantile_disc(days, 0.5) AS usual,
       quantile_disc(days, 0.8) AS lapsing, quantile_disc(days, 0.9) AS lapsed
FROM steps
WHERE days > 0;

-- Those in chosen_contact who paid most up to a moment, and when they last ordered.
-- name: best_of_chosen
SELECT contact_id, sum(total) AS paid, max(ordered_at) AS last_order
FROM orders
JOIN chosen_contact USING (contact_id)
WHERE NOT is_test AND cancelled_at IS NULL AND currency = $currency AND ordered_at < $as_of
GROUP BY contact_id
ORDER BY paid DESC, contact_id
LIMIT $amount;
