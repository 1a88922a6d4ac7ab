-- Everything the loop keeps. Texts never contain NUL; JSON stands in text; times are UTC text.

CREATE TABLE migrations (
    number INTEGER PRIMARY KEY,
    checksum TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;

-- What was said or done.

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    format TEXT NOT NULL,
    agent TEXT NOT NULL,
    model TEXT NOT NULL,
    repo TEXT NOT NULL,
    branch TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT NOT NULL,
    outcome TEXT NOT NULL,
    parent TEXT NOT NULL,
    meta TEXT NOT NULL,
    scope TEXT NOT NULL
) STRICT;

CREATE INDEX sessions_by_start ON sessions (started_at DESC, id);

CREATE TABLE observations (
    seq INTEGER PRIMARY KEY,
    session TEXT NOT NULL,
    uid TEXT NOT NULL,
    seen TEXT NOT NULL,
    text TEXT NOT NULL,
    at TEXT NOT NULL,
    trust INTEGER NOT NULL,
    scope TEXT NOT NULL,
    tool TEXT NOT NULL,
    call TEXT NOT NULL,
    ok INTEGER,
    signature TEXT NOT NULL,
    file TEXT,
    file_offset INTEGER,
    file_length INTEGER,
    sha256 TEXT,
    flags TEXT NOT NULL,
    meta TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX observations_once ON observations (uid, session);
CREATE INDEX observations_in_session ON observations (session, seq);
CREATE INDEX observations_by_signature ON observations (signature, seq) WHERE signature <> '';

CREATE TABLE sources (
    key TEXT PRIMARY KEY,
    format TEXT NOT NULL,
    device TEXT NOT NULL,
    inode TEXT NOT NULL,
    file_offset INTEGER NOT NULL,
    tail TEXT NOT NULL,
    memory TEXT NOT NULL,
    read_at TEXT NOT NULL,
    counts TEXT NOT NULL
) STRICT;

-- What a person approved.

CREATE TABLE records (
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    text TEXT NOT NULL,
    body TEXT NOT NULL,
    scope TEXT NOT NULL,
    life TEXT NOT NULL,
    trust INTEGER NOT NULL,
    confidence REAL NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to TEXT NOT NULL,
    made_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (kind, key)
) STRICT;

CREATE TABLE versions (
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    text TEXT NOT NULL,
    body TEXT NOT NULL,
    scope TEXT NOT NULL,
    life TEXT NOT NULL,
    trust INTEGER NOT NULL,
    confidence REAL NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to TEXT NOT NULL,
    made_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (kind, key, version)
) STRICT;

CREATE INDEX versions_by_id ON versions (id);

CREATE TABLE edges (
    source TEXT NOT NULL,
    type TEXT NOT NULL,
    target TEXT NOT NULL,
    body TEXT NOT NULL,
    scope TEXT NOT NULL,
    PRIMARY KEY (source, type, target)
) STRICT, WITHOUT ROWID;

CREATE INDEX edges_by_target ON edges (target);

-- What is asked.

CREATE TABLE proposals (
    id TEXT PRIMARY KEY,
    loop TEXT NOT NULL,
    action TEXT NOT NULL,
    payload TEXT NOT NULL,
    evidence TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    deadline TEXT NOT NULL,
    scope TEXT NOT NULL,
    title TEXT NOT NULL,
    replay TEXT NOT NULL,
    confidence REAL NOT NULL,
    fingerprint TEXT NOT NULL,
    digest TEXT NOT NULL,
    status TEXT NOT NULL CHECK (
        status IN ('pending', 'arbiter', 'human', 'executed', 'rejected', 'failed', 'expired')
    ),
    flags TEXT NOT NULL,
    original TEXT,
    decided_by TEXT NOT NULL,
    decided_at TEXT NOT NULL,
    reason TEXT NOT NULL,
    failure_code TEXT NOT NULL,
    version INTEGER NOT NULL
) STRICT;

CREATE INDEX proposals_by_status ON proposals (status, confidence DESC, id);
CREATE INDEX proposals_by_fingerprint ON proposals (fingerprint, created_at);

CREATE TABLE messages (
    proposal TEXT NOT NULL,
    n INTEGER NOT NULL,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    tier TEXT NOT NULL,
    verdict TEXT NOT NULL,
    text TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (proposal, n)
) STRICT;

CREATE TABLE marks (
    proposal TEXT NOT NULL,
    n INTEGER NOT NULL,
    name TEXT NOT NULL,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (proposal, n)
) STRICT;

-- What happened.

CREATE TABLE ledger (
    seq INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    name TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;

CREATE INDEX ledger_by_subject ON ledger (subject, seq);
CREATE INDEX ledger_by_name ON ledger (name, seq);

CREATE TABLE bodies (
    hash TEXT PRIMARY KEY,
    text TEXT NOT NULL
) STRICT;

CREATE TABLE anchor (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    seq INTEGER NOT NULL,
    at TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;

CREATE TABLE images (
    proposal TEXT NOT NULL,
    n INTEGER NOT NULL,
    change TEXT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    after_version INTEGER NOT NULL,
    before_body TEXT,
    PRIMARY KEY (proposal, n)
) STRICT;

CREATE INDEX images_by_record ON images (kind, key, after_version);

CREATE TABLE activities (
    seq INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    name TEXT NOT NULL,
    session TEXT NOT NULL,
    items TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;

CREATE INDEX activities_by_session ON activities (session, seq);
CREATE INDEX activities_by_name ON activities (name, seq);

CREATE TABLE activity_items (
    item TEXT NOT NULL,
    activity INTEGER NOT NULL,
    PRIMARY KEY (item, activity)
) STRICT, WITHOUT ROWID;

CREATE INDEX activity_items_by_activity ON activity_items (activity);

-- What is to be done.

CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    key TEXT NOT NULL,
    detail TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'dead')),
    run_at TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    max_attempts INTEGER NOT NULL,
    worker TEXT NOT NULL,
    lease_until TEXT NOT NULL,
    result TEXT NOT NULL,
    error TEXT NOT NULL,
    created_at TEXT NOT NULL,
    finished_at TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX jobs_once ON jobs (key) WHERE state IN ('queued', 'running') AND key <> '';
CREATE INDEX jobs_open ON jobs (run_at, id) WHERE state IN ('queued', 'running');
CREATE INDEX jobs_by_age ON jobs (created_at DESC, id DESC);

-- Small facts.

CREATE TABLE facts (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE actors (
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    roles TEXT NOT NULL,
    proof TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    PRIMARY KEY (kind, name)
) STRICT;

CREATE TABLE tokens (
    hash TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    roles TEXT NOT NULL,
    proof TEXT NOT NULL,
    made_at TEXT NOT NULL,
    revoked_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What is derived from the ledger and can be rebuilt.

CREATE TABLE indexed (
    num INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    words TEXT NOT NULL
) STRICT;

CREATE TABLE index_head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    position INTEGER NOT NULL
) STRICT;

-- The caller's words stay whole: only white space parts them.
CREATE VIRTUAL TABLE indexed_words USING fts5(
    words,
    content = 'indexed',
    content_rowid = 'num',
    tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* Cf Cn Co'"
);

CREATE TRIGGER indexed_added AFTER INSERT ON indexed BEGIN
    INSERT INTO indexed_words (rowid, words) VALUES (NEW.num, NEW.words);
END;

CREATE TRIGGER indexed_gone AFTER DELETE ON indexed BEGIN
    INSERT INTO indexed_words (indexed_words, rowid, words) VALUES ('delete', OLD.num, OLD.words);
END;

CREATE TRIGGER indexed_changed AFTER UPDATE ON indexed BEGIN
    INSERT INTO indexed_words (indexed_words, rowid, words) VALUES ('delete', OLD.num, OLD.words);
    INSERT INTO indexed_words (rowid, words) VALUES (NEW.num, NEW.words);
END;

CREATE TABLE vectors (
    model TEXT NOT NULL,
    hash TEXT NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (model, hash)
) STRICT, WITHOUT ROWID;

-- The second lock: what the code never does, the store does not let anybody do by accident.

CREATE TRIGGER ledger_kept BEFORE UPDATE ON ledger BEGIN
    SELECT RAISE(ABORT, 'a ledger entry is never edited');
END;

CREATE TRIGGER ledger_whole BEFORE DELETE ON ledger BEGIN
    SELECT RAISE(ABORT, 'a ledger entry is never deleted');
END;

CREATE TRIGGER bodies_kept BEFORE UPDATE ON bodies BEGIN
    SELECT RAISE(ABORT, 'the body of a ledger entry is never edited');
END;

CREATE TRIGGER anchor_advances BEFORE UPDATE ON anchor WHEN NEW.seq <> OLD.seq + 1 BEGIN
    SELECT RAISE(ABORT, 'the anchor of the ledger advances by one entry');
END;

CREATE TRIGGER anchor_kept BEFORE DELETE ON anchor BEGIN
    SELECT RAISE(ABORT, 'the anchor of the ledger is never deleted');
END;

CREATE TRIGGER proposals_final BEFORE UPDATE ON proposals
WHEN OLD.status IN ('executed', 'rejected', 'failed', 'expired') BEGIN
    SELECT RAISE(ABORT, 'a decided proposal is never edited');
END;

CREATE TRIGGER proposals_forward BEFORE UPDATE ON proposals
WHEN (OLD.status = 'human' AND NEW.status IN ('pending', 'arbiter'))
    OR (OLD.status = 'arbiter' AND NEW.status = 'pending') BEGIN
    SELECT RAISE(ABORT, 'a proposal never goes back to an earlier tier');
END;

CREATE TRIGGER proposals_kept BEFORE DELETE ON proposals BEGIN
    SELECT RAISE(ABORT, 'a proposal is never deleted');
END;
