-- What an answer is worth, and the open questions by it; by id they stand in the order of a lot.
ALTER TABLE proposals ADD COLUMN value DOUBLE PRECISION NOT NULL DEFAULT 0;

CREATE INDEX proposals_best ON proposals (loop, value DESC, id)
WHERE status IN ('pending', 'arbiter', 'human');

CREATE INDEX proposals_lot ON proposals (loop, id)
WHERE status IN ('pending', 'arbiter', 'human');

CREATE INDEX proposals_counted ON proposals (loop, status, scope);

CREATE INDEX proposals_open ON proposals (scope)
WHERE status IN ('pending', 'arbiter', 'human');
