-- In the order of the index, which is the one it is read in fastest.
-- name: search
SELECT indexed.id, indexed.words
FROM indexed_words CROSS JOIN indexed ON indexed.num = indexed_words.rowid
WHERE indexed_words MATCH :query
LIMIT :limit

-- The newest, where there are too many.
-- name: newest
SELECT indexed.id, indexed.words
FROM (
    SELECT rowid AS num FROM indexed_words
    WHERE indexed_words MATCH :query
    ORDER BY rowid DESC
    LIMIT :limit
) AS found
JOIN indexed ON indexed.num = found.num

-- name: having
SELECT term, doc FROM indexed_words_having WHERE term IN :words

-- name: find
SELECT observations.seq
FROM (
    SELECT rowid AS seq, bm25(indexed_words_seen) AS score
    FROM indexed_words_seen
    WHERE indexed_words_seen MATCH :query
    ORDER BY score, rowid
    LIMIT :candidates --? candidates
) AS best
JOIN observations ON observations.seq = best.seq
WHERE observations.flags = '[]' AND {sees observations.scope}
    AND observations.seen IN :kinds --? kinds
    AND observations.session = :session --? session
    AND observations.at >= :since --? since
    AND observations.at <= :until --? until
ORDER BY best.score, observations.seq
LIMIT :limit

-- name: count
INSERT INTO indexed_having (word, many)
SELECT key, value FROM json_each(:counts) WHERE TRUE
ON CONFLICT (word) DO UPDATE SET many = many + excluded.many
