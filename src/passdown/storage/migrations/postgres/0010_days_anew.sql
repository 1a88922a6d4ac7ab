-- When a question's scope gives way to what may be said of it, so does the scope that its entries
-- are counted under: what is erased stands nowhere.
DELETE FROM ledger_days;

INSERT INTO ledger_days (loop, name, day, scope, n)
SELECT proposals.loop, ledger.name, substr(ledger.at, 1, 10), proposals.scope, count(*)
FROM ledger JOIN proposals ON proposals.id = ledger.subject
GROUP BY 1, 2, 3, 4;

CREATE FUNCTION count_anew() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ledger_days AS days SET n = days.n - (
        SELECT count(*) FROM ledger
        WHERE subject = NEW.id AND ledger.name = days.name
            AND substr(ledger.at, 1, 10) = days.day
    )
    WHERE days.loop = NEW."loop" AND days.scope = OLD.scope;
    DELETE FROM ledger_days AS days
    WHERE days.loop = NEW."loop" AND days.scope = OLD.scope AND days.n = 0;
    INSERT INTO ledger_days AS days (loop, name, day, scope, n)
    SELECT NEW."loop", name, substr(at, 1, 10), NEW.scope, count(*) FROM ledger
    WHERE subject = NEW.id GROUP BY 1, 2, 3, 4
    ON CONFLICT (loop, name, day, scope) DO UPDATE SET n = days.n + EXCLUDED.n;
    RETURN NULL;
END
$$;

CREATE TRIGGER proposals_count_anew AFTER UPDATE OF scope ON proposals
FOR EACH ROW WHEN (NEW.scope <> OLD.scope) EXECUTE FUNCTION count_anew();
