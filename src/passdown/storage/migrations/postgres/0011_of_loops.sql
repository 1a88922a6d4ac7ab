-- The questions of one loop and status in the order in which lists have them: where a loop has few
-- of them, those of all others would be gone through to find its own. It still counts them.
DROP INDEX proposals_counted;

CREATE INDEX proposals_counted ON proposals (loop, status, confidence DESC, id, scope);
