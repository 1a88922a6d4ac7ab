"""What is taken back for good, over named queries."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from passdown.domain.record import record_id
from passdown.storage.coding import named, packed, plain, unpacked
from passdown.storage.erasure import Piece
from passdown.storage.sql.bound import in_parts
from passdown.storage.sql.index import forget
from passdown.storage.sql.knowledge import BEYOND
from passdown.storage.texts import PLACES, as_leaf, before_all, must_see_all, texts_of, texts_row

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from passdown.domain.clock import At
    from passdown.storage.sql.bound import Bound
    from passdown.storage.texts import Texts

OF_RECORD = ("records", "versions")
OF_PROPOSAL = ("proposals", "messages", "marks", "images")
HOLDING = ("records", "versions", "images", "proposals", "messages", "bodies", "jobs")
LONGEST_NEEDLE = 1000
"""Characters of a text that is looked for; where they occur the whole is compared."""


class SqlErasure:
    """The port's Erasure."""

    def __init__(self, bound: Bound) -> None:
        must_see_all(bound.sight)
        self._bound = bound
        self._rows = partial(bound.rows, "erasure")
        self._write = partial(bound.write, "erasure")

    def page(self, table: str, *, after: Sequence[Any] = (), limit: int) -> list[Texts]:
        """What the rows of a table after this key say, in the order of their keys."""
        keys = zip(PLACES[table].key, after or before_all(table), strict=True)
        place = {f"after_{name}": value for name, value in keys}
        rows = self._rows(f"page_{table}", **place, limit=limit)
        return [texts_of(table, row) for row in rows]

    def rewrite(self, texts: Texts) -> None:
        """Let a row say this instead; of a decided proposal the decision stays."""
        decides = texts.table == "proposals"
        if decides:
            self._write("begin")
        self._write(f"rewrite_{texts.table}", **texts_row(texts))
        if decides:
            self._write("end")

    def of_record(self, kind: str, key: str) -> list[Texts]:
        """Every row about this record: as it is, its versions, its before-images."""
        kind, key = plain(kind), plain(key)
        id = record_id(kind, key)
        found = [(t, row) for t in OF_RECORD for row in self._rows(f"{t}_of_record", id=id)]
        images = self._rows("images_of_record", kind=kind, key=key)
        return [texts_of(*each) for each in (*found, *(("images", row) for row in images))]

    def of_proposal(self, id: str) -> list[Texts]:
        """Every row about this proposal: itself, what was said of it, what it replaced."""
        every = ((t, row) for t in OF_PROPOSAL for row in self._rows(f"{t}_of_proposal", id=id))
        return [texts_of(*each) for each in every]

    def of_subject(self, subject: str) -> list[Texts]:
        """The bodies of the ledger's entries about this."""
        rows = self._rows("bodies_of_subject", subject=subject)
        return [texts_of("bodies", row) for row in rows]

    def holding(self, text: str) -> list[Texts]:
        """Rows of records, proposals, ledger and jobs that may hold this text as a whole value."""
        leaf, whole = like(as_leaf(plain(text))), plain(text)
        every = (
            (t, row) for t in HOLDING for row in self._rows(f"{t}_holding", leaf=leaf, whole=whole)
        )
        return [texts_of(*each) for each in every]

    def resting_on(self, seqs: Collection[int]) -> list[str]:
        """The proposals with any of these among their evidence, by id."""
        wanted = set(seqs)
        rows = self._rows("evidence") if wanted else []
        return [id for id, evidence in rows if not wanted.isdisjoint(unpacked(evidence))]

    def pieces(self) -> list[Piece]:
        """How much of each session came from each file, by file and session."""
        return [Piece(*row) for row in self._rows("pieces")]

    def of_files(self, session: str, files: Iterable[str]) -> list[int]:
        """The seqs of a session's observations that came from these files, ascending."""
        parts = in_parts(files)
        found = (self._rows("of_file", session=session, files=part) for part in parts)
        return sorted(seq for rows in found for (seq,) in rows)

    def older(self, before: At, *, after: int = 0, limit: int) -> list[int]:
        """The seqs after this one of what was seen before then, ascending."""
        return [seq for (seq,) in self._rows("older", before=before, after=after, limit=limit)]

    def drop(self, seqs: Iterable[int]) -> int:
        """Delete observations; how many went."""
        return sum(self._write("drop_observations", seqs=part) for part in in_parts(seqs))

    def drop_record(self, kind: str, key: str) -> None:
        """Delete a record, its versions, its images, its place in the index, and that it was
        served."""
        kind, key = named(kind), named(key)
        id = record_id(kind, key)
        for what in ("drop_record", "drop_versions"):
            self._write(what, id=id)
        forget(self._bound, [id])
        self._write("drop_images", kind=kind, key=key)
        for seq, items in self._rows("naming", item=id):
            left = [item for item in unpacked(items) if item != id]
            if left:
                self._write("rename", seq=seq, items=packed(left))
            else:
                self._write("drop_activity", seq=seq)
        self._write("drop_item", item=id)

    def drop_served(self, session: str) -> None:
        """Delete what was served to a session."""
        self._write("drop_items_of_session", session=session)
        self._write("drop_activities_of_session", session=session)

    def drop_jobs(self, start: str) -> int:
        """Delete the jobs whose key starts so; how many went."""
        return self._write("drop_jobs", start=start, beyond=start + BEYOND)


def like(needle: str) -> str:
    """The pattern that finds this text anywhere."""
    text = needle[:LONGEST_NEEDLE]
    for special in "!%_":
        text = text.replace(special, f"!{special}")
    return f"%{text}%"
