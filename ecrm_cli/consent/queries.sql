-- name: state
SELECT channel, topic, status, basis, occurred_at AS "at"
FROM current_consent
WHERE contact_id = $contact_id
ORDER BY channel, topic = 'all', topic;

-- name: address
SELECT value AS address
FROM identity
WHERE contact_id = $contact_id AND kind = $channel AND is_primary
ORDER BY identity_id
LIMIT 1;

-- name: addresses
SELECT value AS address
FROM identity
WHERE contact_id = $contact_id AND kind = $channel
ORDER BY identity_id;

-- What stands against writing to a contact, an opt-out before a bounce.
-- name: standing
SELECT suppression_id, channel, address, reason, occurred_at
FROM suppressed_contact
WHERE contact_id = $contact_id AND channel = $channel
ORDER BY reason = 'bounce', occurred_at DESC, suppression_id DESC;

-- The last word on a topic: what was said about it or about all of them.
-- name: last_word
SELECT consent_event_id, channel, topic, status, basis, source, wording, evidence, actor,
       occurred_at, recorded_at
FROM consent_event
WHERE contact_id = $contact_id AND channel = $channel AND topic IN ($topic, 'all')
ORDER BY occurred_at DESC, consent_event_id DESC
LIMIT 1;

-- name: mailable
WITH addressed AS (
    SELECT DISTINCT contact_id FROM identity WHERE kind = $channel AND is_primary
),
stopped AS (
    SELECT DISTINCT contact_id FROM suppressed_contact WHERE channel = $channel
),
reach AS (
    SELECT c.contact_id,
           a.contact_id IS NOT NULL AS has_address,
           s.contact_id IS NOT NULL AS is_stopped
    FROM contact c
    LEFT JOIN addressed a USING (contact_id)
    LEFT JOIN stopped s USING (contact_id)
),
totals AS (
    SELECT count(*) FILTER (NOT has_address) AS no_address,
           count(*) FILTER (has_address AND is_stopped) AS suppressed,
           count(*) FILTER (has_address AND NOT is_stopped) AS reachable
    FROM reach
),
granted AS (
    SELECT g.topic, count(*) AS may
    FROM current_consent g
    JOIN reach r USING (contact_id)
    WHERE g.channel = $channel AND g.status = 'granted' AND r.has_address AND NOT r.is_stopped
    GROUP BY g.topic
),
topics AS (
    SELECT unnest($topics::VARCHAR[]) AS topic
    UNION
    SELECT topic FROM consent_event WHERE channel = $channel AND topic <> 'all'
)
SELECT t.topic, $channel AS channel, coalesce(g.may, 0) AS may, s.no_address, s.suppressed,
       s.reachable - coalesce(g.may, 0) AS no_consent
FROM topics t
CROSS JOIN totals s
LEFT JOIN granted g USING (topic)
ORDER BY coalesce(list_position($topics::VARCHAR[], t.topic), 1000), t.topic;

-- name: create_outcome
CREATE OR REPLACE TEMP TABLE consent_outcome (contact_id BIGINT, outcome VARCHAR);

-- What a grant would do to each of the chosen contacts.
-- name: weigh_grant
INSERT INTO consent_outcome
WITH said AS (
    SELECT contact_id, status
    FROM consent_event
    WHERE channel = $channel AND topic IN ($topic, 'all')
        AND contact_id IN (SELECT contact_id FROM chosen_contact)
    QUALIFY row_number() OVER (
        PARTITION BY contact_id ORDER BY occurred_at DESC, consent_event_id DESC
    ) = 1
),
stopped AS (
    SELECT DISTINCT contact_id FROM suppressed_contact WHERE channel = $channel
)
SELECT c.contact_id,
       CASE WHEN p.contact_id IS NULL THEN 'unknown'
            WHEN said.status = 'withdrawn' THEN 'withdrawn'
            WHEN stopped.contact_id IS NOT NULL THEN 'suppressed'
            WHEN said.status = 'granted' THEN 'already'
            ELSE 'granted' END
FROM (SELECT DISTINCT contact_id FROM chosen_contact) c
LEFT JOIN contact p USING (contact_id)
LEFT JOIN said USING (contact_id)
LEFT JOIN stopped USING (contact_id);

