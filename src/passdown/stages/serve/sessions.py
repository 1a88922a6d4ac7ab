"""Search over what was said and done: turns of sessions, with what stands around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from passdown.stages.serve.follow import ASKS, COUNTED, DATED
from passdown.text.rank import REACH, Common, Doc, Ranked, question, rank, rank_groups
from passdown.text.span import span
from passdown.text.tokens import content_words
from passdown.text.worth import answers, worth

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from passdown.domain.clock import At
    from passdown.domain.observation import Observation
    from passdown.storage.index import Heard
    from passdown.storage.port import Tx

MARKS = (ASKS, DATED, COUNTED)

POOL = 80
"""Turns that are looked at closely; what stands around them comes with them."""


class Narrow(NamedTuple):
    """Which turns are wanted: of these kinds, of this session, in this time."""

    kinds: tuple[str, ...] = ()
    session: str = ""
    since: At = ""
    until: At = ""

    def takes(self, one: Heard) -> bool:
        """Whether this is one of them."""
        return (
            (not self.kinds or one.seen in self.kinds)
            and one.session == (self.session or one.session)
            and self.since <= one.at <= (self.until or one.at)
        )

    def within(self, since: At, until: At) -> Narrow:
        """The same in this time only."""
        return self._replace(since=max(self.since, since), until=min(self.until or until, until))


ANY = Narrow()


class Turn(NamedTuple):
    """One turn that was found, its neighbours, and what each part gave to its score."""

    seen: Observation
    score: float
    parts: Mapping[str, float]
    before: Observation | None
    after: Observation | None


class Heading(NamedTuple):
    """The sessions that say most of it, best first, and the turns that say it best."""

    sessions: tuple[str, ...]
    turns: tuple[Turn, ...]


def search_sessions(tx: Tx, query: str, *, narrow: Narrow = ANY, limit: int) -> Heading:
    """Turns that share words with the query, or stand beside one that does; nothing when no turn
    with what stands around it has more than common words of it."""
    pool = _pool(tx, query, narrow)
    asked = question(query, {one.actor for one in pool})
    docs = [_doc(one) for one in pool]
    words = sum(len(one.words) for one in docs)
    known = Common(tx.index.having(asked.words), tx.index.heard(), words / max(1, len(docs)))
    if not _is_answered(asked.words, docs, known):
        return Heading((), ())
    wanted = [r for r in rank(asked, docs, known) if narrow.takes(pool[r.at])][:limit]
    sessions = [id for id, _ in rank_groups(asked, docs, known)][:limit]
    return Heading(tuple(sessions), tuple(_turns(tx, pool, wanted)))


def _pool(tx: Tx, query: str, narrow: Narrow) -> list[Heard]:
    """What may answer, of all times and of the time that is asked for, and what stands around
    it."""
    words, then = content_words(query), span(query)
    found = tx.index.find(words, limit=POOL, **narrow._asdict())
    if then and then.year and len(found) == POOL:
        found += tx.index.find(words, limit=POOL, **narrow.within(*then.days())._asdict())
    near = {seq + step for seq in found for step in range(-REACH, REACH + 1)}
    return tx.index.around(near) if found else []


def _is_answered(words: Sequence[str], docs: Sequence[Doc], known: Common) -> bool:
    """Whether any turn, with what stands around it, has enough of what is asked."""
    told = worth(dict.fromkeys(words), known.having, known.many)
    has = {(one.group, one.place): told.keys() & set(one.words) for one in docs}
    steps, none = range(-REACH, REACH + 1), frozenset[str]()
    return any(
        answers(none.union(*(has.get((group, n + step), none) for step in steps)), told)
        for group, n in has
    )


def _doc(one: Heard) -> Doc:
    words = [word for word in one.words if word not in MARKS]
    marked = [mark in one.words for mark in MARKS]
    return Doc(words, one.actor, one.session, one.seq, one.at, *marked)


def _turns(tx: Tx, pool: Sequence[Heard], found: Sequence[Ranked]) -> list[Turn]:
    beside = {pool[r.at].seq + step for r in found for step in (-1, 0, 1)}
    known = {one.seq: one for one in tx.observations.get(beside) if not one.flags}
    return [
        Turn(one, r.score, r.parts, _of(known, one, -1), _of(known, one, 1))
        for r in found
        if (one := known.get(pool[r.at].seq))
    ]


def _of(known: Mapping[int, Observation], one: Observation, step: int) -> Observation | None:
    other = known.get(one.seq + step)
    return other if other and other.session == one.session else None
