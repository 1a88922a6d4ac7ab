-- What is only counted. Every condition stands here as it stands in the index that answers it alone.

-- name: events
SELECT day, name, sum(n) FROM ledger_days
WHERE name IN :names AND day >= :since AND {sees}
    AND loop = :loop --? loop
GROUP BY name, day

-- An index by status alone would be taken and read from end to end: `||` keeps it out.
-- name: approved
SELECT count(*) FROM proposals
WHERE decided_at > '' AND decided_at >= :since AND status || '' = 'executed' AND {sees}

-- name: known
SELECT count(*) FROM records
WHERE life = 'active' AND created_at > '' AND created_at <= :until AND kind <> :without AND {sees}

-- name: records
SELECT coalesce(sum(n), 0) FROM record_counts WHERE life = 'active' AND {sees}

-- name: told
SELECT count(*) FROM records
WHERE life = 'active' AND created_at > '' AND created_at <= :until AND kind <> :without AND {sees}
    AND id IN (
        SELECT item FROM activities JOIN activity_items ON activity = seq
        WHERE name = :name AND at >= :since
            AND detail LIKE :verdict --? verdict
            AND NOT EXISTS ( --? bounded
                SELECT 1 FROM sessions WHERE sessions.id = session AND NOT {sees sessions.scope} --? bounded
            ) --? bounded
            AND NOT EXISTS ( --? bounded
                SELECT 1 FROM activity_items AS also JOIN records AS beyond ON beyond.id = also.item --? bounded
                WHERE also.activity = activities.seq AND NOT {sees beyond.scope} --? bounded
            ) --? bounded
    )

-- name: arm
SELECT count(*) FROM sessions
WHERE {sees} AND id IN (
    SELECT session FROM activities
    WHERE name = :name
        AND NOT EXISTS ( --? bounded
            SELECT 1 FROM activity_items JOIN records ON records.id = item --? bounded
            WHERE activity = activities.seq AND NOT {sees records.scope} --? bounded
        ) --? bounded
)

-- name: met
SELECT count(*), count(DISTINCT signature) FROM (
    SELECT DISTINCT signature, session FROM observations
    WHERE signature <> '' AND flags = '[]' AND {sees}
) AS met

-- name: repeats
SELECT count(*) FROM (
    SELECT sessions.id AS session, row_number() OVER (
        PARTITION BY met.signature ORDER BY sessions.started_at, sessions.id
    ) AS place
    FROM (
        SELECT DISTINCT signature, session FROM observations
        WHERE signature <> '' AND flags = '[]' AND {sees}
    ) AS met
    JOIN sessions ON sessions.id = met.session AND {sees sessions.scope}
) AS placed
WHERE place > 1 AND session IN (
    SELECT session FROM activities
    WHERE name = :name
        AND NOT EXISTS ( --? bounded
            SELECT 1 FROM activity_items JOIN records ON records.id = item --? bounded
            WHERE activity = activities.seq AND NOT {sees records.scope} --? bounded
        ) --? bounded
)

-- name: outcomes
SELECT outcome, count(*) FROM sessions WHERE {sees} GROUP BY outcome

-- name: span
SELECT min(started_at) FILTER (WHERE started_at <> ''),
    max(CASE WHEN ended_at = '' THEN started_at ELSE ended_at END)
FROM sessions WHERE {sees}

-- The ids are random: those below each of these are three sixteenths more of them.
-- name: answered
SELECT loop, action, confidence, status,
    count(*) FILTER (WHERE id < '3'), count(*) FILTER (WHERE id < '6'),
    count(*) FILTER (WHERE id < '9'), count(*) FILTER (WHERE id < 'c'), count(*)
FROM proposals
WHERE decided_at > '' AND status || '' IN ('executed', 'rejected')
    AND substr(decided_by, 1, 7) <> :system AND flags NOT LIKE :forgotten AND {sees}
    AND loop = :loop --? loop
    AND action IN :actions --? only
    AND confidence IN :confidences --? only
GROUP BY loop, action, confidence, status

-- Few were taken back: each is looked up, and no index of a loop is read for that.
-- name: undone
SELECT loop, action, confidence, id, substr(decided_by, 1, 7) <> :system FROM proposals
WHERE id IN (SELECT subject FROM ledger WHERE name = :undone) AND status || '' = 'executed'
    AND flags NOT LIKE :forgotten AND {sees}
    AND loop || '' = :loop --? loop
    AND action || '' IN :actions --? only
    AND confidence + 0 IN :confidences --? only
