-- name: snapshot_days
SELECT segment, max(on_day) AS last_day FROM segment_snapshot GROUP BY segment;

-- name: snapshots
SELECT on_day AS day, members, came, went
FROM segment_snapshot
WHERE segment = $segment
ORDER BY on_day;

-- Who is among the chosen and was not at the last look has come; who was and is not has gone. A
-- merge can leave two rows of one day and person: to be in wins.
-- name: record_moves
INSERT INTO segment_member (segment, contact_id, is_in, on_day, recorded_at)
WITH last_move AS (
    SELECT contact_id, is_in
    FROM segment_member
    WHERE segment = $segment
    QUALIFY row_number() OVER (PARTITION BY contact_id ORDER BY on_day DESC, is_in DESC) = 1
),
held AS (
    SELECT contact_id FROM last_move WHERE is_in
)
SELECT $segment, coalesce(c.contact_id, h.contact_id), c.contact_id IS NOT NULL, $on_day, $now
FROM chosen_contact c
FULL OUTER JOIN held h USING (contact_id)
WHERE c.contact_id IS NULL OR h.contact_id IS NULL;

-- name: add_snapshot
INSERT INTO segment_snapshot (snapshot_id, segment, on_day, members, came, went, rule, actor,
                              recorded_at)
SELECT $snapshot_id, $segment, $on_day, (SELECT count(*) FROM chosen_contact),
       count(*) FILTER (is_in), count(*) FILTER (NOT is_in), $rule, $actor, $now
FROM segment_member
WHERE segment = $segment AND on_day = $on_day;

-- name: repoint
UPDATE segment_member SET contact_id = $survivor WHERE contact_id = $merged;

-- The counts of the snapshots stay; who was counted goes.
-- name: forget
DELETE FROM segment_member WHERE contact_id = $contact_id;

-- name: export
SELECT segment, is_in, on_day, recorded_at
FROM segment_member
WHERE contact_id = $contact_id
ORDER BY on_day, segment;

-- name: timeline
SELECT recorded_at AS occurred_at, 'segments' AS room,
       CASE WHEN is_in THEN 'came into a segment' ELSE 'left a segment' END AS what,
       segment AS detail
FROM segment_member
WHERE contact_id = $contact_id;
