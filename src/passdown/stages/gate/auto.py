"""What a loop may decide with nobody present: what an admin granted it, and no more. Whatever there
is a doubt about waits for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.domain.actor import system
from passdown.domain.change import Emit
from passdown.domain.observation import Trust
from passdown.stages.gate.classifier import is_asked_again
from passdown.stages.gate.trust import SAMPLED, drawn, trusted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.contract.loop import Loop
    from passdown.domain.change import Change
    from passdown.domain.clock import At
    from passdown.domain.proposal import Proposal
    from passdown.domain.settings import Settings
    from passdown.storage.port import Tx

CONTROL, ADJUSTED = "control", "control.adjusted"
FLAG = "granted"
LEVELS = ("off", "suggest", "auto_safe", "auto")
ALONE = LEVELS[2:]
"""The levels at which a loop decides with nobody present."""


def paused(settings: Settings, loop: str) -> bool:
    """Whether an admin stopped this loop, or all: nothing is mined, nothing passed on and nothing
    decided with nobody present. People decide as ever."""
    return settings.flag("gate.paused") or settings.flag(f"{loop}.paused")


class Grant(NamedTuple):
    """How far one loop may go without a person, and who said so when."""

    loop: str
    level: str
    by: str
    at: At


def granted(tx: Tx, loop: str) -> Grant | None:
    """What an admin granted the loop; what a file, a variable or a flag says is no grant."""
    knob = f"{loop}.level"
    record = tx.knowledge.get(CONTROL, knob)
    if record is None or record.body.get("value") not in ALONE:
        return None
    for told in reversed(tx.ledger.entries(name=ADJUSTED, subject=knob)):
        if (told.detail or {}).get("by") == record.made_by:
            return Grant(loop, str(record.body["value"]), told.actor, told.at)
    return None


def in_force(tx: Tx, loop: str, settings: Settings) -> Grant | None:
    """The grant under which the loop may decide now: a setting can narrow it or take it back, and
    cannot widen it."""
    level, given = settings.text(f"{loop}.level"), granted(tx, loop)
    if given is None or level not in ALONE or paused(settings, loop):
        return None
    return given._replace(level=min(level, given.level, key=LEVELS.index))


def doubt(tx: Tx, loop: Loop[Any], proposal: Proposal, given: Grant) -> str:
    """Why a person must decide this, whatever the loop says of it; '' when the grant suffices."""
    if proposal.action in loop.policy:
        return "it binds everybody: people decide"
    if proposal.proposed_by != system(loop.name).name:
        return "it was not mined"
    if is_asked_again(proposal):
        return "it was answered before"
    if proposal.replay.get("wrong", 0):
        return "what happened later speaks against it"
    return _of_evidence(tx, proposal) or _of_safety(tx, proposal, given)


def unsafe(tx: Tx, proposal: Proposal, given: Grant, changes: Sequence[Change]) -> str:
    """Why `auto_safe` leaves this, of which all else is well, to a person; '' when it does not."""
    if given.level == "auto":
        return ""
    if any(isinstance(change, Emit) for change in changes):
        return "it is told to others, and no undo reaches them"
    return SAMPLED if drawn(tx, proposal) else ""


def _of_evidence(tx: Tx, proposal: Proposal) -> str:
    found = tx.observations.get(proposal.evidence)
    if len(found) < len(proposal.evidence) or not all(o.minable for o in found):
        return "part of what it rests on was forgotten or went to quarantine"
    if min((o.trust for o in found), default=Trust.WEB) < Trust.ASSISTANT:
        return "it rests on what is trusted little"
    return ""


def _of_safety(tx: Tx, proposal: Proposal, given: Grant) -> str:
    if given.level == "auto":
        return ""
    accepted = trusted(tx, proposal.loop).get(proposal.action)
    if accepted is None:
        return f"no threshold was accepted for {proposal.action}"
    if proposal.confidence < accepted.at:
        return f"{accepted.by} accepted what is at least {accepted.at:.2f} sure"
    return ""
