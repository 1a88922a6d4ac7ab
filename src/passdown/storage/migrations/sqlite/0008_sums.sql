-- What measuring counts: each of these is read by itself, in the order it is counted in, so that no
-- row is looked at.
CREATE INDEX ledger_by_day ON ledger (name, substr(at, 1, 10), subject);

CREATE INDEX proposals_by_decision ON proposals (decided_at, status, scope) WHERE decided_at > '';

CREATE INDEX proposals_answers ON proposals (
    loop, action, confidence, status, id, scope, decided_by, flags, decided_at
)
WHERE decided_at > '';

CREATE INDEX records_known ON records (life, created_at, kind, scope, id);

CREATE INDEX activities_by_time ON activities (name, at, session, seq);

CREATE INDEX observations_met ON observations (signature, session, scope)
WHERE signature <> '' AND flags = '[]';

CREATE INDEX sessions_by_outcome ON sessions (outcome, scope);
