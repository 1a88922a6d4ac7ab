-- name: put
INSERT INTO indexed (id, words)
VALUES (:id, array_to_tsvector(string_to_array(:words, ' ')))
ON CONFLICT (id) DO UPDATE SET words = excluded.words

-- BM25 over words that occur or do not: its usual constants, for texts of about twelve words.
-- name: search
WITH asked AS MATERIALIZED (
    SELECT CAST(word AS tsquery) AS query
    FROM unnest(string_to_array(:query, ' | ')) AS word
),
weighted AS MATERIALIZED (
    SELECT query, ln(1 + (total.many - matched.many + 0.5) / (matched.many + 0.5)) AS weight
    FROM asked,
        (SELECT count(*) AS many FROM indexed) AS total,
        LATERAL (SELECT count(*) AS many FROM indexed WHERE words @@ query) AS matched
),
best AS MATERIALIZED (
    SELECT id, (SELECT sum(weight) FROM weighted WHERE indexed.words @@ weighted.query)
        * 2.2 / (1 + 1.2 * (0.25 + 0.75 * length(words) / 12.0)) AS score
    FROM indexed
    WHERE words @@ CAST(:query AS tsquery)
    ORDER BY score DESC, id
    LIMIT :candidates --? candidates
)
SELECT records.id, best.score, array_to_string(tsvector_to_array(indexed.words), ' ')
FROM best
JOIN indexed ON indexed.id = best.id
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
