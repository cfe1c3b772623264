-- Orders, one row each, of the people above; some buy often, most seldom, a few never.
SELECT 100000 + number AS order_id,
       1 + (pow((hash(number, 'who') % 1000000) / 1000000.0, 1.7) * ($people - 1))::BIGINT AS customer_id,
       strftime(TIMESTAMP '2023-11-01' + to_seconds((hash(number, 'when') % 94608000)::BIGINT),
                '%Y-%m-%d %H:%M') AS date,
       ((hash(number, 'much') % 20000) / 100 + 3)::DECIMAL(18, 2) AS total,
       'EUR' AS currency
FROM range(1, $rows + 1) AS numbers (number)
