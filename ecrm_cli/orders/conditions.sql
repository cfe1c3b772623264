-- What segments may ask of orders; how a condition is written stands in contacts/conditions.sql.
-- An order counts unless it is a test or was cancelled by $as_of. Its value is its total less what
-- was refunded for it by then; a refund that names no order counts on its own day.

-- name: present
SELECT contact_id FROM orders WHERE ordered_at < $as_of
UNION ALL
SELECT contact_id FROM refund WHERE refunded_at < $as_of
UNION ALL
SELECT contact_id FROM event WHERE occurred_at < $as_of;

-- name: orders_count
-- field: orders.count | How many orders; 0 for who never ordered. | orders.count: {gte: 2, within: 365d}
-- takes: number
SELECT contact_id, coalesce(orders, 0) AS seen
FROM contact
LEFT JOIN (
    SELECT contact_id, count(*) AS orders
    FROM orders
    WHERE NOT is_test AND ordered_at < $as_of
        AND coalesce(cancelled_at, TIMESTAMP 'infinity') >= $as_of
        AND ordered_at >= coalesce($from_utc, TIMESTAMP '-infinity')
        AND ordered_at < coalesce($to_utc, TIMESTAMP 'infinity')
    GROUP BY contact_id
) AS counted USING (contact_id);

-- name: orders_total
-- field: orders.total | What they paid, less refunds; 0 for who never ordered. | orders.total: {gte: 500, within: 365d}
-- takes: money
SELECT contact_id, coalesce(amount, 0) AS seen
FROM contact
LEFT JOIN (
    SELECT contact_id, sum(amount) AS amount
    FROM (
        SELECT contact_id, total AS amount
        FROM orders
        WHERE NOT is_test AND currency = $currency AND ordered_at < $as_of
            AND coalesce(cancelled_at, TIMESTAMP 'infinity') >= $as_of
            AND ordered_at >= coalesce($from_utc, TIMESTAMP '-infinity')
            AND ordered_at < coalesce($to_utc, TIMESTAMP 'infinity')
        UNION ALL
        SELECT o.contact_id, -r.amount
        FROM refund r
        JOIN orders o USING (order_id)
        WHERE r.refunded_at < $as_of AND r.currency = $currency AND o.currency = $currency
            AND NOT o.is_test AND o.ordered_at < $as_of
            AND coalesce(o.cancelled_at, TIMESTAMP 'infinity') >= $as_of
            AND o.ordered_at >= coalesce($from_utc, TIMESTAMP '-infinity')
            AND o.ordered_at < coalesce($to_utc, TIMESTAMP 'infinity')
        UNION ALL
        SELECT contact_id, -amount
        FROM refund
        WHERE order_id IS NULL AND currency = $currency AND refunded_at < $as_of
            AND refunded_at >= coalesce($from_utc, TIMESTAMP '-infinity')
            AND refunded_at < coalesce($to_utc, TIMESTAMP 'infinity')
    ) AS amounts
    GROUP BY contact_id
) AS summed USING (contact_id);

