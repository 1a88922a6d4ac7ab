"""What records mean to a model, in a dictionary by the record's id."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from passdown.storage.coding import named
from passdown.storage.meanings import Mark
from passdown.storage.rows.registry import CounterRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from passdown.storage.meanings import Meant
    from passdown.storage.memory.bound import Bound

TABLE = "indexed_meant"


class MeantRow(NamedTuple):
    """`indexed_meant`."""

    num: int
    id: str
    model: str
    parts: int
    signs: bytes
    vector: bytes


class MemoryMeanings:
    """The port's Meanings."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound

    def keep(self, model: str, parts: int, those: Sequence[Meant]) -> None:
        """Know these records by these vectors, and by no others."""
        table = self._bound.change(TABLE)
        for id, one in {named(one.id): one for one in those}.items():
            table[id] = MeantRow(self._next(), id, named(model), parts, one.signs, one.vector)

    def _next(self) -> int:
        """Numbers are never given out twice: so the last one tells whether anything is new."""
        counters = self._bound.change("counters")
        last = counters["meanings"].value if "meanings" in counters else 0
        counters["meanings"] = CounterRow("meanings", last + 1)
        return int(last + 1)

    def clear(self) -> None:
        """Forget all."""
        self._bound.change(TABLE).clear()

    def parts(self, model: str) -> int:
        """How long the last vector of this model is; 0 when there is none."""
        rows = [row for row in self._kept() if row.model == model]
        return max(rows).parts if rows else 0

    def lacking(self, model: str, parts: int, limit: int) -> list[str]:
        """Ids of indexed records that have no such vector, in order."""
        has = {row.id for row in self._of(model, parts)}
        there = self._bound.table("indexed").keys() & self._bound.table("records").keys()
        return sorted(there - has)[:limit]

    def mark(self, model: str, parts: int) -> Mark:
        """Which vectors there are."""
        numbers = [row.num for row in self._of(model, parts)]
        return Mark(len(numbers), max(numbers, default=0))

    def signs(self, model: str, parts: int) -> list[tuple[str, bytes]]:
        """The signs of all of them, by id of the record, whoever may see it."""
        return sorted((row.id, row.signs) for row in self._of(model, parts))

    def vectors(self, ids: Iterable[str], model: str, parts: int) -> dict[str, bytes]:
        """The vectors of these records, as far as there are any."""
        wanted = set(ids)
        return {row.id: row.vector for row in self._of(model, parts) if row.id in wanted}

    def _of(self, model: str, parts: int) -> list[MeantRow]:
        return [row for row in self._kept() if (row.model, row.parts) == (model, parts)]

    def _kept(self) -> list[MeantRow]:
        return list(self._bound.table(TABLE).values())


def forget_meaning(bound: Bound, id: str) -> None:
    """What a record meant that is gone, or says something else now."""
    if id in bound.table(TABLE):
        del bound.change(TABLE)[id]
