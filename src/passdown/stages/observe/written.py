"""The file that events are written to beside the store: it says no more than the store does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from passdown.domain.scope import ALL
from passdown.stages.observe.forgotten import UID, forgotten
from passdown.storage.spool import rewrite
from passdown.text.leaves import each
from passdown.text.wire import encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from passdown.domain.clock import At
    from passdown.storage.port import Store

AT_ONCE = 1000


def trim(store: Store, path: Path, clean: Callable[[str], str], before: At = "") -> int:
    """Take out the lines of events that were forgotten or are from before then, and what the rules
    find in the others; how many lines are not what they were."""
    gone = _forgotten(store, path)

    def say(line: bytes) -> bytes | None:
        row = _row(line)
        if row is None:
            return clean(line.decode("utf-8", "replace")).encode()
        if row.get("event_id") in gone or "" < str(row.get("timestamp", "")) < before:
            return None
        said = each(row, clean)
        return line if said == row else f"{encode(said)}\n".encode()

    return rewrite(path, say)


def _forgotten(store: Store, path: Path) -> set[str]:
    """The ids in the file that a person had forgotten."""
    found = set[str]()
    for ids in _ids(path):
        with store.read(ALL) as tx:
            marks = forgotten(tx)
            if marks is None:
                return set()
            found |= marks.among(UID, ids)
    return found


def _ids(path: Path) -> Iterator[list[str]]:
    ids: list[str] = []
    try:
        with path.open("rb") as file:
            for line in file:
                ids.append(str((_row(line) or {}).get("event_id", "")))
                if len(ids) >= AT_ONCE:
                    yield ids
                    ids = []
    except FileNotFoundError:
        return
    yield ids


def _row(line: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None
