"""Stage serve: hand approved knowledge to a session."""
