"""What is asked of a change whose outcome fell: whether to go back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.contract.loop import Finding
from passdown.loops.tuning.knobs import VALUE, before
from passdown.loops.tuning.payload import AdjustControl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.domain.record import Record
    from passdown.loops.tuning.payload import Payload

SURE = 0.9
LONGEST = 600


def doubt(record: Record, why: str, evidence: Sequence[int]) -> Finding[Payload]:
    """Whether the knob should be where it was before. A value that an admin set has no before:
    the question is then whether it stays, and no yes to it changes anything."""
    now = float(record.body[VALUE])
    was = before(record)
    to = now if was is None else was
    return Finding(
        payload=AdjustControl(record.key, now, to, " ".join(why.split())[:LONGEST]),
        evidence=tuple(evidence),
        key=f"{record.key} back from version {record.version}",
        title=f"Set {record.key} back from {now:g} to {to:g}?",
        confidence=SURE,
    )
