-- name: put
INSERT INTO indexed (id, words)
VALUES (:id, array_to_tsvector(string_to_array(:words, ' ')))
ON CONFLICT (id) DO UPDATE SET words = excluded.words

-- BM25 over words that occur or do not: its usual constants, for texts of about twelve words.
-- name: search
WITH asked AS (
    SELECT CAST(word AS tsquery) AS query
    FROM unnest(string_to_array(:query, ' | ')) AS word
),
weighted AS (
    SELECT query, ln(1 + (total.many - matched.many + 0.5) / (matched.many + 0.5)) AS weight
    FROM asked,
        (SELECT count(*) AS many FROM indexed) AS total,
        LATERAL (SELECT count(*) AS many FROM indexed WHERE words @@ query) AS matched
)
SELECT records.id,
    sum(weight * 2.2 / (1 + 1.2 * (0.25 + 0.75 * length(indexed.words) / 12.0))) AS score
FROM weighted
JOIN indexed ON indexed.words @@ weighted.query
JOIN records ON records.id = indexed.id
WHERE records.life = 'active' AND {sees records.scope}
    AND records.kind IN :kinds --? kinds
GROUP BY records.id
ORDER BY score DESC, records.id
LIMIT :limit
