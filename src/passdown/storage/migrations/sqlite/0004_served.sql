-- What a brief chooses from, best first: found and counted by the index alone.
CREATE INDEX records_best ON records (
    life, scope, (CASE WHEN body = replace(body, '"category":"question"', '') THEN 0 ELSE 1 END),
    confidence * 10 + trust DESC, updated_at DESC, id, confidence, valid_from, valid_to, kind
);

-- How many records have each word, and, as '', how many there are: a word is as rare as they are
-- many. The index is derived again, to count them.
CREATE TABLE indexed_having (
    word TEXT PRIMARY KEY,
    many INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

DROP TABLE indexed_words_known;
DELETE FROM indexed;
DELETE FROM index_head;
