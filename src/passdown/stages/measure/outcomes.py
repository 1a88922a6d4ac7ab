"""How approved changes turned out: a day, a week and a month after the yes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from passdown.contract.loop import Outcome
from passdown.domain.clock import later
from passdown.domain.proposal import FORGOTTEN, Mark, Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from passdown.contract.loop import Replay
    from passdown.domain.proposal import Proposal
    from passdown.storage.port import Tx

AGES = (1, 7, 30)
"""Days after a yes on which is looked how it turned out."""
APPROVED, TOLD = "promotion.approved", "promotion.outcome"
OUTCOME = "outcome"
PAGE = 500
FEW = 3
"""Fewer occasions than this are no reason to ask again."""
WEIGHT = 2
"""What a person's or an agent's word about it counts, in occasions."""


class Due(NamedTuple):
    """An approved change whose outcome is due, and the entry that tells of its yes."""

    proposal: Proposal
    age: int
    seq: int


def due(tx: Tx, age: int) -> Iterator[Due]:
    """What was approved so many days ago and was not looked at then, oldest first."""
    before, last = later(tx.now, days=-age), int(tx.registry.value(_cursor(age)) or 0)
    while page := tx.ledger.entries(name=APPROVED, after=last, limit=PAGE):
        for entry in page:
            if entry.at > before:
                return
            found = tx.queue.get(entry.subject)
            if found is not None and _stands(tx, found):
                yield Due(found, age, entry.seq)
        last = page[-1].seq


def by_replay(filed: Replay, now: Replay, said: Mapping[str, int]) -> Outcome | None:
    """What was observed since it was asked, for and against, and what users of it said; None when
    nothing was."""
    right = max(0, now.right - filed.right) + WEIGHT * said.get("helpful", 0)
    against = said.get("harmful", 0) + said.get("stale", 0)
    wrong = max(0, now.wrong - filed.wrong) + WEIGHT * against
    n = right + wrong
    if not n:
        return None
    sentence = f"Since it was asked: {right} for it, {wrong} against it. {now.sentence}"
    return Outcome((right - wrong) / n, n, sentence)


def regressed(outcome: Outcome) -> bool:
    """Whether more spoke against it than for it, often enough to ask whether it should go."""
    return outcome.score < 0 and outcome.n >= FEW


def keep(tx: Tx, one: Due, outcome: Outcome | None, by: str) -> None:
    """Say how it turned out, where something was seen, and go on after it."""
    tx.registry.keep(_cursor(one.age), str(one.seq))
    if outcome is None:
        return
    told = {"days": one.age, "score": round(outcome.score, 3), "n": outcome.n}
    words = {"sentence": outcome.sentence, "loop": one.proposal.loop}
    tx.queue.mark(Mark(one.proposal.id, OUTCOME, tx.now, by, told))
    tx.ledger.append(TOLD, by, one.proposal.id, told | words)


def latest(tx: Tx, id: str) -> Mark | None:
    """How it turned out when it was looked at last."""
    found = [mark for mark in tx.queue.marks(id) if mark.name == OUTCOME]
    return found[-1] if found else None


def _stands(tx: Tx, proposal: Proposal) -> bool:
    if proposal.status is not Status.EXECUTED or FORGOTTEN in proposal.flags:
        return False
    return not any(mark.name == "undone" for mark in tx.queue.marks(proposal.id))


def _cursor(age: int) -> str:
    return f"outcomes:{age}"
