-- Who a run is for, as the room that plans it found them: language and variant as they will be,
-- reason NULL for those to be written to.
-- name: create_audience
CREATE OR REPLACE TEMP TABLE audience (contact_id BIGINT, language VARCHAR, variant VARCHAR, reason VARCHAR);

-- name: audience_size
SELECT count(DISTINCT contact_id) AS contacts FROM audience;

-- name: add_to_audience
INSERT INTO audience (contact_id, language) VALUES ($contact_id, $language);

-- name: add_run
INSERT INTO outgoing (run_id, kind, name, topic, sender, subject, html, txt, digest, state,
                      transport, place, message_key, actor, created_at)
VALUES ($run_id, $kind, $name, $topic, $sender, $subject, $html::JSON, $txt::JSON, $digest,
        'running', $transport, $place, $message_key, $actor, $now);

-- One row a contact, whatever the audience repeats; a reason wins over none. Who is in the run
-- already stays as they are.
-- name: enqueue
INSERT INTO message (message_id, run_id, seq, contact_id, address, language, variant, status,
                     reason, attempts, mime_id, context, recorded_at)
WITH chosen AS (
    SELECT contact_id, min(language) AS language, min(variant) AS variant, min(reason) AS reason
    FROM audience
    WHERE contact_id NOT IN (SELECT contact_id FROM message WHERE run_id = $run_id)
    GROUP BY contact_id
),
addressed AS (
    SELECT contact_id, arg_min(value, identity_id) AS address
    FROM identity
    WHERE kind = 'email' AND is_primary
    GROUP BY contact_id
),
weighed AS (
    SELECT c.contact_id, c.language, c.variant, a.address,
           CASE WHEN c.reason IS NULL AND a.address IS NULL THEN 'no-address'
                ELSE c.reason END AS reason
    FROM chosen c
    LEFT JOIN addressed a USING (contact_id)
)
SELECT $last_id + row_number() OVER (ORDER BY contact_id), $run_id,
       CASE WHEN reason IS NULL
            THEN (SELECT coalesce(max(seq), 0) FROM message WHERE run_id = $run_id)
                + row_number() OVER (PARTITION BY reason IS NULL ORDER BY contact_id) END,
       contact_id, address, language, variant,
       CASE WHEN reason IS NULL THEN 'queued' ELSE 'skipped' END, reason, 0,
       '<' || left(sha256(concat_ws(':', $key, $run_id, contact_id)), 32) || '@' || $domain || '>',
       $context::JSON, $now
FROM weighed;

-- name: reword
UPDATE outgoing
SET topic = $topic, sender = $sender, subject = $subject, html = $html::JSON, txt = $txt::JSON,
    digest = $digest
WHERE run_id = $run_id;

-- Those who wait in a run and are not in its new audience. Who was reached by an earlier run was
-- queued because the owner said so.
-- name: leave_out
UPDATE message
SET status = 'skipped', reason = coalesce(left_out.reason, 'excluded'), next_try = NULL
FROM (
    SELECT m.message_id, a.reason
    FROM message m
    LEFT JOIN audience a USING (contact_id)
    WHERE m.run_id = $run_id AND m.status IN ('queued', 'deferred')
        AND (a.contact_id IS NULL OR a.reason <> 'reached')
) AS left_out
WHERE message.message_id = left_out.message_id;

-- Those whom a run left out and its new audience does not.
-- name: take_in
UPDATE message
SET status = 'queued', reason = NULL, address = taken_in.address, seq = taken_in.seq
FROM (
    SELECT m.message_id, min(i.value) AS address,
           coalesce(m.seq, (SELECT coalesce(max(seq), 0) FROM message WHERE run_id = $run_id)
               + row_number() OVER (PARTITION BY m.seq IS NULL ORDER BY m.contact_id)) AS seq
    FROM message m
    JOIN audience a USING (contact_id)
    JOIN identity i ON i.contact_id = m.contact_id AND i.kind = 'email' AND i.is_primary
    WHERE m.run_id = $run_id AND m.status = 'skipped' AND m.sender_id IS NULL AND a.reason IS NULL
    GROUP BY m.message_id, m.seq, m.contact_id
) AS taken_in
WHERE message.message_id = taken_in.message_id;

