-- People as a shop exports them; ten columns. The last hundredth repeats earlier rows, one e-mail in
-- fifty and one phone in twenty are written so that only the libraries can tell what they are.
WITH line AS (
    SELECT CASE WHEN place > $rows * 0.99
                THEN 1 + hash(place) % greatest(1, ($rows * 0.99)::BIGINT)
                ELSE place END AS number
    FROM range(1, $rows + 1) AS places (place)
),
drawn AS (
    SELECT number,
           hash(number, 'email') % 50 AS email_kind,
           hash(number, 'phone') % 20 AS phone_kind,
           10000000 + (number * 7919) % 90000000 AS digits,
           ['Ana', 'Marko', 'Olga', 'Ivan', 'Layla', 'Nils', 'Eva', 'Petar', 'Sara', 'Omar']
               [1 + (hash(number, 'given') % 10)::INTEGER] AS given,
           ['vić', 'ov', 'sen', 'ić', 'er', 'ini', 'off', 'ez', 'is', 'ski']
               [1 + (hash(number, 'ending') % 10)::INTEGER] AS ending,
           ['Bor', 'Nik', 'Hol', 'Mar', 'Pet', 'Sim', 'Kar', 'Dal', 'Ros', 'Ven']
               [1 + (hash(number, 'root') % 10)::INTEGER] AS root,
           ['Novi Sad', 'Beograd', 'Niš', 'Subotica', 'Zrenjanin', 'Čačak', 'Užice', 'Bor']
               [1 + (hash(number, 'city') % 8)::INTEGER] AS city
    FROM line
)
SELECT number AS customer_id,
       CASE email_kind
           WHEN 0 THEN 'o''' || lower(given) || number || '@example.org'
           ELSE lower(given) || '.' || number || '@mail' || number % 97 || '.example.com'
       END AS email,
       given AS first_name,
       root || ending AS last_name,
       CASE WHEN phone_kind = 0 THEN '06' || left(digits::VARCHAR, 1) || '/' || substr(digits::VARCHAR, 2)
            WHEN phone_kind % 2 = 0 THEN '+381 6' || left(digits::VARCHAR, 1) || ' ' || substr(digits::VARCHAR, 2)
            ELSE '+3816' || digits
       END AS phone,
       'Ulica ' || hash(number, 'street') % 400 || ' br. ' || hash(number, 'house') % 90 AS street,
       city,
       (11000 + hash(number, 'post') % 27000)::VARCHAR AS postcode,
       CASE WHEN hash(number, 'country') % 9 = 0 THEN 'Serbia' ELSE 'RS' END AS country,
       strftime(TIMESTAMP '2023-11-01' + to_seconds((hash(number, 'created') % 94608000)::BIGINT),
                '%Y-%m-%d %H:%M') AS created_at
FROM drawn
