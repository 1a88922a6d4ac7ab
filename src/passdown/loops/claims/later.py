"""Sessions that could have known a claim, and how their number is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from passdown.contract.loop import EXAMPLES
from passdown.domain.scope import GLOBAL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from passdown.contract.corpus import Corpus
    from passdown.domain.observation import Observation, Session
    from passdown.domain.scope import Scope
    from passdown.loops.claims.payload import Claim

__all__ = ["EXAMPLES", "NONE", "Later", "count", "first_by_session", "later_than"]

NONE = "No later session to test it on."


class Later(NamedTuple):
    """The sessions that could have known it: in its scope, begun after it was first learned."""

    sessions: tuple[Session, ...]
    ids: frozenset[str]


def later_than(payload: Claim, corpus: Corpus) -> Later:
    """The later sessions of a claim, by when the first session that taught it was over."""
    seen = corpus.get(quote.seq for quote in payload.quotes)
    found = filter(None, map(corpus.session, {o.session for o in seen}))
    known = sorted(found, key=lambda s: (s.started_at, s.id))
    end = _end(known[0], corpus) if known else ""
    after = tuple(
        s
        for s in corpus.sessions()
        if known and s.id != known[0].id and s.started_at > end and _within(s, payload.scope)
    )
    return Later(after, frozenset(s.id for s in after))


def _end(session: Session, corpus: Corpus) -> str:
    """When the session that taught it was over."""
    return max([session.ended_at, *(o.at for o in corpus.in_session(session.id))])


def _within(session: Session, scope: Scope) -> bool:
    family, _, name = scope.partition(":")
    if family == "repo":
        return session.repo == name
    return scope == GLOBAL or session.agent == name


def first_by_session(hits: Iterable[Observation]) -> list[Observation]:
    """The first hit of each session."""
    first: dict[str, Observation] = {}
    for one in hits:
        first.setdefault(one.session, one)
    return list(first.values())


def count(n: int, thing: str) -> str:
    """So many things, in words."""
    return f"{n} {thing}{'' if n == 1 else 's'}"
