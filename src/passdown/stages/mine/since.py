"""What was observed after a certain observation: the sessions it is in, as they were and as they
are. All else is there to be asked for by name, and in no list."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from passdown.stages.mine.corpus import MOST_SESSIONS, Live, observed
from passdown.stages.mine.past import Past, in_order
from passdown.stages.mine.vectors import Lexical, Vectors

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from passdown.domain.clock import At
    from passdown.domain.observation import Observation, Session
    from passdown.storage.port import Tx

MOST_KEPT = 20_000
"""Observations of a tail that are worth their memory until the next question."""


class Tail:
    """The sessions in which something was observed after a certain observation, each whole, as a
    reader of this sight finds them: read once for all the questions that were asked since then."""

    def __init__(self, tx: Tx, first: int) -> None:
        self._first, self._sight, self._read = first, tx.sight, newest(tx)
        self.head, _ = tx.ledger.head()
        touched = {one.session for one in observed(tx, after=first)}
        self._items = {id: tuple(observed(tx, session=id)) for id in sorted(touched)}

    @property
    def size(self) -> int:
        """How many observations it holds."""
        return sum(map(len, self._items.values()))

    def serves(self, tx: Tx, last: int) -> bool:
        """Whether it tells what was observed after `last`, and nothing came since."""
        return self._first <= last and (self._sight, self._read) == (tx.sight, newest(tx))

    def after(self, last: int) -> dict[str, Sequence[Observation]]:
        """Those sessions of them in which something was observed after `last`."""
        return {id: items for id, items in self._items.items() if items[-1].seq > last}


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
        items = self._items.get(id, ())
        return bool(self._last and items and items[-1].seq > self._last)

    def _until(self, found: Iterable[Observation]) -> list[Observation]:
        return [one for one in found if not self._last or one.seq <= self._last]

    def _then(self, items: Sequence[Observation]) -> Sequence[Observation]:
        return items[: bisect_right(items, self._last, key=_SEQ)] if self._last else items

    @cached_property
    def _past(self) -> Past:
        kept = {id: self._then(items) for id, items in self._items.items()}
        there = filter(None, (self.session(id) for id, items in kept.items() if items))
        every = [one for items in kept.values() for one in items]
        return Past(self.now, there, every, (), Vectors(Lexical()), self.decided)


def since(tx: Tx, last: int, evidence: Sequence[int], tail: Tail | None = None) -> Grown:
    """The sessions in which something was observed after this one; and, where that is one of those
    that the evidence is from, all that began after what was known of it then."""
    items = (tail or Tail(tx, last)).after(last)
    rests_on = {one.session for one in tx.observations.get(evidence)} & items.keys()
    if rests_on:
        known = min(_known_until(items[id], last) for id in rests_on)
        began = tx.observations.sessions(since=known, limit=MOST_SESSIONS)
        later = [one.id for one in in_order(began) if one.id not in items]
        items |= {id: list(observed(tx, session=id)) for id in later}
    return Grown(Touched(tx, items, last), Touched(tx, items))


_SEQ = attrgetter("seq")


def newest(tx: Tx) -> tuple[int, str, str] | None:
    """What was observed last, by more than its number: a store that was restored gives that to
    something else."""
    found = tx.observations.scan(newest=True, limit=1)
    return next(((one.seq, one.session, one.uid) for one in found), None)


def _known_until(items: Iterable[Observation], last: int) -> At:
    """When the last thing was observed that was known then; '' where that had no time."""
    return max((one.at for one in items if one.seq <= last), default="")
