"""The ledger, before-images and the activity log in dictionaries."""

from __future__ import annotations

from itertools import count, islice, takewhile
from typing import TYPE_CHECKING

from passdown.domain.entry import GENESIS
from passdown.domain.errors import Conflict
from passdown.storage.coding import named, plain
from passdown.storage.rows.ledger import (
    NO_HEAD,
    AnchorRow,
    BodyRow,
    Head,
    ItemRow,
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
    from passdown.storage.memory.bound import Bound
    from passdown.storage.rows.ledger import ActivityRow, EntryRow


class MemoryLedger:
    """The port's Ledger."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound

    def append(self, name: str, actor: str, subject: str, detail: Json) -> Entry:
        """Add one entry to the chain."""
        entry, body = next_entry(self._head(), self._bound.now, name, actor, subject, detail)
        row = entry_row(entry)
        self._bound.change("ledger")[row.seq] = row
        self._bound.change("bodies").setdefault(row.body, BodyRow(row.body, body))
        self._bound.change("anchor")[1] = AnchorRow(1, row.seq, row.at, row.hash)
        return entry

    def _head(self) -> Head:
        row = self._bound.table("anchor").get(1)
        return Head(row.seq, row.at, row.hash) if row else NO_HEAD

    def entries(
        self, *, after: int = 0, subject: str = "", name: str = "", limit: int = 1000
    ) -> list[Entry]:
        """Ascending seq."""
        ledger, bodies = self._bound.table("ledger"), self._bound.table("bodies")
        found = (
            row
            for row in (ledger[seq] for seq in sorted(ledger) if seq > after)
            if row.subject == (plain(subject) or row.subject)
            and row.name == (plain(name) or row.name)
            and not self._hidden(row)
        )
        kept = ((row, bodies.get(row.body)) for row in islice(found, limit))
        return [entry_of(row, body.text if body else None) for row, body in kept]

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
        ledger, bodies = self._bound.table("ledger"), self._bound.table("bodies")
        newest_first = (ledger[seq] for seq in sorted(ledger, reverse=True) if after < seq < before)
        found = (
            row
            for row in newest_first
            if row.name == plain(name) and row.actor == (plain(by) or row.actor)
            if self._asked(row.subject, plain(loop))
        )
        kept = ((row, bodies.get(row.body)) for row in islice(found, limit))
        return [entry_of(row, body.text if body else None) for row, body in kept]

    def _asked(self, id: str, loop: str) -> bool:
        """Whether there is a question of this id, and of this loop, to be seen."""
        found = self._bound.table("proposals").get(id)
        return found is not None and self._bound.sees(found.scope) and loop in ("", found.loop)

    def _hidden(self, row: EntryRow) -> bool:
        places = ("proposals", "sessions")
        return self._was_beyond(row.subject) or any(
            self._bound.hides(place, row.subject) for place in places
        )

    def _was_beyond(self, id: str) -> bool:
        """Whether a record is or once was beyond the sight, one that was taken away too."""
        versions = self._bound.table("versions")
        known = takewhile(versions.__contains__, ((id, n) for n in count(1)))
        return any(not self._bound.sees(versions[each].scope) for each in known)

    def head(self) -> tuple[int, str]:
        """The last entry's seq and hash; (0, GENESIS) of an empty ledger."""
        ledger = self._bound.table("ledger")
        return (max(ledger), ledger[max(ledger)].hash) if ledger else (0, GENESIS)

    def anchor(self) -> tuple[int, str]:
        """The head as noted apart from the entries."""
        head = self._head()
        return head.seq, head.hash

    def erase(self, body: str) -> bool:
        """Take one body away; its hash stays."""
        return self._bound.change("bodies").pop(plain(body), None) is not None

    def keep_image(self, image: Image) -> None:
        """Keep what a change replaced."""
        row = image_row(image)
        if self._bound.change("images").setdefault(row[:2], row) is not row:
            raise Conflict("this change has its image already", where=image.proposal)

    def images(self, proposal: str) -> list[Image]:
        """In the order they were made."""
        if self._bound.hides("proposals", plain(proposal)):
            return []
        rows = sorted(self._bound.table("images").values(), key=lambda row: row[:2])
        return [image_of(row) for row in rows if row.proposal == plain(proposal)]

    def touched_after(self, kind: str, key: str, version: int) -> list[str]:
        """Proposals whose changes came after that version of that record."""
        wanted = plain(kind), plain(key)
        touching = sorted(
            (row.after_version, row.proposal)
            for row in self._bound.table("images").values()
            if (row.kind, row.key) == wanted and row.after_version > version
        )
        proposals = dict.fromkeys(proposal for _, proposal in touching)
        return [each for each in proposals if not self._bound.hides("proposals", each)]

    def note(self, activity: Activity) -> None:
        """Log what was served, withheld or used."""
        activities, items = self._bound.change("activities"), self._bound.change("activity_items")
        row = activity_row(activity, max(activities, default=0) + 1)
        activities[row.seq] = row
        for item in map(named, activity.items):
            items[item, row.seq] = ItemRow(item, row.seq)

    def activities(
        self, *, name: str = "", item: str = "", session: str = "", limit: int = 1000
    ) -> list[Activity]:
        """Newest first."""
        table, items = self._bound.table("activities"), self._bound.table("activity_items")
        found = (
            row
            for row in (table[seq] for seq in sorted(table, reverse=True))
            if row.name == (plain(name) or row.name)
            and row.session == (plain(session) or row.session)
            and (not item or (plain(item), row.seq) in items)
            and not self._beyond(row)
        )
        return list(map(activity_of, islice(found, limit)))

    def _beyond(self, row: ActivityRow) -> bool:
        if self._bound.hides("sessions", row.session):
            return True
        return any(self._bound.hides("records", item) for item in activity_of(row).items)
