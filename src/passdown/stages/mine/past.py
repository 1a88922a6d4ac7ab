"""The world of a loop in memory: sessions and observations in one order, indexed when asked."""

from __future__ import annotations

from functools import cache, cached_property, partial
from typing import TYPE_CHECKING

from passdown.domain.observation import Seen
from passdown.domain.record import Life
from passdown.stages.mine.kept import Nothing
from passdown.text.entities import keys
from passdown.text.tokens import content_words
from passdown.text.vectors import cosine, embed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from passdown.contract.corpus import Kept
    from passdown.domain.clock import At
    from passdown.domain.decided import Decided
    from passdown.domain.observation import Observation, Session
    from passdown.domain.record import Record
    from passdown.domain.scope import Scope
    from passdown.stages.mine.vectors import Vectors

SPOKEN = frozenset({Seen.PROMPT, Seen.REPLY, Seen.EVENT})
"""What `similar` looks among."""
ENOUGH = 1000
"""How many candidates `similar` weighs, from the rarest words on, and takes of one word."""
FEWEST = 50
"""How many of them it compares whole, at the least."""


class Past:
    """A Corpus of what was handed in; the order it was handed in does not matter. What was decided
    is asked for when a loop wants it: most never do."""

    def __init__(
        self,
        now: At,
        sessions: Iterable[Session],
        observations: Iterable[Observation],
        records: Iterable[Record],
        vectors: Vectors,
        answered: Callable[[], Sequence[Decided]] = tuple,
        kept: Kept | None = None,
    ) -> None:
        self._now = now
        self.kept: Kept = kept or Nothing()
        self._sessions = {s.id: s for s in in_order(sessions)}
        self._within = _by_session(observations, self._sessions)
        self._records = {(r.kind, r.key): r for r in records}
        self.vectors = vectors
        self.decided: Callable[[], Sequence[Decided]] = cache(partial(_until, now, answered))

    @property
    def now(self) -> At:
        """The time of this cycle."""
        return self._now

    @property
    def size(self) -> int:
        """How many observations there are."""
        return sum(map(len, self._within.values()))

    @property
    def newest(self) -> int:
        """The last observation's seq: what a replay on this past has seen; 0 of an empty one."""
        return max(self._by_seq, default=0)

    def observations(
        self, *, since: At = "", kinds: Sequence[Seen] = (), scope: Scope = ""
    ) -> Iterator[Observation]:
        """By session start, session id and place in the session."""
        for one in self._all():
            wanted = scope in ("", one.scope) and (not kinds or one.seen in kinds)
            if wanted and (not one.at or one.at >= since):
                yield one

    def in_session(self, session: str) -> Sequence[Observation]:
        """One session's observations in order."""
        return self._within.get(session, ())

    def get(self, seqs: Iterable[int]) -> list[Observation]:
        """Those of these that exist, in ascending seq."""
        return [self._by_seq[seq] for seq in sorted(set(seqs)) if seq in self._by_seq]

    def sessions(self) -> Sequence[Session]:
        """By start, then id."""
        return tuple(self._sessions.values())

    def session(self, id: str) -> Session | None:
        """The session; None when it is not in the window."""
        return self._sessions.get(id)

    def records(self, kind: str, *, lives: Sequence[Life] = ()) -> Sequence[Record]:
        """By key; active ones unless `lives` says otherwise."""
        wanted = lives or (Life.ACTIVE,)
        found = (r for r in self._records.values() if r.kind == kind and r.life in wanted)
        return sorted(found, key=lambda r: r.key)

    def record(self, kind: str, key: str) -> Record | None:
        """The record, whatever its life."""
        return self._records.get((kind, key))

    def by_signature(self, signature: str) -> Sequence[Observation]:
        """Where this error was seen."""
        return self._signatures.get(signature, ()) if signature else ()

    def by_entity(self, entity: str) -> Sequence[Observation]:
        """Where this entity is mentioned."""
        return self._entities.get(entity, ())

    def similar(self, text: str, k: int = 10) -> Sequence[tuple[Observation, float]]:
        """The k prompts, replies and events nearest to this text, best first."""
        wanted = embed(text)
        scored = ((one, cosine(wanted, embed(one.text))) for one in self._candidates(text, k))
        near = [(one, score) for one, score in scored if score > 0]
        return sorted(near, key=lambda hit: (-hit[1], self._place[hit[0].seq]))[: max(k, 0)]

    def embed(self, texts: Sequence[str]) -> list[bytes]:
        """Packed vectors, each text's the same whenever it is asked for."""
        return self.vectors.of(texts)

    def _all(self) -> Iterator[Observation]:
        for every in self._within.values():
            yield from every

    def _candidates(self, text: str, k: int) -> list[Observation]:
        """Those that share the most telling words with the text, more than are asked for."""
        words = [word for word in set(content_words(text)) if word in self._words]
        weights: dict[int, float] = {}
        for word in sorted(words, key=lambda word: (len(self._words[word]), word)):
            if len(weights) >= ENOUGH:
                break
            posting = self._words[word]
            for one in posting[-ENOUGH:]:
                weights[one.seq] = weights.get(one.seq, 0.0) + 1 / len(posting)
        best = sorted(weights, key=lambda seq: (-weights[seq], self._place[seq]))
        return [self._by_seq[seq] for seq in best[: max(FEWEST, 4 * k)]]

    @cached_property
    def _by_seq(self) -> Mapping[int, Observation]:
        return {one.seq: one for one in self._all()}

    @cached_property
    def _place(self) -> Mapping[int, int]:
        return {one.seq: place for place, one in enumerate(self._all())}

    @cached_property
    def _signatures(self) -> Mapping[str, Sequence[Observation]]:
        found: dict[str, list[Observation]] = {}
        for one in self._all():
            if one.signature:
                found.setdefault(one.signature, []).append(one)
        return found

    @cached_property
    def _entities(self) -> Mapping[str, Sequence[Observation]]:
        found: dict[str, list[Observation]] = {}
        for one in self._all():
            for entity in keys(one.text):
                found.setdefault(entity, []).append(one)
        return found

    @cached_property
    def _words(self) -> Mapping[str, Sequence[Observation]]:
        found: dict[str, list[Observation]] = {}
        for one in self._all():
            if one.seen in SPOKEN:
                for word in set(content_words(one.text)):
                    found.setdefault(word, []).append(one)
        return found


def _until(now: At, answered: Callable[[], Sequence[Decided]]) -> Sequence[Decided]:
    """Questions that were answered until then, by when they were."""
    until_now = (one for one in answered() if one.at <= now)
    return tuple(sorted(until_now, key=lambda one: (one.at, one.id)))


def in_order(sessions: Iterable[Session]) -> list[Session]:
    """By start, then id."""
    return sorted(sessions, key=lambda s: (s.started_at, s.id))


def in_place(observations: Iterable[Observation]) -> list[Observation]:
    """By time where every one has its own, else as they were stored: a session that two files
    tell may have been read later part first."""
    every = sorted(observations, key=lambda o: o.seq)
    return sorted(every, key=lambda o: o.at) if all(o.at for o in every) else every


def _by_session(
    observations: Iterable[Observation], sessions: Mapping[str, Session]
) -> dict[str, tuple[Observation, ...]]:
    found: dict[str, list[Observation]] = {id: [] for id in sessions}
    for one in observations:
        if one.minable and one.session in found:
            found[one.session].append(one)
    return {id: tuple(in_place(every)) for id, every in found.items()}
