-- Erasing for good: what was forgotten is known by its mark, and text gives way where a decision
-- does not.

CREATE TABLE forgotten (
    mark TEXT PRIMARY KEY,
    at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Has a row only inside a transaction that erases.
CREATE TABLE erasing (
    one INTEGER PRIMARY KEY CHECK (one = 1)
) STRICT;

DROP TRIGGER proposals_final;

CREATE TRIGGER proposals_final BEFORE UPDATE ON proposals
WHEN OLD.status IN ('executed', 'rejected', 'failed', 'expired') AND (
    NOT EXISTS (SELECT 1 FROM erasing)
    OR (
        NEW.id, NEW.loop, NEW.action, NEW.proposed_by, NEW.created_at, NEW.deadline,
        NEW.confidence, NEW.fingerprint, NEW.digest, NEW.status, NEW.decided_by, NEW.decided_at,
        NEW.failure_code
    ) <> (
        OLD.id, OLD.loop, OLD.action, OLD.proposed_by, OLD.created_at, OLD.deadline,
        OLD.confidence, OLD.fingerprint, OLD.digest, OLD.status, OLD.decided_by, OLD.decided_at,
        OLD.failure_code
    )
) BEGIN
    SELECT RAISE(ABORT, 'a decided proposal is never edited');
END;
