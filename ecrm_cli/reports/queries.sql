-- What reports ask. An instant is in UTC; a span holds its first instant and not its last:
--   $from_utc, $to_utc   the period; $before_utc is the start of the one of equal length before it
--   $as_of               the end of as-of's day: what happened later is not known
--   $known               what the file recorded later is not known; NULL is all it holds
-- An order counts unless it is a test or was cancelled by $as_of. It makes a customer unless all of
-- it was given back; one that was free from the start does.

-- Of what there is anything at all.
-- name: facts
SELECT EXISTS (
           SELECT 1 FROM contact WHERE recorded_at <= coalesce($known, TIMESTAMP 'infinity') LIMIT 1
       ) AS contacts,
       EXISTS (
           FROM orders
           WHERE ordered_at < $as_of AND recorded_at <= coalesce($known, TIMESTAMP 'infinity')
       ) AS orders,
       EXISTS (
           FROM campaign_run
           WHERE recorded_at < $as_of AND recorded_at <= coalesce($known, TIMESTAMP 'infinity')
       ) AS campaigns,
       EXISTS (
           FROM support_case
           WHERE opened_at < $as_of AND recorded_at <= coalesce($known, TIMESTAMP 'infinity')
       ) AS cases,
       EXISTS (
           FROM ledger_entry
           WHERE posted_for < $as_of AND recorded_at <= coalesce($known, TIMESTAMP 'infinity')
       ) AS points;

-- A contact is there from the earliest fact about them, or the day the file says.
-- name: people
WITH entered AS (
    SELECT contact_id, min(moment) AS entered_at
    FROM (
        SELECT contact_id, created_at AS moment
        FROM contact
        UNION ALL
        SELECT contact_id, min(occurred_at)
        FROM contact_tag
        WHERE recorded_at <= coalesce($known, TIMESTAMP 'infinity')
        GROUP BY contact_id
        UNION ALL
        SELECT contact_id, min(occurred_at)
        FROM consent_event
        WHERE recorded_at <= coalesce($known, TIMESTAMP 'infinity')
        GROUP BY contact_id
        UNION ALL
        SELECT contact_id, min(ordered_at)
        FROM orders
        WHERE recorded_at <= coalesce($known, TIMESTAMP 'infinity')
        GROUP BY contact_id
        UNION ALL
        SELECT contact_id, min(refunded_at)
        FROM refund
        WHERE recorded_at <= coalesce($known, TIMESTAMP 'infinity')
        GROUP BY contact_id
        UNION ALL
        SELECT contact_id, opened_at
        FROM support_case
        WHERE recorded_at <= coalesce($known, TIMESTAMP 'infinity')
        UNION ALL
        SELECT contact_id, min(occurred_at)
        FROM event
        WHERE recorded_at <= coalesce($known, TIMESTAMP 'infinity')
        GROUP BY contact_id
        UNION ALL
        SELECT contact_id, min(posted_for)
        FROM ledger_entry
        WHERE recorded_at <= coalesce($known, TIMESTAMP 'infinity')
        GROUP BY contact_id
    ) AS moments
    GROUP BY contact_id
)
SELECT count(*) FILTER (entered_at < $to_utc) AS contacts,
       count(*) FILTER (entered_at >= $from_utc AND entered_at < $to_utc) AS new_contacts
FROM contact
JOIN entered USING (contact_id)
WHERE contact.recorded_at <= coalesce($known, TIMESTAMP 'infinity');

-- Customers by what they bought up to the end of the period, in it, and in the one before it.
-- name: buying
WITH given_back AS (
    SELECT order_id, sum(amount) AS refunded
    FROM refund
    WHERE order_id IS NOT NULL AND refunded_at < $as_of
        AND recorded_at <= coalesce($known, TIMESTAMP 'infinity')
    GROUP BY order_id
),
customer AS (
    SELECT contact_id, count(*) AS orders, min(ordered_at) AS first_ordered_at,
           count(*) FILTER (ordered_at >= $from_utc) AS orders_now,
           count(*) FILTER (ordered_at >= $before_utc AND ordered_at < $from_utc) AS orders_before
    FROM orders
    LEFT JOIN given_back USING (order_id)
    WHERE contact_id IS NOT NULL AND NOT is_test AND ordered_at < $to_utc AND ordered_at < $as_of
        AND coalesce(cancelled_at, TIMESTAMP 'infinity') >= $as_of
        AND recorded_at <= coalesce($known, TIMESTAMP 'infinity')
        AND (total <= 0 OR total > coalesce(refunded, 0))
    GROUP BY contact_id
)
SELECT count(*) AS customers,
       count(*) FILTER (orders >= 2) AS repeat_customers,
       count(*) FILTER (orders_now > 0) AS active,
       count(*) FILTER (first_ordered_at >= $from_utc) AS new_customers,
       count(*) FILTER (orders_before > 0) AS active_before,
       count(*) FILTER (orders_before > 0 AND orders_now > 0) AS retained
