"""What was handed out, and what was held back to measure by: appended to a file beside the store,
moved into the activity log later, so that serving never waits for a writer.

Who is held out is drawn from its name alone, so the same session is always on the same side; it is
noted before anything is returned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.domain.entry import Activity
from passdown.storage import spool

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from passdown.domain.clock import At
    from passdown.storage.port import Tx

FOLDER = "served"
SERVED, WITHHELD, SHADOW, ASSIGNED = "served", "withheld", "shadow", "assigned"
FEEDBACK = "feedback"
VERDICTS = ("helpful", "harmful", "stale")

DETAILS = ("how", "unit", "holdout", "shadow", "held_out")
"""What a row says beside who, what and when."""


class Trial(NamedTuple):
    """Who is measured (a session, or a task), and which shares of them and of items are held
    back."""

    unit: str = ""
    holdout: float = 0.0
    shadow: float = 0.0

    def held_out(self) -> bool:
        """Whether it is given nothing."""
        return _drawn(f"holdout|{self.unit}", self.holdout) if self.unit else False

    def shadows(self, item: str) -> bool:
        """Whether it is not given this item."""
        return _drawn(f"shadow|{self.unit}|{item}", self.shadow) if self.unit else False


NOBODY = Trial()


class Reader(NamedTuple):
    """Whom something is handed to: in which way, in which session or as whom, in which trial."""

    how: str
    session: str
    trial: Trial = NOBODY


def assign(home: Path, reader: Reader, at: At) -> None:
    """Note on which side a session or task that is measured stands, whatever is found for it: all
    that were assigned are counted, as they were assigned."""
    if reader.trial.unit and (reader.trial.holdout or reader.trial.shadow):
        _append(home, ASSIGNED, reader, at, held_out=reader.trial.held_out())


def hand_out(
    home: Path, reader: Reader, items: Sequence[str], at: At, *, shadow: Sequence[str] = ()
) -> tuple[str, ...]:
    """Those of the items that may be returned: all or, for one that is held out, none; either way
    noted already. `shadow` are items it would have been given, and is not."""
    if reader.trial.held_out():
        note(home, reader, (*items, *shadow), at, name=WITHHELD)
        return ()
    note(home, reader, shadow, at, name=SHADOW)
    note(home, reader, items, at)
    return tuple(items)


def note(home: Path, reader: Reader, items: Sequence[str], at: At, *, name: str = SERVED) -> None:
    """Remember what was handed to whom; nothing when there was nothing."""
    if items:
        _append(home, name, reader, at, items=list(items))


def collect(tx: Tx, rows: list[dict[str, Any]]) -> int:
    """Move noted rows into the activity log; how many."""
    for row in rows:
        items = row.get("items")
        tx.ledger.note(
            Activity(
                at=str(row.get("at", "")),
                name=str(row.get("name", SERVED)),
                session=str(row.get("session", "")),
                items=tuple(str(i) for i in items) if isinstance(items, list) else (),
                detail={"how": "", **{n: row[n] for n in DETAILS if n in row}},
            )
        )
    return len(rows)


def opinions(tx: Tx, id: str) -> dict[str, int]:
    """How many found this record helpful, harmful or stale: each one counts once a session, with
    what they said last."""
    said: dict[tuple[str, str], str] = {}
    for one in tx.ledger.activities(name=FEEDBACK, item=id, limit=10_000):
        said.setdefault((str(one.detail.get("by")), one.session), str(one.detail.get("verdict")))
    last = list(said.values())
    return {verdict: last.count(verdict) for verdict in VERDICTS}


def _append(home: Path, name: str, reader: Reader, at: At, **more: Any) -> None:
    measured = {n: value for n, value in reader.trial._asdict().items() if value}
    row = {"name": name, "how": reader.how, "session": reader.session, "at": at, **more}
    spool.append(home / FOLDER, row | (measured if len(measured) > 1 else {}))


def _drawn(name: str, share: float) -> bool:
    """Whether this name falls into that share of all names."""
    if share <= 0:
        return False
    import hashlib

    drawn = int.from_bytes(hashlib.sha256(name.encode("utf-8", "replace")).digest()[:8])
    return drawn < share * 2**64
