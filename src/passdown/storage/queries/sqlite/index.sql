-- name: search
SELECT records.id, -bm25(indexed_words) AS score
FROM indexed_words
JOIN indexed ON indexed.num = indexed_words.rowid
JOIN records ON records.id = indexed.id
WHERE indexed_words MATCH :query AND records.life = 'active' AND {sees records.scope}
    AND records.kind IN :kinds --? kinds
ORDER BY score DESC, records.id
LIMIT :limit
