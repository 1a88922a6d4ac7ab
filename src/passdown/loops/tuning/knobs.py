"""What may be turned, and where it stands now."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from passdown.domain.record import Life

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.contract.corpus import Corpus
    from passdown.domain.record import Record
    from passdown.domain.settings import Knob, Settings

KIND = "control"
OWN = "tuning."
VALUE, WAS = "value", "was"


class Stand(NamedTuple):
    """A knob's value by decisions, and the record of the last one; None where it never moved."""

    value: float
    record: Record | None


def turnable(settings: Settings) -> Iterator[Knob]:
    """The knobs about which may be asked, by name."""
    for name in sorted(settings.knobs):
        if not locked(name, settings):
            yield settings.knobs[name]


def locked(name: str, settings: Settings) -> str:
    """Why this knob is not turned by a proposal; '' when it may be."""
    knob = settings.knobs.get(name)
    if knob is None:
        return "there is no such knob"
    if knob.safety:
        return "only an admin turns a safety knob"
    if name.startswith(OWN):
        return "what proposes changes does not set its own terms"
    if knob.step <= 0 or isinstance(knob.default, bool | str):
        return "it is not turned in steps"
    setting = settings.values.get(name)
    return f"it is pinned by {setting.origin}" if setting and setting.pinned else ""


def stand(knob: Knob, corpus: Corpus) -> Stand:
    """Where the decisions so far put it; a value that it would refuse counts as none."""
    record = corpus.record(KIND, knob.name)
    given = record.body.get(VALUE) if record and record.life is Life.ACTIVE else None
    try:
        value = knob.accept(knob.default if given is None else given)
    except ValueError:
        value = knob.default
    return Stand(float(value), record)


def before(record: Record | None) -> float | None:
    """Where the knob stood before the last proposal moved it; None when none did."""
    was = record.body.get(WAS) if record else None
    return float(was) if isinstance(was, int | float) else None
