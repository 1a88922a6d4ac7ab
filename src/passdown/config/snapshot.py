"""How things stand, as the operator's own file says it: one object, or several with their times."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from passdown.domain.clock import parse
from passdown.domain.settings import Snapshot

LARGEST = 4_194_304
MOST = 10_000


def snapshots(path: str) -> tuple[Snapshot, ...]:
    """What the file says, the oldest first; ValueError with the reason when it says nothing.

    A list holds earlier snapshots too: objects, each with its time as `at`.
    """
    try:
        with Path(path).expanduser().open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from None
    if len(raw) > LARGEST:
        raise ValueError(f"larger than {LARGEST} bytes")
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not JSON: {error}") from None
    if isinstance(found, dict):
        return (Snapshot("", found),)
    if not isinstance(found, list) or not found or len(found) > MOST:
        raise ValueError("neither an object nor a list of some")
    return tuple(sorted(map(_dated, found), key=lambda one: one.at))


def _dated(one: Any) -> Snapshot:
    at = parse(str(one.get("at", ""))) if isinstance(one, dict) else ""
    if not at:
        raise ValueError("a snapshot in the list has no time: each needs `at`")
    return Snapshot(at, one)
