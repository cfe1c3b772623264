-- Everything that orders and refunds still have to say to the ledger, in one statement.
-- An order counts when it is a contact's, no test and not cancelled; it gives points in the
-- programme's currency, and takes back what it gave in whatever currency that was.
-- given_orders: those without an entry. steps: what the refunds of an order take back up to each of
-- its new ones, all together: the refunded share of its points to the nearest whole, halves up.
-- loose: returns that name no order take back what their amount would have given. gone: orders
-- that were cancelled, or are no more, after they had given points. standing: what was taken back
-- for a refund that is no more. A fact of a day before $open_from, which the ledger has settled,
-- is posted for $now: points of a day that was told never change. Money is counted in whole
-- ten-thousandths, so that nothing is rounded but points.
-- name: settle
INSERT INTO ledger_entry (transaction_id, kind, account, contact_id, points, order_id, refund_id,
                          idempotency_key, rule, actor, posted_for, recorded_at)
WITH counted AS NOT MATERIALIZED (
    SELECT order_id, contact_id, ordered_at, total, currency,
           ((CAST(greatest(total, 0)::DECIMAL(28, 4) * 10000 AS HUGEINT) * CAST($times AS HUGEINT)
             + CAST($bias AS HUGEINT)) // CAST($divisor AS HUGEINT))::BIGINT AS worth
    FROM orders
    WHERE contact_id IS NOT NULL AND NOT is_test AND cancelled_at IS NULL AND ordered_at <= $now
),
from_orders AS NOT MATERIALIZED (
    SELECT order_id, contact_id, points
    FROM ledger_entry
    WHERE kind = 'order' AND account = 'member'
),
from_refunds AS NOT MATERIALIZED (
    SELECT refund_id, order_id, contact_id, points
    FROM ledger_entry
    WHERE kind = 'refund' AND account = 'member'
),
given_orders AS NOT MATERIALIZED (
    SELECT c.order_id, c.contact_id, c.ordered_at, c.worth
    FROM counted c
    ANTI JOIN from_orders USING (order_id)
    WHERE c.currency = $currency
),
new_refunds AS MATERIALIZED (
    SELECT r.refund_id, r.order_id, r.contact_id, r.amount, r.currency, r.refunded_at
    FROM refund r
    ANTI JOIN from_refunds USING (refund_id)
    WHERE r.refunded_at <= $now
),
already AS (
    SELECT f.order_id, -sum(f.points) AS points, sum(r.amount) AS amount
    FROM from_refunds f
    JOIN refund r USING (refund_id)
    WHERE f.order_id IN (SELECT order_id FROM new_refunds)
    GROUP BY f.order_id
),
refunded AS (
    SELECT n.refund_id, n.order_id, c.contact_id, n.refunded_at, c.total,
           coalesce(g.points, c.worth) AS points, coalesce(a.points, 0) AS points_before,
           least(c.total, coalesce(a.amount, 0)
                          + sum(n.amount) OVER (PARTITION BY n.order_id
                                                ORDER BY n.refunded_at, n.refund_id)) AS amount
    FROM new_refunds n
    JOIN counted c ON c.order_id = n.order_id AND c.currency = n.currency
    LEFT JOIN from_orders g ON g.order_id = n.order_id
    LEFT JOIN already a ON a.order_id = n.order_id
    WHERE g.order_id IS NOT NULL OR c.currency = $currency
),
steps AS (
    SELECT refund_id, order_id, contact_id, refunded_at, points_before,
           greatest(points_before,
                    CASE WHEN total <= 0 THEN points
                         ELSE (2 * CAST(points AS HUGEINT) * CAST(amount::DECIMAL(28, 4) * 10000 AS HUGEINT)
                               + CAST(total::DECIMAL(28, 4) * 10000 AS HUGEINT))
                              // (2 * CAST(total::DECIMAL(28, 4) * 10000 AS HUGEINT)) END) AS up_to
    FROM refunded
),
gone AS (
    SELECT l.order_id, min(l.contact_id) AS contact_id, sum(l.points) AS points,
           min(o.cancelled_at) AS cancelled_at
    FROM ledger_entry l
    LEFT JOIN orders o USING (order_id)
    WHERE l.account = 'member' AND l.order_id IS NOT NULL
        AND (o.order_id IS NULL OR o.is_test OR o.cancelled_at IS NOT NULL)
    GROUP BY l.order_id
    HAVING sum(l.points) <> 0
),
standing AS (
    SELECT l.refund_id, min(l.order_id) AS order_id, min(l.contact_id) AS contact_id,
           sum(l.points) AS points
    FROM ledger_entry l
    ANTI JOIN refund USING (refund_id)
    LEFT JOIN orders o USING (order_id)
    WHERE l.account = 'member' AND l.refund_id IS NOT NULL
        AND (l.order_id IS NULL OR (NOT o.is_test AND o.cancelled_at IS NULL))
    GROUP BY l.refund_id
    HAVING sum(l.points) <> 0
),
said AS (
    SELECT 'order' AS kind, contact_id, worth AS points, order_id, NULL::BIGINT AS refund_id,
           'order:' || order_id AS spoken_key, $rule AS rule, ordered_at AS happened_at
    FROM given_orders
    UNION ALL
    SELECT 'refund', contact_id,
           (coalesce(lag(up_to) OVER (PARTITION BY order_id ORDER BY refunded_at, refund_id),
                     points_before) - up_to)::BIGINT,
           order_id, refund_id, 'refund:' || refund_id, NULL, refunded_at
    FROM steps
    UNION ALL
    SELECT 'refund', contact_id,
           -((CAST(amount::DECIMAL(28, 4) * 10000 AS HUGEINT) * CAST($times AS HUGEINT)
              + CAST($bias AS HUGEINT)) // CAST($divisor AS HUGEINT))::BIGINT,
           NULL, refund_id, 'refund:' || refund_id, $rule, refunded_at
    FROM new_refunds
    WHERE order_id IS NULL AND contact_id IS NOT NULL AND currency = $currency
    UNION ALL
    SELECT 'cancel', contact_id, -points::BIGINT, order_id, NULL, 'cancel:order:' || order_id, NULL,
           least(coalesce(cancelled_at, $now), $now)
    FROM gone
    UNION ALL
    SELECT 'cancel', contact_id, -points::BIGINT, order_id, refund_id,
           'cancel:refund:' || refund_id, NULL, $now
    FROM standing
),
numbered AS (
    SELECT *, $last_id + row_number() OVER (ORDER BY happened_at, kind, order_id, refund_id)
               AS transaction_id
    FROM said
)
SELECT transaction_id, kind, side.account, CASE WHEN side.sign > 0 THEN contact_id END,
       points * side.sign, order_id, refund_id, spoken_key, rule, $actor,
       CASE WHEN happened_at < $open_from THEN $now ELSE happened_at END, $now
FROM numbered
CROSS JOIN (VALUES ('member', 1), ('issued', -1)) AS side (account, sign);

-- When orders were last settled.
-- name: last_settled
SELECT max(recorded_at) AS settled_at FROM ledger_entry WHERE kind IN ('order', 'refund', 'cancel');

-- name: count_settled
SELECT count(*) FILTER (kind = 'order') AS orders, count(*) FILTER (kind = 'refund') AS refunds,
       count(*) FILTER (kind = 'cancel') AS cancelled,
       coalesce(sum(points) FILTER (kind = 'order'), 0)::BIGINT AS given,
       coalesce(-sum(points) FILTER (kind <> 'order'), 0)::BIGINT AS taken_back
FROM ledger_entry
WHERE transaction_id > $last_id AND account = 'member';

-- Orders that count as bought and give nothing: a guest's, or in a currency not the programme's.
-- name: count_left_out
SELECT count(*) FILTER (contact_id IS NULL) AS guests,
       count(*) FILTER (contact_id IS NOT NULL AND currency <> $currency) AS other_currency,
       list(DISTINCT currency ORDER BY currency) FILTER (contact_id IS NOT NULL AND currency <> $currency)
           AS currencies
FROM orders
WHERE NOT is_test AND cancelled_at IS NULL AND (contact_id IS NULL OR currency <> $currency);

-- name: balance
SELECT coalesce(sum(points) FILTER (account = 'member'), 0)::BIGINT AS points,
       coalesce(sum(points) FILTER (account = 'pending'), 0)::BIGINT AS pending
FROM ledger_entry
WHERE contact_id = $contact_id AND posted_for < coalesce($until_utc, TIMESTAMP 'infinity');

-- name: history
SELECT 'T-' || l.transaction_id AS ref, l.transaction_id AS number, l.posted_for, l.kind, l.points,
       sum(l.points) OVER (ORDER BY l.posted_for, l.transaction_id ROWS UNBOUNDED PRECEDING)::BIGINT
           AS balance,
       o.source || ':' || o.number AS order_ref, l.refund_id AS refund, l.rule, l.reason, l.actor,
       l.recorded_at
FROM ledger_entry l
LEFT JOIN orders o USING (order_id)
WHERE l.contact_id = $contact_id AND l.account = 'member' AND l.points <> 0
    AND l.posted_for < coalesce($until_utc, TIMESTAMP 'infinity')
ORDER BY l.posted_for, l.transaction_id;

-- name: with_key
SELECT transaction_id, contact_id, points
FROM ledger_entry
WHERE idempotency_key = $key AND account = 'member';

-- What they had when a transaction was posted.
-- name: balance_at
SELECT coalesce(sum(points), 0)::BIGINT AS points
FROM ledger_entry
WHERE contact_id = $contact_id AND account = 'member' AND transaction_id <= $transaction_id;

-- name: post
INSERT INTO ledger_entry (transaction_id, kind, account, contact_id, points, idempotency_key,
                          reason, actor, posted_for, recorded_at)
SELECT $transaction_id, $kind, side.account, side.contact_id, side.points, $key, $reason, $actor,
       $now, $now
FROM (VALUES ('member', $contact_id::BIGINT, $points::BIGINT), ($other, NULL, -$points::BIGINT))
    AS side (account, contact_id, points)
WHERE NOT EXISTS (FROM ledger_entry WHERE idempotency_key = $key);

-- Every order of a contact with what the ledger says of it, and why an order gave nothing.
-- name: orders_of
SELECT o.source || ':' || o.number AS order_ref, o.ordered_at, o.total, o.currency, o.status,
       l.given AS points, l.taken_back, l.rule,
       CASE WHEN l.order_id IS NOT NULL THEN NULL
            WHEN o.status IN ('test', 'cancelled') THEN o.status
            WHEN $currency IS NULL THEN 'no programme'
            WHEN o.currency <> $currency THEN 'other currency'
            ELSE 'not settled' END AS why_none
FROM order_status o
LEFT JOIN (
    SELECT order_id, coalesce(sum(points) FILTER (kind = 'order'), 0)::BIGINT AS given,
           coalesce(-sum(points) FILTER (kind <> 'order'), 0)::BIGINT AS taken_back,
           max(rule) AS rule
    FROM ledger_entry
    WHERE contact_id = $contact_id AND account = 'member'
        AND posted_for < coalesce($until_utc, TIMESTAMP 'infinity')
    GROUP BY order_id
) AS l USING (order_id)
WHERE o.contact_id = $contact_id AND o.ordered_at < coalesce($until_utc, TIMESTAMP 'infinity')
ORDER BY o.ordered_at, o.order_id;

-- What was posted without an order: by hand, or for a return that names none.
-- name: without_order
SELECT 'T-' || transaction_id AS ref, posted_for, kind, points, reason, rule
FROM ledger_entry
WHERE contact_id = $contact_id AND account = 'member' AND order_id IS NULL AND points <> 0
    AND posted_for < coalesce($until_utc, TIMESTAMP 'infinity')
ORDER BY posted_for, transaction_id;

-- What the last year's orders would have given: those that count, from $since on.
-- name: forecast
SELECT count(DISTINCT contact_id) AS customers, count(*) AS orders,
       coalesce(sum(total), 0)::DECIMAL(38, 4) AS bought,
       coalesce(sum((CAST(greatest(total, 0)::DECIMAL(28, 4) * 10000 AS HUGEINT) * CAST($times AS HUGEINT)
                     + CAST($bias AS HUGEINT)) // CAST($divisor AS HUGEINT)), 0)::HUGEINT AS points
FROM orders
WHERE contact_id IS NOT NULL AND NOT is_test AND cancelled_at IS NULL AND currency = $currency
    AND ordered_at >= $since_utc AND ordered_at <= $now;

-- name: size
SELECT count(DISTINCT transaction_id) AS transactions FROM ledger_entry;

-- name: difference
SELECT count(*) AS found, coalesce(sum(abs(points)), 0)::BIGINT AS difference,
       list('T-' || transaction_id ORDER BY transaction_id)[:5] AS examples
FROM (
    SELECT transaction_id, sum(points) AS points
    FROM ledger_entry
    GROUP BY transaction_id
    HAVING sum(points) <> 0 OR count(*) < 2
) AS crooked;

-- name: doubled_keys
SELECT count(*) AS found, list(idempotency_key ORDER BY idempotency_key)[:5] AS examples
FROM (
    SELECT idempotency_key
    FROM ledger_entry
    WHERE account = 'member'
    GROUP BY idempotency_key
    HAVING count(DISTINCT transaction_id) > 1
) AS doubled;

-- name: doubled_orders
SELECT count(*) AS found, list('order ' || order_id ORDER BY order_id)[:5] AS examples
FROM (
    SELECT order_id
    FROM ledger_entry
    WHERE account = 'member' AND kind = 'order'
    GROUP BY order_id
    HAVING count(*) > 1
) AS doubled;

-- name: doubled_refunds
SELECT count(*) AS found, list('refund ' || refund_id ORDER BY refund_id)[:5] AS examples
FROM (
    SELECT refund_id
    FROM ledger_entry
    WHERE account = 'member' AND kind = 'refund'
    GROUP BY refund_id
    HAVING count(*) > 1
) AS doubled;

-- name: without_contact
SELECT count(*) AS found, list('T-' || transaction_id ORDER BY transaction_id)[:5] AS examples
FROM ledger_entry
ANTI JOIN contact USING (contact_id)
WHERE account IN ('member', 'pending');

-- Points that stand although their order or refund does not, or is cancelled.
-- name: without_fact
SELECT count(*) AS found, list(thing ORDER BY thing)[:5] AS examples
FROM (
    SELECT 'order ' || l.order_id AS thing
    FROM ledger_entry l
    LEFT JOIN orders o USING (order_id)
    WHERE l.account = 'member' AND l.order_id IS NOT NULL
        AND (o.order_id IS NULL OR o.is_test OR o.cancelled_at IS NOT NULL)
    GROUP BY l.order_id
    HAVING sum(l.points) <> 0
    UNION ALL
    SELECT 'refund ' || l.refund_id
    FROM ledger_entry l
    ANTI JOIN refund USING (refund_id)
    LEFT JOIN orders o USING (order_id)
    WHERE l.account = 'member' AND l.refund_id IS NOT NULL
        AND (l.order_id IS NULL OR (NOT o.is_test AND o.cancelled_at IS NULL))
    GROUP BY l.refund_id
    HAVING sum(l.points) <> 0
) AS things;

-- An order whose refunds took back more than it gave.
-- name: overtaken
SELECT count(*) AS found, list('order ' || order_id ORDER BY order_id)[:5] AS examples
FROM (
    SELECT order_id
    FROM ledger_entry
    WHERE account = 'member' AND order_id IS NOT NULL
    GROUP BY order_id
    HAVING sum(points) < 0
) AS overtaken;

-- Transactions whose rows are not as every posting writes them: one of an account and contact, of a
-- known kind and account, nobody's name on the other side, the same key and time on all of them.
-- name: misshapen
SELECT count(*) AS found, list('T-' || transaction_id ORDER BY transaction_id)[:5] AS examples
FROM (
    SELECT transaction_id
    FROM ledger_entry
    GROUP BY transaction_id
    HAVING bool_or(kind NOT IN ('order', 'refund', 'cancel', 'earn', 'redeem', 'adjust'))
        OR bool_or(account NOT IN ('member', 'pending', 'issued', 'redeemed', 'expired', 'adjusted',
                                   'transferred'))
        OR bool_or(account NOT IN ('member', 'pending') AND contact_id IS NOT NULL)
        OR min(kind) <> max(kind) OR min(idempotency_key) <> max(idempotency_key)
        OR min(posted_for) <> max(posted_for)
    UNION
    SELECT transaction_id
    FROM ledger_entry
    GROUP BY transaction_id, account, contact_id
    HAVING count(*) > 1
) AS misshapen;

-- Numbers are given one after another and nothing is ever deleted: each has its transaction, and
-- none has a number that was not given yet.
-- name: lost_numbers
WITH given AS (SELECT last_id FROM counter WHERE noun = 'ledger_transaction'),
numbers AS (
    SELECT transaction_id AS number FROM ledger_entry
    UNION
    SELECT last_id + 1 FROM given
),
steps AS (SELECT number, lag(number, 1, 0) OVER (ORDER BY number) AS before FROM numbers)
SELECT coalesce(sum(size), 0)::BIGINT AS found,
       coalesce(list('T-' || number ORDER BY number), [])[:5] AS examples
FROM (
    SELECT before + 1 AS number, number - before - 1 AS size
    FROM steps
    WHERE number - before > 1 AND number <= (SELECT last_id + 1 FROM given)
    UNION ALL
    SELECT DISTINCT transaction_id, 1
    FROM ledger_entry
    WHERE transaction_id > (SELECT last_id FROM given)
) AS lost;

-- Points of an order, or of a return that names none, that stand with another than its customer.
-- name: of_another
SELECT count(*) AS found, list('T-' || l.transaction_id ORDER BY l.transaction_id)[:5] AS examples
FROM ledger_entry l
LEFT JOIN orders o ON o.order_id = l.order_id
LEFT JOIN refund r ON r.refund_id = l.refund_id AND l.order_id IS NULL
WHERE l.account = 'member' AND l.contact_id <> coalesce(o.contact_id, r.contact_id);

-- Orders whose points are not what the formula that is named with them gives.
-- name: miscounted
SELECT count(*) AS found, list('T-' || transaction_id ORDER BY transaction_id)[:5] AS examples
FROM ledger_entry l
JOIN orders o USING (order_id)
WHERE l.kind = 'order' AND l.account = 'member' AND l.rule = $rule
    AND l.points <> (CAST(greatest(o.total, 0)::DECIMAL(28, 4) * 10000 AS HUGEINT)
                     * CAST($times AS HUGEINT) + CAST($bias AS HUGEINT))
                    // CAST($divisor AS HUGEINT);

-- Orders that count, and refunds of those that gave points, that have no entry yet.
-- name: unsettled
SELECT count(*) AS found, list(thing ORDER BY thing)[:5] AS examples
FROM (
    SELECT 'order ' || source || ':' || number AS thing
    FROM orders
    ANTI JOIN (
        SELECT order_id FROM ledger_entry WHERE kind = 'order' AND account = 'member'
    ) AS posted USING (order_id)
    WHERE contact_id IS NOT NULL AND NOT is_test AND cancelled_at IS NULL
        AND currency = $currency AND ordered_at <= $now
    UNION ALL
    SELECT 'refund ' || r.source || ':' || r.number
    FROM refund r
    ANTI JOIN (
        SELECT refund_id FROM ledger_entry WHERE kind = 'refund' AND account = 'member'
    ) AS posted USING (refund_id)
    JOIN (
        SELECT order_id FROM ledger_entry WHERE kind = 'order' AND account = 'member'
    ) AS given ON given.order_id = r.order_id
    JOIN orders o ON o.order_id = r.order_id
    WHERE r.currency = o.currency AND o.cancelled_at IS NULL AND NOT o.is_test
        AND r.refunded_at <= $now
) AS waiting;

-- Whose entry it is moves with the person, as orders and consent do; what it says does not change.
-- name: repoint
UPDATE ledger_entry SET contact_id = $survivor WHERE contact_id = $merged;

-- The points stay with the stand-in; words and keys that people wrote go from both sides.
-- name: forget
UPDATE ledger_entry
SET reason = NULL, idempotency_key = 'forgotten:' || transaction_id
WHERE kind IN ('earn', 'redeem', 'adjust')
    AND transaction_id IN (SELECT transaction_id FROM ledger_entry WHERE contact_id = $contact_id);

-- name: export
SELECT transaction_id, kind, account, points, order_id, refund_id, idempotency_key, rule, reason,
       posted_for, recorded_at
FROM ledger_entry
WHERE contact_id = $contact_id
ORDER BY transaction_id;

-- name: timeline
SELECT posted_for AS occurred_at, 'loyalty' AS room,
       CASE WHEN kind = 'redeem' THEN 'points spent'
            WHEN points < 0 THEN 'points taken back'
            ELSE 'points given' END AS what,
       concat_ws(', ', abs(points)::VARCHAR, reason) AS detail
FROM ledger_entry
WHERE contact_id = $contact_id AND points <> 0;