-- name: run
SELECT run_id, kind, name, topic, sender, subject, html::VARCHAR AS html, txt::VARCHAR AS txt,
       digest, state, transport, place, message_key, actor, created_at, ended_at
FROM outgoing
WHERE run_id = $run_id;

-- name: last_run
SELECT coalesce(max(run_id), 0) AS run_id FROM outgoing;

-- name: run_of_key
SELECT o.run_id, o.name, m.contact_id
FROM outgoing o
JOIN message m USING (run_id)
WHERE o.kind = 'service' AND o.message_key = $message_key;

-- name: service_mail
SELECT o.run_id AS run, 'R-' || o.run_id AS ref, o.name AS template, m.contact_id AS contact,
       m.address AS email, m.message_id, m.status, m.reason, m.attempts, m.next_try, m.sent_at,
       m.server_reply, o.transport, o.place, o.message_key AS "key"
FROM outgoing o
JOIN message m USING (run_id)
WHERE o.run_id = $run_id
LIMIT 1;

-- name: set_state
UPDATE outgoing
SET state = $state, ended_at = CASE WHEN $state IN ('cancelled', 'finished') THEN $now END
WHERE run_id = $run_id;

-- name: set_place
UPDATE outgoing SET transport = $transport, place = $place WHERE run_id = $run_id;

-- name: finish
UPDATE outgoing
SET state = 'finished', ended_at = $now
WHERE run_id = $run_id AND state = 'running' AND NOT EXISTS (
    FROM message m
    WHERE m.run_id = $run_id AND m.status IN ('queued', 'sending', 'deferred')
);

-- What waits in a run that was cancelled.
-- name: cancel_rest
UPDATE message
SET status = 'skipped', reason = 'cancelled', next_try = NULL
WHERE run_id = $run_id AND status IN ('queued', 'deferred')
    AND EXISTS (FROM outgoing o WHERE o.run_id = $run_id AND o.state = 'cancelled');

-- name: counts
SELECT status, count(*) AS messages FROM message WHERE run_id = $run_id GROUP BY status;

-- name: next_due
SELECT min(next_try) AS next_try FROM message WHERE run_id = $run_id AND status = 'deferred';

-- Service mail goes first: somebody waits for it.
-- name: service_runs
SELECT run_id FROM outgoing WHERE kind = 'service' AND state = 'running' ORDER BY run_id;

-- name: due
SELECT min(seq) AS first, max(seq) AS last, count(*) AS messages,
       min(contact_id) AS lowest, max(contact_id) AS highest
FROM (
    SELECT seq, contact_id
    FROM message
    WHERE run_id = $run_id AND (status = 'queued' OR (status = 'deferred' AND next_try <= $now))
    ORDER BY seq
    LIMIT $amount
);

-- name: claim
UPDATE message
SET status = 'sending', sender_id = $sender_id, claimed_at = $now
WHERE run_id = $run_id AND seq BETWEEN $first AND $last
    AND (status = 'queued' OR (status = 'deferred' AND next_try <= $now));

-- The answer of consent.ops.may_contact, asked once more for those just claimed: since the run was
-- frozen somebody may have said no, complained or been erased. Service mail asks for no consent,
-- and stops for addresses that bounce or that were stopped by hand. lowest and highest are the
-- first and the last contact of the claim: with them the engine skips most of the book.
-- name: lapse
UPDATE message
SET status = 'skipped', reason = now_lapsed.reason, sender_id = NULL, claimed_at = NULL,
    next_try = NULL
