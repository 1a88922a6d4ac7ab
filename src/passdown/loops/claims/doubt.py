"""How a claim is verified, and the question that it becomes where it no longer holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.contract.check import Check
from passdown.contract.loop import Finding
from passdown.loops.claims.check import parse
from passdown.loops.claims.payload import Retire

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.domain.record import Record
    from passdown.loops.claims.payload import Payload

SURE = 0.9
LONGEST = 400


def check(record: Record) -> Check | None:
    """What to look for to see whether the claim holds; None when nothing would tell."""
    line = str(record.body.get("check", ""))
    found = parse(line)
    return Check(found.kind, found.path, found.value, line) if found else None


def doubt(record: Record, why: str, evidence: Sequence[int]) -> Finding[Payload]:
    """Whether a claim that failed its check should go."""
    reason = " ".join(f"its check fails: {record.body.get('check', '')} ({why})".split())
    return Finding(
        payload=Retire(record.key, reason[:LONGEST]),
        evidence=tuple(evidence),
        key=f"check {record.key}",
        title=f"No longer so? {record.text}",
        confidence=SURE,
        scope=record.scope,
    )
