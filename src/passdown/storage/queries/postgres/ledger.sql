-- The entry, its body and the anchor, as the three statements of the other databases.

-- name: append_whole
WITH entry AS (
    INSERT INTO ledger (seq, at, actor, name, subject, body, prev, hash)
    VALUES (:seq, :at, :actor, :name, :subject, :body, :prev, :hash)
),
kept AS (
    INSERT INTO bodies (hash, text) VALUES (:body, :text) ON CONFLICT (hash) DO NOTHING
)
INSERT INTO anchor (one, seq, at, hash) VALUES (1, :seq, :at, :hash)
ON CONFLICT (one) DO UPDATE SET seq = excluded.seq, at = excluded.at, hash = excluded.hash
