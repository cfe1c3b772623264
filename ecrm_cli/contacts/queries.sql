-- name: by_id
SELECT contact_id, given_name, family_name, company, job, locale, zone, street, city, region,
       postcode, country, birthday, attributes, source, created_at, updated_at, batch_id
FROM contact
WHERE contact_id = $contact_id;

-- name: by_identity
SELECT DISTINCT contact_id FROM identity WHERE kind = $kind AND value = $value;

-- An external id without its source, or the end of a phone number.
-- name: by_ending
SELECT DISTINCT contact_id
FROM identity
WHERE kind = $kind AND ends_with(value, $ending)
ORDER BY contact_id
LIMIT 6;

-- name: by_name
SELECT contact_id
FROM contact
WHERE lower(concat_ws(' ', given_name, family_name)) = lower($words)
   OR lower(family_name) = lower($words)
ORDER BY contact_id
LIMIT 6;

-- name: similar_emails
SELECT value
FROM identity
WHERE kind = 'email'
ORDER BY jaro_winkler_similarity(value, $words) DESC, value
LIMIT 3;

-- name: labels
SELECT c.contact_id, concat_ws(' ', c.given_name, c.family_name) AS name, i.value AS email
FROM contact c
LEFT JOIN identity i ON i.contact_id = c.contact_id AND i.kind = 'email' AND i.is_primary
WHERE list_contains($contact_ids, c.contact_id)
ORDER BY c.contact_id;

-- name: create_chosen
CREATE OR REPLACE TEMP TABLE chosen_contact (contact_id BIGINT);

-- name: choose
INSERT INTO chosen_contact SELECT unnest($contact_ids::BIGINT[]);

-- name: choose_batch
INSERT INTO chosen_contact
SELECT contact_id FROM contact WHERE batch_id = $batch_id
UNION
SELECT contact_id FROM identity WHERE batch_id = $batch_id
UNION
SELECT contact_id FROM contact_change WHERE origin = 'import' AND origin_id = $batch_id;

-- The list of contacts, page by page by id.
-- name: page
WITH people AS (
    SELECT contact_id, given_name, family_name, country, created_at
    FROM contact
    WHERE contact_id > $after
    ORDER BY contact_id
    LIMIT $amount
),
reached AS (
    SELECT contact_id,
           list(value ORDER BY identity_id) FILTER (kind = 'external') AS external_ids,
           arg_min(value, identity_id) FILTER (kind = 'email' AND is_primary) AS email,
           arg_min(value, identity_id) FILTER (kind = 'phone' AND is_primary) AS phone
    FROM identity
    WHERE contact_id IN (SELECT contact_id FROM people)
    GROUP BY contact_id
)
SELECT p.contact_id AS id, 'P-' || p.contact_id AS ref, coalesce(r.external_ids, []) AS external_ids,
       r.email, r.phone, p.given_name, p.family_name, p.country, p.created_at
FROM people p
LEFT JOIN reached r USING (contact_id)
ORDER BY p.contact_id;

-- The same page over the contacts in chosen_contact.
-- name: chosen_page
WITH people AS (
    SELECT contact_id, given_name, family_name, country, created_at
    FROM contact
    WHERE contact_id > $after AND contact_id IN (SELECT contact_id FROM chosen_contact)
    ORDER BY contact_id
    LIMIT $amount
),
reached AS (
    SELECT contact_id,
           list(value ORDER BY identity_id) FILTER (kind = 'external') AS external_ids,
           arg_min(value, identity_id) FILTER (kind = 'email' AND is_primary) AS email,
           arg_min(value, identity_id) FILTER (kind = 'phone' AND is_primary) AS phone
    FROM identity
    WHERE contact_id IN (SELECT contact_id FROM people)
    GROUP BY contact_id
)
SELECT p.contact_id AS id, 'P-' || p.contact_id AS ref, coalesce(r.external_ids, []) AS external_ids,
       r.email, r.phone, p.given_name, p.family_name, p.country, p.created_at
FROM people p
LEFT JOIN reached r USING (contact_id)
ORDER BY p.contact_id;

-- name: count_contacts
SELECT count(*) AS contacts FROM contact;

-- Words anywhere in a name, company, city or address; case and accents do not matter.
-- name: choose_found
INSERT INTO chosen_contact
SELECT contact_id
FROM contact
WHERE contains(
    strip_accents(lower(concat_ws(' ', given_name, family_name, company, city, country))),
    strip_accents(lower($words))
)
UNION
SELECT contact_id
FROM identity
WHERE contains(lower(value), lower($words))
   OR (kind = 'phone' AND length($digits) >= 4 AND contains(value, $digits));

-- name: identities
SELECT kind, value, raw, source, is_primary
FROM identity
WHERE contact_id = $contact_id
ORDER BY kind, is_primary DESC, identity_id;

-- name: tags_of
SELECT tag FROM current_tag WHERE contact_id = $contact_id ORDER BY tag;

-- name: tag_counts
SELECT tag, count(*) AS contacts FROM current_tag GROUP BY tag ORDER BY tag;

