"""The full-text index and cached vectors over named queries."""

from __future__ import annotations

from collections import Counter
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from passdown.storage.coding import named, packed, plain, unpacked
from passdown.storage.index import Heard, Hit
from passdown.storage.plan import planned
from passdown.storage.rows.knowledge import record_of
from passdown.storage.scoring import LOOKED_AT, Scored, hit, scored
from passdown.storage.sql.bound import AT_ONCE, in_parts
from passdown.storage.sql.meanings import SqlMeanings
from passdown.text.tokens import content_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import TypeAlias

    from passdown.domain.clock import At
    from passdown.domain.record import Record
    from passdown.storage.sql.bound import Bound

    Rows: TypeAlias = dict[str, tuple[Any, ...]]

LONGEST_WORD = 200

CANDIDATES = 4
"""How many times as many as are wanted are ranked first, before it is asked who may see them."""


def indexable(word: str) -> str:
    """The word as an index keeps it: of one piece, and not endless."""
    return "".join(plain(word).split())[:LONGEST_WORD]


class SqlIndex:
    """The port's Index: words kept by the database, ranked by it."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound
        self.meanings = SqlMeanings(bound)
        self._rows = partial(bound.rows, "index")
        self._write = partial(bound.write, "index")
        self._counted: tuple[list[str], tuple[dict[str, int], int]] | None = None

    def position(self) -> int:
        """The last ledger entry the index knows."""
        row = self._bound.row("index", "position")
        return int(row[0]) if row else 0

    def follow(self, put: Sequence[Record], gone: Sequence[str], position: int) -> None:
        """Index these records, forget those ids, and stand at this entry."""
        records = {plain(record.id): record for record in put}
        forget(self._bound, [*gone, *records])
        rows = [(id, " ".join(_indexable(content_words(r.text)))) for id, r in records.items()]
        self._bound.bulk("indexed", ("id", "words"), rows)
        _count(self._bound, _having(words for _, words in rows))
        self._write("stand", position=position)
        self._tidy()

    def clear(self) -> None:
        """Forget everything and stand at 0."""
        for what in ("clear_words", "clear_having", "clear_vectors", "clear_seen", "clear_anew"):
            self._write(what)
        self.meanings.clear()
        self._write("stand", position=0)
        if self._bound.connection.beside:
            self._bound.connection.beside.forget()

    def search(
        self,
        words: Sequence[str],
        *,
        kinds: Sequence[str] = (),
        lives: Sequence[str] = ("active",),
        limit: int,
    ) -> list[Hit]:
        """Records that have any of these words, best first; only what may be seen."""
        asked = _indexable(dict.fromkeys(words))
        having, many = self.counts(asked)
        query = planned(asked, having, many, self._quoted, self._any_word)
        if not query:
            return []
        narrow = partial(self._serving, kinds=list(kinds), lives=list(lives))
        found = _best(scored(self._beside(asked, limit), having, many), narrow, limit)
        if len(found) == limit:
            return found
        rows = self._rows("search", query=query, limit=LOOKED_AT + 1)
        if len(rows) > LOOKED_AT:
            rows = self._rows("newest", query=query, limit=LOOKED_AT)
        return _best(scored(rows, having, many), narrow, limit)

    def _beside(self, words: Sequence[str], limit: int) -> list[tuple[Any, ...]]:
        """What an index beside the store finds, where there is one."""
        beside = self._bound.connection.beside
        if beside is None or not beside.position():
            return []
        ids = beside.find(words, self.position(), limit)
        return [row for part in in_parts(ids) for row in self._rows("indexed", ids=part)]

    def _serving(self, ids: Sequence[str], kinds: list[str], lives: list[str]) -> Rows:
        rows = self._rows("serving", ids=ids, kinds=kinds, lives=lives)
        return {row[0]: row for row in rows}

    def counts(self, words: Sequence[str]) -> tuple[dict[str, int], int]:
        """How many records have each of these words, and how many there are."""
        asked = ["", *_indexable(dict.fromkeys(words))]
        # In a snapshot they stay what they are: a search ranks with those it was planned with.
        if self._counted is None or self._counted[0] != asked or self._bound.writes:
            parts = in_parts(asked)
            found = {word: int(many) for part in parts for word, many in self._having(part)}
            self._counted = asked, (found, found.pop("", 0))
        having, many = self._counted[1]
        return dict(having), many

    def _having(self, words: Sequence[str]) -> list[tuple[Any, ...]]:
        return self._rows("counted", words=words)

    def _either(self, words: Sequence[str]) -> str:
        return self._any_word.join(map(self._quoted, words))

    def vectors(self, hashes: Sequence[str], model: str) -> dict[str, bytes]:
        """Cached embeddings by content hash."""
        parts = in_parts(dict.fromkeys(hashes))
        found = (row for part in parts for row in self._rows("vectors", model=model, hashes=part))
        return {hash: bytes(vector) for hash, vector in found}

    def forget_vectors(self) -> None:
        """Forget what texts were embedded as."""
        self._write("clear_vectors")

    def keep_vectors(self, vectors: Mapping[str, bytes], model: str) -> None:
        """Cache embeddings by content hash."""
        for hash, vector in vectors.items():
            self._write("keep_vector", model=named(model), hash=named(hash), vector=vector)

    def heard(self) -> int:
        """The last observation whose words the index knows."""
        row = self._bound.row("index", "heard")
        return int(row[0]) if row else 0

    def reworded(self, limit: int) -> list[int]:
        """Observations that were rewritten since and left the index for that, ascending."""
        return [seq for (seq,) in self._rows("reworded", limit=limit)]

    def hear(self, words: Mapping[int, Sequence[str]]) -> None:
        """Know these observations by these words."""
        for part in in_parts(words):
            self._write("unhear", seqs=part)
            self._write("heard_anew", seqs=part)
        rows = ((seq, " ".join(_indexable(each))) for seq, each in words.items())
        self._bound.bulk("indexed_seen", ("seq", "words"), rows)
        self._tidy()

    def _tidy(self) -> None:
        """Where an index keeps what came last aside, it is told to take it in."""
        if not self._bound.connection.queries.dialect.counts_words:
            self._rows("tidy")

    def having(self, words: Sequence[str]) -> dict[str, int]:
        """How many observations have each of these words."""
        asked = _indexable(dict.fromkeys(words))
        if not asked:
            return {}
        found = self._rows("having", words=asked, query=self._either(asked))
        plain_of = {self._quoted(word): word for word in asked}
        return {plain_of.get(word, word): int(many) for word, many in found}

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
        query = self._planned(_indexable(dict.fromkeys(words)))
        if not query:
            return []
        how: dict[str, Any] = {"session": session, "since": since, "until": until}
        how |= {"query": query, "kinds": list(kinds), "limit": limit}
        rows = self._rows("find", candidates=limit * CANDIDATES, **how)
        if len(rows) < limit:
            rows = self._rows("find", candidates=0, **how)
        return [seq for (seq,) in rows]

    def around(self, seqs: Iterable[int]) -> list[Heard]:
        """Those of these that are indexed, unflagged and may be seen, in ascending seq."""
        parts = in_parts(sorted(set(seqs)))
        return [_heard(row) for part in parts for row in self._rows("around", seqs=part)]

    def _planned(self, words: Sequence[str]) -> str:
        """Only an index that counts words cheaply is asked for few of them."""
        if self._bound.connection.queries.dialect.counts_words and words:
            having = dict(self._rows("having", words=list(words)))
            return planned(words, having, self.heard(), self._quoted, self._any_word)
        return self._either(words)

    @property
    def _any_word(self) -> str:
        return self._bound.connection.queries.dialect.any_word

    def _quoted(self, word: str) -> str:
        return self._bound.connection.queries.dialect.quoted(word)


def _best(
    hits: Iterator[Scored], serving: Callable[[Sequence[str]], Rows], limit: int
) -> list[Hit]:
    """The best of those that may be served; nothing is made of the others."""
    found: list[Hit] = []
    size = max(1, min(2 * limit, AT_ONCE))
    while len(found) < limit and (part := list(islice(hits, size))):
        serves = serving([id for _, id, _ in part])
        may = (one for one in part if one[1] in serves)
        best = islice(may, limit - len(found))
        found += [hit(one, record_of(serves[one[1]])) for one in best]
    return found


def forget(bound: Bound, ids: Sequence[str]) -> None:
    """Index these records no longer."""
    for part in in_parts(dict.fromkeys(ids)):
        gone = _having(words for (words,) in bound.rows("index", "words", ids=part))
        bound.write("index", "forget", ids=part)
        _count(bound, {word: -many for word, many in gone.items()})
        for few in in_parts(gone):
            bound.write("index", "uncount", words=few)


def _count(bound: Bound, having: Mapping[str, int]) -> None:
    if having:
        bound.write("index", "count", counts=packed(having))


def _having(texts: Iterable[str]) -> dict[str, int]:
    """How many of these have each word, and as '' how many they are."""
    counts = Counter(word for text in texts for word in {"", *text.split()})
    return dict(sorted(counts.items()))


def _indexable(words: Iterable[str]) -> list[str]:
    return [word for word in map(indexable, words) if word.isprintable() and word]


def _heard(row: Sequence[Any]) -> Heard:
    seq, session, seen, at, meta, words = row
    actor = unpacked(meta).get("speaker", "") if '"speaker"' in meta else ""
    return Heard(seq, session, seen, at, str(actor), tuple(words.split()))
