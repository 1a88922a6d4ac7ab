-- What a brief chooses from, best first.
CREATE INDEX records_best ON records (
    life, scope, (CASE WHEN body = replace(body, '"category":"question"', '') THEN 0 ELSE 1 END),
    (confidence * 10 + trust) DESC, updated_at DESC, id
);

-- Words stand in the order in which they were said: two in a row say more than two apart.
DROP TABLE indexed;

CREATE TABLE indexed (
    id TEXT COLLATE "C" PRIMARY KEY,
    words TEXT COLLATE "C" NOT NULL
);

CREATE INDEX indexed_words ON indexed
USING gin (array_to_tsvector(string_to_array(words, ' ')));

-- How many records have each word, and, as '', how many there are: a word is as rare as they are
-- many. The index is derived again, to count them.
CREATE TABLE indexed_having (
    word TEXT COLLATE "C" PRIMARY KEY,
    many BIGINT NOT NULL
);

DELETE FROM index_head;
