-- The words of what was seen: derived from the observations, and gone with them.

CREATE TABLE indexed_seen (
    seq BIGINT PRIMARY KEY,
    words TEXT COLLATE "C" NOT NULL
);

CREATE INDEX indexed_seen_words ON indexed_seen
USING gin (array_to_tsvector(string_to_array(words, ' ')));

-- What was reworded since it was indexed.
CREATE TABLE indexed_anew (
    seq BIGINT PRIMARY KEY
);

CREATE FUNCTION forget_seen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM indexed_seen WHERE seq = OLD.seq;
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO indexed_anew (seq) VALUES (OLD.seq) ON CONFLICT DO NOTHING;
    ELSE
        DELETE FROM indexed_anew WHERE seq = OLD.seq;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER observations_gone AFTER DELETE OR UPDATE OF text ON observations
FOR EACH ROW EXECUTE FUNCTION forget_seen();

-- Irregular forms of a word are indexed as the word itself from here on.
DELETE FROM indexed;
DELETE FROM index_head;
