"""What is taken back for good, in dictionaries."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

from passdown.domain.record import record_id
from passdown.storage.coding import named, packed, plain, unpacked
from passdown.storage.erasure import Piece
from passdown.storage.memory.meanings import forget_meaning
from passdown.storage.texts import PLACES, as_leaf, before_all, must_see_all, texts_of, texts_row

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from passdown.domain.clock import At
    from passdown.storage.memory.bound import Bound
    from passdown.storage.texts import Texts

HOLDING = {
    "records": ("text", "body"),
    "versions": ("text", "body"),
    "images": ("before_body",),
    "proposals": ("title", "payload", "replay", "original"),
    "messages": ("text", "detail"),
    "bodies": ("text",),
    "jobs": ("detail", "result"),
}


class MemoryErasure:
    """The port's Erasure."""

    def __init__(self, bound: Bound) -> None:
        must_see_all(bound.sight)
        self._bound = bound

    def _all(self, table: str) -> list[tuple[tuple[Any, ...], Any]]:
        """The rows of a table by key, in order."""
        names = PLACES[table].key
        rows = self._bound.table(table).values()
        return sorted((tuple(getattr(row, name) for name in names), row) for row in rows)

    def _said(self, table: str, keep: Callable[[Any], bool]) -> list[Texts]:
        columns = PLACES[table].columns
        found = (row for _, row in self._all(table) if keep(row))
        return [texts_of(table, [getattr(row, name) for name in columns]) for row in found]

    def page(self, table: str, *, after: Sequence[Any] = (), limit: int) -> list[Texts]:
        """What the rows of a table after this key say, in the order of their keys."""
        start, names = tuple(after) or before_all(table), PLACES[table].key
        return self._said(table, lambda row: tuple(getattr(row, n) for n in names) > start)[:limit]

    def rewrite(self, texts: Texts) -> None:
        """Let a row say this instead; of a decided proposal the decision stays."""
        table, row = self._bound.change(texts.table), texts_row(texts)
        key = texts.key if len(texts.key) > 1 else texts.key[0]
        if key in table:
            if texts.table == "proposals":
                row["version"] = table[key].version + 1
            if texts.table == "records" and row["text"] != table[key].text:
                forget_meaning(self._bound, texts.key[0])
            table[key] = table[key]._replace(**row)
            if texts.table == "observations":
                self._bound.change("indexed_seen").pop(key, None)
                self._bound.change("indexed_anew")[key] = key

    def of_record(self, kind: str, key: str) -> list[Texts]:
        """Every row about this record: as it is, its versions, its before-images."""
        kind, key = plain(kind), plain(key)
        id = record_id(kind, key)
        found = [
            one for t in ("records", "versions") for one in self._said(t, lambda r: r.id == id)
        ]
        return found + self._said("images", lambda r: (r.kind, r.key) == (kind, key))

    def of_proposal(self, id: str) -> list[Texts]:
        """Every row about this proposal: itself, what was said of it, what it replaced."""
        found = self._said("proposals", lambda r: r.id == plain(id))
        for table in ("messages", "marks", "images"):
            found += self._said(table, lambda r: r.proposal == plain(id))
        return found

    def of_subject(self, subject: str) -> list[Texts]:
        """The bodies of the ledger's entries about this."""
        entries = self._bound.table("ledger").values()
        wanted = {row.body for row in entries if row.subject == plain(subject)}
        return self._said("bodies", lambda row: row.hash in wanted)

    def holding(self, text: str) -> list[Texts]:
        """Rows of records, proposals, ledger and jobs that may hold this text as a whole value."""
        leaf, whole = as_leaf(plain(text)), plain(text)

        def holds(table: str, row: Any) -> bool:
            values = ((name, getattr(row, name) or "") for name in HOLDING[table])
            return any(
                value == whole if name in PLACES[table].plain else leaf in value
                for name, value in values
            )

        return [one for t in HOLDING for one in self._said(t, partial(holds, t))]

    def resting_on(self, seqs: Collection[int]) -> list[str]:
        """The proposals with any of these among their evidence, by id."""
        wanted = set(seqs)
        rows = (row for _, row in self._all("proposals"))
        return [row.id for row in rows if not wanted.isdisjoint(unpacked(row.evidence))]

    def pieces(self) -> list[Piece]:
        """How much of each session came from each file, by file and session."""
        rows = self._bound.table("observations").values()
        many = Counter((row.file or "", row.session) for row in rows)
        return [Piece(*place, many[place]) for place in sorted(many)]

    def of_files(self, session: str, files: Iterable[str]) -> list[int]:
        """The seqs of a session's observations that came from these files, ascending."""
        wanted, session = set(map(plain, files)), plain(session)
        rows = (row for _, row in self._all("observations"))
        return [row.seq for row in rows if row.session == session and row.file in wanted]

    def older(self, before: At, *, after: int = 0, limit: int) -> list[int]:
        """The seqs after this one of what was seen before then, ascending."""
        rows = (row for _, row in self._all("observations"))
        return [row.seq for row in rows if row.seq > after and "" < row.at < before][:limit]

    def drop(self, seqs: Iterable[int]) -> int:
        """Delete observations; how many went."""
        table = self._bound.change("observations")
        indexed, anew = self._bound.change("indexed_seen"), self._bound.change("indexed_anew")
        for seq in (wanted := set(seqs)):
            indexed.pop(seq, None)
            anew.pop(seq, None)
        return sum(table.pop(seq, None) is not None for seq in wanted)

    def drop_record(self, kind: str, key: str) -> None:
        """Delete a record, its versions, its images, its place in the index, and that it was
        served."""
        kind, key = named(kind), named(key)
        id = record_id(kind, key)
        self._bound.change("records").pop(id, None)
        self._bound.change("indexed").pop(id, None)
        forget_meaning(self._bound, id)
        self._without("versions", lambda row: row.id == id)
        self._without("images", lambda row: (row.kind, row.key) == (kind, key))
        activities = self._bound.change("activities")
        for row in [row for row in activities.values() if id in unpacked(row.items)]:
            left = [item for item in unpacked(row.items) if item != id]
            activities[row.seq] = row._replace(items=packed(left))
            if not left:
                del activities[row.seq]
        self._without("activity_items", lambda row: row.item == id)

    def drop_served(self, session: str) -> None:
        """Delete what was served to a session."""
        rows = self._bound.table("activities").values()
        gone = {row.seq for row in rows if row.session == plain(session)}
        self._without("activity_items", lambda row: row.activity in gone)
        self._without("activities", lambda row: row.seq in gone)

    def drop_jobs(self, start: str) -> int:
        """Delete the jobs whose key starts so; how many went."""
        return self._without("jobs", lambda row: row.key.startswith(start))

    def _without(self, name: str, gone: Callable[[Any], bool]) -> int:
        table = self._bound.change(name)
        keys = [key for key, row in table.items() if gone(row)]
        for key in keys:
            del table[key]
        return len(keys)
