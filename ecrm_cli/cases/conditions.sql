-- What segments may ask of cases; how a condition is written stands in contacts/conditions.sql.
-- A case is open until it is done: waiting for the customer is open too. What it was about and
-- whether it was open is asked as of the day, by the facts that had happened.

-- name: present
SELECT contact_id FROM support_case WHERE opened_at < $as_of;

-- name: cases
-- field: cases | Has had a case: still open or not, about something, opened in some days. | cases: {open: true, category: complaint}
-- takes: nothing
-- argument: open | true, false | any
-- argument: category | | any
-- argument: priority | urgent, high, normal, low | any
-- short: category
-- seen: many
SELECT c.contact_id, s.category AS seen
FROM support_case c
JOIN (
    SELECT case_id,
           last(phase ORDER BY occurred_at, case_event_id) FILTER (phase IS NOT NULL) AS phase,
           last(category ORDER BY occurred_at, case_event_id)
               FILTER (category IS NOT NULL) AS category,
           last(priority ORDER BY occurred_at, case_event_id)
               FILTER (priority IS NOT NULL) AS priority
    FROM case_event
    WHERE occurred_at < $as_of
    GROUP BY case_id
) AS s USING (case_id)
WHERE c.opened_at < $as_of
    AND c.opened_at >= coalesce($from_utc, TIMESTAMP '-infinity')
    AND c.opened_at < coalesce($to_utc, TIMESTAMP 'infinity')
    AND ($open IS NULL OR (s.phase <> 'done') = ($open = 'true'))
    AND ($category IS NULL OR lower(s.category) = lower($category))
    AND ($priority IS NULL OR s.priority = $priority);

-- name: cases_count
-- field: cases.count | How many cases they opened; 0 for who never did. | cases.count: {gte: 2, within: 90d}
-- takes: number
-- argument: open | true, false | any
-- argument: category | | any
SELECT contact_id, coalesce(cases, 0) AS seen
FROM contact
LEFT JOIN (
    SELECT c.contact_id, count(*) AS cases
    FROM support_case c
    JOIN (
        SELECT case_id,
               last(phase ORDER BY occurred_at, case_event_id) FILTER (phase IS NOT NULL) AS phase,
               last(category ORDER BY occurred_at, case_event_id)
                   FILTER (category IS NOT NULL) AS category
        FROM case_event
        WHERE occurred_at < $as_of
        GROUP BY case_id
    ) AS s USING (case_id)
    WHERE c.opened_at < $as_of
        AND c.opened_at >= coalesce($from_utc, TIMESTAMP '-infinity')
        AND c.opened_at < coalesce($to_utc, TIMESTAMP 'infinity')
        AND ($open IS NULL OR (s.phase <> 'done') = ($open = 'true'))
        AND ($category IS NULL OR lower(s.category) = lower($category))
    GROUP BY c.contact_id
) AS counted USING (contact_id);

-- name: cases_last
-- field: cases.last | When they last opened a case; nobody without one. | cases.last: {within: 30d}
-- takes: time
SELECT contact_id, max(opened_at) AS seen
FROM support_case
WHERE opened_at < $as_of
GROUP BY contact_id;
