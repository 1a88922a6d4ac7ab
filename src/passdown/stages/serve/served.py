"""What was handed out: appended to a file beside the store, moved into the activity log later,
so that serving never waits for a writer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.domain.entry import Activity
from passdown.storage import spool

if TYPE_CHECKING:
    from pathlib import Path

    from passdown.domain.clock import At
    from passdown.storage.port import Tx

FOLDER = "served"


def note(home: Path, how: str, session: str, items: tuple[str, ...], at: At) -> None:
    """Remember what was served to whom."""
    row = {"name": "served", "how": how, "session": session, "items": list(items), "at": at}
    spool.append(home / FOLDER, row)


def collect(tx: Tx, rows: list[dict[str, object]]) -> int:
    """Move noted rows into the activity log; how many."""
    for row in rows:
        items = row.get("items")
        tx.ledger.note(
            Activity(
                at=str(row.get("at", "")),
                name=str(row.get("name", "served")),
                session=str(row.get("session", "")),
                items=tuple(str(i) for i in items) if isinstance(items, list) else (),
                detail={"how": str(row.get("how", ""))},
            )
        )
    return len(rows)
