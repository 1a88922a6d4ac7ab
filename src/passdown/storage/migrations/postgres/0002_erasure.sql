-- Erasing for good: what was forgotten is known by its mark, and text gives way where a decision
-- does not.

CREATE TABLE forgotten (
    mark TEXT COLLATE "C" PRIMARY KEY,
    at TEXT COLLATE "C" NOT NULL
);

-- Has a row only inside a transaction that erases.
CREATE TABLE erasing (
    one BIGINT PRIMARY KEY CHECK (one = 1)
);

CREATE FUNCTION refuse_unless_erasing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM erasing) OR (
        NEW.id, NEW."loop", NEW.action, NEW.proposed_by, NEW.created_at, NEW.deadline,
        NEW.confidence, NEW.fingerprint, NEW.digest, NEW.status, NEW.decided_by, NEW.decided_at,
        NEW.failure_code
    ) <> (
        OLD.id, OLD."loop", OLD.action, OLD.proposed_by, OLD.created_at, OLD.deadline,
        OLD.confidence, OLD.fingerprint, OLD.digest, OLD.status, OLD.decided_by, OLD.decided_at,
        OLD.failure_code
    ) THEN
        RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'PD001';
    END IF;
    RETURN NEW;
END
$$;

DROP TRIGGER proposals_final ON proposals;

CREATE TRIGGER proposals_final BEFORE UPDATE ON proposals
FOR EACH ROW WHEN (OLD.status IN ('executed', 'rejected', 'failed', 'expired'))
EXECUTE FUNCTION refuse_unless_erasing('a decided proposal is never edited');
