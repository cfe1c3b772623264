-- name: open_case
INSERT INTO support_case (case_id, contact_id, subject, channel, in_person, actor, opened_at,
                          recorded_at)
VALUES ($case_id, $contact_id, $subject, $channel, $in_person, $actor, $opened_at, $now);

-- name: add_event
INSERT INTO case_event (case_event_id, case_id, kind, status, phase, priority, category, assignee,
                        body, run_id, actor, occurred_at, recorded_at)
VALUES ($case_event_id, $case_id, $kind, $status, $phase, $priority, $category, $assignee, $body,
        $run_id, $actor, $occurred_at, $now);

-- Cases page by page, the newest first.
-- name: page
SELECT c.case_id AS number, 'C-' || c.case_id AS ref, c.contact_id AS contact,
       coalesce(nullif(concat_ws(' ', p.given_name, p.family_name), ''), i.value) AS name,
       c.subject, c.channel, c.category, c.priority, c.status, c.phase, c.assignee, c.opened_at,
       c.in_person
FROM (
    SELECT *
    FROM current_case
    WHERE case_id < $before AND list_contains($phases::VARCHAR[], phase)
        AND ($contact_id IS NULL OR contact_id = $contact_id)
        AND ($status IS NULL OR status = $status)
        AND ($assignee IS NULL OR coalesce(assignee, '') = $assignee)
        AND ($category IS NULL OR category = $category)
    ORDER BY case_id DESC
    LIMIT $amount
) AS c
LEFT JOIN contact p USING (contact_id)
LEFT JOIN identity i ON i.contact_id = c.contact_id AND i.kind = 'email' AND i.is_primary
ORDER BY c.case_id DESC;

-- name: count_cases
SELECT count(*) AS cases
FROM current_case
WHERE list_contains($phases::VARCHAR[], phase)
    AND ($contact_id IS NULL OR contact_id = $contact_id)
    AND ($status IS NULL OR status = $status)
    AND ($assignee IS NULL OR coalesce(assignee, '') = $assignee)
    AND ($category IS NULL OR category = $category);

-- name: last_case
SELECT coalesce(max(case_id), 0) AS case_id FROM support_case;

-- name: case_now
SELECT case_id AS number, 'C-' || case_id AS ref, contact_id AS contact, subject, status, phase,
       priority, category, assignee, opened_at
FROM current_case
WHERE case_id = $case_id;

-- What clocks are made of.
-- name: facts
SELECT case_id, occurred_at, kind, phase, priority
FROM case_event
WHERE case_id IN (SELECT unnest($case_ids::BIGINT[]))
    AND (phase IS NOT NULL OR priority IS NOT NULL OR kind = 'reply')
ORDER BY case_id, occurred_at, case_event_id;

-- name: history
SELECT kind, occurred_at AS "at", actor, status, priority, category, nullif(assignee, '') AS assignee,
       body, run_id AS run
FROM case_event
WHERE case_id = $case_id
ORDER BY occurred_at, case_event_id;

-- Cases with the words in their subject, in what was said, or in the customer's name or address.
-- name: found
SELECT case_id
FROM support_case
WHERE contains(strip_accents(lower(subject)), strip_accents(lower($words)))
UNION
SELECT case_id
FROM case_event
WHERE contains(strip_accents(lower(body)), strip_accents(lower($words)))
UNION
SELECT s.case_id
FROM support_case s
JOIN contact p USING (contact_id)
WHERE contains(strip_accents(lower(concat_ws(' ', p.given_name, p.family_name, p.company))),
               strip_accents(lower($words)))
UNION
SELECT s.case_id
FROM support_case s
JOIN identity i USING (contact_id)
WHERE contains(lower(i.value), lower($words));

-- name: chosen
SELECT c.case_id AS number, 'C-' || c.case_id AS ref, c.contact_id AS contact,
       coalesce(nullif(concat_ws(' ', p.given_name, p.family_name), ''), i.value) AS name,
       c.subject, c.channel, c.category, c.priority, c.status, c.phase, c.assignee, c.opened_at,
       c.in_person
FROM current_case c
LEFT JOIN contact p USING (contact_id)
LEFT JOIN identity i ON i.contact_id = c.contact_id AND i.kind = 'email' AND i.is_primary
WHERE c.case_id IN (SELECT unnest($case_ids::BIGINT[]))
ORDER BY c.case_id DESC
LIMIT $amount;

-- name: of_contact
SELECT case_id FROM support_case WHERE contact_id = $contact_id ORDER BY case_id DESC;


-- People say their given name on the phone. Case and accents do not matter.
-- name: by_given_name
SELECT contact_id
FROM contact
WHERE strip_accents(lower(given_name)) = strip_accents(lower($words))
ORDER BY contact_id
LIMIT 6;

-- name: repoint
UPDATE support_case SET contact_id = $survivor WHERE contact_id = $merged;

-- The case stays: it counts for the stand-in. What was said in it goes.
-- name: forget_events
UPDATE case_event SET body = NULL
WHERE case_id IN (SELECT case_id FROM support_case WHERE contact_id = $contact_id);

-- name: forget
UPDATE support_case SET subject = NULL WHERE contact_id = $contact_id;

-- name: export
SELECT 'C-' || case_id AS ref, subject, channel, category, priority, status, assignee, opened_at,
       recorded_at
FROM current_case
WHERE contact_id = $contact_id
ORDER BY case_id;

-- name: export_events
SELECT 'C-' || e.case_id AS ref, e.kind, e.status, e.priority, e.category,
       nullif(e.assignee, '') AS assignee, e.body,
       e.actor, e.occurred_at, e.recorded_at
FROM case_event e
JOIN support_case c USING (case_id)
WHERE c.contact_id = $contact_id
ORDER BY e.case_id, e.occurred_at, e.case_event_id;

-- Internal notes are no part of what happened with a person.
-- name: timeline
SELECT e.occurred_at, 'cases' AS room,
       CASE e.kind WHEN 'opened' THEN 'case opened' WHEN 'customer_message' THEN 'wrote'
                   WHEN 'reply' THEN 'answered' WHEN 'closed' THEN 'case closed'
                   ELSE 'case reopened' END AS what,
       concat_ws(' ', 'C-' || e.case_id, c.subject) AS detail
FROM case_event e
JOIN support_case c USING (case_id)
WHERE c.contact_id = $contact_id
    AND e.kind IN ('opened', 'customer_message', 'reply', 'closed', 'reopened');
