"""What is near a question by its meaning, as a model of the user's choice tells it."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from passdown.storage.meanings import Mark, Meant
from passdown.text.dense import likeness, parts, read, signs, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from passdown.domain.record import Record
    from passdown.storage.port import Tx

CLOSER = 200
"""Records found by words whose meaning is looked at, the best of them."""

MOST = 200
"""Records that stand out by their meaning alone, at the most."""


class Field(NamedTuple):
    """The signs of all vectors that one model made, as a number each."""

    mark: Mark = Mark()
    ids: tuple[str, ...] = ()
    signs: tuple[int, ...] = ()


class Sense(NamedTuple):
    """What a question means to a model, among all that it knows the meaning of."""

    model: str
    vector: bytes
    field: Field

    def near(self, tx: Tx, close: Iterable[str]) -> dict[str, float]:
        """How much nearer to the question than is usual those that words found are, from 0 to 1,
        and those that stand out. Whoever may see them is asked where they are read."""
        reading = read(self.vector, self.field.signs)
        first = reading.nearest(MOST) if reading.may_stand_out() else []
        out = [self.field.ids[at] for at in first if reading.stands_out(at)]
        long = parts(self.vector)
        ids = dict.fromkeys([*islice(close, CLOSER), *out])
        asked, usual = unpacked(self.vector), reading.cosine()
        vectors = tx.index.meanings.vectors(ids, self.model, long)
        return {
            id: max(0.0, (likeness(asked, unpacked(vectors[id])) - usual) / (1 - usual))
            for id in ids
            if id in vectors
        }


def field(tx: Tx, model: str, parts: int, known: Field | None = None) -> Field:
    """The signs of all vectors of this length; the known ones where nothing changed since."""
    mark = tx.index.meanings.mark(model, parts)
    if known is not None and known.mark == mark:
        return known
    rows = tx.index.meanings.signs(model, parts)
    numbers = tuple(int.from_bytes(each, "little") for _, each in rows)
    return Field(mark, tuple(id for id, _ in rows), numbers)


def lacking(tx: Tx, model: str, limit: int) -> list[Record]:
    """Indexed records whose meaning is not known yet; all are, where the last vector of this model
    is longer or shorter than those before."""
    found = tx.index.meanings
    return tx.knowledge.by_ids(found.lacking(model, found.parts(model), limit))


def keep(tx: Tx, model: str, records: Sequence[Record], vectors: Sequence[bytes]) -> int:
    """Know these vectors of records that still say the same; how many."""
    there = {record.id: record.text for record in tx.knowledge.by_ids(r.id for r in records)}
    pairs = zip(records, vectors, strict=True)
    same = [(one.id, vector) for one, vector in pairs if there.get(one.id) == one.text]
    if same:
        long = parts(same[0][1])
        tx.index.meanings.keep(model, long, [Meant(id, signs(v), v) for id, v in same])
    return len(same)
