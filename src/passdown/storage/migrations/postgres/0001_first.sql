-- Everything the loop keeps. Texts never contain NUL; JSON stands in text; times are UTC text.

CREATE TABLE migrations (
    number BIGINT PRIMARY KEY,
    checksum TEXT COLLATE "C" NOT NULL,
    at TEXT COLLATE "C" NOT NULL
);

-- What was said or done.

CREATE TABLE sessions (
    id TEXT COLLATE "C" PRIMARY KEY,
    format TEXT COLLATE "C" NOT NULL,
    agent TEXT COLLATE "C" NOT NULL,
    model TEXT COLLATE "C" NOT NULL,
    repo TEXT COLLATE "C" NOT NULL,
    branch TEXT COLLATE "C" NOT NULL,
    started_at TEXT COLLATE "C" NOT NULL,
    ended_at TEXT COLLATE "C" NOT NULL,
    outcome TEXT COLLATE "C" NOT NULL,
    parent TEXT COLLATE "C" NOT NULL,
    meta TEXT COLLATE "C" NOT NULL,
    scope TEXT COLLATE "C" NOT NULL
);

CREATE INDEX sessions_by_start ON sessions (started_at DESC, id);

CREATE TABLE observations (
    seq BIGINT PRIMARY KEY,
    session TEXT COLLATE "C" NOT NULL,
    uid TEXT COLLATE "C" NOT NULL,
    seen TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    at TEXT COLLATE "C" NOT NULL,
    trust BIGINT NOT NULL,
    scope TEXT COLLATE "C" NOT NULL,
    tool TEXT COLLATE "C" NOT NULL,
    call TEXT COLLATE "C" NOT NULL,
    ok BIGINT,
    signature TEXT COLLATE "C" NOT NULL,
    file TEXT COLLATE "C",
    file_offset BIGINT,
    file_length BIGINT,
    sha256 TEXT COLLATE "C",
    flags TEXT COLLATE "C" NOT NULL,
    meta TEXT COLLATE "C" NOT NULL
);

CREATE UNIQUE INDEX observations_once ON observations (uid, session);
CREATE INDEX observations_in_session ON observations (session, seq);
CREATE INDEX observations_by_signature ON observations (signature, seq) WHERE signature <> '';

CREATE TABLE sources (
    key TEXT COLLATE "C" PRIMARY KEY,
    format TEXT COLLATE "C" NOT NULL,
    device TEXT COLLATE "C" NOT NULL,
    inode TEXT COLLATE "C" NOT NULL,
    file_offset BIGINT NOT NULL,
    tail TEXT COLLATE "C" NOT NULL,
    memory TEXT COLLATE "C" NOT NULL,
    read_at TEXT COLLATE "C" NOT NULL,
    counts TEXT COLLATE "C" NOT NULL
);

-- What a person approved.

CREATE TABLE records (
    id TEXT COLLATE "C" NOT NULL UNIQUE,
    kind TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    scope TEXT COLLATE "C" NOT NULL,
    life TEXT COLLATE "C" NOT NULL,
    trust BIGINT NOT NULL,
    confidence DOUBLE PRECISION NOT NULL,
    valid_from TEXT COLLATE "C" NOT NULL,
    valid_to TEXT COLLATE "C" NOT NULL,
    made_by TEXT COLLATE "C" NOT NULL,
    created_at TEXT COLLATE "C" NOT NULL,
    updated_at TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (kind, key)
);

CREATE TABLE versions (
    id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    scope TEXT COLLATE "C" NOT NULL,
    life TEXT COLLATE "C" NOT NULL,
    trust BIGINT NOT NULL,
    confidence DOUBLE PRECISION NOT NULL,
    valid_from TEXT COLLATE "C" NOT NULL,
    valid_to TEXT COLLATE "C" NOT NULL,
    made_by TEXT COLLATE "C" NOT NULL,
    created_at TEXT COLLATE "C" NOT NULL,
    updated_at TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (kind, key, version)
);

