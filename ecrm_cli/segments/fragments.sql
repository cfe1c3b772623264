-- Pieces, not statements: what may be asked of a condition's seen, and the frames that hold them.
-- The compiler joins them to the conditions and to nothing else; /*words*/ are the places it fills.

-- name: members
WITH /*tables*/
SELECT contact_id FROM everybody WHERE /*rule*/

-- name: count
WITH /*tables*/
SELECT count(*) AS members FROM everybody WHERE /*rule*/

-- name: choose
INSERT INTO chosen_contact
WITH /*tables*/
SELECT contact_id FROM everybody WHERE /*rule*/

-- What a condition sees anywhere that comes nearest to a word.
-- name: nearest
SELECT seen
FROM (SELECT DISTINCT CAST(seen AS VARCHAR) AS seen FROM (/*facts*/) AS facts WHERE seen IS NOT NULL) AS kept
ORDER BY jaro_winkler_similarity(lower(seen), lower($wanted)) DESC, seen
LIMIT 3

-- One contact: whether they are in the book, in the rule, in each part, and what each part sees.
-- name: explain
WITH /*tables*/
SELECT contact_id IN (SELECT contact_id FROM everybody WHERE contact_id = $contact_id) AS known,
       (/*rule*/) AS holds/*parts*/
FROM (SELECT CAST($contact_id AS BIGINT) AS contact_id) AS one

-- name: explain_part
,
       contact_id IN (SELECT contact_id FROM /*table*/) AS met_/*table*/,
       (SELECT list(DISTINCT seen ORDER BY seen)[:20] FROM (/*facts*/) AS facts
        WHERE contact_id = $contact_id) AS seen_/*table*/

-- name: table
/*name*/ AS (/*text*/)

-- Facts of guests have no contact: one such row would make every NOT IN unknown.
-- name: leaf
SELECT contact_id FROM (/*facts*/) AS facts WHERE contact_id IS NOT NULL AND /*tests*/

-- The same, looking at one contact only.
-- name: leaf_of_one
SELECT contact_id FROM (/*facts*/) AS facts WHERE contact_id = $contact_id AND /*tests*/

-- Those above zero in the order of what is seen; equal values stand at the same place.
-- name: ranked
SELECT contact_id, seen, rank() OVER (ORDER BY seen DESC) - 1 AS ahead, count(*) OVER () AS whole
FROM (/*facts*/) AS facts
WHERE contact_id IS NOT NULL AND seen > 0

-- In the first so many of a hundred: fewer than that share of them are ahead.
-- name: share_top
ahead * 100 < whole * CAST($value AS DECIMAL(9, 4))

-- name: meets
contact_id IN (SELECT contact_id FROM /*table*/)

-- name: not
NOT (/*rule*/)

-- Somebody is in the book from the day of the record, or from the first fact known about them.
-- name: everybody
SELECT contact_id FROM contact WHERE created_at < $as_of
UNION ALL
SELECT contact_id
FROM contact
WHERE created_at >= $as_of AND contact_id IN (SELECT contact_id FROM known)

-- name: text_eq
lower(seen) = lower($value)

-- name: text_in
lower(seen) IN (SELECT lower(unnest($value::VARCHAR[])))

-- name: text_gte
lower(seen) >= lower($value)

-- name: text_gt
lower(seen) > lower($value)

-- name: text_lte
lower(seen) <= lower($value)

-- name: text_lt
lower(seen) < lower($value)

-- name: text_between
lower(seen) BETWEEN lower($low) AND lower($high)

-- name: text_empty
coalesce(trim(seen), '') = ''

-- name: text_present
trim(seen) <> ''

-- name: number_eq
TRY_CAST(seen AS DECIMAL(38, 10)) = CAST($value AS DECIMAL(38, 10))

-- name: number_in
TRY_CAST(seen AS DECIMAL(38, 10)) IN (SELECT CAST(unnest($value::VARCHAR[]) AS DECIMAL(38, 10)))

-- name: number_gte
TRY_CAST(seen AS DECIMAL(38, 10)) >= CAST($value AS DECIMAL(38, 10))

-- name: number_gt
TRY_CAST(seen AS DECIMAL(38, 10)) > CAST($value AS DECIMAL(38, 10))

-- name: number_lte
TRY_CAST(seen AS DECIMAL(38, 10)) <= CAST($value AS DECIMAL(38, 10))

-- name: number_lt
TRY_CAST(seen AS DECIMAL(38, 10)) < CAST($value AS DECIMAL(38, 10))

-- name: number_between
TRY_CAST(seen AS DECIMAL(38, 10))
    BETWEEN CAST($low AS DECIMAL(38, 10)) AND CAST($high AS DECIMAL(38, 10))

-- name: date_eq
seen = CAST($value AS DATE)

-- name: date_in
seen IN (SELECT CAST(unnest($value::VARCHAR[]) AS DATE))

-- name: date_gte
seen >= CAST($value AS DATE)

-- name: date_gt
seen > CAST($value AS DATE)

-- name: date_lte
seen <= CAST($value AS DATE)

-- name: date_lt
seen < CAST($value AS DATE)

-- name: date_between
seen BETWEEN CAST($low AS DATE) AND CAST($high AS DATE)

-- name: date_empty
seen IS NULL

-- name: date_present
seen IS NOT NULL

-- The next return of the day, counted from the contact's own day.
-- name: date_within_next
CASE WHEN seen + to_years(CAST(year(own_day) - year(seen) AS INTEGER)) >= own_day
     THEN seen + to_years(CAST(year(own_day) - year(seen) AS INTEGER))
     ELSE seen + to_years(CAST(year(own_day) - year(seen) + 1 AS INTEGER))
END <= own_day + CAST($value AS INTEGER)

-- name: time_span
seen >= coalesce($from_utc, TIMESTAMP '-infinity') AND seen < coalesce($to_utc, TIMESTAMP 'infinity')
