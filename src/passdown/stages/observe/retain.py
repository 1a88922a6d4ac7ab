"""How long observations are kept: what is older goes, and a session with the last of it.

What a yes or an open question rests on stays: receipts outlive what is said beside them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from passdown.domain.proposal import OPEN, Status
from passdown.domain.record import Life
from passdown.domain.scope import ALL
from passdown.stages.observe.forget import forget_answers
from passdown.text.leaves import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from passdown.domain.clock import At
    from passdown.domain.observation import Session
    from passdown.storage.port import Store, Tx

    Report = Callable[[int, int, str, str], object]

PAGE = 2000
EVERY = 1_000_000
ASKED = (*sorted(OPEN), Status.EXECUTED)
"""The states of a proposal that keep what it rests on."""


class Retained(NamedTuple):
    """What went."""

    observations: int = 0
    sessions: int = 0


def retain(store: Store, before: At, actor: str, *, scrub: str, report: Report) -> Retained:
    """Delete what was seen before then, page by page; `scrub` is noted with each."""
    gone = after = 0
    while True:
        with store.write(ALL) as tx:
            page = tx.erasure.older(before, after=after, limit=PAGE)
            if not page:
                break
            old = set(page) - rested_on(tx)
            forget_answers(tx, (one.session for one in tx.observations.get(old)))
            went = tx.erasure.drop(old)
            if went:
                tx.index.forget_vectors()
                tx.registry.keep(scrub, "due")
        gone += went
        after = page[-1]
        report(gone, 0, "observations", before)
    done = Retained(gone, _sessions(store, before))
    if any(done):
        with store.write(ALL) as tx:
            tx.ledger.append(
                "observations.expired", actor, "store", {**done._asdict(), "before": before}
            )
    return done


def would_go(tx: Tx, before: At) -> int:
    """How many observations retention would delete."""
    kept, after, many = rested_on(tx), 0, 0
    while page := tx.erasure.older(before, after=after, limit=PAGE):
        many += len(set(page) - kept)
        after = page[-1]
    return many


def rested_on(tx: Tx) -> set[int]:
    """What a yes that stands, an open question or a record's quotes rest on."""
    seqs = {seq for p in tx.queue.all(ASKED, limit=EVERY) for seq in p.evidence}
    for record in tx.knowledge.all(lives=tuple(Life)):
        seqs |= quoted(record.body)
    return seqs


def _sessions(store: Store, before: At) -> int:
    """Delete the sessions that ended before then and of which nothing is left; how many."""
    with store.read(ALL) as tx:
        ids = [session.id for session in _empty(tx, before)]
    gone = 0
    for start in range(0, len(ids), PAGE):
        with store.write(ALL) as tx:
            part = {*ids[start : start + PAGE]}
            for id in [session.id for session in _empty(tx, before) if session.id in part]:
                tx.observations.drop(id)
                gone += 1
    return gone


def _empty(tx: Tx, before: At) -> Iterator[Session]:
    for session in tx.observations.sessions(limit=EVERY):
        ended = session.ended_at or session.started_at
        if "" < ended < before and not tx.observations.scan(
            session=session.id, flagged=True, limit=1
        ):
            yield session
