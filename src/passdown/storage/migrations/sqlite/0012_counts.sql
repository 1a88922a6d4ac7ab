-- How many questions of each loop stand at each status, and how many records of each kind at each
-- stage of their lives, so that none of them is looked at to be counted. Derived: it follows both.
CREATE TABLE proposal_counts (
    loop TEXT NOT NULL,
    status TEXT NOT NULL,
    scope TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (loop, status, scope)
) STRICT, WITHOUT ROWID;

CREATE TABLE record_counts (
    life TEXT NOT NULL,
    kind TEXT NOT NULL,
    scope TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (life, kind, scope)
) STRICT, WITHOUT ROWID;

INSERT INTO proposal_counts (loop, status, scope, n)
SELECT loop, status, scope, count(*) FROM proposals GROUP BY 1, 2, 3;

INSERT INTO record_counts (life, kind, scope, n)
SELECT life, kind, scope, count(*) FROM records GROUP BY 1, 2, 3;

CREATE TRIGGER proposal_came AFTER INSERT ON proposals BEGIN
    INSERT INTO proposal_counts (loop, status, scope, n) VALUES (NEW.loop, NEW.status, NEW.scope, 1)
    ON CONFLICT (loop, status, scope) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER proposal_moved AFTER UPDATE OF status, scope ON proposals
WHEN NEW.status <> OLD.status OR NEW.scope <> OLD.scope BEGIN
    INSERT INTO proposal_counts (loop, status, scope, n) VALUES (NEW.loop, NEW.status, NEW.scope, 1)
    ON CONFLICT (loop, status, scope) DO UPDATE SET n = n + 1;
    UPDATE proposal_counts SET n = n - 1
    WHERE loop = OLD.loop AND status = OLD.status AND scope = OLD.scope;
    DELETE FROM proposal_counts
    WHERE loop = OLD.loop AND status = OLD.status AND scope = OLD.scope AND n = 0;
END;

CREATE TRIGGER record_came AFTER INSERT ON records BEGIN
    INSERT INTO record_counts (life, kind, scope, n) VALUES (NEW.life, NEW.kind, NEW.scope, 1)
    ON CONFLICT (life, kind, scope) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER record_moved AFTER UPDATE OF life, scope ON records
WHEN NEW.life <> OLD.life OR NEW.scope <> OLD.scope BEGIN
    INSERT INTO record_counts (life, kind, scope, n) VALUES (NEW.life, NEW.kind, NEW.scope, 1)
    ON CONFLICT (life, kind, scope) DO UPDATE SET n = n + 1;
    UPDATE record_counts SET n = n - 1
    WHERE life = OLD.life AND kind = OLD.kind AND scope = OLD.scope;
    DELETE FROM record_counts
    WHERE life = OLD.life AND kind = OLD.kind AND scope = OLD.scope AND n = 0;
END;

CREATE TRIGGER record_went AFTER DELETE ON records BEGIN
    UPDATE record_counts SET n = n - 1
    WHERE life = OLD.life AND kind = OLD.kind AND scope = OLD.scope;
    DELETE FROM record_counts
    WHERE life = OLD.life AND kind = OLD.kind AND scope = OLD.scope AND n = 0;
END;

-- Nothing asks where in a record a word stands: which records have it is told in half the time.
DROP TABLE indexed_words;

CREATE VIRTUAL TABLE indexed_words USING fts5(
    words,
    content = 'indexed',
    content_rowid = 'num',
    detail = none,
    tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* Cf Cn Co'"
);

INSERT INTO indexed_words (indexed_words) VALUES ('rebuild');
