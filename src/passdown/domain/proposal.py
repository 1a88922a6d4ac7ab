"""A question put to the gate, its states and the one table of transitions."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from passdown.domain.clock import At
from passdown.domain.scope import GLOBAL, Scope

Json: TypeAlias = dict[str, Any]


class Status(StrEnum):
    """Where a proposal stands. The last four are final."""

    PENDING = "pending"
    ARBITER = "arbiter"
    HUMAN = "human"
    EXECUTED = "executed"
    REJECTED = "rejected"
    FAILED = "failed"
    EXPIRED = "expired"


OPEN = frozenset({Status.PENDING, Status.ARBITER, Status.HUMAN})
FINAL = frozenset(Status) - OPEN

TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.PENDING: frozenset({Status.ARBITER, Status.HUMAN}) | FINAL,
    Status.ARBITER: frozenset({Status.HUMAN}) | FINAL,
    Status.HUMAN: FINAL,
    **{status: frozenset() for status in FINAL},
}
"""What may follow what; nothing else decides."""

PUBLIC = {
    Status.PENDING: "pending",
    Status.ARBITER: "pending",
    Status.HUMAN: "pending",
    Status.EXECUTED: "approved",
    Status.REJECTED: "rejected",
    Status.FAILED: "rejected",
    Status.EXPIRED: "expired",
}
"""The four statuses of the wire; the exact one is sent as `state`."""

STATUS_VALUES = ("pending", "approved", "rejected", "expired")


FORGOTTEN = "forgotten"
"""The flag of a proposal whose texts were forgotten: decision, hash and state are left."""


class Verdict(StrEnum):
    """What a tier says of a proposal."""

    APPROVE = "approve"
    MODIFY = "modify"
    SECOND = "second"
    REJECT = "reject"
    ESCALATE = "escalate"
    SAY = "say"
    ADVISE = "advise"
    EXPIRE = "expire"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A finding put to the gate. `payload` is the question, exactly as it would be applied;
    `version` counts every write, for compare-and-set; `value` is what an answer is worth."""

    id: str
    loop: str
    action: str
    payload: Json
    evidence: tuple[int, ...]
    proposed_by: str
    created_at: At
    deadline: At
    scope: Scope = GLOBAL
    title: str = ""
    replay: Json = field(default_factory=dict)
    confidence: float = 0.0
    fingerprint: str = ""
    digest: str = ""
    status: Status = Status.PENDING
    flags: tuple[str, ...] = ()
    original: Json | None = None
    decided_by: str = ""
    decided_at: At = ""
    reason: str = ""
    failure_code: str = ""
    version: int = 1
    value: float = 0.0

    @property
    def open(self) -> bool:
        """Whether it can still be decided."""
        return self.status in OPEN


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of the conversation about a proposal; all are kept."""

    proposal: str
    n: int
    at: At
    actor: str
    tier: str
    verdict: Verdict
    text: str
    detail: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mark:
    """What became of a decided proposal: undone, superseded, or how it turned out."""

    proposal: str
    name: str
    at: At
    actor: str
    detail: Json = field(default_factory=dict)
