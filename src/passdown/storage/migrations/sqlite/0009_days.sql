-- How many entries of each name each day had about the questions of each loop, so that none of them
-- is looked at to be counted. Derived: it follows the ledger and the questions, whichever is first.
CREATE TABLE ledger_days (
    loop TEXT NOT NULL,
    name TEXT NOT NULL,
    day TEXT NOT NULL,
    scope TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (loop, name, day, scope)
) STRICT, WITHOUT ROWID;

INSERT INTO ledger_days (loop, name, day, scope, n)
SELECT proposals.loop, ledger.name, substr(ledger.at, 1, 10), proposals.scope, count(*)
FROM ledger JOIN proposals ON proposals.id = ledger.subject
GROUP BY 1, 2, 3, 4;

CREATE TRIGGER ledger_counted AFTER INSERT ON ledger BEGIN
    INSERT INTO ledger_days (loop, name, day, scope, n)
    SELECT loop, NEW.name, substr(NEW.at, 1, 10), scope, 1 FROM proposals WHERE id = NEW.subject
    ON CONFLICT (loop, name, day, scope) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER proposals_count AFTER INSERT ON proposals BEGIN
    INSERT INTO ledger_days (loop, name, day, scope, n)
    SELECT NEW.loop, name, substr(at, 1, 10), NEW.scope, 1 FROM ledger WHERE subject = NEW.id
    ON CONFLICT (loop, name, day, scope) DO UPDATE SET n = n + 1;
END;
