"""Stage gate: the only place where a proposal's status changes."""
