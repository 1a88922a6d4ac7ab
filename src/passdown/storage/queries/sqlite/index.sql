-- The best by words alone, then those of them that may be served: seldom are more needed.
-- name: search
SELECT records.id, -best.score AS score
FROM (
    SELECT rowid AS num, bm25(indexed_words) AS score
    FROM indexed_words
    WHERE indexed_words MATCH :query
    ORDER BY score, rowid
    LIMIT :candidates --? candidates
) AS best
JOIN indexed ON indexed.num = best.num
JOIN records ON records.id = indexed.id
WHERE records.life = 'active' AND {sees records.scope}
    AND records.kind IN :kinds --? kinds
ORDER BY best.score, records.id
LIMIT :limit
