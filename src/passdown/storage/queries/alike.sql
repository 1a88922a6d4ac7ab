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

-- name: many
SELECT count(*) FROM proposals
WHERE status IN ('pending', 'arbiter', 'human') AND shape <> ''
    AND loop = :loop AND shape = :shape AND {sees}

-- name: groups
SELECT loop, shape, count(*) AS n, min(id) FROM proposals
WHERE status IN ('pending', 'arbiter', 'human') AND shape <> '' AND {sees}
    AND loop = :loop
GROUP BY loop, shape
HAVING count(*) > 1
ORDER BY n DESC, loop, shape
LIMIT :limit

-- name: answers
SELECT status, same, count(*) FROM (
    SELECT status, original IS NULL AS same FROM proposals
    WHERE status IN ('executed', 'rejected') AND shape <> ''
        AND loop = :loop AND shape = :shape AND decided_by = :by AND {sees}
    ORDER BY status DESC --? most
    LIMIT :most --? most
) AS answered
GROUP BY status, same

-- name: decided
SELECT id, loop, action, payload, evidence, proposed_by, created_at, deadline, scope, title,
    replay, confidence, fingerprint, digest, status, flags, original, decided_by, decided_at,
    reason, failure_code, version, value
FROM proposals
WHERE status = :status AND confidence <= :confidence
    AND loop = :loop AND action = :action AND {sees}
ORDER BY confidence DESC, id
LIMIT :limit
