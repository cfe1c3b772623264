-- Every column that a file of people can have; the table stays empty.
-- name: create_person_shape
CREATE OR REPLACE TEMP TABLE person_shape (
    place BIGINT, first_line BIGINT, line BIGINT, fault VARCHAR, email VARCHAR, phone VARCHAR,
    external_id VARCHAR, name VARCHAR, given_name VARCHAR, family_name VARCHAR, company VARCHAR,
    job VARCHAR, locale VARCHAR, zone VARCHAR, street VARCHAR, city VARCHAR, region VARCHAR,
    postcode VARCHAR, country VARCHAR, birthday VARCHAR, tags VARCHAR, attributes VARCHAR,
    created_at VARCHAR, created_utc TIMESTAMP, agreed VARCHAR, refused VARCHAR, extra VARCHAR[]
);

-- name: create_order_shape
CREATE OR REPLACE TEMP TABLE order_shape (
    place BIGINT, first_line BIGINT, line BIGINT, fault VARCHAR, number VARCHAR,
    customer_id VARCHAR, email VARCHAR, phone VARCHAR, name VARCHAR, country VARCHAR,
    ordered_at VARCHAR, paid_at VARCHAR, cancelled_at VARCHAR, total VARCHAR, discount VARCHAR,
    tax VARCHAR, shipping VARCHAR, refunded VARCHAR, currency VARCHAR, channel VARCHAR, sku VARCHAR,
    description VARCHAR, quantity VARCHAR, unit_price VARCHAR, extra VARCHAR[]
);

-- A cell without the blanks around it; an empty one is none. Most have none to cut, and odd says
-- whether the file has others than the plain space.
-- name: create_tidy_macro
CREATE OR REPLACE TEMP MACRO tidy(raw, odd) AS CASE
    WHEN raw < '!' OR ends_with(raw, ' ') OR (odd AND (
        ends_with(raw, chr(9)) OR ends_with(raw, chr(10)) OR ends_with(raw, chr(13))
        OR ends_with(raw, chr(160)) OR ends_with(raw, chr(65279))
        OR starts_with(raw, chr(160)) OR starts_with(raw, chr(65279))))
        THEN nullif(trim(raw, ' ' || chr(9) || chr(10) || chr(13) || chr(160) || chr(65279)), '')
    ELSE raw
END;

-- Rows stand in the table as in the file, so that their place tells their line.
-- name: keep_order
SET preserve_insertion_order = true;

-- name: let_order_go
SET preserve_insertion_order = false;

-- A plain file is read by the engine itself; columns are named after fields, the rest extra_N.
-- name: stage_people
CREATE OR REPLACE TEMP TABLE person_text AS
SELECT $header_line + 1 AS first_line, tidy(COLUMNS(lambda heading: true), $odd_blanks)
FROM read_csv($path, columns = $columns, delim = $delimiter, skip = $header_line, header = false,
              quote = '"', escape = '"', auto_detect = false, strict_mode = true,
              null_padding = false, max_line_size = 2000000, compression = 'none');

-- name: stage_people_extra
CREATE OR REPLACE TEMP TABLE person_text AS
SELECT $header_line + 1 AS first_line,
       [*COLUMNS(lambda heading: starts_with(heading, 'extra_'))] AS extra,
       tidy(COLUMNS(lambda heading: NOT starts_with(heading, 'extra_')), $odd_blanks)
FROM read_csv($path, columns = $columns, delim = $delimiter, skip = $header_line, header = false,
              quote = '"', escape = '"', auto_detect = false, strict_mode = true,
              null_padding = false, max_line_size = 2000000, compression = 'none');

-- A file that took Python to read was written out plainly, with its lines and faults.
-- name: stage_people_rewritten
CREATE OR REPLACE TEMP TABLE person_text AS
SELECT line::BIGINT AS line, nullif(fault, '') AS fault,
       [*COLUMNS(lambda heading: starts_with(heading, 'extra_'))] AS extra,
       tidy(COLUMNS(lambda heading: NOT starts_with(heading, 'extra_')
                                    AND heading NOT IN ('line', 'fault')), true)
FROM read_csv($path, columns = $columns, delim = ',', header = false, quote = '"', escape = '"',
              auto_detect = false, strict_mode = true, max_line_size = 4000000,
              new_line = '\n', compression = 'none');

-- name: stage_orders
CREATE OR REPLACE TEMP TABLE order_text AS
SELECT $header_line + 1 AS first_line, tidy(COLUMNS(lambda heading: true), $odd_blanks)
FROM read_csv($path, columns = $columns, delim = $delimiter, skip = $header_line, header = false,
              quote = '"', escape = '"', auto_detect = false, strict_mode = true,
              null_padding = false, max_line_size = 2000000, compression = 'none');

-- name: stage_orders_extra
CREATE OR REPLACE TEMP TABLE order_text AS
SELECT $header_line + 1 AS first_line,
       [*COLUMNS(lambda heading: starts_with(heading, 'extra_'))] AS extra,
       tidy(COLUMNS(lambda heading: NOT starts_with(heading, 'extra_')), $odd_blanks)
FROM read_csv($path, columns = $columns, delim = $delimiter, skip = $header_line, header = false,
              quote = '"', escape = '"', auto_detect = false, strict_mode = true,
              null_padding = false, max_line_size = 2000000, compression = 'none');

-- name: stage_orders_rewritten
CREATE OR REPLACE TEMP TABLE order_text AS
SELECT line::BIGINT AS line, nullif(fault, '') AS fault,
       [*COLUMNS(lambda heading: starts_with(heading, 'extra_'))] AS extra,
       tidy(COLUMNS(lambda heading: NOT starts_with(heading, 'extra_')
                                    AND heading NOT IN ('line', 'fault')), true)
FROM read_csv($path, columns = $columns, delim = ',', header = false, quote = '"', escape = '"',
              auto_detect = false, strict_mode = true, max_line_size = 4000000,
              new_line = '\n', compression = 'none');

