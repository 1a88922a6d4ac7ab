"""Detector: thresholds that past decisions show to be a step too high or too low."""

from __future__ import annotations

from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING

from passdown.contract.loop import Finding
from passdown.domain.clock import later
from passdown.loops.tuning.effect import step, threshold_of
from passdown.loops.tuning.knobs import before, stand, turnable
from passdown.loops.tuning.payload import AdjustControl
from passdown.loops.tuning.words import why

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.settings import Knob, Settings
    from passdown.loops.tuning.effect import Case, Step, Threshold
    from passdown.loops.tuning.knobs import Stand
    from passdown.loops.tuning.payload import Payload

SURE = 0.8
"""How sure a step is that its guards allow; they are bounds of 95 %, of decisions of the past."""
REST = "tuning.rest_days"
MOST_EVIDENCE = 200
DIGITS = 6


def detect(corpus: Corpus, settings: Settings) -> Iterator[Finding[Payload]]:
    """At most one step of each knob, where enough decisions speak for it."""
    for knob in turnable(settings):
        now = stand(knob, corpus)
        if _rests(now, corpus, settings):
            continue
        taken = _step(knob, now, corpus)
        seqs = evidence(taken.between, corpus) if taken else ()
        if taken and seqs:
            yield _finding(knob, now, taken, seqs)


def evidence(cases: Sequence[Case], corpus: Corpus) -> tuple[int, ...]:
    """What the decisions themselves rested on: of each, what is trusted most and is still there;
    of very many, the latest."""
    recent = sorted(cases, key=lambda case: (case.of.at, case.of.id))[-MOST_EVIDENCE:]
    there = {o.seq: o for o in corpus.get(seq for case in recent for seq in case.of.evidence)}
    found = set()
    for case in recent:
        known = [there[seq] for seq in case.of.evidence if seq in there]
        if known:
            found.add(max(known, key=lambda o: (o.trust, o.at, o.session, o.uid)).seq)
    return tuple(sorted(found))


def _rests(now: Stand, corpus: Corpus, settings: Settings) -> bool:
    """Whether it was turned so lately that nobody can know what that did."""
    if now.record is None:
        return False
    return corpus.now < later(now.record.updated_at, days=settings.number(REST))


def _step(knob: Knob, now: Stand, corpus: Corpus) -> Step | None:
    """The step that is due; up, which is the careful way, is looked at first, and goes to where
    there is something: a step that keeps nothing back would never lead to the next."""
    found = threshold_of(knob.name, corpus)
    if found is None:
        return None
    up = (_to(found, now, to) for to in _values(knob, now.value, knob.step))
    down = (_to(found, now, to) for to in _values(knob, now.value, -knob.step))
    steps = (next((one for one in up if one.between), None), next(down, None))
    return next((one for one in steps if one and one.due), None)


def _values(knob: Knob, value: float, by: float) -> Iterator[float]:
    """Step by step to the end of the range."""
    with suppress(ValueError):
        for n in count(1):
            yield float(knob.accept(round(value + n * by, DIGITS)))


def _to(found: Threshold, now: Stand, to: float) -> Step:
    return step(_told(found, now, to), now.value, to)


def _told(found: Threshold, now: Stand, to: float) -> Threshold:
    """What may speak for this step: the way back from a change only what was seen since, so that
    no knob goes to and fro on the same decisions."""
    was = before(now.record)
    back = was is not None and (to - now.value) * (was - now.value) > 0
    return found.since(now.record.updated_at) if back and now.record else found


def _finding(knob: Knob, now: Stand, taken: Step, seqs: tuple[int, ...]) -> Finding[Payload]:
    version = now.record.version if now.record else 0
    return Finding(
        payload=AdjustControl(knob.name, now.value, taken.value, why(taken)),
        evidence=seqs,
        key=f"{knob.name} {now.value:g} to {taken.value:g} after {version}",
        title=f"Set {knob.name} from {now.value:g} to {taken.value:g}?",
        confidence=SURE,
    )
