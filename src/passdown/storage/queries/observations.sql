-- Sessions, observations and sources.

-- name: put_session
INSERT INTO sessions (
    id, format, agent, model, repo, branch, started_at, ended_at, outcome, parent, meta, scope
) VALUES (
    :id, :format, :agent, :model, :repo, :branch, :started_at, :ended_at, :outcome, :parent,
    :meta, :scope
)
ON CONFLICT (id) DO UPDATE SET
    format = excluded.format, agent = excluded.agent, model = excluded.model,
    repo = excluded.repo, branch = excluded.branch, started_at = excluded.started_at,
    ended_at = excluded.ended_at, outcome = excluded.outcome, parent = excluded.parent,
    meta = excluded.meta, scope = excluded.scope

-- name: any_of
SELECT 1 FROM observations WHERE session = :session LIMIT 1

-- name: known
SELECT uid FROM observations WHERE session = :session AND uid IN :uids

-- name: homes
SELECT uid, session FROM observations WHERE uid IN :uids AND {sees} ORDER BY seq DESC

-- name: session
SELECT id, format, agent, model, repo, branch, started_at, ended_at, outcome, parent, meta, scope
FROM sessions WHERE id = :id AND {sees}

-- name: sessions
SELECT id, format, agent, model, repo, branch, started_at, ended_at, outcome, parent, meta, scope
FROM sessions
WHERE {sees}
    AND started_at >= :since --? since
    AND format = :format --? format
ORDER BY started_at DESC, id
LIMIT :limit

-- name: get
SELECT seq, session, uid, seen, text, at, trust, scope, tool, call, ok, signature,
    file, file_offset, file_length, sha256, flags, meta
FROM observations WHERE seq IN :seqs AND {sees} ORDER BY seq

-- name: scan
SELECT seq, session, uid, seen, text, at, trust, scope, tool, call, ok, signature,
    file, file_offset, file_length, sha256, flags, meta
FROM observations
WHERE seq > :after AND {sees}
    AND flags = '[]' --? unflagged
    AND session = :session --? session
    AND seen IN :kinds --? kinds
    AND at >= :since --? since
ORDER BY seq --? oldest
ORDER BY seq DESC --? newest
LIMIT :limit

-- name: by_signature
SELECT seq, session, uid, seen, text, at, trust, scope, tool, call, ok, signature,
    file, file_offset, file_length, sha256, flags, meta
FROM observations
WHERE signature = :signature AND signature <> '' AND flags = '[]' AND {sees}
ORDER BY seq
LIMIT :limit

-- name: flag
UPDATE observations SET flags = :flags WHERE seq = :seq AND {sees}

-- name: count_observations
SELECT seen, count(*), sum(CASE WHEN flags <> '[]' THEN 1 ELSE 0 END)
FROM observations WHERE {sees} GROUP BY seen

-- name: count_sessions
SELECT count(*) FROM sessions WHERE {sees}

-- name: count_sources
SELECT count(*) FROM sources

-- name: drop_observations
DELETE FROM observations WHERE session = :session

-- name: drop_session
DELETE FROM sessions WHERE id = :session

-- name: source
SELECT key, format, device, inode, file_offset, tail, memory, read_at, counts
FROM sources WHERE key = :key

-- name: sources
SELECT key, format, device, inode, file_offset, tail, memory, read_at, counts
FROM sources ORDER BY key

-- name: drop_source
DELETE FROM sources WHERE key = :key

-- name: put_source
INSERT INTO sources (key, format, device, inode, file_offset, tail, memory, read_at, counts)
VALUES (:key, :format, :device, :inode, :file_offset, :tail, :memory, :read_at, :counts)
ON CONFLICT (key) DO UPDATE SET
    format = excluded.format, device = excluded.device, inode = excluded.inode,
    file_offset = excluded.file_offset, tail = excluded.tail, memory = excluded.memory,
    read_at = excluded.read_at, counts = excluded.counts

-- name: reserve
INSERT INTO counters (name, value) VALUES ('observations', :many)
ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value
RETURNING value
