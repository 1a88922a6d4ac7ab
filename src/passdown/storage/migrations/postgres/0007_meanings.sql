-- What a record means to a model: its vector, and the signs of its parts, by which it is found. Both
-- are derived from the text, and gone with it.
CREATE TABLE indexed_meant (
    num BIGINT PRIMARY KEY,
    id TEXT COLLATE "C" NOT NULL UNIQUE,
    model TEXT COLLATE "C" NOT NULL,
    parts BIGINT NOT NULL,
    signs BYTEA NOT NULL,
    vector BYTEA NOT NULL
);

CREATE INDEX indexed_meant_of ON indexed_meant (model, parts, num);

CREATE FUNCTION forget_meaning() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM indexed_meant WHERE id = OLD.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER records_meant_gone AFTER DELETE ON records
FOR EACH ROW EXECUTE FUNCTION forget_meaning();

CREATE TRIGGER records_meant_anew AFTER UPDATE OF text ON records
FOR EACH ROW WHEN (NEW.text <> OLD.text) EXECUTE FUNCTION forget_meaning();
