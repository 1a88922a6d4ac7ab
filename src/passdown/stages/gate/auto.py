"""What a loop may decide with nobody present: what an admin granted it, and no more. Whatever there
is a doubt about waits for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.domain.actor import system
from passdown.domain.observation import Trust

if TYPE_CHECKING:
    from passdown.contract.loop import Loop
    from passdown.domain.clock import At
    from passdown.domain.proposal import Proposal
    from passdown.domain.settings import Settings
    from passdown.storage.port import Tx

CONTROL, ADJUSTED = "control", "control.adjusted"
FLAG = "granted"
LEVELS = ("off", "suggest", "auto_safe", "auto")
ALONE = LEVELS[2:]
"""The levels at which a loop decides with nobody present."""
SURE = 0.9
SAMPLE = 20
"""Under `auto_safe` one in so many still goes to a person."""
AGAIN = "asked_before:"


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
    if given is None or level not in ALONE:
        return None
    return given._replace(level=min(level, given.level, key=LEVELS.index))


def doubt(tx: Tx, loop: Loop[Any], proposal: Proposal, given: Grant) -> str:
    """Why a person must decide this, whatever the loop says of it; '' when the grant suffices."""
    if proposal.proposed_by != system(loop.name).name:
        return "it was not mined"
    if any(flag.startswith(AGAIN) for flag in proposal.flags):
        return "it was answered before"
    if proposal.replay.get("wrong", 0):
        return "what happened later speaks against it"
    return _of_evidence(tx, proposal) or _of_safety(proposal, given)


def _of_evidence(tx: Tx, proposal: Proposal) -> str:
    found = tx.observations.get(proposal.evidence)
    if len(found) < len(proposal.evidence) or not all(o.minable for o in found):
        return "part of what it rests on was forgotten or went to quarantine"
    if min((o.trust for o in found), default=Trust.WEB) < Trust.ASSISTANT:
        return "it rests on what is trusted little"
    return ""


def _of_safety(proposal: Proposal, given: Grant) -> str:
    if given.level == "auto":
        return ""
    if proposal.confidence < SURE:
        return f"auto_safe takes what is at least {SURE} sure"
    drawn = int(proposal.fingerprint[:8], 16) % SAMPLE == 0
    return f"one in {SAMPLE} goes to a person" if drawn else ""
