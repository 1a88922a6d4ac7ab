-- How many questions of each loop stand at each status, and how many records of each kind at each
-- stage of their lives, so that none of them is looked at to be counted. Derived: it follows both.
CREATE TABLE proposal_counts (
    loop TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    scope TEXT COLLATE "C" NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (loop, status, scope)
);

CREATE TABLE record_counts (
    life TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    scope TEXT COLLATE "C" NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (life, kind, scope)
);

INSERT INTO proposal_counts (loop, status, scope, n)
SELECT "loop", status, scope, count(*) FROM proposals GROUP BY 1, 2, 3;

INSERT INTO record_counts (life, kind, scope, n)
SELECT life, kind, scope, count(*) FROM records GROUP BY 1, 2, 3;

CREATE FUNCTION count_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO proposal_counts AS counts (loop, status, scope, n)
    VALUES (NEW."loop", NEW.status, NEW.scope, 1)
    ON CONFLICT (loop, status, scope) DO UPDATE SET n = counts.n + 1;
    IF TG_OP = 'UPDATE' THEN
        UPDATE proposal_counts AS counts SET n = counts.n - 1
        WHERE counts.loop = OLD."loop" AND counts.status = OLD.status AND counts.scope = OLD.scope;
        DELETE FROM proposal_counts AS counts
        WHERE counts.loop = OLD."loop" AND counts.status = OLD.status AND counts.scope = OLD.scope
            AND counts.n = 0;
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION count_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO record_counts AS counts (life, kind, scope, n)
        VALUES (NEW.life, NEW.kind, NEW.scope, 1)
        ON CONFLICT (life, kind, scope) DO UPDATE SET n = counts.n + 1;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        UPDATE record_counts AS counts SET n = counts.n - 1
        WHERE counts.life = OLD.life AND counts.kind = OLD.kind AND counts.scope = OLD.scope;
        DELETE FROM record_counts AS counts
        WHERE counts.life = OLD.life AND counts.kind = OLD.kind AND counts.scope = OLD.scope
            AND counts.n = 0;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER proposal_came AFTER INSERT ON proposals
FOR EACH ROW EXECUTE FUNCTION count_proposal();

CREATE TRIGGER proposal_moved AFTER UPDATE OF status, scope ON proposals
FOR EACH ROW WHEN (NEW.status <> OLD.status OR NEW.scope <> OLD.scope)
EXECUTE FUNCTION count_proposal();

CREATE TRIGGER record_came AFTER INSERT OR DELETE ON records
FOR EACH ROW EXECUTE FUNCTION count_record();

CREATE TRIGGER record_moved AFTER UPDATE OF life, scope ON records
FOR EACH ROW WHEN (NEW.life <> OLD.life OR NEW.scope <> OLD.scope)
EXECUTE FUNCTION count_record();
