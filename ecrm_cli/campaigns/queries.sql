-- People of the segment whom a run leaves out before consent is asked; the first reason counts.
-- name: create_left_out
CREATE OR REPLACE TEMP TABLE left_out (contact_id BIGINT, reason VARCHAR, position INTEGER);

-- name: leave_out_chosen
INSERT INTO left_out SELECT contact_id, 'excluded', 1 FROM chosen_contact;

-- Who waits for an answer to a complaint is not in the mood for an offer.
-- name: leave_out_complaints
INSERT INTO left_out SELECT contact_id, 'open-complaint', 2 FROM chosen_contact;

-- Those whom a run of the campaign reached, or may have. What went to a folder reached nobody who
-- is to be reached through a server.
-- name: leave_out_reached
INSERT INTO left_out
SELECT DISTINCT m.contact_id, 'reached', 3
FROM campaign_run r
JOIN outgoing o USING (run_id)
JOIN message m USING (run_id)
WHERE r.campaign = $campaign AND m.status IN ('sent', 'unknown', 'sending')
    AND (o.transport = 'smtp' OR o.transport = $transport);

-- name: leave_out_broken
INSERT INTO left_out SELECT unnest($contact_ids::BIGINT[]), 'render-error', 4;

-- name: fill_audience
INSERT INTO audience (contact_id, language, variant, reason)
WITH first_reason AS (
    SELECT contact_id, arg_min(reason, position) AS reason FROM left_out GROUP BY contact_id
)
SELECT a.contact_id, c.locale, NULL, coalesce(l.reason, a.reason)
FROM contact_answer a
JOIN contact c USING (contact_id)
LEFT JOIN first_reason l USING (contact_id);

-- name: audience_counts
SELECT reason, count(*) AS contacts FROM audience GROUP BY reason ORDER BY contacts DESC, reason;

-- In one row: a million rows would be a million dictionaries.
-- name: wanted
SELECT coalesce(list(contact_id ORDER BY contact_id), []) AS contact_ids
FROM audience
WHERE reason IS NULL;

-- name: first_of_audience
SELECT min(contact_id) AS contact_id FROM audience WHERE reason IS NULL;

-- name: add_run
INSERT INTO campaign_run (run_id, campaign, segment, rule, rule_digest, audience, as_of, actor,
                          recorded_at)
VALUES ($run_id, $campaign, $segment, $rule, $rule_digest, $audience, $as_of, $actor, $now);

-- name: change_run
UPDATE campaign_run
SET segment = $segment, rule = $rule, rule_digest = $rule_digest, audience = $audience,
    as_of = $as_of
WHERE run_id = $run_id;

-- name: runs_of
SELECT r.run_id AS run, 'R-' || r.run_id AS ref, r.campaign, o.state, o.transport, o.place,
       r.segment, r.audience, r.as_of, o.created_at, o.ended_at, r.rule, r.rule_digest, o.digest
FROM campaign_run r
JOIN outgoing o USING (run_id)
WHERE r.campaign = $campaign
ORDER BY r.run_id DESC;

-- How many the newest run of any campaign went to.
-- name: last_size
SELECT count(*) AS messages
FROM message
WHERE run_id = (SELECT max(run_id) FROM campaign_run) AND seq IS NOT NULL;

-- name: skip_reasons
SELECT reason, count(*) AS messages
FROM message
WHERE run_id = $run_id AND status = 'skipped'
GROUP BY reason
ORDER BY messages DESC, reason;

-- name: message_of
SELECT message_id, status, reason, attempts, next_try, sent_at, server_reply
FROM message
WHERE run_id = $run_id AND contact_id = $contact_id;