CREATE INDEX versions_by_id ON versions (id);

CREATE TABLE edges (
    source TEXT COLLATE "C" NOT NULL,
    type TEXT COLLATE "C" NOT NULL,
    target TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    scope TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (source, type, target)
);

CREATE INDEX edges_by_target ON edges (target);

-- What is asked.

CREATE TABLE proposals (
    id TEXT COLLATE "C" PRIMARY KEY,
    loop TEXT COLLATE "C" NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    payload TEXT COLLATE "C" NOT NULL,
    evidence TEXT COLLATE "C" NOT NULL,
    proposed_by TEXT COLLATE "C" NOT NULL,
    created_at TEXT COLLATE "C" NOT NULL,
    deadline TEXT COLLATE "C" NOT NULL,
    scope TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    replay TEXT COLLATE "C" NOT NULL,
    confidence DOUBLE PRECISION NOT NULL,
    fingerprint TEXT COLLATE "C" NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL CHECK (
        status IN ('pending', 'arbiter', 'human', 'executed', 'rejected', 'failed', 'expired')
    ),
    flags TEXT COLLATE "C" NOT NULL,
    original TEXT COLLATE "C",
    decided_by TEXT COLLATE "C" NOT NULL,
    decided_at TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    failure_code TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL
);

CREATE INDEX proposals_by_status ON proposals (status, confidence DESC, id);
CREATE INDEX proposals_by_fingerprint ON proposals (fingerprint, created_at);

CREATE TABLE messages (
    proposal TEXT COLLATE "C" NOT NULL,
    n BIGINT NOT NULL,
    at TEXT COLLATE "C" NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    tier TEXT COLLATE "C" NOT NULL,
    verdict TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    detail TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (proposal, n)
);

CREATE TABLE marks (
    proposal TEXT COLLATE "C" NOT NULL,
    n BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    at TEXT COLLATE "C" NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    detail TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (proposal, n)
);

-- What happened.

CREATE TABLE ledger (
    seq BIGINT PRIMARY KEY,
    at TEXT COLLATE "C" NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    prev TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL
);

CREATE INDEX ledger_by_subject ON ledger (subject, seq);
CREATE INDEX ledger_by_name ON ledger (name, seq);

CREATE TABLE bodies (
    hash TEXT COLLATE "C" PRIMARY KEY,
    text TEXT COLLATE "C" NOT NULL
);

CREATE TABLE anchor (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    seq BIGINT NOT NULL,
    at TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL
);

CREATE TABLE images (
    proposal TEXT COLLATE "C" NOT NULL,
    n BIGINT NOT NULL,
    change TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    after_version BIGINT NOT NULL,
    before_body TEXT COLLATE "C",
    PRIMARY KEY (proposal, n)
);

CREATE INDEX images_by_record ON images (kind, key, after_version);

CREATE TABLE activities (
    seq BIGINT PRIMARY KEY,
    at TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    session TEXT COLLATE "C" NOT NULL,
    items TEXT COLLATE "C" NOT NULL,
    detail TEXT COLLATE "C" NOT NULL
);

CREATE INDEX activities_by_session ON activities (session, seq);
CREATE INDEX activities_by_name ON activities (name, seq);

CREATE TABLE activity_items (
    item TEXT COLLATE "C" NOT NULL,
    activity BIGINT NOT NULL,
    PRIMARY KEY (item, activity)
);

CREATE INDEX activity_items_by_activity ON activity_items (activity);

-- What is to be done.

CREATE TABLE jobs (
    id TEXT COLLATE "C" PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    detail TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('queued', 'running', 'done', 'dead')),
    run_at TEXT COLLATE "C" NOT NULL,
    attempts BIGINT NOT NULL,
    max_attempts BIGINT NOT NULL,
    worker TEXT COLLATE "C" NOT NULL,
    lease_until TEXT COLLATE "C" NOT NULL,
    result TEXT COLLATE "C" NOT NULL,
    error TEXT COLLATE "C" NOT NULL,
    created_at TEXT COLLATE "C" NOT NULL,
    finished_at TEXT COLLATE "C" NOT NULL
);

