"""What was observed after a certain observation: the sessions it is in, as they were and as they
are. All else is there to be asked for by name, and in no list."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from passdown.stages.mine.corpus import MOST_SESSIONS, Live, observed
from passdown.stages.mine.past import Past, in_order
from passdown.stages.mine.vectors import Lexical, Vectors

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from passdown.domain.clock import At
    from passdown.domain.observation import Observation, Session
    from passdown.storage.port import Tx


class Grown(NamedTuple):
    """The sessions of which a replay may say something else now."""

    before: Touched
    now: Touched


class Touched(Live):
    """A Corpus of some sessions, up to one observation. `sessions`, `observations`, `similar`,
    `by_entity` and `by_signature` know only these; `get`, `session` and `in_session` all."""

    def __init__(self, tx: Tx, items: Mapping[str, Sequence[Observation]], last: int = 0) -> None:
        super().__init__(tx)
        self._last = last
        self._items = items

    def in_session(self, session: str) -> Sequence[Observation]:
        """One session's observations in order."""
        known = self._past.in_session(session)
        return known or tuple(self._until(super().in_session(session)))

    def get(self, seqs: Iterable[int]) -> list[Observation]:
        """Those of these that exist, in ascending seq."""
        return self._until(super().get(seqs))

    def session(self, id: str) -> Session | None:
        """The session; of one that went on, nobody knew yet when it would end."""
        found = super().session(id)
        return replace(found, ended_at="") if found and self._went_on(id) else found

    def sessions(self) -> Sequence[Session]:
        """By start, then id."""
        return self._past.sessions()

    def by_signature(self, signature: str) -> Sequence[Observation]:
        """Where this error was seen."""
        return self._past.by_signature(signature)

    def _went_on(self, id: str) -> bool:
        return len(self._until(self._items.get(id, ()))) < len(self._items.get(id, ()))

    def _until(self, found: Iterable[Observation]) -> list[Observation]:
        return [one for one in found if not self._last or one.seq <= self._last]

    @cached_property
    def _past(self) -> Past:
        kept = {id: self._until(items) for id, items in self._items.items()}
        there = filter(None, (self.session(id) for id, items in kept.items() if items))
        every = [one for items in kept.values() for one in items]
        return Past(self.now, there, every, (), Vectors(Lexical()), self.decided)


def since(tx: Tx, last: int, evidence: Sequence[int]) -> Grown:
    """The sessions in which something was observed after this one; and, where that is one of those
    that the evidence is from, all that began after what was known of it then."""
    touched = {one.session for one in observed(tx, after=last)}
    rests_on = {one.session for one in tx.observations.get(evidence)} & touched
    items = {id: list(observed(tx, session=id)) for id in sorted(touched)}
    if rests_on:
        known = min(_known_until(items[id], last) for id in rests_on)
        began = tx.observations.sessions(since=known, limit=MOST_SESSIONS)
        later = [one.id for one in in_order(began) if one.id not in items]
        items |= {id: list(observed(tx, session=id)) for id in later}
    return Grown(Touched(tx, items, last), Touched(tx, items))


def _known_until(items: Iterable[Observation], last: int) -> At:
    """When the last thing was observed that was known then; '' where that had no time."""
    return max((one.at for one in items if one.seq <= last), default="")
