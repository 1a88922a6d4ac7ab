-- What is derived from the ledger. Only the words and the search itself differ by dialect.

-- name: position
SELECT position FROM index_head

-- name: stand
INSERT INTO index_head (one, position) VALUES (1, :position)
ON CONFLICT (one) DO UPDATE SET position = excluded.position

-- name: put
INSERT INTO indexed (id, words) VALUES (:id, :words)
ON CONFLICT (id) DO UPDATE SET words = excluded.words

-- name: forget
DELETE FROM indexed WHERE id IN :ids

-- name: clear_words
DELETE FROM indexed

-- name: clear_vectors
DELETE FROM vectors

-- name: vectors
SELECT hash, vector FROM vectors WHERE model = :model AND hash IN :hashes

-- name: keep_vector
INSERT INTO vectors (model, hash, vector) VALUES (:model, :hash, :vector)
ON CONFLICT (model, hash) DO UPDATE SET vector = excluded.vector
