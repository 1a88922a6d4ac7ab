"""Autonomy that was earned: thresholds that a person accepted, and the audits that keep them.

They live in the ledger alone: what was accepted, by whom, on which figures, and when it was lost.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from math import comb
from typing import TYPE_CHECKING, NamedTuple

from passdown.domain.proposal import FORGOTTEN, Status
from passdown.text.calibrate import ABOVE, TARGET

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.domain.clock import At
    from passdown.domain.entry import Entry
    from passdown.domain.proposal import Proposal
    from passdown.storage.port import Tx
    from passdown.text.calibrate import Threshold

ACCEPTED, ENDED = "trust.accepted", "trust.ended"
SALT = "gate.salt"
SAMPLE = 20
"""One in so many of what would be decided without a person still goes to one."""
RARE = 0.05
"""What chance alone does less often than this is not put down to chance."""
SAMPLED = f"one in {SAMPLE} goes to a person"
AUDIT = "audit:"
"""The flag of such a question, with what would have been decided."""
UNDONE, OUTCOME = "promotion.undone", "promotion.outcome"
ANSWERED = (Status.EXECUTED, Status.REJECTED)
PAGE = 1000


class Trusted(NamedTuple):
    """From which confidence on one action of a loop may be decided without a person."""

    loop: str
    action: str
    at: float
    target: float
    by: str
    since: At


class Held(NamedTuple):
    """How what was decided without a person did: right of so many."""

    right: int
    n: int

    def falls_below(self, target: float) -> bool:
        """Whether it is below the target: by count where there are enough, before that only where
        chance does not explain it."""
        if self.n >= ABOVE:
            return self.right / self.n < target
        chances = (
            comb(self.n, k) * target**k * (1 - target) ** (self.n - k)
            for k in range(self.right + 1)
        )
        return sum(chances) < RARE


def trusted(tx: Tx, loop: str) -> dict[str, Trusted]:
    """What is accepted of this loop now, by action."""
    events = [*_entries(tx, ACCEPTED, loop), *_entries(tx, ENDED, loop)]
    found: dict[str, Trusted] = {}
    for entry in sorted(events, key=lambda one: one.seq):
        said = entry.detail or {}
        found.pop(said["action"], None)
        if entry.name == ACCEPTED:
            facts = (said["action"], said["at"], said["target"])
            found[said["action"]] = Trusted(loop, *facts, entry.actor, entry.at)
    return found


def ended(tx: Tx, loop: str) -> dict[str, str]:
    """Why what was accepted once is so no more, by action."""
    lost: dict[str, str] = {}
    for entry in _entries(tx, ENDED, loop):
        said = entry.detail or {}
        lost[said["action"]] = said["why"]
    return {action: why for action, why in lost.items() if action not in trusted(tx, loop)}


def accept(tx: Tx, loop: str, action: str, offered: Threshold, target: float, by: str) -> None:
    """A person accepts what the calibration offers."""
    figures = {"n": offered.n, "right": offered.right, "low": offered.low, "share": offered.share}
    told = {"action": action, "at": offered.at, "target": target, **figures}
    tx.ledger.append(ACCEPTED, by, loop, told)


def end(tx: Tx, one: Trusted, by: str, why: str) -> None:
    """Accept it no more."""
    tx.ledger.append(ENDED, by, one.loop, {"action": one.action, "at": one.at, "why": why})


def failing(tx: Tx, loop: str) -> list[tuple[Trusted, str]]:
    """What is accepted and did not hold, each with the figures that say so."""
    accepted = trusted(tx, loop)
    if not accepted:
        return []
    decided, undone = list(_decided(tx, loop)), _wrong(tx)
    found = []
    for one in accepted.values():
        those = [p for p in decided if p.action == one.action and p.decided_at >= one.since]
        for what, held in (("audited", _audited(those, undone)), ("kept", _kept(those, undone))):
            if held.falls_below(one.target):
                told = f"{held.right} of {held.n} {what} were right, {one.target:g} was asked for"
                found.append((one, told))
                break
    return found


def fallen(tx: Tx, loop: str, since: At) -> str:
    """Why what was granted by name cannot go on; '' where what was decided without a person since
    then holds, or is too little to say."""
    wrong = _wrong(tx)
    held = _kept((p for p in _decided(tx, loop) if p.decided_at >= since), wrong)
    if not held.falls_below(TARGET):
        return ""
    return f"{held.right} of {held.n} decided with nobody present held, {TARGET:g} is asked for"


def _wrong(tx: Tx) -> set[str]:
    """What was taken back, and what did harm when it was last looked at."""
    last = {e.subject: (e.detail or {}).get("score", 0) for e in _entries(tx, OUTCOME, "")}
    return {e.subject for e in _entries(tx, UNDONE, "")} | {id for id in last if last[id] < 0}


def salted(tx: Tx) -> None:
    """See to it that the store has its secret; nobody can tell beforehand what it draws."""
    if tx.registry.value(SALT) is None:
        tx.registry.keep(SALT, secrets.token_hex(32))


def keyed(tx: Tx, what: str) -> str:
    """A name for something that only this store could give it; '' before it has its secret."""
    salt = tx.registry.value(SALT)
    return hmac.new(salt.encode(), what.encode(), hashlib.sha256).hexdigest() if salt else ""


def drawn(tx: Tx, p: Proposal) -> bool:
    """Whether this question is one of those that go to a person all the same."""
    key = keyed(tx, f"draw:{p.fingerprint}")
    return not key or int(key[:12], 16) % SAMPLE == 0


def _audited(decided: Iterable[Proposal], undone: set[str]) -> Held:
    """What people said of those drawn, beside what would have been decided."""
    right = n = 0
    for p in decided:
        meant = next((f.removeprefix(AUDIT) for f in p.flags if f.startswith(AUDIT)), "")
        if meant and not p.decided_by.startswith("system:"):
            said_yes = p.status is Status.EXECUTED and p.id not in undone
            n, right = n + 1, right + (said_yes == (meant == "approve"))
    return Held(right, n)


def _kept(decided: Iterable[Proposal], undone: set[str]) -> Held:
    """What was decided without a person and neither taken back nor harmful."""
    alone = [p for p in decided if p.decided_by == "system:gate" and p.status is Status.EXECUTED]
    return Held(sum(p.id not in undone for p in alone), len(alone))


def _decided(tx: Tx, loop: str) -> Iterator[Proposal]:
    last = ""
    while page := tx.queue.all(ANSWERED, loop=loop, after=last, limit=PAGE):
        yield from (p for p in page if FORGOTTEN not in p.flags)
        last = page[-1].id


def _entries(tx: Tx, name: str, subject: str) -> Iterator[Entry]:
    last = 0
    while page := tx.ledger.entries(name=name, subject=subject, after=last, limit=PAGE):
        yield from page
        last = page[-1].seq
