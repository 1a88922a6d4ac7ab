-- Questions by their shape. The conditions stand here as they stand in the indexes.

-- name: waiting
SELECT id, loop, action, payload, evidence, proposed_by, created_at, deadline, scope, title,
    replay, confidence, fingerprint, digest, status, flags, original, decided_by, decided_at,
    reason, failure_code, version, value
FROM proposals
WHERE status IN ('pending', 'arbiter', 'human') AND shape <> ''
    AND loop = :loop AND shape = :shape AND {sees}
ORDER BY confidence DESC, id
LIMIT :limit

-- name: groups
SELECT loop, shape, count(*) AS n, min(id) FROM proposals
WHERE status IN ('pending', 'arbiter', 'human') AND shape <> '' AND {sees}
    AND loop = :loop
GROUP BY loop, shape
HAVING count(*) > 1
ORDER BY n DESC, loop, shape
LIMIT :limit

-- name: answers
SELECT status, original IS NULL, count(*) FROM proposals
WHERE status IN ('executed', 'rejected') AND shape <> ''
    AND loop = :loop AND shape = :shape AND decided_by = :by AND {sees}
GROUP BY status, original IS NULL
