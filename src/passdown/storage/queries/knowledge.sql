-- Records, their versions and relations.

-- name: create
INSERT INTO records (
    id, kind, key, text, body, scope, life, trust, confidence, valid_from, valid_to, made_by,
    created_at, updated_at, version
) VALUES (
    :id, :kind, :key, :text, :body, :scope, :life, :trust, :confidence, :valid_from, :valid_to,
    :made_by, :created_at, :updated_at,
    1 + (SELECT coalesce(max(version), 0) FROM versions WHERE kind = :kind AND key = :key)
)
ON CONFLICT DO NOTHING
RETURNING id, kind, key, text, body, scope, life, trust, confidence, valid_from, valid_to,
    made_by, created_at, updated_at, version

-- name: replace
UPDATE records SET
    text = :text, body = :body, scope = :scope, life = :life, trust = :trust,
    confidence = :confidence, valid_from = :valid_from, valid_to = :valid_to, made_by = :made_by,
    created_at = :created_at, updated_at = :updated_at, version = version + 1
WHERE kind = :kind AND key = :key AND version = :version
RETURNING id, kind, key, text, body, scope, life, trust, confidence, valid_from, valid_to,
    made_by, created_at, updated_at, version

-- name: remove
DELETE FROM records WHERE kind = :kind AND key = :key AND version = :version
RETURNING id, kind, key, text, body, scope, life, trust, confidence, valid_from, valid_to,
    made_by, created_at, updated_at, version

-- name: keep_version
INSERT INTO versions (
    id, kind, key, text, body, scope, life, trust, confidence, valid_from, valid_to, made_by,
    created_at, updated_at, version
) VALUES (
    :id, :kind, :key, :text, :body, :scope, :life, :trust, :confidence, :valid_from, :valid_to,
    :made_by, :created_at, :updated_at, :version
)

-- name: get
SELECT id, kind, key, text, body, scope, life, trust, confidence, valid_from, valid_to, made_by,
    created_at, updated_at, version
FROM records WHERE kind = :kind AND key = :key AND {sees}

-- name: find
SELECT id, kind, key, text, body, scope, life, trust, confidence, valid_from, valid_to, made_by,
    created_at, updated_at, version
FROM records WHERE id >= :prefix AND id < :beyond AND {sees} ORDER BY id LIMIT 10

-- Most records are active: those are read in their order, never looked up by that.
-- name: all
SELECT id, kind, key, text, body, scope, life, trust, confidence, valid_from, valid_to, made_by,
    created_at, updated_at, version
FROM records
WHERE {sees}
    AND life IN :lives --? rare
    AND life || '' IN :lives --? most
    AND kind = :kind --? kind
ORDER BY kind, key
LIMIT :limit

-- What a brief chooses from: the conditions stand as in the index made for it.
-- name: best
SELECT id, kind, key, text, body, scope, life, trust, confidence, valid_from, valid_to, made_by,
    created_at, updated_at, version
FROM records
WHERE life = 'active' AND scope = :scope
    AND CASE WHEN body = replace(body, '"category":"question"', '') THEN 0 ELSE 1 END = :asks
    AND confidence * 10 + trust > 10 * :above
    AND confidence > :above
    AND valid_from <= :now AND (valid_to = '' OR valid_to > :now)
    AND kind NOT IN :without --? without
ORDER BY confidence * 10 + trust DESC, updated_at DESC, id
LIMIT :limit

-- name: many
SELECT count(*) FROM (
    SELECT id FROM records
    WHERE life = 'active' AND scope = :scope
        AND CASE WHEN body = replace(body, '"category":"question"', '') THEN 0 ELSE 1 END = :asks
        AND confidence * 10 + trust > 10 * :above
        AND confidence > :above
        AND valid_from <= :now AND (valid_to = '' OR valid_to > :now)
        AND kind NOT IN :without --? without
    LIMIT :limit
) AS counted

-- name: by_ids
SELECT id, kind, key, text, body, scope, life, trust, confidence, valid_from, valid_to, made_by,
    created_at, updated_at, version
FROM records WHERE id IN :ids AND {sees}

-- name: versions
SELECT id, kind, key, text, body, scope, life, trust, confidence, valid_from, valid_to, made_by,
    created_at, updated_at, version
FROM versions WHERE kind = :kind AND key = :key AND {sees} ORDER BY version

-- name: link
INSERT INTO edges (source, type, target, body, scope)
VALUES (:source, :type, :target, :body, :scope)
ON CONFLICT DO NOTHING

-- name: unlink
DELETE FROM edges WHERE source = :source AND type = :type AND target = :target

-- name: edges
SELECT source, type, target, body, scope
FROM edges
WHERE {sees}
    AND (source = :id OR target = :id) --? id
    AND type = :type --? type
ORDER BY source, type, target

-- name: counts
SELECT kind, sum(n) FROM record_counts WHERE life = 'active' AND {sees} GROUP BY kind ORDER BY kind
