-- What a second index beside the store is derived from.

-- name: position
SELECT position FROM index_head

-- name: touched
SELECT DISTINCT subject FROM ledger
WHERE seq > :after AND seq <= :upto AND name LIKE '%.updated'
    AND length(subject) = 12 AND subject NOT GLOB '*[^0-9a-f]*'
ORDER BY subject

-- name: indexed
SELECT id, words FROM indexed WHERE id IN :ids

-- name: everything
SELECT num, id, words FROM indexed WHERE num > :after ORDER BY num LIMIT :limit