FROM (
    WITH claimed AS (
        SELECT message_id, contact_id, address
        FROM message
        WHERE run_id = $run_id AND seq BETWEEN $first AND $last AND sender_id = $sender_id
            AND status = 'sending'
    ),
    living AS (
        SELECT contact_id
        FROM contact
        WHERE contact_id BETWEEN $lowest AND $highest
            AND contact_id IN (SELECT contact_id FROM claimed)
    ),
    said AS (
        SELECT contact_id, arg_max(status, (occurred_at, consent_event_id)) AS status
        FROM consent_event
        WHERE contact_id BETWEEN $lowest AND $highest AND channel = 'email'
            AND topic IN ($topic, 'all') AND contact_id IN (SELECT contact_id FROM claimed)
        GROUP BY contact_id
    ),
    stopped AS (
        SELECT c.message_id
        FROM claimed c
        JOIN current_suppression s ON s.channel = 'email' AND s.address = c.address
        WHERE $topic IS NOT NULL OR s.reason IN ('bounce', 'manual')
        UNION
        SELECT c.message_id
        FROM claimed c
        JOIN suppressed_contact s ON s.contact_id = c.contact_id AND s.channel = 'email'
            AND s.contact_id BETWEEN $lowest AND $highest
        WHERE $topic IS NOT NULL OR (s.address = c.address AND s.reason IN ('bounce', 'manual'))
    )
    SELECT c.message_id,
           CASE WHEN living.contact_id IS NULL OR c.address IS NULL THEN 'erased'
                WHEN stopped.message_id IS NOT NULL THEN 'suppressed'
                WHEN $topic IS NOT NULL AND said.status IS DISTINCT FROM 'granted' THEN 'no-consent'
                END AS reason
    FROM claimed c
    LEFT JOIN living USING (contact_id)
    LEFT JOIN said USING (contact_id)
    LEFT JOIN stopped USING (message_id)
) AS now_lapsed
WHERE message.run_id = $run_id AND message.seq BETWEEN $first AND $last
    AND message.sender_id = $sender_id AND message.message_id = now_lapsed.message_id
    AND now_lapsed.reason IS NOT NULL;

-- All that a template may ask of those claimed.
-- name: claimed
WITH taken AS (
    SELECT message_id, seq, contact_id, address, language, variant, mime_id, context
    FROM message
    WHERE run_id = $run_id AND seq BETWEEN $first AND $last AND sender_id = $sender_id
        AND status = 'sending'
    LIMIT $amount
),
tagged AS (
    SELECT contact_id, list(tag ORDER BY tag) AS tags
    FROM (
        SELECT contact_id, tag, arg_max(action, (occurred_at, tag_event_id)) AS action
        FROM contact_tag
        WHERE contact_id BETWEEN $lowest AND $highest
            AND contact_id IN (SELECT contact_id FROM taken)
        GROUP BY contact_id, tag
    )
    WHERE action = 'add'
    GROUP BY contact_id
)
SELECT t.message_id, t.seq, t.address, t.language, t.variant, t.mime_id,
       t.context::VARCHAR AS context,
       c.contact_id AS id, c.given_name, c.family_name, t.address AS email, c.country, c.locale,
       c.city, c.company, c.birthday::VARCHAR AS birthday, coalesce(g.tags, []) AS tags,
       c.attributes::VARCHAR AS attributes
FROM taken t
JOIN contact c ON c.contact_id = t.contact_id AND c.contact_id BETWEEN $lowest AND $highest
LEFT JOIN tagged g ON g.contact_id = t.contact_id
ORDER BY t.seq;

-- name: claims
SELECT DISTINCT run_id, sender_id FROM message WHERE status = 'sending' ORDER BY run_id, sender_id;

-- What sender processes were answered. A message in doubt may still learn that it was sent.
-- name: settle
UPDATE message
SET status = CASE WHEN a.status = 'deferred' AND attempts + 1 >= $most_attempts THEN 'failed'
                  ELSE a.status END,
    reason = CASE WHEN a.status = 'deferred' AND attempts + 1 >= $most_attempts
                  THEN 'too-many-attempts' ELSE a.reason END,
    attempts = attempts + CASE WHEN message.status = 'sending' THEN 1 ELSE 0 END,
    next_try = CASE WHEN a.status = 'deferred' AND attempts + 1 < $most_attempts
                    THEN $now::TIMESTAMP + to_minutes(CAST($first_delay * power(3, attempts) AS BIGINT)) END,
    sent_at = CASE WHEN a.status = 'sent' THEN a.moment END,
    -- A server's words may name the address; an erased one stays erased.
    server_reply = CASE WHEN address IS NULL THEN NULL ELSE a.words END
FROM (
    SELECT unnest(from_json(told.lines, '[{
        "message_id": "BIGINT", "status": "VARCHAR", "reason": "VARCHAR", "words": "VARCHAR",
        "moment": "TIMESTAMP"
    }]'), recursive := true)
    FROM (SELECT $answers::VARCHAR AS lines) AS told
) AS a
WHERE message.run_id = $run_id AND starts_with(message.sender_id, $claim)
    AND message.message_id = a.message_id
    AND (message.status = 'sending' OR (message.status = 'unknown' AND a.status <> 'unknown'));

