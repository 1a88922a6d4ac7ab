-- What records mean to a model: derived from their texts.

-- name: forget
DELETE FROM indexed_meant WHERE id IN :ids

-- name: clear
DELETE FROM indexed_meant

-- Numbers are never given out twice: so the last one tells whether anything is new.
-- name: reserve
INSERT INTO counters (name, value) VALUES ('meanings', :many)
ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value
RETURNING value

-- name: parts
SELECT parts FROM indexed_meant WHERE model = :model ORDER BY num DESC LIMIT 1

-- name: lacking
SELECT indexed.id FROM indexed
JOIN records ON records.id = indexed.id
LEFT JOIN indexed_meant ON indexed_meant.id = indexed.id
    AND indexed_meant.model = :model AND indexed_meant.parts = :parts
WHERE indexed_meant.id IS NULL
ORDER BY indexed.id
LIMIT :limit

-- name: mark
SELECT count(*), coalesce(max(num), 0) FROM indexed_meant
WHERE model = :model AND parts = :parts

-- name: signs
SELECT id, signs FROM indexed_meant WHERE model = :model AND parts = :parts ORDER BY id

-- name: vectors
SELECT id, vector FROM indexed_meant WHERE model = :model AND parts = :parts AND id IN :ids
