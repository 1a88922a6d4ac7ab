"""What records mean to a model, over named queries."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from passdown.storage.coding import named
from passdown.storage.meanings import Mark
from passdown.storage.sql.bound import in_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from passdown.storage.meanings import Meant
    from passdown.storage.sql.bound import Bound


class SqlMeanings:
    """The port's Meanings."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound
        self._rows = partial(bound.rows, "meanings")
        self._write = partial(bound.write, "meanings")

    def keep(self, model: str, parts: int, those: Sequence[Meant]) -> None:
        """Know these records by these vectors, and by no others."""
        kept = {named(one.id): one for one in those}
        for ids in in_parts(kept):
            self._write("forget", ids=ids)
        if not kept:
            return
        last = self._bound.written("meanings", "reserve", many=len(kept))
        assert last is not None
        first = int(last[0]) - len(kept) + 1
        rows = (
            (num, id, named(model), parts, one.signs, one.vector)
            for num, (id, one) in enumerate(kept.items(), first)
        )
        columns = ("num", "id", "model", "parts", "signs", "vector")
        self._bound.bulk("indexed_meant", columns, rows)

    def clear(self) -> None:
        """Forget all."""
        self._write("clear")

    def parts(self, model: str) -> int:
        """How long the last vector of this model is; 0 when there is none."""
        return next((int(parts) for (parts,) in self._rows("parts", model=model)), 0)

    def lacking(self, model: str, parts: int, limit: int) -> list[str]:
        """Ids of indexed records that have no such vector, in order."""
        rows = self._rows("lacking", model=model, parts=parts, limit=limit)
        return [str(id) for (id,) in rows]

    def mark(self, model: str, parts: int) -> Mark:
        """Which vectors there are."""
        ((many, last),) = self._rows("mark", model=model, parts=parts)
        return Mark(int(many), int(last))

    def signs(self, model: str, parts: int) -> list[tuple[str, bytes]]:
        """The signs of all of them, by id of the record, whoever may see it."""
        rows = self._rows("signs", model=model, parts=parts)
        return [(str(id), bytes(signs)) for id, signs in rows]

    def vectors(self, ids: Iterable[str], model: str, parts: int) -> dict[str, bytes]:
        """The vectors of these records, as far as there are any."""
        every = in_parts(dict.fromkeys(ids))
        found = (
            r for ids in every for r in self._rows("vectors", model=model, parts=parts, ids=ids)
        )
        return {str(id): bytes(vector) for id, vector in found}
