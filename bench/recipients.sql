-- People who agreed to offers, as a list of recipients has them; every address is another one.
SELECT 'p' || number || '@mail' || number % 97 || '.example.com' AS email,
       ['Ana', 'Marko', 'Olga', 'Ivan', 'Layla', 'Nils', 'Eva', 'Petar', 'Sara', 'Omar']
           [1 + (hash(number, 'given') % 10)::INTEGER] AS first_name,
       ['Babić', 'Nikolov', 'Holsen', 'Marić', 'Peter', 'Simini', 'Karoff', 'Dalez']
           [1 + (hash(number, 'family') % 8)::INTEGER] AS last_name,
       ['Novi Sad', 'Beograd', 'Niš', 'Subotica', 'Zrenjanin', 'Čačak', 'Užice', 'Bor']
           [1 + (hash(number, 'city') % 8)::INTEGER] AS city,
       'RS' AS country
FROM range(1, $rows + 1) AS numbers (number)
