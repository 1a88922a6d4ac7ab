-- Proposals and what was said about them.

-- name: add
INSERT INTO proposals (
    id, loop, action, payload, evidence, proposed_by, created_at, deadline, scope, title, replay,
    confidence, fingerprint, digest, status, flags, original, decided_by, decided_at, reason,
    failure_code, version, value, shape
) VALUES (
    :id, :loop, :action, :payload, :evidence, :proposed_by, :created_at, :deadline, :scope, :title,
    :replay, :confidence, :fingerprint, :digest, :status, :flags, :original, :decided_by,
    :decided_at, :reason, :failure_code, :version, :value, :shape
)
ON CONFLICT DO NOTHING

-- name: get
SELECT id, loop, action, payload, evidence, proposed_by, created_at, deadline, scope, title,
    replay, confidence, fingerprint, digest, status, flags, original, decided_by, decided_at,
    reason, failure_code, version, value
FROM proposals WHERE id = :id AND {sees}

-- name: find
SELECT id, loop, action, payload, evidence, proposed_by, created_at, deadline, scope, title,
    replay, confidence, fingerprint, digest, status, flags, original, decided_by, decided_at,
    reason, failure_code, version, value
FROM proposals WHERE id >= :prefix AND id < :beyond AND {sees} ORDER BY id LIMIT 2

-- What the proposal is (id, loop, who asked, when, fingerprint, scope) is never written again.
-- name: write
UPDATE proposals SET
    action = :action, payload = :payload, evidence = :evidence, deadline = :deadline,
    title = :title, replay = :replay, confidence = :confidence, digest = :digest,
    status = :status, flags = :flags, original = :original, decided_by = :decided_by,
    decided_at = :decided_at, reason = :reason, failure_code = :failure_code,
    version = version + 1, value = :value, shape = :shape
WHERE id = :id AND status = :expect AND version = :version AND {sees}
RETURNING id, loop, action, payload, evidence, proposed_by, created_at, deadline, scope, title,
    replay, confidence, fingerprint, digest, status, flags, original, decided_by, decided_at,
    reason, failure_code, version, value

-- name: all
SELECT id, loop, action, payload, evidence, proposed_by, created_at, deadline, scope, title,
    replay, confidence, fingerprint, digest, status, flags, original, decided_by, decided_at,
    reason, failure_code, version, value
FROM proposals
WHERE status IN :statuses AND {sees}
    AND loop = :loop --? loop
    AND (confidence < :confidence OR (confidence = :confidence AND id > :after)) --? after
ORDER BY confidence DESC, id
LIMIT :limit

-- The statuses stand here as they stand in the index.
-- name: best
SELECT id, loop, action, payload, evidence, proposed_by, created_at, deadline, scope, title,
    replay, confidence, fingerprint, digest, status, flags, original, decided_by, decided_at,
    reason, failure_code, version, value
FROM proposals
WHERE status IN ('pending', 'arbiter', 'human') AND loop = :loop AND {sees}
    AND (value < :below OR (value = :below AND id > :after)) --? after
    AND scope = :scope --? scope
    AND flags LIKE :flag --? flag
    AND flags <> '[]' --? flagged
    AND confidence >= :least --? least
    AND created_at <= :until --? until
ORDER BY value DESC, id
LIMIT :limit

-- name: lot
SELECT id, loop, action, payload, evidence, proposed_by, created_at, deadline, scope, title,
    replay, confidence, fingerprint, digest, status, flags, original, decided_by, decided_at,
    reason, failure_code, version, value
FROM proposals
WHERE status IN ('pending', 'arbiter', 'human') AND loop = :loop AND {sees}
    AND id > :after AND id < :before
    AND scope = :scope --? scope
    AND flags LIKE :flag --? flag
    AND flags <> '[]' --? flagged
    AND confidence >= :least --? least
    AND created_at <= :until --? until
ORDER BY id
LIMIT :limit

-- From one name to the next, by the index: there are few, of very many questions. No status stands
-- here, for an index by status would be taken and read from end to end.
-- name: loops
WITH RECURSIVE names (name) AS (
    SELECT min(loop) FROM proposals WHERE {sees}
    UNION ALL
    SELECT (SELECT min(loop) FROM proposals WHERE loop > name AND {sees})
    FROM names WHERE name IS NOT NULL
)
SELECT name FROM names WHERE name IS NOT NULL ORDER BY name

-- name: place
SELECT confidence FROM proposals WHERE id = :id AND {sees}

-- name: by_fingerprint
SELECT id, loop, action, payload, evidence, proposed_by, created_at, deadline, scope, title,
    replay, confidence, fingerprint, digest, status, flags, original, decided_by, decided_at,
    reason, failure_code, version, value
FROM proposals WHERE fingerprint = :fingerprint AND {sees}
ORDER BY created_at DESC, id DESC LIMIT 1

-- name: due
SELECT id, loop, action, payload, evidence, proposed_by, created_at, deadline, scope, title,
    replay, confidence, fingerprint, digest, status, flags, original, decided_by, decided_at,
    reason, failure_code, version, value
FROM proposals
WHERE status IN :statuses AND deadline <> '' AND deadline <= :now AND {sees}
ORDER BY deadline, id
LIMIT :limit

-- name: counts
SELECT loop, status, sum(n) FROM proposal_counts WHERE {sees} GROUP BY loop, status
ORDER BY loop, status

-- name: waiting
SELECT coalesce(sum(n), 0) FROM proposal_counts
WHERE status IN ('pending', 'arbiter', 'human') AND {sees}
    AND loop = :loop --? loop

-- name: say
INSERT INTO messages (proposal, n, at, actor, tier, verdict, text, detail)
SELECT id, (SELECT coalesce(max(n), 0) + 1 FROM messages WHERE proposal = :proposal),
    :at, :actor, :tier, :verdict, :text, :detail
FROM proposals WHERE id = :proposal AND {sees}
RETURNING proposal, n, at, actor, tier, verdict, text, detail

-- name: messages
SELECT proposal, n, at, actor, tier, verdict, text, detail
FROM messages
WHERE proposal = :id AND EXISTS (SELECT 1 FROM proposals WHERE id = :id AND {sees})
ORDER BY n

-- name: mark
INSERT INTO marks (proposal, n, name, at, actor, detail)
SELECT :proposal, coalesce(max(n), 0) + 1, :name, :at, :actor, :detail
FROM marks WHERE proposal = :proposal

-- name: marks
SELECT proposal, n, name, at, actor, detail
FROM marks
WHERE proposal = :id AND EXISTS (SELECT 1 FROM proposals WHERE id = :id AND {sees})
ORDER BY n
