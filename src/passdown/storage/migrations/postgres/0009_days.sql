-- How many entries of each name each day had about the questions of each loop, so that none of them
-- is looked at to be counted. Derived: it follows the ledger and the questions, whichever is first.
CREATE TABLE ledger_days (
    loop TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    day TEXT COLLATE "C" NOT NULL,
    scope TEXT COLLATE "C" NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (loop, name, day, scope)
);

INSERT INTO ledger_days (loop, name, day, scope, n)
SELECT proposals.loop, ledger.name, substr(ledger.at, 1, 10), proposals.scope, count(*)
FROM ledger JOIN proposals ON proposals.id = ledger.subject
GROUP BY 1, 2, 3, 4;

CREATE FUNCTION count_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger_days AS days (loop, name, day, scope, n)
    SELECT loop, NEW.name, substr(NEW.at, 1, 10), scope, 1 FROM proposals WHERE id = NEW.subject
    ON CONFLICT (loop, name, day, scope) DO UPDATE SET n = days.n + 1;
    RETURN NULL;
END
$$;

CREATE FUNCTION count_question() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger_days AS days (loop, name, day, scope, n)
    SELECT NEW."loop", name, substr(at, 1, 10), NEW.scope, count(*) FROM ledger
    WHERE subject = NEW.id GROUP BY 1, 2, 3, 4
    ON CONFLICT (loop, name, day, scope) DO UPDATE SET n = days.n + EXCLUDED.n;
    RETURN NULL;
END
$$;

CREATE TRIGGER ledger_counted AFTER INSERT ON ledger
FOR EACH ROW EXECUTE FUNCTION count_entry();

CREATE TRIGGER proposals_count AFTER INSERT ON proposals
FOR EACH ROW EXECUTE FUNCTION count_question();