-- What the file has, and nothing in the columns that it has not.
-- name: create_staged_people
CREATE OR REPLACE TEMP VIEW staged_person AS
SELECT coalesce(line, first_line + place) AS line, * EXCLUDE (line, first_line, place)
FROM (SELECT rowid AS place, * FROM person_text UNION ALL BY NAME FROM person_shape);

-- name: create_staged_orders
CREATE OR REPLACE TEMP VIEW staged_order AS
SELECT coalesce(line, first_line + place) AS line, * EXCLUDE (line, first_line, place)
FROM (SELECT rowid AS place, * FROM order_text UNION ALL BY NAME FROM order_shape);

-- name: count_staged_people
SELECT count(*) AS staged FROM staged_person;

-- A spreadsheet writes whole numbers as 17850.0 when the column has empty cells.
-- name: whole_external_ids
SELECT coalesce(bool_and(regexp_full_match(external_id, '[0-9]+(\.0)?')), false) AS whole
FROM staged_person
WHERE external_id IS NOT NULL AND EXISTS (FROM staged_person WHERE ends_with(external_id, '.0'));

-- name: whole_customer_ids
SELECT coalesce(bool_and(regexp_full_match(customer_id, '[0-9]+(\.0)?')), false) AS whole
FROM staged_order
WHERE customer_id IS NOT NULL AND EXISTS (FROM staged_order WHERE ends_with(customer_id, '.0'));

-- What the library had to say about texts that the engine could not settle.
-- name: create_understood
CREATE OR REPLACE TEMP TABLE understood (
    kind VARCHAR, raw VARCHAR, region VARCHAR, value VARCHAR, reason VARCHAR
);

-- Lists come as JSON: the engine takes long lists of texts as parameters with ever less speed.
-- name: add_understood
INSERT INTO understood
SELECT $kind, unnest(from_json($raws, '["VARCHAR"]')), unnest(from_json($regions, '["VARCHAR"]')),
       unnest(from_json($values, '["VARCHAR"]')), unnest(from_json($reasons, '["VARCHAR"]'));

-- name: odd_emails
SELECT DISTINCT email AS raw, '' AS region
FROM staged_person
WHERE email IS NOT NULL
    AND (NOT regexp_matches(lower(email), $plain) OR length(email) > 254 OR strpos(email, '@') > 65);

-- name: odd_phones
SELECT DISTINCT s.phone AS raw, coalesce(c.value, $country, '') AS region
FROM staged_person s
LEFT JOIN understood c ON c.kind = 'country' AND c.raw = s.country
WHERE s.phone IS NOT NULL
    AND NOT regexp_matches(s.phone, $plain)
    AND NOT regexp_matches(regexp_replace(s.phone, $separators, '', 'g'), $plain);

-- name: countries
SELECT DISTINCT country AS raw, '' AS region FROM staged_person WHERE country IS NOT NULL;

-- name: zones
SELECT DISTINCT zone AS raw, '' AS region FROM staged_person WHERE zone IS NOT NULL;

