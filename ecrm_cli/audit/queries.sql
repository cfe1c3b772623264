-- name: last_chain
SELECT chain FROM audit_entry ORDER BY entry_id DESC LIMIT 1;

-- name: add
INSERT INTO audit_entry (entry_id, occurred_at, actor, command, payload, nonce, digest, previous, chain)
VALUES ($entry_id, $occurred_at, $actor, $command, $payload, $nonce, $digest, $previous, $chain);

-- name: list_entries
SELECT entry_id AS id, occurred_at AS "at", actor, command, payload
FROM audit_entry
WHERE entry_id < $before
ORDER BY entry_id DESC
LIMIT $amount;

-- name: entry
SELECT entry_id AS id, occurred_at AS "at", actor, command, payload, digest, previous, chain
FROM audit_entry
WHERE entry_id = $entry_id;

-- name: after
SELECT entry_id, occurred_at, actor, command, payload, nonce, digest, previous, chain
FROM audit_entry
WHERE entry_id > $entry_id
ORDER BY entry_id
LIMIT $amount;

-- Payloads name contacts by number only, but an erased person's entries lose even that.
-- name: forget
UPDATE audit_entry
SET payload = NULL, nonce = NULL
WHERE list_contains(TRY_CAST(payload ->> '$.contacts' AS BIGINT[]), $contact_id);

-- name: export
SELECT entry_id, occurred_at, actor, command, payload
FROM audit_entry
WHERE list_contains(TRY_CAST(payload ->> '$.contacts' AS BIGINT[]), $contact_id)
ORDER BY entry_id;

-- name: timeline
SELECT occurred_at, 'audit' AS room, command AS what, actor AS detail
FROM audit_entry
WHERE list_contains(TRY_CAST(payload ->> '$.contacts' AS BIGINT[]), $contact_id);