-- name: add_tags
INSERT INTO contact_tag (tag_event_id, contact_id, tag, action, actor, occurred_at, recorded_at)
SELECT $last_id + row_number() OVER (ORDER BY c.contact_id), c.contact_id, $tag, 'add', $actor, $now, $now
FROM (SELECT DISTINCT contact_id FROM chosen_contact) c
WHERE NOT EXISTS (FROM current_tag t WHERE t.contact_id = c.contact_id AND t.tag = $tag);

-- name: remove_tags
INSERT INTO contact_tag (tag_event_id, contact_id, tag, action, actor, occurred_at, recorded_at)
SELECT $last_id + row_number() OVER (ORDER BY c.contact_id), c.contact_id, $tag, 'remove', $actor, $now, $now
FROM (SELECT DISTINCT contact_id FROM chosen_contact) c
WHERE EXISTS (FROM current_tag t WHERE t.contact_id = c.contact_id AND t.tag = $tag);

-- name: count_chosen
SELECT count(DISTINCT contact_id) AS contacts FROM chosen_contact;

-- name: add_contact
INSERT INTO contact (contact_id, given_name, family_name, company, job, locale, zone, street, city,
                     region, postcode, country, birthday, source, created_at, recorded_at, updated_at)
VALUES ($contact_id, $given_name, $family_name, $company, $job, $locale, $zone, $street, $city,
        $region, $postcode, $country, $birthday, 'manual', $now, $now, $now);

-- name: add_identity
INSERT INTO identity (identity_id, contact_id, kind, value, raw, source, is_primary, recorded_at)
SELECT $identity_id, $contact_id, $kind, $value, $raw, 'manual',
       NOT EXISTS (FROM identity WHERE contact_id = $contact_id AND kind = $kind AND is_primary), $now
WHERE NOT EXISTS (FROM identity WHERE kind = $kind AND value = $value);

-- name: edit_contact
UPDATE contact
SET given_name = $given_name, family_name = $family_name, company = $company, job = $job,
    locale = $locale, zone = $zone, street = $street, city = $city, region = $region,
    postcode = $postcode, country = $country, birthday = $birthday, updated_at = $now
WHERE contact_id = $contact_id;

-- name: drop_primary
DELETE FROM identity WHERE contact_id = $contact_id AND kind = $kind AND is_primary;

-- name: record_change
INSERT INTO contact_change (change_id, contact_id, origin, origin_id, actor, occurred_at, recorded_at, before)
VALUES ($change_id, $contact_id, $origin, $origin_id, $actor, $now, $now, $before::JSON);

-- name: history
SELECT occurred_at, actor, origin, origin_id, before
FROM contact_change
WHERE contact_id = $contact_id
ORDER BY change_id;

-- name: creation
SELECT recorded_at AS occurred_at, source, batch_id FROM contact WHERE contact_id = $contact_id;

-- name: repoint
UPDATE identity SET contact_id = $survivor, is_primary = false WHERE contact_id = $merged;

-- name: repoint_tags
UPDATE contact_tag SET contact_id = $survivor WHERE contact_id = $merged;

-- name: repoint_changes
UPDATE contact_change SET contact_id = $survivor WHERE contact_id = $merged;

-- name: forget
UPDATE contact
SET given_name = NULL, family_name = NULL, company = NULL, job = NULL, locale = NULL, zone = NULL,
    street = NULL, city = NULL, region = NULL, postcode = NULL, country = NULL, birthday = NULL,
    attributes = NULL
WHERE contact_id = $contact_id;

-- name: forget_identities
DELETE FROM identity WHERE contact_id = $contact_id;

-- name: forget_tags
DELETE FROM contact_tag WHERE contact_id = $contact_id;

-- name: forget_changes
DELETE FROM contact_change WHERE contact_id = $contact_id;

-- name: export
SELECT c.* EXCLUDE (attributes), c.attributes::VARCHAR AS attributes,
       (SELECT list({kind: kind, value: value, source: source} ORDER BY identity_id)
        FROM identity i WHERE i.contact_id = c.contact_id) AS identities,
       (SELECT list(tag ORDER BY tag) FROM current_tag t WHERE t.contact_id = c.contact_id) AS tags,
       (SELECT list(before::VARCHAR ORDER BY change_id)
        FROM contact_change h WHERE h.contact_id = c.contact_id) AS changes
FROM contact c
WHERE c.contact_id = $contact_id;

-- name: timeline
SELECT recorded_at AS occurred_at, 'contacts' AS room, 'added' AS what, source AS detail
FROM contact WHERE contact_id = $contact_id
UNION ALL
SELECT occurred_at, 'contacts', 'changed', origin || ': ' || array_to_string(json_keys(before), ', ')
FROM contact_change WHERE contact_id = $contact_id
UNION ALL
SELECT occurred_at, 'contacts', CASE action WHEN 'add' THEN 'tagged' ELSE 'untagged' END, tag
FROM contact_tag WHERE contact_id = $contact_id;
