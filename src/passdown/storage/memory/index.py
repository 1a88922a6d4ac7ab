"""The full-text index and cached vectors in dictionaries: BM25 over every record."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from math import log
from typing import TYPE_CHECKING, NamedTuple

from passdown.storage.coding import named, plain, unpacked, whole
from passdown.storage.index import Heard, Hit
from passdown.storage.memory.meanings import MemoryMeanings
from passdown.storage.plan import choose
from passdown.storage.rows.knowledge import record_of
from passdown.storage.scoring import LOOKED_AT, hit, scored
from passdown.text.tokens import content_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from passdown.domain.clock import At
    from passdown.domain.record import Record
    from passdown.storage.memory.bound import Bound
    from passdown.storage.rows.observations import ObservationRow

K1, B = 1.2, 0.75
UNFLAGGED = "[]"


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
        self.meanings = MemoryMeanings(bound)

    def position(self) -> int:
        """The last ledger entry the index knows."""
        position: int = self._bound.table("index_head").get(1, 0)
        return position

    def follow(self, put: Sequence[Record], gone: Sequence[str], position: int) -> None:
        """Index these records, forget those ids, and stand at this entry."""
        table = self._bound.change("indexed")
        for id in (*gone, *(record.id for record in put)):
            table.pop(plain(id), None)
        for record in put:
            table[record.id] = IndexedRow(record.id, tuple(content_words(record.text)))
        self._stand(position)

    def clear(self) -> None:
        """Forget everything and stand at 0."""
        self._bound.change("indexed").clear()
        self._bound.change("vectors").clear()
        self._bound.change("indexed_seen").clear()
        self._bound.change("indexed_anew").clear()
        self.meanings.clear()
        self._stand(0)

    def _stand(self, position: int) -> None:
        self._bound.change("index_head")[1] = whole(position)

    def search(
        self,
        words: Sequence[str],
        *,
        kinds: Sequence[str] = (),
        lives: Sequence[str] = ("active",),
        limit: int,
    ) -> list[Hit]:
        """Records that have any of these words, best first; only what may be seen."""
        asked = [word for word in dict.fromkeys(words) if word.strip()]
        having, many = self.counts(asked)
        postings, indexed = self._postings(), self._bound.table("indexed")
        found = {
            id
            for group in choose(asked, having, many)
            for id in set.intersection(*(postings[word] for word in group))
        }
        if len(found) > LOOKED_AT:
            found = set(islice((id for id in reversed(indexed) if id in found), LOOKED_AT))
        hits = scored(((id, " ".join(indexed[id].words)) for id in found), having, many)
        records = self._bound.table("records")
        serving = (one for one in hits if self._serves(one[1], kinds, lives))
        return [hit(one, record_of(records[one[1]])) for one in islice(serving, limit)]

    def counts(self, words: Sequence[str]) -> tuple[dict[str, int], int]:
        """How many records have each of these words, and how many there are."""
        postings = self._postings()
        having = {word: len(postings[word]) for word in dict.fromkeys(words) if word in postings}
        return having, len(self._bound.table("indexed"))

    def _postings(self) -> dict[str, set[str]]:
        return self._bound.derived("indexed", _posted)

    def _serves(self, id: str, kinds: Sequence[str], lives: Sequence[str]) -> bool:
        record = self._bound.table("records").get(id)
        if record is None or record.life not in lives:
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

    def heard(self) -> int:
        """The last observation whose words the index knows."""
        return max(self._bound.table("indexed_seen"), default=0)

    def reworded(self, limit: int) -> list[int]:
        """Observations that were rewritten since and left the index for that, ascending."""
        return sorted(self._bound.table("indexed_anew"))[:limit]

    def hear(self, words: Mapping[int, Sequence[str]]) -> None:
        """Know these observations by these words."""
        table, anew = self._bound.change("indexed_seen"), self._bound.change("indexed_anew")
        for seq, each in words.items():
            table[seq] = IndexedRow(str(seq), tuple(each))
            anew.pop(seq, None)

    def having(self, words: Sequence[str]) -> dict[str, int]:
        """How many observations have each of these words."""
        rows = self._bound.table("indexed_seen").values()
        counts = {word: sum(word in row.words for row in rows) for word in words}
        return {word: many for word, many in counts.items() if many}

    def find(
        self,
        words: Sequence[str],
        *,
        kinds: Sequence[str] = (),
        session: str = "",
        since: At = "",
        until: At = "",
        limit: int,
    ) -> list[int]:
        """Unflagged observations that have any of these words, best first."""
        indexed = list(self._bound.table("indexed_seen").values())
        having = self.having(list(dict.fromkeys(words)))
        weights = {word: _weight(n, len(indexed)) for word, n in having.items()}
        mean = sum(len(row.words) for row in indexed) / len(indexed) if indexed else 1.0
        scores = {
            row.seq: _score(kept, weights, mean or 1.0)
            for kept in indexed
            if (row := self._seen(int(kept.id)))
            and not weights.keys().isdisjoint(kept.words)
            and (not kinds or row.seen in kinds)
            and row.session == (plain(session) or row.session)
            and since <= row.at <= (until or row.at)
        }
        return sorted(scores, key=lambda seq: (-scores[seq], seq))[:limit]

    def around(self, seqs: Iterable[int]) -> list[Heard]:
        """Those of these that are indexed, unflagged and may be seen, in ascending seq."""
        table = self._bound.table("indexed_seen")
        rows = ((self._seen(seq), table[seq].words) for seq in sorted(set(seqs)) if seq in table)
        return [_heard(row, words) for row, words in rows if row]

    def _seen(self, seq: int) -> ObservationRow | None:
        row: ObservationRow | None = self._bound.table("observations").get(seq)
        if row is None or row.flags != UNFLAGGED or not self._bound.sees(row.scope):
            return None
        return row


def _heard(row: ObservationRow, words: Sequence[str]) -> Heard:
    actor = str(unpacked(row.meta).get("speaker", ""))
    return Heard(row.seq, row.session, row.seen, row.at, actor, tuple(words))


def _posted(table: Mapping[str, IndexedRow]) -> dict[str, set[str]]:
    """The ids that have each word."""
    postings: dict[str, set[str]] = {}
    for id, row in table.items():
        for word in row.words:
            postings.setdefault(word, set()).add(id)
    return postings


def _weight(having: int, many: int) -> float:
    return log(1 + (many - having + 0.5) / (having + 0.5))


def _score(row: IndexedRow, weights: Mapping[str, float], mean: float) -> float:
    often = Counter(row.words)
    long = K1 * (1 - B + B * len(row.words) / mean)
    return sum(w * often[word] * (K1 + 1) / (often[word] + long) for word, w in weights.items())
