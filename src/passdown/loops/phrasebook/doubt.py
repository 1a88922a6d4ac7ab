"""What is asked of a phrase that did harm: whether it should answer nothing any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.contract.loop import Finding
from passdown.loops.phrasebook.payload import Payload, Retire
from passdown.text.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.domain.record import Record

SURE = 0.9


def doubt(record: Record, why: str, seqs: Sequence[int]) -> Finding[Payload]:
    """The question, resting on these observations."""
    return Finding(
        payload=Retire(record.key, " ".join(why.split())[:600]),
        evidence=tuple(seqs),
        key=f"{record.key} out from version {record.version}",
        title=f"Retire the phrase “{one_line(record.text, 60)}”",
        confidence=SURE,
        scope=record.scope,
    )
