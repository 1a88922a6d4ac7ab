-- What is taken back for good. A row says the columns of storage/texts.py, in their order.

-- name: page_observations
SELECT seq, text, tool, call, signature, scope, flags, meta
FROM observations WHERE seq > :after_seq ORDER BY seq LIMIT :limit

-- name: rewrite_observations
UPDATE observations SET text = :text, tool = :tool, call = :call, signature = :signature,
    scope = :scope, flags = :flags, meta = :meta
WHERE seq = :seq

-- name: page_sessions
SELECT id, agent, model, repo, branch, outcome, parent, scope, meta
FROM sessions WHERE id > :after_id ORDER BY id LIMIT :limit

-- name: rewrite_sessions
UPDATE sessions SET agent = :agent, model = :model, repo = :repo, branch = :branch,
    outcome = :outcome, parent = :parent, scope = :scope, meta = :meta
WHERE id = :id

-- name: page_sources
SELECT key, memory
FROM sources WHERE key > :after_key ORDER BY key LIMIT :limit

-- name: rewrite_sources
UPDATE sources SET memory = :memory
WHERE key = :key

-- name: page_records
SELECT id, text, scope, body
FROM records WHERE id > :after_id ORDER BY id LIMIT :limit

-- name: rewrite_records
UPDATE records SET text = :text, scope = :scope, body = :body
WHERE id = :id

-- name: page_versions
SELECT id, version, text, scope, body
FROM versions WHERE (id, version) > (:after_id, :after_version) ORDER BY id, version LIMIT :limit

-- name: rewrite_versions
UPDATE versions SET text = :text, scope = :scope, body = :body
WHERE id = :id AND version = :version

-- name: page_edges
SELECT source, type, target, scope, body
FROM edges WHERE (source, type, target) > (:after_source, :after_type, :after_target) ORDER BY
    source, type, target LIMIT :limit

-- name: rewrite_edges
UPDATE edges SET scope = :scope, body = :body
WHERE source = :source AND type = :type AND target = :target

-- name: page_images
SELECT proposal, n, before_body
FROM images WHERE (proposal, n) > (:after_proposal, :after_n) ORDER BY proposal, n LIMIT :limit

-- name: rewrite_images
UPDATE images SET before_body = :before_body
WHERE proposal = :proposal AND n = :n

-- name: page_proposals
SELECT id, title, reason, scope, payload, evidence, replay, original, flags
FROM proposals WHERE id > :after_id ORDER BY id LIMIT :limit

-- name: rewrite_proposals
UPDATE proposals SET title = :title, reason = :reason, scope = :scope, payload = :payload,
    evidence = :evidence, replay = :replay, original = :original, flags = :flags, version =
    version + 1
WHERE id = :id

-- name: page_messages
SELECT proposal, n, text, detail
FROM messages WHERE (proposal, n) > (:after_proposal, :after_n) ORDER BY proposal, n LIMIT :limit

-- name: rewrite_messages
UPDATE messages SET text = :text, detail = :detail
WHERE proposal = :proposal AND n = :n

-- name: page_marks
SELECT proposal, n, detail
FROM marks WHERE (proposal, n) > (:after_proposal, :after_n) ORDER BY proposal, n LIMIT :limit

-- name: rewrite_marks
UPDATE marks SET detail = :detail
WHERE proposal = :proposal AND n = :n

-- name: page_bodies
SELECT hash, text
FROM bodies WHERE hash > :after_hash ORDER BY hash LIMIT :limit

-- name: page_jobs
SELECT id, error, detail, result
FROM jobs WHERE id > :after_id ORDER BY id LIMIT :limit

-- name: rewrite_jobs
UPDATE jobs SET error = :error, detail = :detail, result = :result
WHERE id = :id

-- Only while this row stands may the text of what is decided give way.
-- name: begin
INSERT INTO erasing (one) VALUES (1) ON CONFLICT DO NOTHING

-- name: end
DELETE FROM erasing