-- Claimed by a sender that ended before it began them.
-- name: queue_again
UPDATE message
SET status = 'queued', sender_id = NULL, claimed_at = NULL, next_try = NULL
WHERE run_id = $run_id AND sender_id = $sender_id AND status = 'sending';

-- Claimed by a sender whose journal does not reach far enough.
-- name: doubt
UPDATE message
SET status = 'unknown', reason = $reason, attempts = attempts + 1
WHERE run_id = $run_id AND sender_id = $sender_id AND status = 'sending';

-- name: recipients
SELECT message_id, contact_id AS contact, address AS email, status, reason, variant, attempts,
       sent_at, server_reply
FROM message
WHERE run_id = $run_id AND message_id > $after AND ($status IS NULL OR status = $status)
ORDER BY message_id
LIMIT $amount;

-- name: in_doubt
SELECT message_id
FROM message
WHERE run_id = $run_id AND status = 'unknown'
    AND message_id IN (SELECT unnest($message_ids::BIGINT[]));

-- name: notices_in_doubt
SELECT o.run_id, m.message_id
FROM outgoing o
JOIN message m USING (run_id)
WHERE o.kind = 'service' AND m.status = 'unknown'
    AND o.run_id IN (SELECT unnest($run_ids::BIGINT[]));

-- name: resolve
UPDATE message
SET status = $status, reason = 'resolved', sent_at = CASE WHEN $status = 'sent' THEN claimed_at END
WHERE run_id = $run_id AND status = 'unknown'
    AND message_id IN (SELECT unnest($message_ids::BIGINT[]));

-- name: reopen
UPDATE outgoing SET state = 'running', ended_at = NULL WHERE run_id = $run_id AND state = 'finished';

-- name: requeue_unknown
UPDATE message
SET status = 'queued', reason = NULL, sender_id = NULL, claimed_at = NULL
WHERE run_id = $run_id AND status = 'unknown';

-- What has not left yet, or may not have.
-- name: waiting
SELECT o.run_id AS run, 'R-' || o.run_id AS ref, o.kind, o.name, o.state, o.transport, o.place,
       count(*) FILTER (m.status = 'queued') AS queued,
       count(*) FILTER (m.status = 'sending') AS sending,
       count(*) FILTER (m.status = 'deferred') AS deferred,
       count(*) FILTER (m.status = 'unknown') AS unknown,
       min(m.next_try) FILTER (m.status = 'deferred') AS next_try
FROM outgoing o
JOIN message m USING (run_id)
WHERE m.status IN ('queued', 'sending', 'deferred', 'unknown')
GROUP BY ALL
ORDER BY o.run_id;

-- name: repoint
UPDATE message SET contact_id = $survivor WHERE contact_id = $merged;

-- The row stays: it counts. What waited is not sent any more.
-- name: forget
UPDATE message
SET address = NULL, language = NULL, mime_id = NULL, server_reply = NULL, context = NULL,
    reason = CASE WHEN status IN ('queued', 'deferred') THEN 'erased' ELSE reason END,
    next_try = CASE WHEN status IN ('queued', 'deferred') THEN NULL ELSE next_try END,
    status = CASE WHEN status IN ('queued', 'deferred') THEN 'skipped' ELSE status END
WHERE contact_id = $contact_id;

-- name: export
SELECT o.name, o.topic, m.address, m.language, m.variant, m.status, m.reason, m.attempts, m.sent_at,
       m.server_reply, m.mime_id, m.context::VARCHAR AS context, m.recorded_at
FROM message m
LEFT JOIN outgoing o USING (run_id)
WHERE m.contact_id = $contact_id
ORDER BY m.message_id;

-- name: timeline
SELECT coalesce(m.sent_at, m.recorded_at) AS occurred_at, 'outbox' AS room,
       CASE WHEN m.status IN ('sent', 'failed') THEN 'mail ' || m.status ELSE 'mail' END AS what,
       concat_ws(', ', o.name, CASE WHEN m.status NOT IN ('sent', 'failed') THEN m.status END, m.reason) AS detail
FROM message m
LEFT JOIN outgoing o USING (run_id)
WHERE m.contact_id = $contact_id;
