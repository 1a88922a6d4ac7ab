"""The full-text index and cached vectors in dictionaries: BM25 over every record."""

from __future__ import annotations

from collections import Counter
from math import log
from typing import TYPE_CHECKING, NamedTuple

from passdown.domain.record import Life
from passdown.storage.coding import named, plain, whole
from passdown.storage.port import Hit
from passdown.text.tokens import content_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from passdown.domain.record import Record
    from passdown.storage.memory.bound import Bound

K1, B = 1.2, 0.75


class IndexedRow(NamedTuple):
    """`indexed`."""

    id: str
    words: tuple[str, ...]


class VectorRow(NamedTuple):
    """`vectors`."""

    model: str
    hash: str
    vector: bytes


class MemoryIndex:
    """The port's Index."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound

    def position(self) -> int:
        """The last ledger entry the index knows."""
        position: int = self._bound.table("index_head").get(1, 0)
        return position

    def follow(self, put: Sequence[Record], gone: Sequence[str], position: int) -> None:
        """Index these records, forget those ids, and stand at this entry."""
        table = self._bound.change("indexed")
        for id in gone:
            table.pop(plain(id), None)
        for record in put:
            table[record.id] = IndexedRow(record.id, tuple(content_words(record.text)))
        self._stand(position)

    def clear(self) -> None:
        """Forget everything and stand at 0."""
        self._bound.change("indexed").clear()
        self._bound.change("vectors").clear()
        self._stand(0)

    def _stand(self, position: int) -> None:
        self._bound.change("index_head")[1] = whole(position)

    def search(self, words: Sequence[str], *, kinds: Sequence[str] = (), limit: int) -> list[Hit]:
        """Records that have any of these words, best first; only what may be seen."""
        asked = {word for word in words if word.strip()}
        indexed = list(self._bound.table("indexed").values())
        weights = {word: _weight(word, indexed) for word in asked}
        mean = sum(len(row.words) for row in indexed) / len(indexed) if indexed else 1.0
        hits = [
            Hit(row.id, _score(row, weights, mean))
            for row in indexed
            if asked & set(row.words) and self._serves(row.id, kinds)
        ]
        return sorted(hits, key=lambda hit: (-hit.score, hit.id))[:limit]

    def _serves(self, id: str, kinds: Sequence[str]) -> bool:
        record = self._bound.table("records").get(id)
        if record is None or record.life != Life.ACTIVE.value:
            return False
        return self._bound.sees(record.scope) and (not kinds or record.kind in kinds)

    def vectors(self, hashes: Sequence[str], model: str) -> dict[str, bytes]:
        """Cached embeddings by content hash."""
        table = self._bound.table("vectors")
        return {hash: table[model, hash].vector for hash in hashes if (model, hash) in table}

    def forget_vectors(self) -> None:
        """Forget what texts were embedded as."""
        self._bound.change("vectors").clear()

    def keep_vectors(self, vectors: Mapping[str, bytes], model: str) -> None:
        """Cache embeddings by content hash."""
        table = self._bound.change("vectors")
        for hash, vector in vectors.items():
            row = VectorRow(named(model), named(hash), vector)
            table[row.model, row.hash] = row


def _weight(word: str, indexed: Sequence[IndexedRow]) -> float:
    having = sum(word in row.words for row in indexed)
    return log(1 + (len(indexed) - having + 0.5) / (having + 0.5))


def _score(row: IndexedRow, weights: Mapping[str, float], mean: float) -> float:
    often = Counter(row.words)
    long = K1 * (1 - B + B * len(row.words) / mean)
    return sum(w * often[word] * (K1 + 1) / (often[word] + long) for word, w in weights.items())