-- name: records_of_record
SELECT id, text, scope, body
FROM records WHERE id = :id ORDER BY id

-- name: versions_of_record
SELECT id, version, text, scope, body
FROM versions WHERE id = :id ORDER BY id, version

-- name: images_of_record
SELECT proposal, n, before_body
FROM images WHERE kind = :kind AND key = :key ORDER BY proposal, n

-- name: proposals_of_proposal
SELECT id, title, reason, scope, payload, evidence, replay, original, flags
FROM proposals WHERE id = :id

-- name: messages_of_proposal
SELECT proposal, n, text, detail
FROM messages WHERE proposal = :id ORDER BY n

-- name: marks_of_proposal
SELECT proposal, n, detail
FROM marks WHERE proposal = :id ORDER BY n

-- name: images_of_proposal
SELECT proposal, n, before_body
FROM images WHERE proposal = :id ORDER BY n

-- name: bodies_of_subject
SELECT hash, text
FROM bodies WHERE hash IN
    (SELECT body FROM ledger WHERE subject = :subject) ORDER BY hash

-- name: records_holding
SELECT id, text, scope, body
FROM records WHERE text = :whole OR body LIKE :leaf ESCAPE '!'
ORDER BY id

-- name: versions_holding
SELECT id, version, text, scope, body
FROM versions WHERE text = :whole OR body LIKE :leaf ESCAPE '!'
ORDER BY id, version

-- name: images_holding
SELECT proposal, n, before_body
FROM images WHERE before_body LIKE :leaf ESCAPE '!'
ORDER BY proposal, n

-- name: proposals_holding
SELECT id, title, reason, scope, payload, evidence, replay, original, flags
FROM proposals WHERE title = :whole OR payload LIKE :leaf ESCAPE '!' OR replay LIKE :leaf
    ESCAPE '!' OR original LIKE :leaf ESCAPE '!'
ORDER BY id

-- name: messages_holding
SELECT proposal, n, text, detail
FROM messages WHERE text = :whole OR detail LIKE :leaf ESCAPE '!'
ORDER BY proposal, n

-- name: bodies_holding
SELECT hash, text
FROM bodies WHERE text LIKE :leaf ESCAPE '!'
ORDER BY hash

-- name: jobs_holding
SELECT id, error, detail, result
FROM jobs WHERE detail LIKE :leaf ESCAPE '!' OR result LIKE :leaf ESCAPE '!'
ORDER BY id

-- name: evidence
SELECT id, evidence FROM proposals WHERE evidence <> '[]' ORDER BY id

-- name: pieces
SELECT coalesce(file, ''), session, count(*) FROM observations GROUP BY 1, 2 ORDER BY 1, 2

-- name: of_file
SELECT seq FROM observations WHERE session = :session AND file IN :files ORDER BY seq

-- name: older
SELECT seq FROM observations
WHERE seq > :after AND at <> '' AND at < :before ORDER BY seq LIMIT :limit

-- name: drop_observations
DELETE FROM observations WHERE seq IN :seqs

-- name: drop_record
DELETE FROM records WHERE id = :id

-- name: drop_versions
DELETE FROM versions WHERE id = :id

-- name: drop_images
DELETE FROM images WHERE kind = :kind AND key = :key

-- name: naming
SELECT seq, items FROM activities
WHERE seq IN (SELECT activity FROM activity_items WHERE item = :item) ORDER BY seq

-- name: rename
UPDATE activities SET items = :items WHERE seq = :seq

-- name: drop_activity
DELETE FROM activities WHERE seq = :seq

-- name: drop_item
DELETE FROM activity_items WHERE item = :item

-- name: drop_items_of_session
DELETE FROM activity_items
WHERE activity IN (SELECT seq FROM activities WHERE session = :session)

-- name: drop_activities_of_session
DELETE FROM activities WHERE session = :session

-- name: drop_jobs
DELETE FROM jobs WHERE key >= :start AND key < :beyond
