-- What is derived from the ledger. Only the words and the search itself differ by dialect.

-- name: position
SELECT position FROM index_head

-- name: stand
INSERT INTO index_head (one, position) VALUES (1, :position)
ON CONFLICT (one) DO UPDATE SET position = excluded.position

-- name: indexed
SELECT id, words FROM indexed WHERE id IN :ids

-- name: words
SELECT words FROM indexed WHERE id IN :ids

-- name: forget
DELETE FROM indexed WHERE id IN :ids

-- By their ids, and not by the index that starts with the life: there it would be a life's all.
-- name: serving
SELECT id, kind, key, text, body, scope, life, trust, confidence, valid_from, valid_to, made_by,
    created_at, updated_at, version
FROM records
WHERE id IN :ids AND life || '' IN :lives AND {sees}
    AND kind IN :kinds --? kinds

-- name: clear_words
DELETE FROM indexed

-- name: clear_having
DELETE FROM indexed_having

-- name: counted
SELECT word, many FROM indexed_having WHERE word IN :words

-- name: uncount
DELETE FROM indexed_having WHERE word IN :words AND many <= 0

-- name: clear_vectors
DELETE FROM vectors

-- name: vectors
SELECT hash, vector FROM vectors WHERE model = :model AND hash IN :hashes

-- name: keep_vector
INSERT INTO vectors (model, hash, vector) VALUES (:model, :hash, :vector)
ON CONFLICT (model, hash) DO UPDATE SET vector = excluded.vector

-- What was seen.

-- name: heard
SELECT coalesce(max(seq), 0) FROM indexed_seen

-- name: reworded
SELECT seq FROM indexed_anew ORDER BY seq LIMIT :limit

-- name: unhear
DELETE FROM indexed_seen WHERE seq IN :seqs

-- name: heard_anew
DELETE FROM indexed_anew WHERE seq IN :seqs

-- name: clear_seen
DELETE FROM indexed_seen

-- name: clear_anew
DELETE FROM indexed_anew

-- name: around
SELECT observations.seq, observations.session, observations.seen, observations.at,
    observations.meta, indexed_seen.words
FROM indexed_seen
JOIN observations ON observations.seq = indexed_seen.seq
WHERE indexed_seen.seq IN :seqs AND observations.flags = '[]' AND {sees observations.scope}
ORDER BY observations.seq