-- What a withdrawal would do: with topic 'all' somebody is out already when the last word of the
-- whole channel was that.
-- name: weigh_withdrawal
INSERT INTO consent_outcome
WITH said AS (
    SELECT contact_id, topic, status
    FROM consent_event
    WHERE channel = $channel AND ($topic = 'all' OR topic IN ($topic, 'all'))
        AND contact_id IN (SELECT contact_id FROM chosen_contact)
    QUALIFY row_number() OVER (
        PARTITION BY contact_id ORDER BY occurred_at DESC, consent_event_id DESC
    ) = 1
)
SELECT c.contact_id,
       CASE WHEN p.contact_id IS NULL THEN 'unknown'
            WHEN said.status = 'withdrawn' AND said.topic IN ($topic, 'all') THEN 'already'
            ELSE 'withdrawn' END
FROM (SELECT DISTINCT contact_id FROM chosen_contact) c
LEFT JOIN contact p USING (contact_id)
LEFT JOIN said USING (contact_id);

-- name: outcomes
SELECT outcome, count(*) AS contacts FROM consent_outcome GROUP BY outcome;

-- A no that is said now is the last word, also where a clock that was set back says otherwise.
-- name: add_events
INSERT INTO consent_event (consent_event_id, contact_id, channel, topic, status, basis, source,
                           wording, evidence, actor, occurred_at, recorded_at, batch_id)
WITH said AS (
    SELECT contact_id, max(occurred_at) AS occurred_at
    FROM consent_event
    WHERE $status = 'withdrawn' AND $occurred_at::TIMESTAMP >= $now::TIMESTAMP
        AND channel = $channel AND contact_id IN (SELECT contact_id FROM consent_outcome)
    GROUP BY contact_id
)
SELECT $last_id + row_number() OVER (ORDER BY o.contact_id), o.contact_id, $channel, $topic,
       $status, $basis, $source, $wording, $evidence, $actor,
       greatest($occurred_at::TIMESTAMP, said.occurred_at), $now, $batch_id
FROM consent_outcome o
LEFT JOIN said USING (contact_id)
WHERE o.outcome = $status;

-- name: add_event
INSERT INTO consent_event (consent_event_id, contact_id, channel, topic, status, basis, source,
                           wording, evidence, actor, occurred_at, recorded_at, batch_id)
VALUES ($last_id + 1, $contact_id, $channel, $topic, $status, $basis, $source, $wording, $evidence,
        $actor, $occurred_at, $now, $batch_id);

-- After all that was written down of the address, also where a clock that was set back says
-- otherwise.
-- name: add_suppressions
INSERT INTO suppression (suppression_id, channel, address, reason, lifted, actor, occurred_at,
                         recorded_at)
WITH before AS (
    SELECT address, max(occurred_at) AS occurred_at
    FROM suppression
    WHERE channel = $channel AND reason = $reason
    GROUP BY address
)
SELECT $last_id + row_number() OVER (ORDER BY a.address), $channel, a.address, $reason, false,
       $actor, greatest($now::TIMESTAMP, b.occurred_at), $now
FROM (SELECT DISTINCT unnest($addresses::VARCHAR[]) AS address) a
LEFT JOIN before b USING (address)
WHERE NOT EXISTS (
    FROM current_suppression s
    WHERE s.channel = $channel AND s.address = a.address AND s.reason = $reason
);

-- name: count_standing
SELECT count(DISTINCT address) AS addresses
FROM current_suppression
WHERE channel = $channel AND reason = $reason
    AND address IN (SELECT unnest($addresses::VARCHAR[]));

-- name: lift
INSERT INTO suppression (suppression_id, channel, address, reason, lifted, actor, occurred_at,
                         recorded_at)
VALUES ($last_id + 1, $channel, $address, $reason, true, $actor, $now, $now);

-- name: standing_at
SELECT suppression_id, channel, address, reason, occurred_at
FROM current_suppression
WHERE channel = $channel AND address = $address
ORDER BY reason = 'bounce', occurred_at DESC;

-- name: suppressions
WITH listed AS (
    SELECT suppression_id, channel, address, reason, actor, occurred_at
    FROM current_suppression
    WHERE suppression_id > $after
    ORDER BY suppression_id
    LIMIT $amount
)
SELECT s.suppression_id AS id, s.channel, s.address, s.reason, min(i.contact_id) AS contact,
       s.actor, s.occurred_at AS "at"
FROM listed s
LEFT JOIN identity i ON i.kind = s.channel AND i.value = s.address
GROUP BY ALL
ORDER BY s.suppression_id;

-- name: count_suppressions
SELECT count(*) AS suppressions FROM current_suppression;

-- name: living
SELECT contact_id FROM contact WHERE contact_id IN (SELECT unnest($contact_ids::BIGINT[]));

-- name: owners
SELECT value, contact_id
FROM identity
WHERE kind = 'email' AND value IN (SELECT unnest($words::VARCHAR[]));

