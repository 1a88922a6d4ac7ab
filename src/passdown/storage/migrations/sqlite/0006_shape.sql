-- What a question asks, whatever it names: those alike are found and counted by it. Questions asked
-- before have none, and are decided by themselves. What a person narrows the queue by stands in the
-- indexes that give its order, so that what is not wanted is passed over without being read.
ALTER TABLE proposals ADD COLUMN shape TEXT NOT NULL DEFAULT '';

DROP INDEX proposals_best;

CREATE INDEX proposals_best ON proposals (
    loop, value DESC, id, scope, confidence, created_at, flags
)
WHERE status IN ('pending', 'arbiter', 'human');

DROP INDEX proposals_lot;

CREATE INDEX proposals_lot ON proposals (loop, id, scope, confidence, created_at, flags)
WHERE status IN ('pending', 'arbiter', 'human');

CREATE INDEX proposals_alike ON proposals (loop, shape, confidence DESC, id, scope)
WHERE status IN ('pending', 'arbiter', 'human') AND shape <> '';

CREATE INDEX proposals_answered ON proposals (loop, shape, decided_by, status, scope)
WHERE status IN ('executed', 'rejected') AND shape <> '';
