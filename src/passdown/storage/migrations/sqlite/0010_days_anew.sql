-- When a question's scope gives way to what may be said of it, so does the scope that its entries
-- are counted under: what is erased stands nowhere.
DELETE FROM ledger_days;

INSERT INTO ledger_days (loop, name, day, scope, n)
SELECT proposals.loop, ledger.name, substr(ledger.at, 1, 10), proposals.scope, count(*)
FROM ledger JOIN proposals ON proposals.id = ledger.subject
GROUP BY 1, 2, 3, 4;

CREATE TRIGGER proposals_count_anew AFTER UPDATE OF scope ON proposals
WHEN NEW.scope <> OLD.scope BEGIN
    UPDATE ledger_days SET n = n - (
        SELECT count(*) FROM ledger
        WHERE subject = NEW.id AND ledger.name = ledger_days.name
            AND substr(ledger.at, 1, 10) = ledger_days.day
    )
    WHERE loop = NEW.loop AND scope = OLD.scope;
    DELETE FROM ledger_days WHERE loop = NEW.loop AND scope = OLD.scope AND n = 0;
    INSERT INTO ledger_days (loop, name, day, scope, n)
    SELECT NEW.loop, name, substr(at, 1, 10), NEW.scope, 1 FROM ledger WHERE subject = NEW.id
    ON CONFLICT (loop, name, day, scope) DO UPDATE SET n = n + 1;
END;