-- name: repoint
UPDATE consent_event SET contact_id = $survivor WHERE contact_id = $merged;

-- An erased person's events still count for the stand-in; the words in them go.
-- name: forget
UPDATE consent_event SET wording = NULL, evidence = NULL WHERE contact_id = $contact_id;

-- name: forget_suppressions
DELETE FROM suppression
WHERE EXISTS (
    FROM identity i
    WHERE i.contact_id = $contact_id AND i.kind = suppression.channel
        AND i.value = suppression.address
);

-- name: export
SELECT channel, topic, status, basis, source, wording, evidence, actor, occurred_at, recorded_at
FROM consent_event
WHERE contact_id = $contact_id
ORDER BY consent_event_id;

-- name: export_suppressions
SELECT s.channel, s.address, s.reason, s.lifted, s.actor, s.occurred_at, s.recorded_at
FROM suppression s
JOIN identity i ON i.kind = s.channel AND i.value = s.address
WHERE i.contact_id = $contact_id
ORDER BY s.suppression_id;

-- name: timeline
SELECT occurred_at, 'consent' AS room, status AS what, concat_ws(', ', topic, channel, basis) AS detail
FROM consent_event
WHERE contact_id = $contact_id
UNION ALL
SELECT s.occurred_at, 'consent', CASE WHEN s.lifted THEN 'unsuppressed' ELSE 'suppressed' END,
       s.address || ', ' || s.reason
FROM suppression s
JOIN identity i ON i.kind = s.channel AND i.value = s.address
WHERE i.contact_id = $contact_id;

-- name: create_answers
CREATE OR REPLACE TEMP TABLE contact_answer (contact_id BIGINT, reason VARCHAR);

-- Whether each of the chosen contacts may be written to about a topic: no reason, or the first.
-- name: fill_answers
INSERT INTO contact_answer
WITH addressed AS (
    SELECT DISTINCT contact_id FROM identity WHERE kind = $channel AND is_primary
),
stopped AS (
    SELECT DISTINCT contact_id FROM suppressed_contact WHERE channel = $channel
),
granted AS (
    SELECT contact_id
    FROM current_consent
    WHERE channel = $channel AND topic = $topic AND status = 'granted'
)
SELECT c.contact_id,
       CASE WHEN a.contact_id IS NULL THEN 'no-address'
            WHEN s.contact_id IS NOT NULL THEN 'suppressed'
            WHEN g.contact_id IS NULL THEN 'no-consent' END
FROM (SELECT DISTINCT contact_id FROM chosen_contact) c
LEFT JOIN addressed a USING (contact_id)
LEFT JOIN stopped s USING (contact_id)
LEFT JOIN granted g USING (contact_id);

-- The answer of may_contact about any topic for everybody, as it was before $until by what was
-- recorded by $known. An address has no history of its own: it is today's.
-- name: reach
WITH agreed AS (
    SELECT DISTINCT g.contact_id
    FROM consent_event g
    WHERE g.channel = $channel AND g.status = 'granted' AND g.occurred_at < $until
        AND g.recorded_at <= coalesce($known, TIMESTAMP 'infinity')
        AND NOT EXISTS (
            FROM consent_event n
            WHERE n.contact_id = g.contact_id AND n.channel = $channel AND n.status <> 'granted'
                AND n.topic IN (g.topic, 'all') AND n.occurred_at < $until
                AND n.recorded_at <= coalesce($known, TIMESTAMP 'infinity')
                AND (n.occurred_at > g.occurred_at
                     OR (n.occurred_at = g.occurred_at AND n.consent_event_id > g.consent_event_id))
        )
),
addressed AS (
    SELECT DISTINCT contact_id FROM identity
    WHERE kind = $channel AND is_primary AND recorded_at <= coalesce($known, TIMESTAMP 'infinity')
),
stopped AS (
    SELECT i.contact_id
    FROM (
        SELECT address, reason
        FROM suppression
        WHERE channel = $channel AND occurred_at < $until
            AND recorded_at <= coalesce($known, TIMESTAMP 'infinity')
        QUALIFY row_number() OVER (
            PARTITION BY address, reason ORDER BY occurred_at DESC, suppression_id DESC
        ) = 1 AND NOT lifted
    ) s
    JOIN identity i ON i.kind = $channel AND i.value = s.address
    WHERE i.is_primary OR s.reason IN ('complaint', 'unsubscribe')
)
SELECT count(*) AS may
FROM addressed
WHERE contact_id IN (SELECT contact_id FROM agreed)
    AND contact_id NOT IN (SELECT contact_id FROM stopped);
