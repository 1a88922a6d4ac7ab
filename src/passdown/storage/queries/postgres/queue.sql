-- One status after the other by the index, each in its order: taken together, all there are would be
-- sorted for a page of them.
-- name: all
SELECT found.*
FROM (VALUES
    ('pending'), ('arbiter'), ('human'), ('executed'), ('rejected'), ('failed'), ('expired')
) AS each (status)
CROSS JOIN LATERAL (
    SELECT id, loop, action, payload, evidence, proposed_by, created_at, deadline, scope, title,
        replay, confidence, fingerprint, digest, status, flags, original, decided_by, decided_at,
        reason, failure_code, version, value
    FROM proposals
    WHERE status = each.status AND {sees}
        AND loop = :loop --? loop
        AND (confidence < :confidence OR (confidence = :confidence AND id > :after)) --? after
    ORDER BY confidence DESC, id
    LIMIT :limit
) AS found
WHERE each.status IN :statuses
ORDER BY found.confidence DESC, found.id
LIMIT :limit
