-- name: count
INSERT INTO indexed_having (word, many)
SELECT key, CAST(value AS bigint) FROM json_each_text(CAST(:counts AS json))
ON CONFLICT (word) DO UPDATE SET many = indexed_having.many + excluded.many

-- By the index of words whatever the order: by that of ids it would be a walk through all records.
-- name: search
WITH found AS MATERIALIZED (
    SELECT id, words
    FROM indexed
    WHERE array_to_tsvector(string_to_array(words, ' ')) @@ CAST(:query AS tsquery)
)
SELECT id, words FROM found ORDER BY id LIMIT :limit

-- The same: by id there is no newest.
-- name: newest
WITH found AS MATERIALIZED (
    SELECT id, words
    FROM indexed
    WHERE array_to_tsvector(string_to_array(words, ' ')) @@ CAST(:query AS tsquery)
)
SELECT id, words FROM found ORDER BY id LIMIT :limit

-- What came last is kept aside by these indexes: while there is much of it, they are not used.
-- name: tidy
SELECT gin_clean_pending_list('indexed_words'), gin_clean_pending_list('indexed_seen_words')

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