-- Lines become what contacts absorbs. What could not be read stays in attributes, as it was; a
-- plain line, which has nothing of the kind, is spared the work.
-- name: hand_over_people
INSERT INTO incoming_contact
WITH read_line AS (
    SELECT s.* REPLACE (CASE WHEN $whole_ids AND ends_with(external_id, '.0')
                            THEN left(external_id, -2) ELSE external_id END AS external_id),
           CASE WHEN e.raw IS NULL THEN lower(s.email) ELSE e.value END AS good_email,
           CASE WHEN s.phone IS NULL THEN NULL
                WHEN regexp_matches(s.phone, $plain_phone) THEN s.phone
                WHEN p.raw IS NULL THEN regexp_replace(s.phone, $separators, '', 'g')
                ELSE p.value
           END AS good_phone,
           c.value AS good_country, z.value AS good_zone,
           in_reach(s.born)::DATE AS good_birthday,
           coalesce(s.created_utc, s.created + h.shift, s.created) AS good_created_at,
           CASE WHEN json_valid(s.attributes) AND json_type(s.attributes) = 'OBJECT'
               THEN s.attributes::JSON END AS good_attributes
    FROM (
        SELECT * REPLACE (in_reach(created) AS created)
        FROM (
            -- A macro writes its argument as often as it uses it: each time is read by its own.
            SELECT *, stamp_of(created_at, $formats::VARCHAR[]) AS created,
                   stamp_of(birthday, $formats::VARCHAR[]) AS born
            FROM staged_person
        )
    ) s
    LEFT JOIN understood e ON e.kind = 'email' AND e.raw = s.email
    LEFT JOIN understood c ON c.kind = 'country' AND c.raw = s.country
    LEFT JOIN understood z ON z.kind = 'zone' AND z.raw = s.zone
    LEFT JOIN understood p ON p.kind = 'phone' AND p.raw = s.phone
        AND p.region = coalesce(c.value, $country, '')
    LEFT JOIN local_hour h
        ON h.hour = CASE WHEN NOT is_absolute(s.created_at) THEN date_trunc('hour', s.created) END
    WHERE s.fault IS NULL
),
kept AS (
    SELECT r.*,
           CASE WHEN agreed IS NOT NULL OR refused IS NOT NULL OR extra IS NOT NULL
                   OR (good_email IS NULL AND email IS NOT NULL)
                   OR (good_phone IS NULL AND phone IS NOT NULL)
                   OR (good_country IS NULL AND country IS NOT NULL)
                   OR (good_zone IS NULL AND zone IS NOT NULL)
                   OR (good_birthday IS NULL AND birthday IS NOT NULL)
                   OR (good_created_at IS NULL AND created_at IS NOT NULL)
                   OR (good_attributes IS NULL AND attributes IS NOT NULL)
           THEN map_from_entries(list_filter(
               list_concat(
                   [{'key': 'email_unread', 'value': CASE WHEN good_email IS NULL THEN email END},
                    {'key': 'phone_unread', 'value': CASE WHEN good_phone IS NULL THEN phone END},
                    {'key': 'country_unread',
                     'value': CASE WHEN good_country IS NULL THEN country END},
                    {'key': 'zone_unread', 'value': CASE WHEN good_zone IS NULL THEN zone END},
                    {'key': 'birthday_unread',
                     'value': CASE WHEN good_birthday IS NULL THEN birthday END},
                    {'key': 'attributes_unread',
                     'value': CASE WHEN good_attributes IS NULL THEN attributes END},
                    {'key': 'created_at_unread',
                     'value': CASE WHEN good_created_at IS NULL THEN created_at END},
                    {'key': 'agreed', 'value': agreed}, {'key': 'refused', 'value': refused}],
                   list_transform(
                       list_zip($extra_names::VARCHAR[], coalesce(extra, []::VARCHAR[])),
                       lambda pair: {'key': pair[1], 'value': tidy(pair[2], true)})
               ),
               lambda entry: entry.value IS NOT NULL AND entry.key IS NOT NULL
           )) END AS others
    FROM read_line r
)
SELECT k.line, k.good_email, k.email, k.good_phone, k.phone,
       CASE WHEN k.external_id IS NULL THEN [] ELSE [$source || ':' || k.external_id] END,
       coalesce(k.given_name, CASE
           WHEN k.name IS NULL OR k.family_name IS NOT NULL THEN NULL
           WHEN contains(k.name, ',') THEN nullif(trim(split_part(k.name, ',', 2)), '')
           ELSE split_part(k.name, ' ', 1)
       END),
       coalesce(k.family_name, CASE
           WHEN k.name IS NULL OR k.given_name IS NOT NULL THEN NULL
           WHEN contains(k.name, ',') THEN nullif(trim(split_part(k.name, ',', 1)), '')
           WHEN contains(k.name, ' ') THEN trim(substr(k.name, strpos(k.name, ' ') + 1))
       END),
       k.company, k.job, k.locale, k.good_zone, k.street, k.city, k.region,
       CASE WHEN starts_with(k.postcode, '''') THEN substr(k.postcode, 2) ELSE k.postcode END,
       k.good_country, k.good_birthday,
       CASE WHEN k.others IS NULL OR cardinality(k.others) = 0 THEN k.good_attributes
            WHEN k.good_attributes IS NULL THEN to_json(k.others)
            ELSE json_merge_patch(to_json(k.others), k.good_attributes) END,
       CASE WHEN k.tags IS NOT NULL THEN list_distinct(list_filter(
           list_transform(string_split_regex(k.tags, '[,;]'), lambda part: trim(part)),
           lambda part: part <> '')) END,
       least(k.good_created_at, $now)
FROM kept k
WHERE k.good_email IS NOT NULL OR k.good_phone IS NOT NULL OR k.external_id IS NOT NULL;

-- Local hours are turned into UTC once each; converting every row would take longer than the rest.
-- name: create_created_hours
CREATE OR REPLACE TEMP TABLE local_hour AS
SELECT hour, timezone('UTC', timezone($zone, hour)) - hour AS shift
FROM (
    SELECT DISTINCT date_trunc('hour', in_reach(stamp_of(created_at, $formats::VARCHAR[]))) AS hour
    FROM staged_person
    WHERE created_at IS NOT NULL AND NOT is_absolute(created_at)
)
WHERE hour IS NOT NULL;

-- Lines that no identifier can be read from, with the first thing that is wrong.
-- name: people_rejects
SELECT s.line, CASE
        WHEN s.fault IS NOT NULL THEN NULL
        WHEN s.email IS NOT NULL THEN 'email'
        WHEN s.phone IS NOT NULL THEN 'phone'
    END AS field,
    coalesce(s.fault,
             CASE WHEN s.email IS NOT NULL THEN coalesce(e.reason, 'this is not an e-mail address') END,
             CASE WHEN s.phone IS NOT NULL THEN coalesce(p.reason, 'this is not a phone number') END,
             'the line has no e-mail, phone or external id') AS reason
FROM staged_person s
LEFT JOIN understood e ON e.kind = 'email' AND e.raw = s.email
LEFT JOIN (SELECT raw, min(reason) AS reason FROM understood WHERE kind = 'phone' GROUP BY raw) p
    ON p.raw = s.phone
WHERE NOT EXISTS (FROM incoming_contact i WHERE i.line = s.line)
ORDER BY s.line;

-- Lines that came in although something in them could not be read.
-- name: count_unread
SELECT count(*) AS lines
FROM incoming_contact
WHERE (email IS NULL AND email_raw IS NOT NULL)
   OR (phone IS NULL AND phone_raw IS NOT NULL)
   OR (attributes IS NOT NULL AND list_has_any(
       json_keys(attributes), ['country_unread', 'zone_unread', 'birthday_unread',
                               'created_at_unread', 'attributes_unread']));

-- Lines of orders that became a guest's because nothing that names the buyer could be read.
-- name: count_nameless
SELECT count(*) AS lines
FROM headed_row r
JOIN (
    SELECT person_key
    FROM order_person p
    WHERE NOT EXISTS (FROM incoming_contact i WHERE i.line = p.line)
) n USING (person_key)
WHERE NOT r.tainted;

-- What a file says of each line's person: yes, no, or nothing. A word that is no clear yes is a no.
-- name: create_agreeing_macro
CREATE OR REPLACE TEMP MACRO agrees(agreed, refused) AS
    (agreed IS NULL OR lower(agreed) IN ('yes', 'y', 'true', 't', '1', 'x', 'subscribed', 'active',
                                         'enabled', 'confirmed'))
    AND NOT coalesce(lower(refused) IN ('yes', 'y', 'true', 't', '1', 'x')
                     OR regexp_matches(lower(refused), '^\d{4}-\d\d|unsub|opt.?out|block|black.?list|bounce|complain|spam|clean|disabled|unreachable|suppress|inactive'),
                     false);

-- name: choose_agreeing
INSERT INTO chosen_contact
SELECT p.contact_id
FROM line_person p
JOIN staged_person s USING (line)
GROUP BY p.contact_id
HAVING bool_and(agrees(s.agreed, s.refused));

-- name: count_not_agreeing
SELECT count(DISTINCT p.contact_id) AS contacts
FROM line_person p
JOIN staged_person s USING (line)
WHERE NOT agrees(s.agreed, s.refused);

-- Amounts as programs write them.
-- name: create_amount_macro
CREATE OR REPLACE TEMP MACRO amount_of(raw) AS try_cast(raw AS DECIMAL(18, 4));

-- name: count_odd_amounts
SELECT count(*) AS lines FROM order_fact WHERE bad_field IN ('total', 'discount', 'tax', 'shipping', 'refunded', 'quantity', 'unit_price');

-- The number of an amount that is written for people, without blanks, currency and sign.
-- name: create_digits_macro
CREATE OR REPLACE TEMP MACRO digits_of(raw) AS regexp_extract(
    regexp_replace(raw, '[\s\x{00a0}\x{202f}\x{2019}'']', '', 'g'),
    '^[-\x{2212}(]?\p{L}{0,3}\.?\p{Sc}?[-\x{2212}]?([0-9][0-9.,]*|[.,][0-9]+)-?\p{L}{0,3}\.?\p{Sc}?\)?$',
    1
);

-- Amounts as people write them: 1234.5, 1,234.50, 1.234,50, 12,5, 1 234,50, (5.00), -€5, 5-.
-- name: create_written_amount_macro
CREATE OR REPLACE TEMP MACRO amount_of(raw) AS CASE WHEN raw IS NOT NULL THEN coalesce(
    try_cast(raw AS DECIMAL(18, 4)),
    try_cast(CASE
        WHEN regexp_full_match(digits_of(raw), '[0-9]*\.?[0-9]+|[0-9]+\.') THEN digits_of(raw)
        WHEN regexp_full_match(digits_of(raw), '[1-9][0-9]{0,2}(,[0-9]{2,3})*,[0-9]{3}(\.[0-9]*)?')
            THEN replace(digits_of(raw), ',', '')
        WHEN regexp_full_match(digits_of(raw), '[1-9][0-9]{0,2}(\.[0-9]{3})+,[0-9]+|[1-9][0-9]{0,2}(\.[0-9]{3}){2,}')
            THEN replace(replace(digits_of(raw), '.', ''), ',', '.')
        WHEN regexp_full_match(digits_of(raw), '[0-9]+,([0-9]{1,2}|[0-9]{4,})|0?,[0-9]+')
            THEN replace(digits_of(raw), ',', '.')
    END AS DECIMAL(18, 4)) * CASE WHEN regexp_matches(raw, '[-\x{2212}(]') THEN -1 ELSE 1 END
) END;

-- A time with an offset is absolute; without one it is of the workspace's zone.
-- name: create_absolute_macro
CREATE OR REPLACE TEMP MACRO is_absolute(raw) AS
    length(raw) > 15 AND regexp_matches(raw, ':\d\d(\.\d+)? ?(Z|UTC|GMT|[+-]\d\d(:?\d\d)?)$');

-- The time as written (local), or in UTC when it is absolute.
-- name: create_stamp_macro
CREATE OR REPLACE TEMP MACRO stamp_of(raw, formats) AS CASE
    WHEN is_absolute(raw)
        THEN try_cast(regexp_replace(raw, ' ?(Z|UTC|GMT|[+-]\d\d(:?\d\d)?)$', '') AS TIMESTAMP)
            - to_minutes(CASE WHEN regexp_matches(raw, '(Z|UTC|GMT)$') THEN 0 ELSE
                (CASE WHEN regexp_matches(raw, '-\d\d(:?\d\d)?$') THEN -1 ELSE 1 END)
                * (regexp_extract(raw, '[+-](\d\d)(:?\d\d)?$', 1)::BIGINT * 60
                   + coalesce(try_cast(regexp_extract(raw, '[+-]\d\d:?(\d\d)$', 1) AS BIGINT), 0)) END)
    ELSE coalesce(try_cast(raw AS TIMESTAMP), try_strptime(raw, formats))
END;

-- A time that a shop can have seen; what the engine also reads, such as infinity, is none.
-- name: create_reach_macro
CREATE OR REPLACE TEMP MACRO in_reach(stamp) AS
    CASE WHEN stamp >= TIMESTAMP '1900-01-01' AND stamp < TIMESTAMP '2200-01-01' THEN stamp END;

-- What an order can be: so much that sums of many still fit.
-- name: create_payable_macro
CREATE OR REPLACE TEMP MACRO payable(amount) AS CASE WHEN abs(amount) < 1000000000000 THEN amount END;

-- name: staged_currencies
SELECT DISTINCT currency AS raw FROM staged_order WHERE currency IS NOT NULL;

-- A line of a file of orders, read. What every such file has stands in columns; the rest, which
-- most large files have nothing of, in a list of one or of nothing, which then takes no room.
-- name: create_order_facts
CREATE OR REPLACE TEMP TABLE order_fact AS
WITH parsed AS (
    SELECT line, fault, number, customer_id, lower(email) AS email, phone, name, country,
           ordered_at AS ordered_text, total AS total_text, currency, channel, sku, description,
           extra,
           CASE WHEN coalesce(customer_id, email, phone) IS NOT NULL THEN
               concat(customer_id, chr(31), lower(email), chr(31), phone)
           END AS person_key,
           stamp_of(ordered_at, $formats::VARCHAR[]) AS ordered,
           coalesce(is_absolute(ordered_at), false) AS absolute,
           stamp_of(paid_at, $formats::VARCHAR[]) AS paid,
           coalesce(is_absolute(paid_at), false) AS paid_absolute,
           stamp_of(cancelled_at, $formats::VARCHAR[]) AS cancelled,
           coalesce(is_absolute(cancelled_at), false) AS cancelled_absolute,
           amount_of(total) AS total, amount_of(discount) AS discount, amount_of(tax) AS tax,
           amount_of(shipping) AS shipping, amount_of(refunded) AS refunded,
           amount_of(quantity) AS quantity, amount_of(unit_price) AS unit_price,
           discount AS discount_text, tax AS tax_text, shipping AS shipping_text,
           refunded AS refunded_text, quantity AS quantity_text, unit_price AS price_text,
           coalesce(email, phone, name, country, channel, sku, description, paid_at, cancelled_at,
                    discount, tax, shipping, refunded, quantity, unit_price) IS NOT NULL
           OR extra IS NOT NULL OR number IS NULL AS has_more
    FROM (
        SELECT * REPLACE (CASE WHEN $whole_ids AND ends_with(customer_id, '.0')
                              THEN left(customer_id, -2) ELSE customer_id END AS customer_id)
        FROM staged_order
    )
),
reckoned AS (
    SELECT * REPLACE (
               in_reach(ordered) AS ordered, in_reach(paid) AS paid, in_reach(cancelled) AS cancelled,
               payable(total) AS total, payable(discount) AS discount, payable(tax) AS tax,
               payable(shipping) AS shipping, payable(abs(refunded)) AS refunded,
               payable(quantity) AS quantity, payable(unit_price) AS unit_price),
           try(coalesce(quantity, 1) * unit_price) AS product
    FROM parsed
),
judged AS (
    SELECT * REPLACE (payable(product)::DECIMAL(18, 4) AS product), CASE
               WHEN total IS NULL AND total_text IS NOT NULL THEN 'total'
               WHEN discount IS NULL AND discount_text IS NOT NULL THEN 'discount'
               WHEN tax IS NULL AND tax_text IS NOT NULL THEN 'tax'
               WHEN shipping IS NULL AND shipping_text IS NOT NULL THEN 'shipping'
               WHEN refunded IS NULL AND refunded_text IS NOT NULL THEN 'refunded'
               WHEN quantity IS NULL AND quantity_text IS NOT NULL THEN 'quantity'
               WHEN unit_price IS NULL AND price_text IS NOT NULL THEN 'unit_price'
               WHEN unit_price IS NOT NULL AND payable(product) IS NULL THEN 'quantity'
           END AS bad_amount
    FROM reckoned
)
SELECT line, number, person_key, ordered, absolute, total,
       upper(coalesce(currency, $currency)) AS currency,
       $returns <> '' AND coalesce(starts_with(number, $returns), false) AS is_return,
       CASE WHEN fault IS NOT NULL THEN NULL
            WHEN ordered IS NULL AND (ordered_text IS NOT NULL OR number IS NULL) THEN 'ordered_at'
            WHEN bad_amount IS NOT NULL THEN bad_amount
            WHEN list_contains($odd_currencies::VARCHAR[], currency) THEN 'currency'
       END AS bad_field,
       CASE WHEN fault IS NOT NULL THEN fault
            WHEN ordered_text IS NULL AND number IS NULL THEN 'the line has no date'
            WHEN ordered IS NULL AND ordered_text IS NOT NULL
                THEN 'this is not a date that is understood; write it like 2026-03-01'
            WHEN bad_amount IS NOT NULL THEN 'this is not an amount'
            WHEN list_contains($odd_currencies::VARCHAR[], currency)
                THEN 'this is not the code of a currency, such as EUR'
            WHEN total IS NULL AND number IS NULL AND product IS NULL
                THEN 'the line has no total, nor a quantity with a price'
       END AS reason,
       CASE WHEN has_more THEN [{
           'customer_id': customer_id, 'email': email, 'phone': phone, 'name': name,
           'country': country, 'channel': channel, 'sku': sku, 'description': description,
           'paid': paid, 'paid_absolute': paid_absolute, 'cancelled': cancelled,
           'cancelled_absolute': cancelled_absolute, 'discount': discount, 'tax': tax,
           'shipping': shipping, 'refunded': refunded, 'quantity': quantity,
           'unit_price': unit_price, 'line_amount': product,
           'attributes': CASE WHEN len($extra_names::VARCHAR[]) > 0 THEN
               nullif(to_json(map_from_entries(list_filter(
                   list_transform(list_zip($extra_names::VARCHAR[], extra),
                                  lambda pair: {'key': pair[1], 'value': tidy(pair[2], true)}),
                   lambda entry: entry.value IS NOT NULL)))::VARCHAR, '{}')::JSON END,
           'said': CASE WHEN number IS NULL THEN md5(concat_ws(
               chr(31), coalesce(person_key, ''), coalesce(ordered_text, ''),
               coalesce(total_text, ''), coalesce(sku, ''), coalesce(description, ''),
               coalesce(quantity::VARCHAR, ''), coalesce(unit_price::VARCHAR, ''),
               array_to_string(coalesce(extra, []), chr(30)))) END
       }] END AS more
FROM judged;

-- Its text is in order_fact; so much room is needed twice for as short as can be.
-- name: drop_order_text
DROP TABLE order_text;

-- name: create_order_rows
CREATE OR REPLACE TEMP VIEW order_row AS
SELECT line, number, person_key,
       CASE WHEN more IS NULL THEN left(person_key, -2) ELSE more[1].customer_id END AS customer_id,
       more[1].email AS email, more[1].phone AS phone, more[1].name AS name,
       more[1].country AS country, more[1].channel AS channel, more[1].sku AS sku,
       more[1].description AS description, ordered, absolute, more[1].paid AS paid,
       more[1].paid_absolute AS paid_absolute, more[1].cancelled AS cancelled,
       more[1].cancelled_absolute AS cancelled_absolute, total, more[1].discount AS discount,
       more[1].tax AS tax, more[1].shipping AS shipping, more[1].refunded AS refunded,
       more[1].quantity AS quantity, more[1].unit_price AS unit_price,
       more[1].line_amount AS line_amount, currency, more[1].attributes AS attributes, is_return,
       bad_field, reason, more IS NOT NULL AS has_more
FROM order_fact;

-- Where no line has more, the engine need not look into a million empty lists for each column.
-- name: create_plain_order_rows
CREATE OR REPLACE TEMP VIEW order_row AS
SELECT line, number, person_key, left(person_key, -2) AS customer_id, NULL::VARCHAR AS email,
       NULL::VARCHAR AS phone, NULL::VARCHAR AS name, NULL::VARCHAR AS country,
       NULL::VARCHAR AS channel, NULL::VARCHAR AS sku, NULL::VARCHAR AS description, ordered,
       absolute, NULL::TIMESTAMP AS paid, false AS paid_absolute, NULL::TIMESTAMP AS cancelled,
       false AS cancelled_absolute, total, NULL::DECIMAL(18, 4) AS discount,
       NULL::DECIMAL(18, 4) AS tax, NULL::DECIMAL(18, 4) AS shipping,
       NULL::DECIMAL(18, 4) AS refunded, NULL::DECIMAL(18, 4) AS quantity,
       NULL::DECIMAL(18, 4) AS unit_price, NULL::DECIMAL(18, 4) AS line_amount, currency,
       NULL::JSON AS attributes, is_return, bad_field, reason, false AS has_more
FROM order_fact;

-- name: count_detailed
SELECT count(*) AS lines FROM order_fact WHERE more IS NOT NULL;

-- Rows without a number get one from what they say and how often it was said before: repeats stay
-- repeats, and the same file gives the same numbers.
-- name: number_rows
CREATE OR REPLACE TEMP TABLE order_fact AS
SELECT f.* REPLACE (coalesce(f.number, n.number) AS number)
FROM order_fact f
LEFT JOIN (
    SELECT line, '~' || left(said, 16) || '-' || row_number() OVER (PARTITION BY said ORDER BY line) AS number
    FROM (SELECT line, more[1].said AS said FROM order_fact WHERE number IS NULL AND reason IS NULL)
) n USING (line);

-- name: count_unnumbered
SELECT count(*) AS lines FROM order_fact WHERE number IS NULL AND reason IS NULL;

-- name: count_repeated_numbers
SELECT count(*) - count(DISTINCT hash(number)) AS repeats FROM order_fact;

-- name: create_single_heads
CREATE OR REPLACE TEMP VIEW headed_row AS
SELECT *, line AS head, NULL::BIGINT AS first_fault, false AS unclear, false AS disputed,
       reason IS NOT NULL OR ordered IS NULL OR (total IS NULL AND line_amount IS NULL) AS tainted
FROM order_row;

-- Lines of one number are one order; it comes in whole or not at all. Where lines of one order say
-- different totals, none of the file's repeated totals can be trusted to be an order's. Lines of
-- two customers are two orders under one number, of which one would be lost.
-- name: create_order_heads
CREATE OR REPLACE TEMP TABLE order_head AS
SELECT number, min(line) AS head,
       bool_or(reason IS NOT NULL)
       OR min(ordered) IS NULL
       OR (max(total) IS NULL AND bool_or(line_amount IS NULL)) AS tainted,
       min(line) FILTER (reason IS NOT NULL) AS first_fault,
       count(total) > 1 AND coalesce(bool_or(min(total) <> max(total)) OVER (), false) AS unclear,
       coalesce(min(customer_id) <> max(customer_id), min(email) <> max(email), false) AS disputed
FROM order_row
WHERE number IS NOT NULL
GROUP BY number;

-- name: create_joined_heads
CREATE OR REPLACE TEMP VIEW headed_row AS
SELECT r.*, coalesce(h.head, r.line) AS head, h.first_fault, coalesce(h.unclear, false) AS unclear,
       coalesce(h.disputed, false) AS disputed,
       coalesce(h.tainted OR h.unclear OR h.disputed, true) AS tainted
FROM order_row r
LEFT JOIN order_head h USING (number);

-- name: order_rejects
SELECT line, bad_field AS field, coalesce(reason, CASE
        WHEN first_fault IS NOT NULL
            THEN 'line ' || first_fault || ' of the same order ' || number || ' was rejected'
        WHEN disputed
            THEN 'lines of the order ' || number || ' name different customers; give each order a '
                || 'number of its own'
        WHEN unclear
            THEN 'lines of one order say different totals in this file; if they are the lines'' own '
                || 'amounts, use --map unit_price=COLUMN'
        WHEN ordered IS NULL THEN 'the order ' || number || ' has no date'
        ELSE 'the order ' || number || ' has no total, nor quantities with prices'
    END) AS reason
FROM headed_row
WHERE tainted
ORDER BY line;

-- name: create_local_hours
CREATE OR REPLACE TEMP TABLE local_hour AS
SELECT hour, timezone('UTC', timezone($zone, hour)) - hour AS shift
FROM (
    SELECT DISTINCT date_trunc('hour', ordered) AS hour FROM order_row WHERE ordered IS NOT NULL AND NOT absolute
    UNION
    SELECT DISTINCT date_trunc('hour', paid)
    FROM order_row
    WHERE has_more AND paid IS NOT NULL AND NOT paid_absolute
    UNION
    SELECT DISTINCT date_trunc('hour', cancelled)
    FROM order_row
    WHERE has_more AND cancelled IS NOT NULL AND NOT cancelled_absolute
);

-- One line for each customer that the orders name; a rejected order makes nobody known.
-- name: create_order_people
CREATE OR REPLACE TEMP TABLE order_person AS
WITH buyer AS (
    SELECT person_key, min(line) AS line, min(ordered) AS first_ordered,
           arg_min(absolute, ordered) AS absolute
    FROM headed_row
    WHERE person_key IS NOT NULL AND NOT tainted
    GROUP BY person_key
),
described AS (
    SELECT person_key, any_value(customer_id) AS customer_id, any_value(email) AS email,
           any_value(phone) AS phone, arg_min(name, line) AS name, arg_min(country, line) AS country
    FROM headed_row
    WHERE has_more AND person_key IS NOT NULL AND NOT tainted
    GROUP BY person_key
)
SELECT b.person_key, b.line, b.first_ordered, b.absolute,
       CASE WHEN d.person_key IS NULL THEN left(b.person_key, -2) ELSE d.customer_id END AS customer_id,
       d.email, d.phone, d.name, d.country
FROM buyer b
LEFT JOIN described d USING (person_key);

-- name: stage_order_people
CREATE OR REPLACE TEMP TABLE person_text AS
SELECT p.line, p.customer_id AS external_id, p.email, p.phone, p.name, p.country,
       CASE WHEN p.absolute THEN p.first_ordered ELSE p.first_ordered + h.shift END AS created_utc
FROM order_person p
LEFT JOIN local_hour h ON h.hour = date_trunc('hour', p.first_ordered);

-- Whose the orders are, once the customers are in the book.
-- name: create_order_customers
CREATE OR REPLACE TEMP TABLE order_customer (person_key VARCHAR, contact_id BIGINT);

-- name: name_customers
INSERT INTO order_customer
SELECT o.person_key, p.contact_id
FROM order_person o
JOIN line_person p ON p.line = o.line;

-- What orders absorbs: views, so that a large file is not written down once more.
-- name: create_single_numbers
CREATE OR REPLACE TEMP VIEW incoming_number AS
SELECT head, number, is_return OR coalesce(total, line_amount) < 0 AS is_return,
       coalesce(total, line_amount - coalesce(discount, 0) + coalesce(tax, 0) + coalesce(shipping, 0))
           AS amount,
       coalesce(refunded, 0) AS refunded, paid IS NOT NULL AS is_paid,
       cancelled IS NOT NULL AS is_cancelled, 1 AS line_count
FROM headed_row
WHERE NOT tainted;

-- name: create_single_orders
CREATE OR REPLACE TEMP VIEW incoming_order AS
SELECT r.head, r.number, c.contact_id,
       r.is_return OR coalesce(r.total, r.line_amount) < 0 AS is_return,
       CASE WHEN r.absolute THEN r.ordered ELSE r.ordered + h.shift END AS ordered_at,
       CASE WHEN r.paid_absolute THEN r.paid ELSE r.paid + p.shift END AS paid_at,
       CASE WHEN r.cancelled_absolute THEN r.cancelled ELSE r.cancelled + x.shift END AS cancelled_at,
       r.channel, r.currency, coalesce(r.discount, 0) AS discount, coalesce(r.tax, 0) AS tax,
       coalesce(r.shipping, 0) AS shipping, r.total, r.line_amount AS lines_amount,
       coalesce(r.refunded, 0) AS refunded, r.attributes
FROM headed_row r
LEFT JOIN order_customer c USING (person_key)
LEFT JOIN local_hour h ON h.hour = date_trunc('hour', r.ordered)
LEFT JOIN local_hour p ON p.hour = date_trunc('hour', r.paid)
LEFT JOIN local_hour x ON x.hour = date_trunc('hour', r.cancelled)
WHERE NOT r.tainted;

-- Beside an order's total, discount, tax and the like are the order's too, perhaps on every line.
-- name: create_joined_lines
CREATE OR REPLACE TEMP TABLE joined_order AS
WITH joined AS (
    SELECT head, any_value(number) AS number, arg_min(person_key, line) AS person_key,
           bool_or(is_return) AS is_return, min(ordered) AS ordered,
           arg_min(absolute, ordered) AS absolute, min(paid) AS paid,
           arg_min(paid_absolute, paid) AS paid_absolute, min(cancelled) AS cancelled,
           arg_min(cancelled_absolute, cancelled) AS cancelled_absolute,
           arg_min(channel, line) AS channel, arg_min(currency, line) AS currency,
           max(total) IS NULL AS by_line, sum(discount) AS discount, sum(tax) AS tax,
           sum(shipping) AS shipping, arg_min(discount, line) AS first_discount,
           arg_min(tax, line) AS first_tax, arg_min(shipping, line) AS first_shipping,
           arg_min(total, line) AS total, sum(line_amount) AS lines_amount,
           sum(refunded) AS refunded, arg_min(refunded, line) AS first_refunded,
           count(*) AS line_count, arg_min(attributes, line) AS attributes
    FROM headed_row
    WHERE NOT tainted
    GROUP BY head
)
SELECT head, number, person_key, is_return OR coalesce(total, lines_amount) < 0 AS is_return,
       ordered, absolute, paid, paid_absolute, cancelled, cancelled_absolute, channel, currency,
       coalesce(CASE WHEN by_line THEN discount ELSE first_discount END, 0)::DECIMAL(18, 4) AS discount,
       coalesce(CASE WHEN by_line THEN tax ELSE first_tax END, 0)::DECIMAL(18, 4) AS tax,
       coalesce(CASE WHEN by_line THEN shipping ELSE first_shipping END, 0)::DECIMAL(18, 4) AS shipping,
       total, lines_amount::DECIMAL(18, 4) AS lines_amount,
       coalesce(CASE WHEN by_line THEN refunded ELSE first_refunded END, 0)::DECIMAL(18, 4) AS refunded,
       line_count, attributes
FROM joined;

-- name: create_joined_numbers
CREATE OR REPLACE TEMP VIEW incoming_number AS
SELECT head, number, is_return, coalesce(total, lines_amount - discount + tax + shipping) AS amount,
       refunded, paid IS NOT NULL AS is_paid, cancelled IS NOT NULL AS is_cancelled, line_count
FROM joined_order;

-- name: create_joined_orders
CREATE OR REPLACE TEMP VIEW incoming_order AS
SELECT j.head, j.number, c.contact_id, j.is_return,
       CASE WHEN j.absolute THEN j.ordered ELSE j.ordered + h.shift END AS ordered_at,
       CASE WHEN j.paid_absolute THEN j.paid ELSE j.paid + p.shift END AS paid_at,
       CASE WHEN j.cancelled_absolute THEN j.cancelled ELSE j.cancelled + x.shift END AS cancelled_at,
       j.channel, j.currency, j.discount, j.tax, j.shipping, j.total, j.lines_amount, j.refunded,
       j.attributes
FROM joined_order j
LEFT JOIN order_customer c USING (person_key)
LEFT JOIN local_hour h ON h.hour = date_trunc('hour', j.ordered)
LEFT JOIN local_hour p ON p.hour = date_trunc('hour', j.paid)
LEFT JOIN local_hour x ON x.hour = date_trunc('hour', j.cancelled);

-- A line without a price is worth what its order is, if it is the only one; else nobody knows.
-- name: hand_over_lines
INSERT INTO incoming_order_line
SELECT head, line, sku, description, quantity,
       coalesce(unit_price, (worth / nullif(quantity, 0))::DECIMAL(18, 4), 0),
       coalesce(line_amount, worth, 0)
FROM (
    SELECT r.head, r.line, r.sku, r.description, coalesce(r.quantity, 1) AS quantity, r.unit_price,
           r.line_amount,
           CASE WHEN n.line_count = 1 THEN r.total + coalesce(r.discount, 0) - coalesce(r.tax, 0)
                                           - coalesce(r.shipping, 0) END AS worth
    FROM headed_row r
    JOIN incoming_number n USING (head)
    WHERE r.has_more AND NOT r.tainted
        AND (r.sku IS NOT NULL OR r.description IS NOT NULL OR r.line_amount IS NOT NULL)
);

-- Only what was filled is told, each key with the nothing it had before.
-- name: record_filled_orders
INSERT INTO import_change (batch_id, table_name, row_id, before, after)
SELECT $batch_id, 'orders', order_id,
       to_json(map_from_entries(list_transform(
           json_keys(after), lambda name: {'key': name, 'value': NULL::VARCHAR}))),
       after
FROM (
    SELECT order_id, json_merge_patch('{}', to_json({
               'contact_id': contact_id, 'paid_at': paid_at, 'cancelled_at': cancelled_at
           })) AS after
    FROM filled_order
);

-- name: add_batch
INSERT INTO import_batch (batch_id, kind, file, sha256, options, preset, source, row_count, added,
                          updated, unchanged, rejected, warnings, actor, imported_at)
VALUES ($batch_id, $kind, $file, $sha256, $options, $preset, $source, $row_count, $added, $updated,
        $unchanged, $rejected, $warnings, $actor, $now);

-- name: same_batch
SELECT batch_id, imported_at
FROM import_batch
WHERE kind = $kind AND sha256 = $sha256 AND options = $options AND undone_at IS NULL
ORDER BY batch_id DESC
LIMIT 1;

-- name: batches
SELECT batch_id AS batch, 'I-' || batch_id AS ref, kind, file, sha256, imported_at AS "at", actor,
       row_count AS "rows", added, updated, unchanged, rejected, warnings, preset, source, undone_at
FROM import_batch
WHERE batch_id = $batch_id OR $batch_id IS NULL
ORDER BY batch_id;

-- name: rejects
SELECT line, column_name AS "column", reason, raw
FROM import_reject
WHERE batch_id = $batch_id
ORDER BY line;

-- name: add_rejects
INSERT INTO import_reject (batch_id, line, column_name, reason, raw)
SELECT $batch_id, unnest(from_json($lines, '["BIGINT"]')), unnest(from_json($columns, '["VARCHAR"]')),
       unnest(from_json($reasons, '["VARCHAR"]')), unnest(from_json($raws, '["VARCHAR"]'));

-- name: forget
DELETE FROM import_reject
WHERE EXISTS (FROM identity i WHERE i.contact_id = $contact_id AND i.kind <> 'external'
              AND (contains(lower(import_reject.raw), lower(i.value))
                   OR contains(import_reject.raw, nullif(i.raw, ''))));

-- name: export
SELECT r.batch_id, r.line, r.reason, r.raw
FROM import_reject r
WHERE EXISTS (FROM identity i WHERE i.contact_id = $contact_id AND i.kind <> 'external'
              AND (contains(lower(r.raw), lower(i.value)) OR contains(r.raw, nullif(i.raw, ''))))
ORDER BY r.batch_id, r.line;

-- name: timeline
SELECT b.imported_at AS occurred_at, 'intake' AS room, 'imported' AS what,
       b.file || ' (I-' || b.batch_id || ')' AS detail
FROM import_batch b
WHERE b.batch_id IN (
    SELECT batch_id FROM contact WHERE contact_id = $contact_id
    UNION
    SELECT batch_id FROM identity WHERE contact_id = $contact_id
    UNION
    SELECT origin_id FROM contact_change WHERE contact_id = $contact_id AND origin = 'import'
);

-- name: forget_changes
UPDATE import_change
SET before = NULL, after = NULL
WHERE (after ->> '$.contact_id')::BIGINT = $contact_id;

-- name: export_changes
SELECT batch_id, table_name, row_id, before::VARCHAR AS before, after::VARCHAR AS after
FROM import_change
WHERE (after ->> '$.contact_id')::BIGINT = $contact_id
ORDER BY batch_id, row_id;