FROM customer;

-- What was sold and given back, in each currency. Goods are an order without tax and shipping; of a
-- refund, the same share of what was given back as the goods are of the order, in whole
-- ten-thousandths, halves up. taken_back is what was ever given back of the period's own orders,
-- returned what was given back in the period.
-- name: sales
WITH given_back AS (
    SELECT r.order_id, r.currency, r.refunded_at,
           CASE WHEN o.total > 0 AND o.total <> o.gross - o.discount
                THEN CAST((2 * CAST(r.amount * 10000 AS HUGEINT)
                           * CAST((o.gross - o.discount) * 10000 AS HUGEINT)
                           + CAST(o.total * 10000 AS HUGEINT))
                          // (2 * CAST(o.total * 10000 AS HUGEINT)) AS DECIMAL(18, 0)) * 0.0001
                ELSE r.amount END AS goods
    FROM refund r
    LEFT JOIN orders o USING (order_id)
    WHERE r.refunded_at < $as_of AND r.recorded_at <= coalesce($known, TIMESTAMP 'infinity')
        AND (r.order_id IS NULL
             OR (NOT o.is_test AND coalesce(o.cancelled_at, TIMESTAMP 'infinity') >= $as_of))
),
of_order AS (
    SELECT order_id, sum(goods) AS goods FROM given_back WHERE order_id IS NOT NULL GROUP BY order_id
),
seen AS (
    SELECT DISTINCT currency
    FROM orders
    WHERE ordered_at < $as_of AND recorded_at <= coalesce($known, TIMESTAMP 'infinity')
    UNION
    SELECT currency FROM given_back
),
placed AS (
    SELECT currency, count(*) AS orders, count(contact_id) AS of_customers,
           sum(gross - discount) AS sold, sum(coalesce(goods, 0)) AS taken_back,
           bool_or(tax <> 0) AS has_tax
    FROM orders
    LEFT JOIN of_order USING (order_id)
    WHERE NOT is_test AND ordered_at >= $from_utc AND ordered_at < $to_utc AND ordered_at < $as_of
        AND coalesce(cancelled_at, TIMESTAMP 'infinity') >= $as_of
        AND recorded_at <= coalesce($known, TIMESTAMP 'infinity')
    GROUP BY currency
),
back AS (
    SELECT currency, sum(goods) AS returned
    FROM given_back
    WHERE refunded_at >= $from_utc AND refunded_at < $to_utc
    GROUP BY currency
)
SELECT currency, coalesce(orders, 0) AS orders, coalesce(of_customers, 0) AS of_customers,
       coalesce(sold, 0)::DECIMAL(38, 4) AS sold, coalesce(returned, 0)::DECIMAL(38, 4) AS returned,
       coalesce(taken_back, 0)::DECIMAL(38, 4) AS taken_back, coalesce(has_tax, false) AS has_tax
FROM seen
LEFT JOIN placed USING (currency)
LEFT JOIN back USING (currency)
ORDER BY currency;

-- Messages of campaigns: sent in the period, and left out of runs that began in it.
-- name: mailing
SELECT count(*) FILTER (
           m.status = 'sent' AND m.sent_at >= $from_utc AND m.sent_at < $to_utc) AS sent,
       count(*) FILTER (
           m.status = 'sent' AND m.sent_at >= $from_utc AND m.sent_at < $to_utc
           AND o.transport = 'folder') AS into_folder,
       count(*) FILTER (
           m.status = 'skipped' AND o.created_at >= $from_utc AND o.created_at < $to_utc) AS skipped
FROM message m
JOIN outgoing o USING (run_id)
WHERE o.kind = 'campaign' AND m.recorded_at <= coalesce($known, TIMESTAMP 'infinity');

-- Orders and revenue of each month; $starts are the months' first instants.
-- name: monthly_sales
WITH given_back AS (
    SELECT r.currency, r.refunded_at,
           CASE WHEN o.total > 0 AND o.total <> o.gross - o.discount
                THEN CAST((2 * CAST(r.amount * 10000 AS HUGEINT)
                           * CAST((o.gross - o.discount) * 10000 AS HUGEINT)
                           + CAST(o.total * 10000 AS HUGEINT))
                          // (2 * CAST(o.total * 10000 AS HUGEINT)) AS DECIMAL(18, 0)) * 0.0001
                ELSE r.amount END AS goods
    FROM refund r
    LEFT JOIN orders o USING (order_id)
    WHERE r.refunded_at >= $since AND r.refunded_at < $to_utc AND r.refunded_at < $as_of
        AND r.recorded_at <= coalesce($known, TIMESTAMP 'infinity')
        AND (r.order_id IS NULL
             OR (NOT o.is_test AND coalesce(o.cancelled_at, TIMESTAMP 'infinity') >= $as_of))
),
moved AS (
    SELECT currency, ordered_at AS moment, 1 AS orders, gross - discount AS amount
    FROM orders
    WHERE NOT is_test AND ordered_at >= $since AND ordered_at < $to_utc AND ordered_at < $as_of
        AND coalesce(cancelled_at, TIMESTAMP 'infinity') >= $as_of
        AND recorded_at <= coalesce($known, TIMESTAMP 'infinity')
    UNION ALL
    SELECT currency, refunded_at, 0, -goods FROM given_back
),
months AS (SELECT unnest($starts::TIMESTAMP[]) AS starts_at)
SELECT m.starts_at, moved.currency, sum(moved.orders)::BIGINT AS orders,
       sum(moved.amount)::DECIMAL(38, 4) AS revenue
FROM moved
ASOF JOIN months AS m ON moved.moment >= m.starts_at
GROUP BY ALL
ORDER BY ALL;

-- Customers active in each month, and those whose first order was in it.
-- name: monthly_customers
WITH given_back AS (
    SELECT order_id, sum(amount) AS refunded
    FROM refund
    WHERE order_id IS NOT NULL AND refunded_at < $as_of
        AND recorded_at <= coalesce($known, TIMESTAMP 'infinity')
    GROUP BY order_id
),
bought AS (
    SELECT contact_id, ordered_at
    FROM orders
    LEFT JOIN given_back USING (order_id)
    WHERE contact_id IS NOT NULL AND NOT is_test AND ordered_at < $to_utc AND ordered_at < $as_of
        AND coalesce(cancelled_at, TIMESTAMP 'infinity') >= $as_of
        AND recorded_at <= coalesce($known, TIMESTAMP 'infinity')
        AND (total <= 0 OR total > coalesce(refunded, 0))
),
first_bought AS (SELECT contact_id, min(ordered_at) AS first_at FROM bought GROUP BY contact_id),
months AS (SELECT unnest($starts::TIMESTAMP[]) AS starts_at)
SELECT m.starts_at, count(DISTINCT bought.contact_id) AS active,
       count(DISTINCT bought.contact_id) FILTER (
           first_bought.first_at >= m.starts_at) AS new_customers
FROM (FROM bought WHERE ordered_at >= $since) AS bought
ASOF JOIN months AS m ON bought.ordered_at >= m.starts_at
JOIN first_bought USING (contact_id)
GROUP BY ALL
ORDER BY ALL;

-- Runs of campaigns that began in the period, the newest first.
-- name: runs
SELECT r.campaign, r.run_id AS run, 'R-' || r.run_id AS ref, o.created_at, o.state, o.transport,
       count(m.message_id) AS audience,
       count(*) FILTER (m.status = 'sent') AS sent,
       count(*) FILTER (m.status = 'failed') AS failed,
       count(*) FILTER (m.status = 'unknown') AS unknown,
       count(*) FILTER (m.status IN ('queued', 'sending', 'deferred')) AS waiting,
       count(*) FILTER (m.status = 'skipped') AS skipped
FROM campaign_run r
JOIN outgoing o USING (run_id)
LEFT JOIN message m USING (run_id)
WHERE o.created_at >= $from_utc AND o.created_at < $to_utc
    AND r.recorded_at <= coalesce($known, TIMESTAMP 'infinity')
GROUP BY ALL
ORDER BY run DESC;

-- Complaints that were not done at the end of the period.
-- name: open_complaints
SELECT count(*) AS open_complaints
FROM support_case c
JOIN (
    SELECT case_id,
           last(phase ORDER BY occurred_at, case_event_id) FILTER (phase IS NOT NULL) AS phase,
           last(category ORDER BY occurred_at, case_event_id)
               FILTER (category IS NOT NULL) AS category
    FROM case_event
    WHERE occurred_at < $to_utc AND recorded_at <= coalesce($known, TIMESTAMP 'infinity')
    GROUP BY case_id
) AS state USING (case_id)
WHERE c.opened_at < $to_utc AND state.phase <> 'done' AND lower(state.category) = 'complaint';

-- Cases whose first public reply was in the period; where staff opened it with the customer there,
-- that was the opening.
-- name: first_responses
SELECT c.opened_at, CASE WHEN c.in_person THEN c.opened_at ELSE told.replied_at END AS replied_at,
       coalesce(told.category, '') AS category
FROM support_case c
JOIN (
    SELECT case_id, min(occurred_at) FILTER (kind = 'reply') AS replied_at,
           last(category ORDER BY occurred_at, case_event_id)
               FILTER (category IS NOT NULL) AS category
    FROM case_event
    WHERE occurred_at < $to_utc AND recorded_at <= coalesce($known, TIMESTAMP 'infinity')
    GROUP BY case_id
) AS told USING (case_id)
WHERE CASE WHEN c.in_person THEN c.opened_at ELSE told.replied_at END >= $from_utc
    AND CASE WHEN c.in_person THEN c.opened_at ELSE told.replied_at END < $to_utc;

-- Cases by what they are about: opened and done in the period, not done at its end.
-- name: cases_by_category
SELECT coalesce(state.category, '') AS category,
       count(*) FILTER (c.opened_at >= $from_utc) AS opened,
       count(*) FILTER (state.phase = 'done' AND state.moved_at >= $from_utc) AS done,
       count(*) FILTER (state.phase <> 'done') AS still_open
FROM support_case c
JOIN (
    SELECT case_id,
           last(phase ORDER BY occurred_at, case_event_id) FILTER (phase IS NOT NULL) AS phase,
           last(category ORDER BY occurred_at, case_event_id)
               FILTER (category IS NOT NULL) AS category,
           max(occurred_at) FILTER (phase IS NOT NULL) AS moved_at
    FROM case_event
    WHERE occurred_at < $to_utc AND recorded_at <= coalesce($known, TIMESTAMP 'infinity')
    GROUP BY case_id
) AS state USING (case_id)
WHERE c.opened_at < $to_utc
GROUP BY ALL
HAVING opened > 0 OR done > 0 OR still_open > 0
ORDER BY opened DESC, category;

-- Points given in the period, less what refunds took back, and what members have at its end. Points
-- go by the day they were posted for.
-- name: points
SELECT coalesce(-sum(points) FILTER (account = 'issued' AND posted_for >= $from_utc), 0)::BIGINT
           AS issued,
       coalesce(sum(points) FILTER (account IN ('member', 'pending')), 0)::BIGINT AS outstanding
FROM ledger_entry
WHERE posted_for < $to_utc AND recorded_at <= coalesce($known, TIMESTAMP 'infinity');

-- What moved members' points in the period, between what they had before it and after it.
-- name: points_moved
SELECT account, kind, -sum(points)::BIGINT AS points, count(DISTINCT transaction_id) AS postings
FROM ledger_entry
WHERE account NOT IN ('member', 'pending') AND posted_for >= $from_utc AND posted_for < $to_utc
    AND recorded_at <= coalesce($known, TIMESTAMP 'infinity')
GROUP BY account, kind
HAVING sum(points) <> 0
ORDER BY account, kind;
