-- name: count
INSERT INTO indexed_having (word, many)
SELECT key, CAST(value AS bigint) FROM json_each_text(CAST(:counts AS json))
ON CONFLICT (word) DO UPDATE SET many = indexed_having.many + excluded.many

-- BM25 over words that occur or do not: its usual constants, for texts of about twelve words.
-- name: search
WITH weighted AS MATERIALIZED (
    SELECT word, ln(1 + (:many - many + 0.5) / (many + 0.5)) AS weight
    FROM indexed_having
    WHERE word IN :words
),
best AS MATERIALIZED (
    SELECT id, words, (
        SELECT sum(weight) FROM weighted WHERE word = ANY (string_to_array(words, ' '))
    ) * 2.2 / (1 + 1.2 * (0.25 + 0.75 * cardinality(string_to_array(words, ' ')) / 12.0)) AS score
    FROM indexed
    WHERE array_to_tsvector(string_to_array(words, ' ')) @@ CAST(:query AS tsquery)
    ORDER BY score DESC, id
    LIMIT :candidates --? candidates
)
SELECT records.id, best.score, best.words
FROM best
JOIN records ON records.id = best.id
WHERE records.life IN :lives AND {sees records.scope}
    AND records.kind IN :kinds --? kinds
ORDER BY best.score DESC, records.id
LIMIT :limit

-- name: having
SELECT word, count(*)
FROM unnest(string_to_array(:query, ' | ')) AS word
JOIN indexed_seen
    ON array_to_tsvector(string_to_array(words, ' ')) @@ CAST(word AS tsquery)
GROUP BY word

-- name: find
WITH asked AS MATERIALIZED (
    SELECT CAST(word AS tsquery) AS query
    FROM unnest(string_to_array(:query, ' | ')) AS word
),
weighted AS MATERIALIZED (
    SELECT query, ln(1 + (total.many - matched.many + 0.5) / (matched.many + 0.5)) AS weight
    FROM asked,
        (SELECT count(*) AS many FROM indexed_seen) AS total,
        LATERAL (
            SELECT count(*) AS many FROM indexed_seen
            WHERE array_to_tsvector(string_to_array(words, ' ')) @@ query
        ) AS matched
),
best AS MATERIALIZED (
    SELECT seq, (
        SELECT sum(weight) FROM weighted
        WHERE array_to_tsvector(string_to_array(indexed_seen.words, ' ')) @@ weighted.query
    ) AS score
    FROM indexed_seen
    WHERE array_to_tsvector(string_to_array(words, ' ')) @@ CAST(:query AS tsquery)
    ORDER BY score DESC, seq
    LIMIT :candidates --? candidates
)
SELECT observations.seq
FROM best
JOIN observations ON observations.seq = best.seq
WHERE observations.flags = '[]' AND {sees observations.scope}
    AND observations.seen IN :kinds --? kinds
    AND observations.session = :session --? session
    AND observations.at >= :since --? since
    AND observations.at <= :until --? until
ORDER BY best.score DESC, observations.seq
LIMIT :limit
