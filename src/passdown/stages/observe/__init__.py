"""Stage observe: bytes to redacted, stamped, idempotent observations."""