CREATE UNIQUE INDEX jobs_once ON jobs (key) WHERE state IN ('queued', 'running') AND key <> '';
CREATE INDEX jobs_open ON jobs (run_at, id) WHERE state IN ('queued', 'running');
CREATE INDEX jobs_by_age ON jobs (created_at DESC, id DESC);

-- Small facts.

CREATE TABLE facts (
    name TEXT COLLATE "C" PRIMARY KEY,
    value TEXT COLLATE "C" NOT NULL
);

CREATE TABLE counters (
    name TEXT COLLATE "C" PRIMARY KEY,
    value BIGINT NOT NULL
);

CREATE TABLE actors (
    name TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    roles TEXT COLLATE "C" NOT NULL,
    proof TEXT COLLATE "C" NOT NULL,
    seen_at TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (kind, name)
);

CREATE TABLE tokens (
    hash TEXT COLLATE "C" PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    roles TEXT COLLATE "C" NOT NULL,
    proof TEXT COLLATE "C" NOT NULL,
    made_at TEXT COLLATE "C" NOT NULL,
    revoked_at TEXT COLLATE "C" NOT NULL
);

-- What is derived from the ledger and can be rebuilt.

CREATE TABLE indexed (
    id TEXT COLLATE "C" PRIMARY KEY,
    words TSVECTOR NOT NULL
);

CREATE INDEX indexed_words ON indexed USING gin (words);

CREATE TABLE index_head (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    position BIGINT NOT NULL
);

CREATE TABLE vectors (
    model TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    vector BYTEA NOT NULL,
    PRIMARY KEY (model, hash)
);

-- The second lock: what the code never does, the store does not let anybody do by accident.

CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'PD001';
END
$$;

CREATE TRIGGER ledger_kept BEFORE UPDATE ON ledger
FOR EACH ROW EXECUTE FUNCTION refuse('a ledger entry is never edited');

CREATE TRIGGER ledger_whole BEFORE DELETE OR TRUNCATE ON ledger
FOR EACH STATEMENT EXECUTE FUNCTION refuse('a ledger entry is never deleted');

CREATE TRIGGER bodies_kept BEFORE UPDATE ON bodies
FOR EACH ROW EXECUTE FUNCTION refuse('the body of a ledger entry is never edited');

CREATE TRIGGER anchor_advances BEFORE UPDATE ON anchor
FOR EACH ROW WHEN (NEW.seq <> OLD.seq + 1)
EXECUTE FUNCTION refuse('the anchor of the ledger advances by one entry');

CREATE TRIGGER anchor_kept BEFORE DELETE OR TRUNCATE ON anchor
FOR EACH STATEMENT EXECUTE FUNCTION refuse('the anchor of the ledger is never deleted');

CREATE TRIGGER proposals_final BEFORE UPDATE ON proposals
FOR EACH ROW WHEN (OLD.status IN ('executed', 'rejected', 'failed', 'expired'))
EXECUTE FUNCTION refuse('a decided proposal is never edited');

CREATE TRIGGER proposals_forward BEFORE UPDATE ON proposals
FOR EACH ROW WHEN (
    (OLD.status = 'human' AND NEW.status IN ('pending', 'arbiter'))
    OR (OLD.status = 'arbiter' AND NEW.status = 'pending')
)
EXECUTE FUNCTION refuse('a proposal never goes back to an earlier tier');

CREATE TRIGGER proposals_kept BEFORE DELETE OR TRUNCATE ON proposals
FOR EACH STATEMENT EXECUTE FUNCTION refuse('a proposal is never deleted');