-- The total divided by the number of orders, in whole ten-thousandths so that it stays exact:
-- rounded to four decimals, halves away from zero. A sum out of a money column's range is no number.
-- name: orders_average
-- field: orders.average | Total divided by orders, to four decimals; nobody without an order. | orders.average: {gte: 50}
-- takes: money
SELECT contact_id,
       CAST((2 * abs(parts) + orders) // (2 * orders) * sign(parts) AS DECIMAL(18, 0)) * 0.0001
       AS seen
FROM (
    SELECT contact_id, orders,
           CAST(trunc(amount) AS BIGINT) * 10000
           + CAST(CAST(amount % 1 AS DECIMAL(5, 4)) * 10000 AS INTEGER) AS parts
    FROM (
        SELECT contact_id, TRY_CAST(sum(amount) AS DECIMAL(18, 4)) AS amount,
               count(number) AS orders
        FROM (
            SELECT contact_id, total AS amount, order_id AS number
            FROM orders
            WHERE NOT is_test AND currency = $currency AND ordered_at < $as_of
                AND coalesce(cancelled_at, TIMESTAMP 'infinity') >= $as_of
                AND ordered_at >= coalesce($from_utc, TIMESTAMP '-infinity')
                AND ordered_at < coalesce($to_utc, TIMESTAMP 'infinity')
            UNION ALL
            SELECT o.contact_id, -r.amount, NULL
            FROM refund r
            JOIN orders o USING (order_id)
            WHERE r.refunded_at < $as_of AND r.currency = $currency AND o.currency = $currency
                AND NOT o.is_test AND o.ordered_at < $as_of
                AND coalesce(o.cancelled_at, TIMESTAMP 'infinity') >= $as_of
                AND o.ordered_at >= coalesce($from_utc, TIMESTAMP '-infinity')
                AND o.ordered_at < coalesce($to_utc, TIMESTAMP 'infinity')
            UNION ALL
            SELECT contact_id, -amount, NULL
            FROM refund
            WHERE order_id IS NULL AND currency = $currency AND refunded_at < $as_of
                AND refunded_at >= coalesce($from_utc, TIMESTAMP '-infinity')
                AND refunded_at < coalesce($to_utc, TIMESTAMP 'infinity')
        ) AS amounts
        GROUP BY contact_id
    ) AS summed
) AS divided
WHERE orders > 0;

-- name: orders_first
-- field: orders.first | When they first ordered; nobody without an order. | orders.first: {within: 30d}
-- takes: time
SELECT contact_id, min(ordered_at) AS seen
FROM orders
WHERE NOT is_test AND ordered_at < $as_of
    AND coalesce(cancelled_at, TIMESTAMP 'infinity') >= $as_of
GROUP BY contact_id;

-- name: orders_last
-- field: orders.last | When they last ordered; nobody without an order. | orders.last: {before: 90d}
-- takes: time
SELECT contact_id, max(ordered_at) AS seen
FROM orders
WHERE NOT is_test AND ordered_at < $as_of
    AND coalesce(cancelled_at, TIMESTAMP 'infinity') >= $as_of
GROUP BY contact_id;

-- name: orders_product
-- field: orders.product | Number (SKU) of a product they ordered. | orders.product: {in: [BEANS-250, BEANS-1000], within: 90d}
-- takes: word
-- seen: many
SELECT o.contact_id, p.sku AS seen
FROM orders o
JOIN order_line l USING (order_id)
JOIN product p USING (product_id)
WHERE NOT o.is_test AND l.quantity > 0 AND o.ordered_at < $as_of
    AND coalesce(o.cancelled_at, TIMESTAMP 'infinity') >= $as_of
    AND o.ordered_at >= coalesce($from_utc, TIMESTAMP '-infinity')
    AND o.ordered_at < coalesce($to_utc, TIMESTAMP 'infinity');

-- name: orders_channel
-- field: orders.channel | Where they ordered: web, shop, phone. | orders.channel: shop
-- takes: word
-- seen: many
SELECT contact_id, channel AS seen
FROM orders
WHERE NOT is_test AND ordered_at < $as_of
    AND coalesce(cancelled_at, TIMESTAMP 'infinity') >= $as_of
    AND ordered_at >= coalesce($from_utc, TIMESTAMP '-infinity')
    AND ordered_at < coalesce($to_utc, TIMESTAMP 'infinity');

-- $lapsed is the shop's own limit in days. Only pairs so far apart are turned into days.
-- name: orders_comeback
-- field: orders.comeback | When they last ordered again after they had lapsed; nobody who never did. | orders.comeback: {within: 30d}
-- takes: time
SELECT contact_id, max(ordered_at) AS seen
FROM (
    SELECT contact_id, ordered_at,
           lag(ordered_at) OVER (PARTITION BY contact_id ORDER BY ordered_at) AS ordered_before
    FROM orders
    WHERE contact_id IS NOT NULL AND NOT is_test AND ordered_at < $as_of
        AND coalesce(cancelled_at, TIMESTAMP 'infinity') >= $as_of
) AS placed
WHERE ordered_at > ordered_before + to_days(CAST($lapsed AS INTEGER) - 1)
    AND CAST(timezone($zone, timezone('UTC', ordered_at)) AS DATE)
        - CAST(timezone($zone, timezone('UTC', ordered_before)) AS DATE) > $lapsed
GROUP BY contact_id;
