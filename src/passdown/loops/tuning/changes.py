"""What a yes implies: one control put, where the knob still is where it was when it was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.domain.change import Put
from passdown.domain.errors import Conflict, Invalid
from passdown.domain.record import Record
from passdown.loops.tuning.knobs import KIND, VALUE, WAS, before, locked, stand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.change import Change
    from passdown.domain.settings import Settings, Value
    from passdown.loops.tuning.payload import Payload

NEAR = 1e-9


def changes(payload: Payload, corpus: Corpus, settings: Settings) -> Sequence[Change]:
    """The new value; Invalid for a knob that no proposal turns, Conflict when it moved since."""
    why = locked(payload.knob, settings)
    if why:
        raise Invalid(f"{payload.knob}: {why}", next="Reject this.")
    value = _accepted(payload, settings)
    now = stand(settings.knobs[payload.knob], corpus)
    if abs(now.value - payload.was) > NEAR:
        what = f"{payload.knob} is {now.value:g} now, not {payload.was:g}"
        raise Conflict(what, where=payload.knob, next="Reject this; it is asked again if it holds.")
    text, body = f"{payload.knob} is {value}", {VALUE: value, WAS: payload.was}
    version = now.record.version if now.record else 0
    return [Put(Record(KIND, payload.knob, text, body, version=version))]


def hesitates(payload: Payload, corpus: Corpus, settings: Settings) -> str:
    """Why a person must decide this, whatever was granted: a new value is accepted by somebody;
    only the way back from one is free."""
    record = corpus.record(KIND, payload.knob)
    was = before(record)
    if was is None or abs(was - payload.value) > NEAR:
        return "a person accepts a new value; only the way back from one is granted"
    return ""


def _accepted(payload: Payload, settings: Settings) -> Value:
    try:
        value = settings.knobs[payload.knob].accept(payload.value)
    except ValueError as error:
        what = f"{payload.knob} cannot be {payload.value:g}: {error}"
        raise Invalid(what, next="Say a value within its range.") from None
    if abs(payload.value - payload.was) <= NEAR:
        raise Invalid(f"{payload.knob} is {payload.was:g} already", next="Reject this.")
    return value
