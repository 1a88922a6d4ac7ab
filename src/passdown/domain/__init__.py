"""Frozen values, the nouns of the loop. Imports nothing else of ours."""
