"""Reads which questions were answered, and what became of each answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from passdown.domain.decided import Decided
from passdown.domain.proposal import FORGOTTEN, Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.domain.clock import At
    from passdown.domain.entry import Entry
    from passdown.domain.proposal import Proposal
    from passdown.storage.port import Tx

PAGE = 1000
ANSWERED = (Status.EXECUTED, Status.REJECTED)
UNDONE, TOLD = "promotion.undone", "promotion.outcome"
SYSTEM, AGAIN = "system:", "asked_before:"


class _Judged(NamedTuple):
    at: At
    score: float | None = None


def decided(tx: Tx) -> list[Decided]:
    """Every question with a yes or a no, by when that was said; what was forgotten is left out."""
    undone = {entry.subject: _Judged(entry.at) for entry in _entries(tx, UNDONE)}
    told = {e.subject: _Judged(e.at, float((e.detail or {})["score"])) for e in _told(tx)}
    found = (_of(p, undone.get(p.id), told.get(p.id)) for p in _answered(tx))
    return sorted(found, key=lambda one: (one.at, one.id))


def _of(p: Proposal, back: _Judged | None, told: _Judged | None) -> Decided:
    yes, judged = p.status is Status.EXECUTED, back or told
    return Decided(
        id=p.id,
        loop=p.loop,
        action=p.action,
        title=p.title,
        stated=p.confidence,
        at=p.decided_at,
        yes=yes,
        right=yes and back is None,
        alone=p.decided_by.startswith(SYSTEM),
        disputed=bool(p.replay.get("wrong")) or any(f.startswith(AGAIN) for f in p.flags),
        evidence=p.evidence,
        score=told.score if told else None,
        judged_at=judged.at if judged else "",
    )


def _answered(tx: Tx) -> Iterator[Proposal]:
    last = ""
    while page := tx.queue.all(ANSWERED, after=last, limit=PAGE):
        yield from (p for p in page if FORGOTTEN not in p.flags)
        last = page[-1].id


def _told(tx: Tx) -> Iterator[Entry]:
    """What was told of outcomes, oldest first; one whose detail was forgotten is none."""
    return (entry for entry in _entries(tx, TOLD) if "score" in (entry.detail or {}))


def _entries(tx: Tx, name: str) -> Iterator[Entry]:
    last = 0
    while page := tx.ledger.entries(name=name, after=last, limit=PAGE):
        yield from page
        last = page[-1].seq
