-- Rows of work with leases.

-- name: open
SELECT id FROM jobs WHERE state IN ('queued', 'running') AND key = :key AND key <> ''

-- name: add
INSERT INTO jobs (
    id, name, key, detail, state, run_at, attempts, max_attempts, worker, lease_until, result,
    error, created_at, finished_at
) VALUES (
    :id, :name, :key, :detail, :state, :run_at, :attempts, :max_attempts, :worker, :lease_until,
    :result, :error, :created_at, :finished_at
)
ON CONFLICT DO NOTHING

-- A worker that died with its last attempt leaves a job nobody may take again.
-- name: bury
UPDATE jobs SET state = 'dead', error = :error, finished_at = :now, lease_until = ''
WHERE id IN (
    SELECT id FROM jobs
    WHERE state = 'running' AND lease_until <= :now AND attempts >= max_attempts
    {skip_locked}
)

-- name: take
UPDATE jobs SET
    state = 'running', attempts = attempts + 1, worker = :worker, lease_until = :lease_until
WHERE id = (
    SELECT id FROM jobs
    WHERE ((state = 'queued' AND run_at <= :now) OR (state = 'running' AND lease_until <= :now))
        AND name IN :names --? names
    ORDER BY CASE WHEN state = 'queued' THEN run_at ELSE lease_until END, id
    LIMIT 1
    {skip_locked}
)
RETURNING id, name, key, detail, state, run_at, attempts, max_attempts, worker, lease_until,
    result, error, created_at, finished_at

-- name: beat
UPDATE jobs SET lease_until = :lease_until
WHERE id = :id AND state = 'running' AND worker = :worker

-- name: finish
UPDATE jobs SET
    state = 'done', result = :result, error = '', finished_at = :now, lease_until = ''
WHERE id = :id AND state = 'running' AND worker = :worker
RETURNING key

-- What ended before under this key says nothing any more.
-- name: forget
DELETE FROM jobs WHERE key = :key AND key <> '' AND id <> :id AND state IN ('done', 'dead')

-- name: fail
UPDATE jobs SET
    state = CASE WHEN attempts >= max_attempts THEN 'dead' ELSE 'queued' END,
    finished_at = CASE WHEN attempts >= max_attempts THEN :now ELSE '' END,
    run_at = CASE WHEN attempts >= max_attempts THEN run_at ELSE :retry_at END,
    worker = CASE WHEN attempts >= max_attempts THEN worker ELSE '' END,
    error = :error, lease_until = ''
WHERE id = :id AND state = 'running' AND worker = :worker
RETURNING id, name, key, detail, state, run_at, attempts, max_attempts, worker, lease_until,
    result, error, created_at, finished_at

-- name: get
SELECT id, name, key, detail, state, run_at, attempts, max_attempts, worker, lease_until, result,
    error, created_at, finished_at
FROM jobs WHERE id = :id

-- name: all
SELECT id, name, key, detail, state, run_at, attempts, max_attempts, worker, lease_until, result,
    error, created_at, finished_at
FROM jobs
WHERE id <> ''
    AND state IN :states --? states
ORDER BY created_at DESC, id DESC
LIMIT :limit
