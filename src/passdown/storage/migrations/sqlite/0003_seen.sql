-- The words of what was seen: derived from the observations, and gone with them.

CREATE TABLE indexed_seen (
    seq INTEGER PRIMARY KEY,
    words TEXT NOT NULL
) STRICT;

-- What was reworded since it was indexed.
CREATE TABLE indexed_anew (
    seq INTEGER PRIMARY KEY
) STRICT;

CREATE VIRTUAL TABLE indexed_words_seen USING fts5(
    words,
    content = 'indexed_seen',
    content_rowid = 'seq',
    detail = none,
    tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* Cf Cn Co'"
);

-- How many have each word.
CREATE VIRTUAL TABLE indexed_words_having USING fts5vocab(indexed_words_seen, row);
CREATE VIRTUAL TABLE indexed_words_known USING fts5vocab(indexed_words, row);

CREATE TRIGGER indexed_seen_added AFTER INSERT ON indexed_seen BEGIN
    INSERT INTO indexed_words_seen (rowid, words) VALUES (NEW.seq, NEW.words);
END;

CREATE TRIGGER indexed_seen_gone AFTER DELETE ON indexed_seen BEGIN
    INSERT INTO indexed_words_seen (indexed_words_seen, rowid, words)
    VALUES ('delete', OLD.seq, OLD.words);
END;

CREATE TRIGGER observations_gone AFTER DELETE ON observations BEGIN
    DELETE FROM indexed_seen WHERE seq = OLD.seq;
    DELETE FROM indexed_anew WHERE seq = OLD.seq;
END;

CREATE TRIGGER observations_reworded AFTER UPDATE OF text ON observations BEGIN
    DELETE FROM indexed_seen WHERE seq = OLD.seq;
    INSERT OR IGNORE INTO indexed_anew (seq) VALUES (OLD.seq);
END;

-- Irregular forms of a word are indexed as the word itself from here on.
DELETE FROM indexed;
DELETE FROM index_head;
