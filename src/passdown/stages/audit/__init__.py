"""Audit: what a change says of itself, held against what it does."""
