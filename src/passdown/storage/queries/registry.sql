-- Small facts of the store itself.

-- name: value
SELECT value FROM facts WHERE name = :name

-- name: keep
INSERT INTO facts (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value

-- name: see
INSERT INTO actors (name, kind, roles, proof, seen_at)
VALUES (:name, :kind, :roles, :proof, :now)
ON CONFLICT (kind, name) DO UPDATE SET
    roles = excluded.roles, proof = excluded.proof, seen_at = excluded.seen_at

-- name: people
SELECT name FROM actors WHERE kind = 'human' ORDER BY name

-- name: add_token
INSERT INTO tokens (hash, name, kind, roles, proof, made_at, revoked_at)
VALUES (:hash, :name, :kind, :roles, :proof, :now, '')
ON CONFLICT DO NOTHING

-- name: token
SELECT name, kind, roles, proof FROM tokens WHERE hash = :hash AND revoked_at = ''

-- name: holders
SELECT name, kind, roles, proof, made_at FROM tokens
WHERE revoked_at = '' ORDER BY name, made_at, hash

-- name: revoke
UPDATE tokens SET revoked_at = :now WHERE name = :name AND revoked_at = ''

-- name: forgotten
SELECT mark FROM forgotten WHERE mark IN :marks

-- name: forget
INSERT INTO forgotten (mark, at) VALUES (:mark, :now) ON CONFLICT DO NOTHING

-- name: recall
DELETE FROM forgotten WHERE mark IN :marks
