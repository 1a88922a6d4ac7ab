"""Pairs of terse questions and rich answers out of session files: `passdown pairs harvest`."""

from __future__ import annotations

import sys

from passdown.__main__ import main as passdown
from passdown.up.pairs import (
    compute_hash,
    deduplicate_pairs,
    extract_from_jsonl_file,
    extract_pairs_from_session,
    main,
)

__all__ = [
    "compute_hash",
    "deduplicate_pairs",
    "extract_from_jsonl_file",
    "extract_pairs_from_session",
    "main",
]

if __name__ == "__main__":
    raise SystemExit(passdown(["pairs", "harvest", *sys.argv[1:]]))
