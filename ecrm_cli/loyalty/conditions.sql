-- What segments may ask of points; how a condition is written stands in contacts/conditions.sql.
-- Points go by the day they were posted for.

-- name: present
SELECT contact_id FROM ledger_entry WHERE contact_id IS NOT NULL AND posted_for < $as_of;

-- name: points
-- field: points | Points they have; 0 for who never got any, less than 0 after refunds. | points: {gte: 100}
-- takes: number
SELECT contact_id, coalesce(points, 0) AS seen
FROM contact
LEFT JOIN (
    SELECT contact_id, sum(points)::BIGINT AS points
    FROM ledger_entry
    WHERE account = 'member' AND posted_for < $as_of
    GROUP BY contact_id
) AS balances USING (contact_id);
