"""A Corpus over the store: a snapshot to think about outside any transaction, or the world as one
transaction sees it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from passdown.domain.clock import later
from passdown.domain.record import Life
from passdown.stages.mine.decided import decided
from passdown.stages.mine.kept import of_store, of_tx
from passdown.stages.mine.past import Past, in_order, in_place
from passdown.stages.mine.vectors import LEXICAL, Lexical, Vectors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from passdown.contract.corpus import Kept
    from passdown.domain.clock import At
    from passdown.domain.decided import Decided
    from passdown.domain.observation import Observation, Seen, Session
    from passdown.domain.record import Record
    from passdown.domain.scope import Scope, Sight
    from passdown.domain.settings import Settings
    from passdown.engines.port import Embedder
    from passdown.storage.port import Store, Tx

PAGE = 5000
MOST_SESSIONS = 1_000_000
MOST_HITS = 100_000


def snapshot(
    store: Store,
    sight: Sight,
    settings: Settings,
    embedder: Embedder | None = None,
    *,
    now: At = "",
) -> Past:
    """What a loop may read, taken in one short read transaction that ends before it thinks."""

    def recall(hashes: Sequence[str]) -> Mapping[str, bytes]:
        with store.read(sight) as tx:
            return tx.index.vectors(hashes, vectors.model)

    def answered() -> Sequence[Decided]:
        with store.read(sight) as tx:
            return decided(tx)

    kept = embedder is not None and embedder.name != LEXICAL
    vectors = Vectors(embedder or Lexical(), recall if kept else None)
    with store.read(sight) as tx:
        now = now or tx.now
        since = later(now, days=-settings.number("mine.window_days"))
        return _taken(tx, since, vectors, now, answered, of_store(store, sight))


def alone(session: Session, items: Iterable[Observation], now: At) -> Past:
    """One session as a loop sees it that knows nothing else."""
    return Past(now, [session], items, (), Vectors(Lexical()))


def live(tx: Tx) -> Live:
    """What a loop may read, as this transaction sees it; only what is asked for is read."""
    return Live(tx)


class Live:
    """A Corpus that reads when it is asked; what needs an index over everything takes a
    snapshot of this transaction first."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self.kept: Kept = of_tx(tx)

    @property
    def now(self) -> At:
        """The time of this transaction."""
        return self._tx.now

    def observations(
        self, *, since: At = "", kinds: Sequence[Seen] = (), scope: Scope = ""
    ) -> Iterator[Observation]:
        """By session start, session id and place in the session."""
        return self._past.observations(since=since, kinds=kinds, scope=scope)

    def in_session(self, session: str) -> Sequence[Observation]:
        """One session's observations in order."""
        return tuple(in_place(observed(self._tx, session=session)))

    def get(self, seqs: Iterable[int]) -> list[Observation]:
        """Those of these that exist, in ascending seq."""
        return [one for one in self._tx.observations.get(seqs) if one.minable]

    def sessions(self) -> Sequence[Session]:
        """By start, then id."""
        return tuple(in_order(self._tx.observations.sessions(limit=MOST_SESSIONS)))

    def session(self, id: str) -> Session | None:
        """The session; None when there is none to be seen."""
        return self._tx.observations.session(id)

    def records(self, kind: str, *, lives: Sequence[Life] = ()) -> Sequence[Record]:
        """By key; active ones unless `lives` says otherwise."""
        return self._tx.knowledge.all(kind, lives=lives)

    def record(self, kind: str, key: str) -> Record | None:
        """The record, whatever its life."""
        return self._tx.knowledge.get(kind, key)

    def decided(self) -> Sequence[Decided]:
        """Questions that were answered, by when they were."""
        return tuple(self._decided)

    def by_signature(self, signature: str) -> Sequence[Observation]:
        """Where this error was seen."""
        found = self._tx.observations.by_signature(signature, limit=MOST_HITS)
        hit = {one.session for one in found}
        every = (one for s in self._in_order(hit) for one in self.in_session(s))
        return [one for one in every if one.signature == signature]

    def by_entity(self, entity: str) -> Sequence[Observation]:
        """Where this entity is mentioned."""
        return self._past.by_entity(entity)

    def similar(self, text: str, k: int = 10) -> Sequence[tuple[Observation, float]]:
        """The k prompts, replies and events nearest to this text, best first."""
        return self._past.similar(text, k)

    def embed(self, texts: Sequence[str]) -> list[bytes]:
        """Packed lexical vectors."""
        return self._past.embed(texts)

    def _in_order(self, ids: Iterable[str]) -> list[str]:
        known = (self._tx.observations.session(id) for id in sorted(ids))
        return [s.id for s in in_order(s for s in known if s is not None)]

    @cached_property
    def _decided(self) -> Sequence[Decided]:
        return decided(self._tx)

    @cached_property
    def _past(self) -> Past:
        tx, vectors = self._tx, Vectors(Lexical())
        return _taken(tx, "", vectors, tx.now, self.decided, self.kept)


def _taken(
    tx: Tx,
    since: At,
    vectors: Vectors,
    now: At,
    answered: Callable[[], Sequence[Decided]],
    kept: Kept,
) -> Past:
    observations = list(observed(tx, since=since))
    records = tx.knowledge.all(lives=tuple(Life))
    sessions = _sessions(tx, since, observations)
    return Past(now, sessions, observations, records, vectors, answered, kept)


def observed(tx: Tx, *, since: At = "", session: str = "", after: int = 0) -> Iterator[Observation]:
    """Unflagged observations, page by page; one without a time is in every window."""
    while page := tx.observations.scan(after=after, session=session, limit=PAGE):
        yield from (one for one in page if not one.at or one.at >= since)
        after = page[-1].seq


def _sessions(tx: Tx, since: At, observations: Iterable[Observation]) -> list[Session]:
    """Those that began in the window, and those of which something is in it."""
    found = {s.id: s for s in tx.observations.sessions(since=since, limit=MOST_SESSIONS)}
    for id in sorted({one.session for one in observations} - found.keys()):
        older = tx.observations.session(id)
        if older is not None:
            found[id] = older
    return list(found.values())
