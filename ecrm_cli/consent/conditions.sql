-- What segments may ask of consent; how a condition is written stands in contacts/conditions.sql.

-- name: present
SELECT contact_id FROM consent_event WHERE occurred_at < $as_of;

-- The last word on each topic; a later withdrawal of all ends every one.
-- name: consent
-- field: consent | The last word on a topic; without basis, on whatever ground. | consent: {topic: offers, status: withdrawn}
-- takes: word
-- value: status | granted, withdrawn, pending | granted
-- argument: topic | | required
-- argument: channel | email, phone | email
-- argument: basis | consent, soft_opt_in, contract, legitimate_interest | any
-- short: topic
WITH said AS (
    SELECT contact_id, topic, status, basis, (occurred_at, consent_event_id) AS moment
    FROM consent_event
    WHERE channel = $channel AND topic IN ($topic, 'all') AND occurred_at < $as_of
    QUALIFY row_number() OVER (
        PARTITION BY contact_id, topic ORDER BY occurred_at DESC, consent_event_id DESC
    ) = 1
)
SELECT own.contact_id, coalesce(stop.status, own.status) AS seen
FROM said own
LEFT JOIN said stop
    ON stop.contact_id = own.contact_id AND stop.topic = 'all' AND stop.status = 'withdrawn'
    AND stop.moment > own.moment
WHERE own.topic = $topic AND ($basis IS NULL OR (own.basis = $basis AND stop.status IS NULL));

-- The answer of consent.ops.may_contact for everybody at once, or the first reason against it. The
-- last word is a grant where a grant has nothing else after it.
-- name: reachable
-- field: reachable | May be written to: has an address, is not suppressed, has agreed to the topic (without one: to any). | reachable: offers
-- takes: word
-- value: answer | yes, no-address, suppressed, no-consent | yes
-- argument: topic | | any
-- argument: channel | email, phone | email
-- short: topic
WITH agreed AS (
    SELECT g.contact_id
    FROM consent_event g
    WHERE g.channel = $channel AND g.occurred_at < $as_of AND g.status = 'granted'
        AND (g.topic IN ($topic, 'all') OR ($topic IS NULL AND g.topic <> 'all'))
        AND NOT EXISTS (
            FROM consent_event n
            WHERE n.contact_id = g.contact_id AND n.channel = $channel AND n.occurred_at < $as_of
                AND n.status <> 'granted' AND n.topic IN (coalesce($topic, g.topic), 'all')
                AND (n.occurred_at > g.occurred_at
                     OR (n.occurred_at = g.occurred_at AND n.consent_event_id > g.consent_event_id))
        )
),
addressed AS (
    SELECT contact_id FROM identity WHERE kind = $channel AND is_primary
),
stopped AS (
    SELECT i.contact_id
    FROM (
        SELECT address, reason
        FROM suppression
        WHERE channel = $channel AND occurred_at < $as_of
        QUALIFY row_number() OVER (
            PARTITION BY address, reason ORDER BY occurred_at DESC, suppression_id DESC
        ) = 1 AND NOT lifted
    ) s
    JOIN identity i ON i.kind = $channel AND i.value = s.address
    WHERE i.is_primary OR s.reason IN ('complaint', 'unsubscribe')
)
SELECT contact_id,
       CASE WHEN addressed.contact_id IS NULL THEN 'no-address'
            WHEN stopped.contact_id IS NOT NULL THEN 'suppressed'
            WHEN agreed.contact_id IS NULL THEN 'no-consent'
            ELSE 'yes' END AS seen
FROM contact
LEFT JOIN addressed USING (contact_id)
LEFT JOIN stopped USING (contact_id)
LEFT JOIN agreed USING (contact_id);

-- A bounce and a suppression by hand hold for the address, a complaint and an unsubscription for
-- the person.
-- name: suppressed
-- field: suppressed | May not be written to, whatever the topic. | suppressed: {reason: complaint}
-- takes: word
-- value: reason | bounce, complaint, unsubscribe, manual | any
-- argument: channel | email, phone | email
-- short: channel
-- seen: many
SELECT i.contact_id, s.reason AS seen
FROM (
    SELECT address, reason
    FROM suppression
    WHERE channel = $channel AND occurred_at < $as_of
    QUALIFY row_number() OVER (
        PARTITION BY address, reason ORDER BY occurred_at DESC, suppression_id DESC
    ) = 1 AND NOT lifted
) s
JOIN identity i ON i.kind = $channel AND i.value = s.address
WHERE i.is_primary OR s.reason IN ('complaint', 'unsubscribe');
