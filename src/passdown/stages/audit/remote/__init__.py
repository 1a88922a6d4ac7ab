"""Requests where they are made, at a forge: what it says of one, its commits, what it is told."""
