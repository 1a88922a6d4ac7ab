"""The ledger, before-images and the activity log over named queries."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from passdown.domain.entry import GENESIS
from passdown.domain.errors import Conflict
from passdown.storage.coding import named
from passdown.storage.rows.ledger import (
    NO_HEAD,
    Head,
    activity_of,
    activity_row,
    entry_of,
    entry_row,
    image_of,
    image_row,
    next_entry,
)

if TYPE_CHECKING:
    from passdown.domain.change import Image
    from passdown.domain.entry import Activity, Entry, Json
    from passdown.storage.sql.bound import Bound


class SqlLedger:
    """The port's Ledger. A new entry follows the anchor, so that a cut is never grown over."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound
        self._rows = partial(bound.rows, "ledger")
        self._row = partial(bound.row, "ledger")
        self._write = partial(bound.write, "ledger")
        self._last: Head | None = None

    def append(self, name: str, actor: str, subject: str, detail: Json) -> Entry:
        """Add one entry to the chain."""
        # Nobody else appends before this transaction ends: the anchor is read once.
        head = self._last or self._head()
        entry, body = next_entry(head, self._bound.now, name, actor, subject, detail)
        row = entry_row(entry)._asdict()
        if self._bound.connection.queries.dialect.writes_joined:
            self._write("append_whole", **row, text=body)
        else:
            self._write("append", **row)
            self._write("keep_body", hash=entry.body, text=body)
            self._write("advance", seq=entry.seq, at=entry.at, hash=entry.hash)
        self._last = Head(entry.seq, entry.at, entry.hash)
        return entry

    def _head(self) -> Head:
        row = self._row("anchor")
        return Head(*row) if row else NO_HEAD

    def entries(
        self, *, after: int = 0, subject: str = "", name: str = "", limit: int = 1000
    ) -> list[Entry]:
        """Ascending seq."""
        rows = self._rows("entries", after=after, subject=subject, name=name, limit=limit)
        return [entry_of(row[:-1], row[-1]) for row in rows]

    def latest(
        self,
        name: str,
        *,
        before: int,
        after: int = 0,
        loop: str = "",
        by: str = "",
        limit: int = 1000,
    ) -> list[Entry]:
        """Of this name about questions that may be seen, newest first."""
        of: dict[str, object] = {"loop": loop, "by": by, "before": before, "after": after}
        rows = self._rows("latest", name=name, **of, limit=limit)
        return [entry_of(row[:-1], row[-1]) for row in rows]

    def head(self) -> tuple[int, str]:
        """The last entry's seq and hash; (0, GENESIS) of an empty ledger."""
        row = self._row("head")
        return (row[0], row[1]) if row else (0, GENESIS)

    def anchor(self) -> tuple[int, str]:
        """The head as noted apart from the entries."""
        head = self._head()
        return head.seq, head.hash

    def erase(self, body: str) -> bool:
        """Take one body away; its hash stays."""
        return bool(self._write("erase", hash=body))

    def keep_image(self, image: Image) -> None:
        """Keep what a change replaced."""
        if not self._write("keep_image", **image_row(image)._asdict()):
            raise Conflict("this change has its image already", where=image.proposal)

    def images(self, proposal: str) -> list[Image]:
        """In the order they were made."""
        return list(map(image_of, self._rows("images", proposal=proposal)))

    def touched_after(self, kind: str, key: str, version: int) -> list[str]:
        """Proposals whose changes came after that version of that record."""
        rows = self._rows("touched_after", kind=kind, key=key, version=version)
        return [proposal for (proposal,) in rows]

    def note(self, activity: Activity) -> None:
        """Log what was served, withheld or used."""
        row = activity_row(activity, 0)
        seq = self._bound.written("ledger", "note", **row._asdict())
        for item in dict.fromkeys(activity.items):
            self._write("note_item", item=named(item), activity=seq[0] if seq else 0)

    def activities(
        self, *, name: str = "", item: str = "", session: str = "", limit: int = 1000
    ) -> list[Activity]:
        """Newest first."""
        rows = self._rows("activities", name=name, item=item, session=session, limit=limit)
        return list(map(activity_of, rows))
