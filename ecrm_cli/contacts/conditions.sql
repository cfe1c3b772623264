-- What segments may ask of contacts. Every statement returns contact_id and seen: the value that is
-- compared and that explain shows. The lines under a name say how people ask for it:
--   field:     key | one line about it | an example. Where one statement has several, $field says which.
--   takes:     the kind of seen, which brings its operators: text, word (a text that is never empty),
--              number, money, date, birthday, time, attribute; nothing where a row alone says yes.
--   value:     key | words it may be | the one meant when it is left out: seen is compared under this
--              key instead of eq and in.
--   argument:  key | words it may be (empty: any text) | default, "required", or "any".
--   short:     the argument that may stand alone after the field.
--   seen:      many, where a contact has several.
-- $as_of is the instant at which as-of's day ends, $today that day, $zone the workspace's zone. Who
-- takes $from_utc and $to_utc is asked within, before and between; who takes $currency, in which.
-- A statement named present says who is known by a fact from before $as_of.

-- name: present
SELECT contact_id FROM contact_tag WHERE occurred_at < $as_of;

-- name: profile
-- field: given_name | First name. | given_name: Ana
-- field: family_name | Family name. | family_name: [Petrović, Petrov]
-- field: company | Company they work for. | company: {is: present}
-- field: job | What they do. | job: buyer
-- field: locale | Language they are written to in. | locale: [sr, sr-Latn]
-- field: zone | Time zone of their own, where it is known. | zone: Europe/Oslo
-- field: city | Town. | city: Novi Sad
-- field: region | State, province or district. | region: {is: empty}
-- field: postcode | Postal code. | postcode: ["21000", "21101"]
-- field: country | Country, in two letters. | country: {in: [RS, NO]}
-- field: source | What brought them into the book: manual, or the source of an import. | source: shopify
-- takes: text
SELECT contact_id, CASE WHEN past.contact_id IS NULL THEN kept ELSE past.value END AS seen
FROM (
    SELECT contact_id,
           CASE $field
               WHEN 'given_name' THEN given_name
               WHEN 'family_name' THEN family_name
               WHEN 'company' THEN company
               WHEN 'job' THEN job
               WHEN 'locale' THEN locale
               WHEN 'zone' THEN zone
               WHEN 'city' THEN city
               WHEN 'region' THEN region
               WHEN 'postcode' THEN postcode
               WHEN 'country' THEN country
               WHEN 'source' THEN source
           END AS kept
    FROM contact
) AS latest
LEFT JOIN (
    SELECT contact_id, before ->> $field AS value
    FROM contact_change
    WHERE occurred_at >= $as_of AND list_contains(json_keys(before), $field)
    QUALIFY row_number() OVER (PARTITION BY contact_id ORDER BY occurred_at, change_id) = 1
) AS past USING (contact_id);

-- Today is the contact's own day at noon of the workspace's: their zone, else the workspace's.
-- name: birthday
-- field: birthday | Day of birth; within_next looks for its next return (29 February: the 28th). | birthday: {within_next: 7d}
-- takes: birthday
SELECT contact_id,
       CASE WHEN past.contact_id IS NULL THEN birthday ELSE past.value END AS seen,
       coalesce(own_day, $today::DATE) AS own_day
FROM contact
LEFT JOIN (
    SELECT contact_id, TRY_CAST(before ->> 'birthday' AS DATE) AS value
    FROM contact_change
    WHERE occurred_at >= $as_of AND list_contains(json_keys(before), 'birthday')
    QUALIFY row_number() OVER (PARTITION BY contact_id ORDER BY occurred_at, change_id) = 1
) AS past USING (contact_id)
LEFT JOIN (
    SELECT name AS zone,
           CAST(timezone(name, timezone($zone, $today::DATE + INTERVAL 12 HOUR)) AS DATE) AS own_day
    FROM pg_timezone_names()
) AS zones USING (zone);

-- name: created
-- field: created | When the record began: the day the file gives, else when it was added. | created: {within: 30d}
-- takes: time
SELECT contact_id, created_at AS seen FROM contact WHERE created_at < $as_of;

-- A number is compared as one when the rule writes a number. The name is made a JSON pointer: it may
-- hold dots, slashes and dollars.
-- name: attribute
-- field: attribute | A column of your own that an import kept. | attribute: {name: shoe_size, gte: 44}
-- takes: attribute
-- argument: name | | required
-- short: name
SELECT contact_id, CASE WHEN past.contact_id IS NULL THEN kept ELSE past.value END AS seen
FROM (
    SELECT contact_id,
           attributes ->> ('/' || replace(replace($name, '~', '~0'), '/', '~1')) AS kept
    FROM contact
) AS latest
LEFT JOIN (
    SELECT contact_id, before ->> ('attributes.' || $name) AS value
    FROM contact_change
    WHERE occurred_at >= $as_of AND list_contains(json_keys(before), 'attributes.' || $name)
    QUALIFY row_number() OVER (PARTITION BY contact_id ORDER BY occurred_at, change_id) = 1
) AS past USING (contact_id);

-- name: tag
-- field: tag | A tag they carry. | tag: vip
-- takes: word
-- seen: many
SELECT contact_id, tag AS seen
FROM contact_tag
WHERE occurred_at < $as_of
QUALIFY row_number() OVER (PARTITION BY contact_id, tag ORDER BY occurred_at DESC, tag_event_id DESC) = 1
    AND action = 'add';

-- name: has
-- field: has | An address of this kind is known. | has: phone
-- takes: nothing
-- argument: kind | email, phone, card, external, social | required
-- short: kind
-- seen: many
WITH past AS (
    SELECT contact_id, before ->> $kind AS value
    FROM contact_change
    WHERE occurred_at >= $as_of AND list_contains(json_keys(before), $kind)
    QUALIFY row_number() OVER (PARTITION BY contact_id ORDER BY occurred_at, change_id) = 1
)
SELECT contact_id, value AS seen
FROM identity
WHERE kind = $kind AND contact_id NOT IN (SELECT contact_id FROM past)
UNION ALL
SELECT contact_id, value FROM past WHERE value IS NOT NULL;
