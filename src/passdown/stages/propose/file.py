"""Files a finding as a proposal: once, unless new evidence makes it a new question."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec

from passdown.domain.clock import later, new_id
from passdown.domain.observation import Trust
from passdown.domain.proposal import OPEN, Proposal, Status
from passdown.stages.propose import backlog
from passdown.stages.propose.validate import action_of, evidence_of, payload_of
from passdown.stages.propose.worth import worth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.contract.loop import Finding, Loop, Replay
    from passdown.domain.settings import Settings
    from passdown.storage.port import Tx

MOST_EVIDENCE = 500
NO_ANSWER = frozenset({"budget", "spawned"})
"""Codes of rejections that did not answer the question: it is asked again after a while."""
MOST_TWINS = 1000
"""Questions, the surest first, among which the same one in other words is sought."""
ASKED = (*sorted(OPEN), Status.REJECTED)


class Fate(StrEnum):
    """What became of a finding."""

    FILED = "filed"
    ATTACHED = "attached"
    KNOWN = "known"
    SUPPRESSED = "suppressed"
    COOLING = "cooling"
    LEFT_OUT = "left_out"
    JOINED = "joined"
    GRANTED = "granted"


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of a finding, and the proposal it is now part of or was silenced by."""

    fate: Fate
    proposal: Proposal | None


def file(
    tx: Tx,
    loop: Loop[Any],
    finding: Finding[Any],
    replay: Replay,
    *,
    by: str,
    settings: Settings,
    as_of: int = 0,
) -> Filed:
    """Put a finding to the gate. The same question open: its evidence is attached. Answered
    before: silent until the evidence has changed enough. `as_of` is the last observation the
    replay saw."""
    asked = _proposal(tx, loop, finding, replay, by, settings)
    asked = replace(asked, replay={**asked.replay, "as_of": as_of})
    evidence_of(tx, finding)
    before = tx.queue.by_fingerprint(asked.fingerprint) or _twin(tx, loop, finding, asked.action)
    if before is not None and before.status in OPEN:
        return _attach(tx, before, asked)
    if before is not None and (fate := _silenced(tx, before, asked, settings)):
        return Filed(fate, before)
    if backlog.full(tx, loop.name, settings):
        return Filed(Fate.LEFT_OUT, None)
    if before is not None:
        asked = _again(asked, before)
    tx.queue.add(asked)
    tx.ledger.append("promotion.proposed", by, asked.id, _facts(asked))
    return Filed(Fate.FILED, asked)


def _twin(tx: Tx, loop: Loop[Any], finding: Finding[Any], action: str) -> Proposal | None:
    """The question that asks the same in other words, and is open or was answered with a no."""
    if loop.same is None:
        return None
    for one in tx.queue.all(ASKED, loop=loop.name, limit=MOST_TWINS):
        if one.action != action or one.scope != finding.scope:
            continue
        if loop.same(finding.payload, payload_of(loop, one.payload)):
            return one
    return None


def fingerprint(loop: str, action: str, key: str) -> str:
    """The identity of a question."""
    return hashlib.sha256(f"{loop}\0{action}\0{key}".encode()).hexdigest()


def _proposal(
    tx: Tx, loop: Loop[Any], f: Finding[Any], replay: Replay, by: str, settings: Settings
) -> Proposal:
    action = action_of(loop, f.payload)
    evidence = tuple(sorted(set(f.evidence)))[:MOST_EVIDENCE]
    confidence = max(0.0, min(1.0, f.confidence))
    return Proposal(
        id=new_id(),
        loop=loop.name,
        action=action,
        payload=_stored(f.payload),
        evidence=evidence,
        proposed_by=by,
        created_at=tx.now,
        deadline=later(tx.now, days=_days(loop.name, settings)),
        scope=f.scope,
        title=f.title,
        replay=_stored(replay),
        confidence=confidence,
        fingerprint=fingerprint(loop.name, action, f.key),
        digest=_digest(evidence),
        value=worth(confidence, replay),
    )


def _days(loop: str, settings: Settings) -> float:
    """How long a question of this loop waits: as the loop says, else as all of them do."""
    own = f"{loop}.expiry_days"
    return (own in settings.values and settings.number(own)) or settings.number(
        "gate.deadline_days"
    )


def _again(asked: Proposal, before: Proposal) -> Proposal:
    """The same question once more, younger than the last one wherever the clock went."""
    made = max(asked.created_at, later(before.created_at, seconds=0.001))
    if before.failure_code in NO_ANSWER:
        return replace(asked, created_at=made)
    return replace(asked, created_at=made, flags=(*asked.flags, f"asked_before:{before.id}"))


def _attach(tx: Tx, before: Proposal, asked: Proposal) -> Filed:
    """Only who asked may reword the question: what another adds to it is evidence."""
    evidence = tuple(sorted({*before.evidence, *asked.evidence}))[:MOST_EVIDENCE]
    if evidence == before.evidence:
        return Filed(Fate.KNOWN, before)
    grown = replace(before, evidence=evidence, digest=_digest(evidence))
    if asked.proposed_by == before.proposed_by:
        grown = replace(
            grown,
            payload=asked.payload,
            replay=asked.replay,
            confidence=asked.confidence,
            value=asked.value,
            title=asked.title,
            scope=asked.scope,
        )
    kept = tx.queue.attach(grown)
    tx.ledger.append("promotion.attached", asked.proposed_by, kept.id, _facts(kept))
    return Filed(Fate.ATTACHED, kept)


def _silenced(tx: Tx, before: Proposal, asked: Proposal, settings: Settings) -> Fate | None:
    """Why the question is not asked again now; None when it may be: a yes that could not be
    carried out was no answer."""
    undone = any(m.name == "undone" for m in tx.queue.marks(before.id))
    if before.status is Status.EXECUTED and not undone:
        return Fate.KNOWN
    if before.status is Status.FAILED:
        return None
    if before.status is Status.EXPIRED or before.failure_code in NO_ANSWER:
        back = later(before.decided_at, seconds=3600 * settings.number("gate.cooldown_hours"))
        return Fate.COOLING if tx.now < back else None
    return None if _moved(tx, before.evidence, asked.evidence, settings) else Fate.SUPPRESSED


def _moved(tx: Tx, old: Sequence[int], new: Sequence[int], settings: Settings) -> bool:
    """Whether enough of the evidence is new since the question was answered. What a session that
    was heard before repeats is not, unless a person says it."""
    heard = {o.session for o in tx.observations.get(old)}
    found = tx.observations.get(set(new) - set(old))
    fresh = [o for o in found if o.trust is Trust.HUMAN or o.session not in heard]
    share = len(fresh) / max(1, len(old) + len(fresh))
    return share >= settings.number("gate.reopen_share")


def _stored(value: Any) -> dict[str, Any]:
    """A value as the store gives it back: a tuple is a list."""
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(value))
    return found


def _digest(evidence: Sequence[int]) -> str:
    return hashlib.sha256(",".join(map(str, evidence)).encode()).hexdigest()[:16]


def _facts(p: Proposal) -> dict[str, Any]:
    return {
        "loop": p.loop,
        "action": p.action,
        "title": p.title,
        "scope": p.scope,
        "payload": p.payload,
        "evidence": list(p.evidence),
        "replay": p.replay,
        "confidence": p.confidence,
        "fingerprint": p.fingerprint,
        "deadline": p.deadline,
        "synth_cost_usd": p.payload.get("synth_cost_usd", 0),
    }
