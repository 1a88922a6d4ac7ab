-- What happened. Entries and activities have no scope of their own: where the sight has an end,
-- those about something beyond it are left out.

-- name: append
INSERT INTO ledger (seq, at, actor, name, subject, body, prev, hash)
VALUES (:seq, :at, :actor, :name, :subject, :body, :prev, :hash)

-- name: keep_body
INSERT INTO bodies (hash, text) VALUES (:hash, :text) ON CONFLICT (hash) DO NOTHING

-- name: advance
INSERT INTO anchor (one, seq, at, hash) VALUES (1, :seq, :at, :hash)
ON CONFLICT (one) DO UPDATE SET seq = excluded.seq, at = excluded.at, hash = excluded.hash

-- name: anchor
SELECT seq, at, hash FROM anchor

-- name: head
SELECT seq, hash FROM ledger ORDER BY seq DESC LIMIT 1

-- name: entries
SELECT ledger.seq, ledger.at, ledger.actor, ledger.name, ledger.subject, ledger.body, ledger.prev,
    ledger.hash, bodies.text
FROM ledger LEFT JOIN bodies ON bodies.hash = ledger.body
WHERE ledger.seq > :after
    AND ledger.subject = :subject --? subject
    AND ledger.name = :name --? name
    AND NOT EXISTS (SELECT 1 FROM proposals WHERE id = subject AND NOT {sees}) --? bounded
    AND NOT EXISTS (SELECT 1 FROM versions WHERE id = subject AND NOT {sees}) --? bounded
    AND NOT EXISTS (SELECT 1 FROM sessions WHERE id = subject AND NOT {sees}) --? bounded
ORDER BY ledger.seq
LIMIT :limit

-- The order of one name's entries is that of an index: it ends as soon as there are enough.
-- name: latest
SELECT ledger.seq, ledger.at, ledger.actor, ledger.name, ledger.subject, ledger.body, ledger.prev,
    ledger.hash, bodies.text
FROM ledger LEFT JOIN bodies ON bodies.hash = ledger.body
WHERE ledger.name = :name AND ledger.seq < :before AND ledger.seq > :after
    AND ledger.actor = :by --? by
    AND EXISTS (
        SELECT 1 FROM proposals
        WHERE id = ledger.subject AND {sees}
            AND loop = :loop --? loop
    )
ORDER BY ledger.seq DESC
LIMIT :limit

-- name: erase
DELETE FROM bodies WHERE hash = :hash

-- name: keep_image
INSERT INTO images (proposal, n, change, kind, key, after_version, before_body)
VALUES (:proposal, :n, :change, :kind, :key, :after_version, :before_body)
ON CONFLICT DO NOTHING

-- name: images
SELECT proposal, n, change, kind, key, after_version, before_body
FROM images
WHERE proposal = :proposal
    AND NOT EXISTS (SELECT 1 FROM proposals WHERE id = :proposal AND NOT {sees}) --? bounded
ORDER BY n

-- name: touched_after
SELECT proposal FROM images
WHERE kind = :kind AND key = :key AND after_version > :version
    AND NOT EXISTS (SELECT 1 FROM proposals WHERE id = proposal AND NOT {sees}) --? bounded
GROUP BY proposal
ORDER BY min(after_version), proposal

-- name: note
INSERT INTO activities (seq, at, name, session, items, detail)
SELECT coalesce(max(seq), 0) + 1, :at, :name, :session, :items, :detail FROM activities
RETURNING seq

-- name: note_item
INSERT INTO activity_items (item, activity) VALUES (:item, :activity) ON CONFLICT DO NOTHING

-- name: activities
SELECT seq, at, name, session, items, detail
FROM activities
WHERE seq > 0
    AND name = :name --? name
    AND session = :session --? session
    AND seq IN (SELECT activity FROM activity_items WHERE item = :item) --? item
    AND NOT EXISTS (SELECT 1 FROM sessions WHERE id = session AND NOT {sees}) --? bounded
    AND NOT EXISTS ( --? bounded
        SELECT 1 FROM activity_items --? bounded
        JOIN records ON records.id = activity_items.item --? bounded
        WHERE activity_items.activity = activities.seq AND NOT {sees records.scope} --? bounded
    ) --? bounded
ORDER BY seq DESC
LIMIT :limit
