-- What a record means to a model: its vector, and the signs of its parts, by which it is found. Both
-- are derived from the text, and gone with it. What is looked through stands in an index of its own.
CREATE TABLE indexed_meant (
    num INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    model TEXT NOT NULL,
    parts INTEGER NOT NULL,
    signs BLOB NOT NULL,
    vector BLOB NOT NULL
) STRICT;

CREATE INDEX indexed_meant_signs ON indexed_meant (model, parts, id, signs);

CREATE TRIGGER records_meant_gone AFTER DELETE ON records BEGIN
    DELETE FROM indexed_meant WHERE id = OLD.id;
END;

CREATE TRIGGER records_meant_anew AFTER UPDATE OF text ON records WHEN NEW.text <> OLD.text BEGIN
    DELETE FROM indexed_meant WHERE id = OLD.id;
END;
