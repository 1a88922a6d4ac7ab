"""Earlier decisions on questions like this one, and how each of them worked out."""

from __future__ import annotations

from heapq import nlargest
from typing import TYPE_CHECKING, NamedTuple

from passdown.domain.proposal import FORGOTTEN, PUBLIC, Status
from passdown.text.leaves import texts
from passdown.text.vectors import cosine, embed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.domain.proposal import Mark, Proposal
    from passdown.storage.port import Tx

PAGE = 1000
LOOKED_AT = 20_000
"""Decisions of a loop that are compared, the most confident first."""
LOOKED_AT_SOON, COMPARED_SOON = 300, 24
DECIDED = (Status.EXECUTED, Status.REJECTED, Status.FAILED)
SAME_ACTION, SAME_SCOPE = 0.1, 0.05
LONGEST = 600
"""Characters of a question that are compared."""
LEAST = 0.15
"""Below this they have nothing to do with each other."""


class Precedent(NamedTuple):
    """A decision, how near its question was, and what became of it."""

    id: str
    near: float
    title: str
    action: str
    scope: str
    status: str
    decided_by: str
    decided_at: str
    reason: str
    confidence: float
    worked: str


def precedents(tx: Tx, proposal: Proposal, *, limit: int, soon: bool = False) -> list[Precedent]:
    """The nearest, nearest first, half of them against where there are such: one who asks what
    usually becomes of this must not be shown one side only. `soon` is for somebody who waits: of
    the surest ones of both sides only those that have the most words in common are compared."""
    vector = embed(_signal(proposal))
    decided = _likely(tx, proposal) if soon else _decided(tx, proposal.loop)
    scored = (
        (_near(vector, proposal, other), other) for other in decided if other.id != proposal.id
    )
    near = sorted(
        ((n, o) for n, o in scored if n >= LEAST), key=lambda pair: (-pair[0], pair[1].id)
    )
    return [_told(tx, n, o) for n, o in _balanced(near, limit)]


def _decided(tx: Tx, loop: str) -> Iterator[Proposal]:
    last, seen = "", 0
    while seen < LOOKED_AT and (page := tx.queue.all(DECIDED, loop=loop, after=last, limit=PAGE)):
        yield from (p for p in page if FORGOTTEN not in p.flags)
        last, seen = page[-1].id, seen + len(page)


def _likely(tx: Tx, proposal: Proposal) -> list[Proposal]:
    words = _words(proposal)
    found = [
        p
        for status in DECIDED
        for p in tx.queue.all((status,), loop=proposal.loop, limit=LOOKED_AT_SOON)
        if FORGOTTEN not in p.flags
    ]
    return nlargest(COMPARED_SOON, found, key=lambda p: len(words & _words(p)))


def _words(p: Proposal) -> set[str]:
    return set(p.title.casefold().split())


def _signal(p: Proposal) -> str:
    """What tells a question: its title and the words of its payload."""
    return " ".join((p.title, *texts(p.payload, names=False)))[:LONGEST]


def _near(vector: dict[int, float], p: Proposal, other: Proposal) -> float:
    near = cosine(vector, embed(_signal(other)))
    if near < LEAST:
        return near
    near += SAME_ACTION * (p.action == other.action) + SAME_SCOPE * (p.scope == other.scope)
    return min(near, 1.0)


def _balanced(near: list[tuple[float, Proposal]], limit: int) -> list[tuple[float, Proposal]]:
    """The nearest of both sides, half of each; where one has fewer, the other fills up."""
    good = [pair for pair in near if pair[1].status is Status.EXECUTED]
    bad = [pair for pair in near if pair[1].status is not Status.EXECUTED]
    against = min(len(bad), max(limit // 2, limit - len(good)))
    kept = {other.id for _, other in (*good[: limit - against], *bad[:against])}
    return [pair for pair in near if pair[1].id in kept]


def _told(tx: Tx, near: float, p: Proposal) -> Precedent:
    worked = _worked({mark.name: mark for mark in tx.queue.marks(p.id)})
    facts = (p.title, p.action, p.scope, PUBLIC[p.status], p.decided_by, p.decided_at, p.reason)
    return Precedent(p.id, round(near, 3), *facts, p.confidence, worked)


def _worked(last: dict[str, Mark]) -> str:
    """In words; '' where nobody has looked."""
    if "undone" in last:
        return "taken back"
    if "outcome" not in last:
        return ""
    told = last["outcome"].detail
    return f"{told['score']:+.2f} over {told['n']} after {told['days']} d"
