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

-- Case and accents do not matter.
-- name: by_name
SELECT contact_id
FROM contact
WHERE strip_accents(lower(concat_ws(' ', given_name, family_name))) = strip_accents(lower($words))
   OR strip_accents(lower(family_name)) = strip_accents(lower($words))
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

-- An address the contact has already, beside the primary one, takes its place.
-- name: make_primary
UPDATE identity SET is_primary = true
WHERE contact_id = $contact_id AND kind = $kind AND value = $value;

-- Where the primary address of a kind is gone, the one known longest takes its place.
-- name: promote_oldest
UPDATE identity SET is_primary = true
WHERE identity_id = (SELECT min(identity_id) FROM identity WHERE contact_id = $contact_id AND kind = $kind)
    AND NOT EXISTS (FROM identity i WHERE i.contact_id = $contact_id AND i.kind = $kind AND i.is_primary);

-- name: count_identities
SELECT count(*) AS identities FROM identity WHERE contact_id = $contact_id;

-- name: record_change
INSERT INTO contact_change (change_id, contact_id, origin, origin_id, actor, occurred_at, recorded_at, before)
VALUES ($change_id, $contact_id, $origin, $origin_id, $actor, $now, $now, $before::JSON);

-- name: history
SELECT occurred_at, actor, origin, origin_id, before
FROM contact_change
WHERE contact_id = $contact_id
ORDER BY change_id;

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
       (SELECT list({kind: kind, value: value, raw: raw, source: source} ORDER BY identity_id)
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

-- What an import hands over: one row per line of a file, already normalized. Times are UTC.
-- name: create_incoming
CREATE OR REPLACE TEMP TABLE incoming_contact (
    line BIGINT, email VARCHAR, email_raw VARCHAR, phone VARCHAR, phone_raw VARCHAR,
    external_ids VARCHAR[], given_name VARCHAR, family_name VARCHAR, company VARCHAR, job VARCHAR,
    locale VARCHAR, zone VARCHAR, street VARCHAR, city VARCHAR, region VARCHAR, postcode VARCHAR,
    country VARCHAR, birthday DATE, attributes JSON, tags VARCHAR[], created_at TIMESTAMP
);

-- Keys that stand in more than one line, as hashes: few of many, and nothing is missed.
-- name: create_shared_prints
CREATE OR REPLACE TEMP TABLE shared_print AS
SELECT fingerprint
FROM (
    SELECT hash(unnest(external_ids)) AS fingerprint FROM incoming_contact
    UNION ALL
    SELECT hash(email) FROM incoming_contact WHERE email IS NOT NULL
    UNION ALL
    SELECT hash(phone) FROM incoming_contact WHERE phone IS NOT NULL
)
GROUP BY fingerprint
HAVING count(*) > 1;

-- The same keys as texts, numbered: a text is compared only where two hashes are equal.
-- name: create_shared_keys
CREATE OR REPLACE TEMP TABLE shared_key AS
WITH suspect AS MATERIALIZED (
    SELECT line, 1 AS strength, 'external' AS kind, value
    FROM (SELECT line, unnest(external_ids) AS value FROM incoming_contact)
    WHERE hash(value) IN (SELECT fingerprint FROM shared_print)
    UNION ALL
    SELECT line, 2, 'email', email
    FROM incoming_contact
    WHERE hash(email) IN (SELECT fingerprint FROM shared_print)
    UNION ALL
    SELECT line, 3, 'phone', phone
    FROM incoming_contact
    WHERE hash(phone) IN (SELECT fingerprint FROM shared_print)
),
repeated AS (
    SELECT kind, value, min(line) AS head, row_number() OVER () AS key_number
    FROM suspect
    GROUP BY kind, value
    HAVING min(line) < max(line)
)
SELECT k.line, k.strength, r.key_number, r.head
FROM suspect k
JOIN repeated r USING (kind, value);

-- Lines that share a key are one person: each line is labelled with the least line it reaches.
-- name: create_line_labels
CREATE OR REPLACE TEMP TABLE line_label AS
SELECT line, min(head) AS label FROM shared_key GROUP BY line;

-- One step outwards, then straight to the label's own label: long chains end in few steps.
-- name: spread_labels
CREATE OR REPLACE TEMP TABLE next_label AS
WITH least AS (
    SELECT s.key_number, min(l.label) AS label
    FROM shared_key s JOIN line_label l USING (line)
    GROUP BY s.key_number
),
reached AS (
    SELECT s.line, min(e.label) AS label
    FROM shared_key s JOIN least e USING (key_number)
    GROUP BY s.line
)
SELECT r.line, least(r.label, coalesce(l.label, r.label)) AS label
FROM reached r
LEFT JOIN line_label l ON l.line = r.label;

-- name: count_moved_labels
SELECT count(*) AS moved FROM next_label n JOIN line_label l USING (line) WHERE n.label <> l.label;

-- name: take_labels
CREATE OR REPLACE TEMP TABLE line_label AS SELECT line, label FROM next_label;

-- The keys of the lines that the book knows, and whose they are; the strongest first.
-- name: create_known_keys
CREATE OR REPLACE TEMP TABLE known_key AS
SELECT k.line, 1 AS strength, k.place, i.contact_id AS owner
FROM (
    SELECT line, unnest(external_ids) AS value, generate_subscripts(external_ids, 1) AS place
    FROM incoming_contact
) k
JOIN identity i ON i.kind = 'external' AND i.value = k.value
UNION ALL
SELECT c.line, 2, 1, i.contact_id
FROM incoming_contact c
JOIN identity i ON i.kind = 'email' AND i.value = c.email
UNION ALL
SELECT c.line, 3, 1, i.contact_id
FROM incoming_contact c
JOIN identity i ON i.kind = 'phone' AND i.value = c.phone;

-- The contact a label is already: by external id, else e-mail, else phone; the oldest wins.
-- name: create_label_matches
CREATE OR REPLACE TEMP TABLE label_match AS
SELECT coalesce(l.label, k.line) AS label,
       arg_min(k.owner, k.strength * 1000000000000 + k.owner) AS contact_id
FROM known_key k
LEFT JOIN line_label l ON l.line = k.line
GROUP BY 1;

-- A line known by something stronger than all it shares with other lines is who it is: two known
-- people with one phone stay two.
-- name: create_own_matches
CREATE OR REPLACE TEMP TABLE own_match AS
SELECT k.line, arg_min(k.owner, k.strength * 1000000000000 + k.owner) AS contact_id
FROM known_key k
JOIN (SELECT line, min(strength) AS strength FROM shared_key GROUP BY line) s USING (line)
WHERE k.strength < s.strength
GROUP BY k.line;

-- name: count_new_persons
SELECT (SELECT count(*) FROM incoming_contact)
       - (SELECT count(*) FROM line_label WHERE label <> line)
       - (SELECT count(*) FROM label_match) AS persons;

-- Who each line is; sole says that the line shares no key with another.
-- name: create_line_persons
CREATE OR REPLACE TEMP TABLE line_person AS
WITH labelled AS (
    SELECT c.line, coalesce(l.label, c.line) AS label, l.line IS NULL AS sole
    FROM incoming_contact c
    LEFT JOIN line_label l USING (line)
),
fresh AS (
    SELECT label, $last_id + row_number() OVER (ORDER BY label) AS contact_id
    FROM labelled
    WHERE line = label AND NOT EXISTS (FROM label_match m WHERE m.label = labelled.label)
)
SELECT d.line, d.label, d.sole, f.label IS NOT NULL AS is_new,
       coalesce(o.contact_id, m.contact_id, f.contact_id) AS contact_id
FROM labelled d
LEFT JOIN own_match o USING (line)
LEFT JOIN label_match m USING (label)
LEFT JOIN fresh f USING (label);

-- name: insert_sole_contacts
INSERT INTO contact (contact_id, given_name, family_name, company, job, locale, zone, street, city,
                     region, postcode, country, birthday, attributes, source, created_at,
                     recorded_at, updated_at, batch_id)
SELECT p.contact_id, c.given_name, c.family_name, c.company, c.job, c.locale, c.zone, c.street,
       c.city, c.region, c.postcode, c.country, c.birthday, c.attributes, $source,
       coalesce(c.created_at, $now), $now, $now, $batch_id
FROM incoming_contact c
JOIN line_person p USING (line)
WHERE p.is_new AND p.sole;

-- A bit for a field that has something in it.
-- name: create_bit_macro
CREATE OR REPLACE TEMP MACRO bit_of(value, place) AS CASE WHEN value IS NULL THEN 0 ELSE 1 << place END;

-- What lines of several, or of people known before, can still add: the first value of each field
-- that is empty so far. Whether a known person lacks something is seen in bits, before any text.
-- name: create_pieces
CREATE OR REPLACE TEMP TABLE piece AS
WITH told AS (
    SELECT line, attributes,
           bit_of(given_name, 0) | bit_of(family_name, 1) | bit_of(company, 2) | bit_of(job, 3)
           | bit_of(locale, 4) | bit_of(zone, 5) | bit_of(street, 6) | bit_of(city, 7)
           | bit_of(region, 8) | bit_of(postcode, 9) | bit_of(country, 10)
           | bit_of(birthday, 11) AS fields
    FROM incoming_contact
),
known AS (
    SELECT contact_id, attributes,
           bit_of(given_name, 0) | bit_of(family_name, 1) | bit_of(company, 2) | bit_of(job, 3)
           | bit_of(locale, 4) | bit_of(zone, 5) | bit_of(street, 6) | bit_of(city, 7)
           | bit_of(region, 8) | bit_of(postcode, 9) | bit_of(country, 10)
           | bit_of(birthday, 11) AS fields
    FROM contact
),
adding AS (
    SELECT line, contact_id FROM line_person WHERE is_new AND NOT sole
    UNION ALL
    SELECT p.line, p.contact_id
    FROM line_person p
    JOIN told t USING (line)
    JOIN known b USING (contact_id)
    WHERE NOT p.is_new AND (t.fields <> 0 OR t.attributes IS NOT NULL)
        AND (t.fields | b.fields <> b.fields
             OR (t.attributes IS NOT NULL
                 AND (b.attributes IS NULL
                      OR NOT list_has_all(json_keys(b.attributes), json_keys(t.attributes)))))
),
candidate AS MATERIALIZED (
    SELECT p.contact_id, c.line, c.given_name, c.family_name, c.company, c.job, c.locale, c.zone,
           c.street, c.city, c.region, c.postcode, c.country, c.birthday::VARCHAR AS birthday,
           c.attributes
    FROM incoming_contact c
    JOIN adding p USING (line)
),
long_candidate AS (
    UNPIVOT (SELECT * EXCLUDE (attributes) FROM candidate)
    ON given_name, family_name, company, job, locale, zone, street, city, region, postcode,
       country, birthday
    INTO NAME field VALUE value
    UNION ALL
    SELECT contact_id, line, 'attributes.' || entry.key, entry.value::VARCHAR
    FROM (
        SELECT contact_id, line, unnest(map_entries(attributes::MAP(VARCHAR, JSON))) AS entry
        FROM candidate
        WHERE attributes IS NOT NULL
    )
),
book AS (
    SELECT contact_id, given_name, family_name, company, job, locale, zone, street, city, region,
           postcode, country, birthday::VARCHAR AS birthday, attributes
    FROM contact
    WHERE contact_id IN (SELECT contact_id FROM candidate)
),
held AS (
    UNPIVOT (SELECT * EXCLUDE (attributes) FROM book)
    ON given_name, family_name, company, job, locale, zone, street, city, region, postcode,
       country, birthday
    INTO NAME field VALUE value
    UNION ALL
    SELECT contact_id, 'attributes.' || unnest(json_keys(attributes)), ''
    FROM book
    WHERE attributes IS NOT NULL
)
SELECT n.contact_id, n.line, n.field, n.value
FROM long_candidate n
WHERE NOT EXISTS (FROM held h WHERE h.contact_id = n.contact_id AND h.field = n.field)
QUALIFY row_number() OVER (PARTITION BY n.contact_id, n.field ORDER BY n.line) = 1
UNION ALL
SELECT contact_id, line, kind, value
FROM new_identity
WHERE is_primary AND NOT is_new AND kind IN ('email', 'phone');

-- name: create_patches
CREATE OR REPLACE TEMP TABLE patch AS
SELECT contact_id,
       max(value) FILTER (field = 'given_name') AS given_name,
       max(value) FILTER (field = 'family_name') AS family_name,
       max(value) FILTER (field = 'company') AS company,
       max(value) FILTER (field = 'job') AS job,
       max(value) FILTER (field = 'locale') AS locale,
       max(value) FILTER (field = 'zone') AS zone,
       max(value) FILTER (field = 'street') AS street,
       max(value) FILTER (field = 'city') AS city,
       max(value) FILTER (field = 'region') AS region,
       max(value) FILTER (field = 'postcode') AS postcode,
       max(value) FILTER (field = 'country') AS country,
       (max(value) FILTER (field = 'birthday'))::DATE AS birthday,
       CASE WHEN bool_or(starts_with(field, 'attributes.')) THEN to_json(map(
           list(substr(field, 12)) FILTER (starts_with(field, 'attributes.')),
           list(CASE WHEN starts_with(field, 'attributes.') THEN value::JSON END)
               FILTER (starts_with(field, 'attributes.'))
       )) END AS attributes,
       json_group_object(field, NULL) AS before
FROM piece
GROUP BY contact_id;

-- name: insert_joined_contacts
INSERT INTO contact (contact_id, given_name, family_name, company, job, locale, zone, street, city,
                     region, postcode, country, birthday, attributes, source, created_at,
                     recorded_at, updated_at, batch_id)
SELECT p.contact_id, t.given_name, t.family_name, t.company, t.job, t.locale, t.zone, t.street,
       t.city, t.region, t.postcode, t.country, t.birthday, t.attributes, $source,
       coalesce(p.created_at, $now), $now, $now, $batch_id
FROM (
    SELECT p.contact_id, min(c.created_at) AS created_at
    FROM line_person p
    JOIN incoming_contact c USING (line)
    WHERE p.is_new AND NOT p.sole
    GROUP BY p.contact_id
) p
LEFT JOIN patch t USING (contact_id);

-- name: count_filled
SELECT count(*) AS contacts
FROM patch
WHERE contact_id IN (SELECT contact_id FROM line_person WHERE NOT is_new);

-- name: record_fills
INSERT INTO contact_change (change_id, contact_id, origin, origin_id, actor, occurred_at, recorded_at, before)
SELECT $last_id + row_number() OVER (ORDER BY contact_id), contact_id, 'import', $batch_id, $actor,
       $now, $now, before
FROM patch
WHERE contact_id IN (SELECT contact_id FROM line_person WHERE NOT is_new);

-- name: fill_contacts
UPDATE contact
SET given_name = coalesce(contact.given_name, t.given_name),
    family_name = coalesce(contact.family_name, t.family_name),
    company = coalesce(contact.company, t.company),
    job = coalesce(contact.job, t.job),
    locale = coalesce(contact.locale, t.locale),
    zone = coalesce(contact.zone, t.zone),
    street = coalesce(contact.street, t.street),
    city = coalesce(contact.city, t.city),
    region = coalesce(contact.region, t.region),
    postcode = coalesce(contact.postcode, t.postcode),
    country = coalesce(contact.country, t.country),
    birthday = coalesce(contact.birthday, t.birthday),
    attributes = CASE WHEN t.attributes IS NULL THEN contact.attributes
        ELSE json_merge_patch(t.attributes, coalesce(contact.attributes, '{}'::JSON)) END,
    updated_at = $now
FROM patch t
WHERE contact.contact_id = t.contact_id
    AND t.contact_id IN (SELECT contact_id FROM line_person WHERE NOT is_new);

-- What the batch adds to people known before, as the dry run tells it.
-- name: fills
WITH added AS (
    SELECT contact_id, field, value, line FROM piece
    UNION ALL
    SELECT contact_id, kind, value, line FROM new_identity WHERE NOT (is_primary AND kind IN ('email', 'phone'))
    UNION ALL
    SELECT contact_id, 'tag', tag, line FROM new_tag
)
SELECT contact_id AS contact, field, NULL AS before, value AS after, line
FROM added
WHERE contact_id IN (SELECT contact_id FROM line_person WHERE NOT is_new)
ORDER BY line, field, value
LIMIT $amount;

-- A line that is a new person by itself brings keys that nobody has. Each such person has
-- $stride numbers, external ids first; those of keys that the line has not stay unused.
-- name: insert_sole_identities
INSERT INTO identity (identity_id, contact_id, kind, value, raw, source, is_primary, recorded_at, batch_id)
WITH sole AS (
    SELECT line, contact_id, $last_id + (contact_id - $last_contact - 1) * $stride AS last_id
    FROM line_person
    WHERE is_new AND sole
)
SELECT k.last_id + k.place, k.contact_id, 'external', k.value, k.value, $source, k.place = 1, $now,
       $batch_id
FROM (
    SELECT s.last_id, s.contact_id, unnest(c.external_ids) AS value,
           generate_subscripts(c.external_ids, 1) AS place
    FROM incoming_contact c
    JOIN sole s USING (line)
) k
UNION ALL
SELECT s.last_id + $stride - 1, s.contact_id, 'email', c.email, coalesce(c.email_raw, c.email),
       $source, true, $now, $batch_id
FROM incoming_contact c
JOIN sole s USING (line)
WHERE c.email IS NOT NULL
UNION ALL
SELECT s.last_id + $stride, s.contact_id, 'phone', c.phone, coalesce(c.phone_raw, c.phone),
       $source, true, $now, $batch_id
FROM incoming_contact c
JOIN sole s USING (line)
WHERE c.phone IS NOT NULL;

-- name: count_ids_of_a_line
SELECT coalesce(max(len(external_ids)), 0) AS ids FROM incoming_contact;

-- What nobody has yet, of the lines that are not a new person by themselves.
-- name: create_new_identities
CREATE OR REPLACE TEMP TABLE new_identity AS
WITH joining AS (
    SELECT c.line, p.contact_id, p.is_new, c.email, c.email_raw, c.phone, c.phone_raw,
           c.external_ids
    FROM incoming_contact c
    JOIN line_person p USING (line)
    WHERE NOT (p.is_new AND p.sole)
),
own AS (
    SELECT line, contact_id, is_new, 1 AS strength, 'external' AS kind,
           unnest(external_ids) AS value, NULL AS raw, generate_subscripts(external_ids, 1) AS place
    FROM joining
    UNION ALL
    SELECT line, contact_id, is_new, 2, 'email', email, email_raw, 1
    FROM joining
    WHERE email IS NOT NULL
    UNION ALL
    SELECT line, contact_id, is_new, 3, 'phone', phone, phone_raw, 1
    FROM joining
    WHERE phone IS NOT NULL
),
unknown AS (
    SELECT contact_id, line, is_new, kind, value, raw, place
    FROM own o
    WHERE NOT EXISTS (
        FROM known_key k
        WHERE k.line = o.line AND k.strength = o.strength AND k.place = o.place
    )
    QUALIFY row_number() OVER (PARTITION BY kind, value ORDER BY line) = 1
)
SELECT n.contact_id, n.line, n.is_new, n.kind, n.value, n.raw,
       row_number() OVER (PARTITION BY n.contact_id, n.kind ORDER BY n.line, n.place) = 1
       AND NOT EXISTS (FROM identity i
                       WHERE i.contact_id = n.contact_id AND i.kind = n.kind AND i.is_primary)
           AS is_primary,
       row_number() OVER (ORDER BY n.contact_id, n.kind, n.line, n.place) AS number
FROM unknown n;

-- name: count_new_identities
SELECT count(*) AS identities FROM new_identity;

-- name: insert_identities
INSERT INTO identity (identity_id, contact_id, kind, value, raw, source, is_primary, recorded_at, batch_id)
SELECT $last_id + number, contact_id, kind, value, coalesce(raw, value), $source, is_primary, $now,
       $batch_id
FROM new_identity;

-- name: create_new_tags
CREATE OR REPLACE TEMP TABLE new_tag AS
SELECT w.contact_id, w.tag, min(w.line) AS line
FROM (
    SELECT p.contact_id, c.line, unnest(c.tags) AS tag
    FROM incoming_contact c
    JOIN line_person p USING (line)
    WHERE len(c.tags) > 0
) w
WHERE NOT EXISTS (FROM current_tag t WHERE t.contact_id = w.contact_id AND t.tag = w.tag)
GROUP BY w.contact_id, w.tag;

-- name: count_new_tags
SELECT count(*) AS tags FROM new_tag;

-- name: insert_tags
INSERT INTO contact_tag (tag_event_id, contact_id, tag, action, actor, occurred_at, recorded_at, batch_id)
SELECT $last_id + row_number() OVER (ORDER BY contact_id, tag), contact_id, tag, 'add', $actor, $now,
       $now, $batch_id
FROM new_tag;

-- What became of each line; a line that changed nothing is unchanged.
-- name: count_outcomes
WITH later AS (
    SELECT line FROM line_person WHERE NOT (is_new AND line = label)
),
changed AS (
    SELECT line FROM piece
    UNION ALL
    SELECT line FROM new_identity
    UNION ALL
    SELECT line FROM new_tag
)
SELECT (SELECT count(*) FROM line_person) - (SELECT count(*) FROM later) AS added,
       (SELECT count(*) FROM later WHERE line IN (SELECT line FROM changed)) AS updated,
       (SELECT count(*) FROM later WHERE line NOT IN (SELECT line FROM changed)) AS unchanged;

-- Identifiers that stay with their present owner, or go to another line's person, although the
-- line is someone else.
-- name: count_disputed
SELECT count(DISTINCT line) AS lines
FROM (
    SELECT k.line
    FROM known_key k
    JOIN line_person p USING (line)
    WHERE k.owner <> p.contact_id
    UNION ALL
    SELECT o.line
    FROM own_match o
    JOIN incoming_contact c USING (line)
    JOIN new_identity n ON n.kind = 'email' AND n.value = c.email
    WHERE n.contact_id <> o.contact_id
    UNION ALL
    SELECT o.line
    FROM own_match o
    JOIN incoming_contact c USING (line)
    JOIN new_identity n ON n.kind = 'phone' AND n.value = c.phone
    WHERE n.contact_id <> o.contact_id
    UNION ALL
    SELECT x.line
    FROM (
        SELECT o.line, o.contact_id, unnest(c.external_ids) AS value
        FROM own_match o
        JOIN incoming_contact c USING (line)
    ) x
    JOIN new_identity n ON n.kind = 'external' AND n.value = x.value
    WHERE n.contact_id <> x.contact_id
);

-- Contacts of this file, for what follows an import.
-- name: choose_incoming
INSERT INTO chosen_contact SELECT DISTINCT contact_id FROM line_person;

-- What the templates of mail may say of the contacts in chosen_contact, page by page.
-- name: letter_page
WITH people AS (
    SELECT contact_id, given_name, family_name, company, locale, city, country, birthday, attributes
    FROM contact
    WHERE contact_id > $after AND contact_id IN (SELECT contact_id FROM chosen_contact)
    ORDER BY contact_id
    LIMIT $amount
),
addressed AS (
    SELECT contact_id, arg_min(value, identity_id) AS email
    FROM identity
    WHERE kind = 'email' AND is_primary AND contact_id IN (SELECT contact_id FROM people)
    GROUP BY contact_id
),
tagged AS (
    SELECT contact_id, list(tag ORDER BY tag) AS tags
    FROM current_tag
    WHERE contact_id IN (SELECT contact_id FROM people)
    GROUP BY contact_id
)
SELECT p.contact_id AS id, p.given_name, p.family_name, a.email, p.country, p.locale, p.city,
       p.company, p.birthday, coalesce(t.tags, []) AS tags, p.attributes
FROM people p
LEFT JOIN addressed a USING (contact_id)
LEFT JOIN tagged t USING (contact_id)
ORDER BY p.contact_id;
