"""Records, their versions and relations over named queries."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import Conflict
from passdown.domain.record import Life
from passdown.storage.rows.knowledge import RecordRow, edge_of, edge_row, record_of, record_row
from passdown.storage.sql.bound import in_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from passdown.domain.record import Edge, Record
    from passdown.storage.sql.bound import Bound
    from passdown.storage.wanted import Wanted

BEYOND = "\U0010ffff"
"""Sorts after every character an id may have."""


class SqlKnowledge:
    """The port's Knowledge."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound
        self._rows = partial(bound.rows, "knowledge")
        self._row = partial(bound.row, "knowledge")
        self._write = partial(bound.write, "knowledge")
        self._written = partial(bound.written, "knowledge")

    def put(self, record: Record) -> Record:
        """Store it as the next version; Conflict unless it replaces the stored one."""
        row = record_row(record)
        stored = self._written("replace" if record.version else "create", **row._asdict())
        if stored is None:
            raise _moved(record.kind, record.key)
        self._write("keep_version", **RecordRow(*stored)._asdict())
        return record_of(stored)

    def remove(self, kind: str, key: str, version: int) -> None:
        """Take the record away; its versions stay."""
        gone = self._written("remove", kind=kind, key=key, version=version)
        if gone is None:
            raise _moved(kind, key)
        last = RecordRow(*gone)._replace(
            life=Life.ARCHIVED.value, updated_at=self._bound.now, version=version + 1
        )
        self._write("keep_version", **last._asdict())

    def get(self, kind: str, key: str) -> Record | None:
        """The record; None when there is none to be seen."""
        row = self._row("get", kind=kind, key=key)
        return record_of(row) if row else None

    def find(self, prefix: str) -> list[Record]:
        """Records whose id starts so; at most ten."""
        if not prefix:
            return []
        return list(map(record_of, self._rows("find", prefix=prefix, beyond=prefix + BEYOND)))

    def all(
        self, kind: str = "", *, lives: Sequence[Life] = (), limit: int = 1_000_000
    ) -> list[Record]:
        """By kind and key; active ones unless `lives` says otherwise."""
        wanted = [life.value for life in lives or (Life.ACTIVE,)]
        most = Life.ACTIVE.value in wanted
        which = {"most": most, "rare": not most}
        return list(
            map(record_of, self._rows("all", kind=kind, lives=wanted, limit=limit, **which))
        )

    def by_ids(self, ids: Iterable[str]) -> list[Record]:
        """Those that exist, whatever their life, by kind and key."""
        parts = in_parts(dict.fromkeys(ids))
        found = [record_of(row) for part in parts for row in self._rows("by_ids", ids=part)]
        return sorted(found, key=lambda record: (record.kind, record.key))

    def best(self, wanted: Wanted, *, limit: int) -> list[Record]:
        """The surest and most trusted first, then the newest, then by id."""
        return list(map(record_of, self._wanted("best", wanted, limit)))

    def many(self, wanted: Wanted, *, limit: int) -> int:
        """How many there are; counted up to the limit."""
        return sum(int(many) for (many,) in self._wanted("many", wanted, limit))

    def _wanted(self, name: str, wanted: Wanted, limit: int) -> list[tuple[Any, ...]]:
        if not self._bound.sight.sees(wanted.scope):
            return []
        args = {**wanted._asdict(), "asks": int(wanted.asks)}
        return self._rows(name, **args, limit=limit)

    def versions(self, kind: str, key: str) -> list[Record]:
        """Every version ever stored, oldest first; a removal shows as an archived one."""
        return list(map(record_of, self._rows("versions", kind=kind, key=key)))

    def link(self, edge: Edge) -> bool:
        """False when it was there already."""
        return bool(self._write("link", **edge_row(edge)._asdict()))

    def unlink(self, edge: Edge) -> bool:
        """False when there was none."""
        return bool(self._write("unlink", **edge_row(edge)._asdict()))

    def edges(self, id: str = "", type: str = "") -> list[Edge]:
        """Relations from or to this record, by source, type and target."""
        return list(map(edge_of, self._rows("edges", id=id, type=type)))

    def counts(self) -> dict[str, int]:
        """Active records by kind."""
        return {kind: int(many) for kind, many in self._rows("counts")}


def _moved(kind: str, key: str) -> Conflict:
    return Conflict(
        f"the {kind} changed meanwhile", where=f"{kind} {key[:80]}", next="Look again, then retry."
    )
