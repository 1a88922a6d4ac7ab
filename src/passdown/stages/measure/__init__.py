"""Stage measure: counts, queue health, and whether the chain verifies."""
