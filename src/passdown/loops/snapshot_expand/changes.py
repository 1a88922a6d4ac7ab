"""What a yes implies: a field that the snapshot should hold is known, or is no longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.domain.change import Put, Retire as TakeOut
from passdown.domain.errors import Conflict
from passdown.domain.record import Life, Record
from passdown.loops.snapshot_expand.payload import KIND, Payload, Retire

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.change import Change
    from passdown.domain.settings import Settings


def changes(payload: Payload, corpus: Corpus, settings: Settings) -> Sequence[Change]:
    """The record as it would be; Conflict where it is there already, or is not."""
    if isinstance(payload, Retire):
        known = corpus.record(KIND, payload.target)
        if known is None or known.life is not Life.ACTIVE:
            raise Conflict(f"no field {payload.target}", next="Reject this.")
        return [TakeOut(KIND, payload.target, known.version)]
    before = corpus.record(KIND, payload.field)
    if before is not None and before.life is Life.ACTIVE:
        raise Conflict(f"there is a field {payload.field}", next="Reject this.")
    body = {
        "question": payload.question,
        "template": payload.template,
        "values": list(payload.values),
        "asked": payload.asked,
    }
    text = f"snapshot.{payload.field} answers “{payload.question}”"
    version = before.version if before else 0
    return [Put(Record(KIND, payload.field, text, body, version=version))]
