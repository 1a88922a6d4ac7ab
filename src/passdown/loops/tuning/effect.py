"""What a threshold would have done with past decisions: which would be on its other side."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from passdown.text.calibrate import ABOVE, FEW, TARGET, Pair, recalibrated, threshold
from passdown.text.stats import wilson

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.clock import At
    from passdown.domain.decided import Decided
    from passdown.text.calibrate import Curve

LEAST = 5
"""Fewer decisions than this in between are not worth a step."""
FLOOR = "brief.min_confidence"
GOLDEN = ".golden_path_confidence"


class Case(NamedTuple):
    """One past decision as a threshold meets it, and since when it is known how it was."""

    sure: float
    right: bool
    known_at: At
    of: Decided


class Threshold(NamedTuple):
    """What a knob lets through, in words, and the past decisions that it is judged by."""

    does: str
    passes: Callable[[float, float], bool]
    cases: Sequence[Case]

    def since(self, at: At) -> Threshold:
        """The same, judged by what became known later than this alone."""
        return self._replace(cases=[case for case in self.cases if case.known_at > at])


class Step(NamedTuple):
    """From one value to another: what is in between, and what the lower of the two lets through."""

    threshold: Threshold
    was: float
    value: float
    between: Sequence[Case]
    above: Sequence[Case]

    @property
    def lets_more_through(self) -> bool:
        """Whether it goes down."""
        return self.value < self.was

    @property
    def right(self) -> list[Case]:
        """Those in between that were right."""
        return [case for case in self.between if case.right]

    @property
    def wrong(self) -> list[Case]:
        """Those in between that were not."""
        return [case for case in self.between if not case.right]

    @property
    def due(self) -> bool:
        """Whether enough decisions show that it should be taken. Down: all that would be let
        through holds the target, and so does what is in between. Up: what is in between cannot
        hold it."""
        right, n = len(self.right), len(self.between)
        if not self.lets_more_through:
            return n >= ABOVE and wilson(right, n)[1] < TARGET
        return n >= LEAST and right / n >= TARGET and _holds(self.above)


def threshold_of(knob: str, corpus: Corpus) -> Threshold | None:
    """What past decisions say of this knob; None where they say nothing that can be counted."""
    every = corpus.decided()
    if knob == FLOOR:
        return Threshold("told at the start of a session", _more, _served(every))
    loop = knob.removesuffix(GOLDEN)
    if loop != knob and "." not in loop:
        answered = [one for one in every if one.loop == loop]
        return Threshold("recommended by the classifier", _no_less, _classified(answered))
    return None


def step(found: Threshold, was: float, value: float) -> Step:
    """What would be on the other side at the new value."""
    low, high = min(was, value), max(was, value)
    above = [case for case in found.cases if found.passes(case.sure, low)]
    between = [case for case in above if not found.passes(case.sure, high)]
    return Step(found, was, value, between, above)


def _more(sure: float, least: float) -> bool:
    return sure > least


def _no_less(sure: float, least: float) -> bool:
    return sure >= least


def _served(every: Iterable[Decided]) -> list[Case]:
    """What was approved and looked at since: a brief holds only what was approved."""
    return [Case(one.stated, one.held, one.judged_at, one) for one in every if one.judged]


def _classified(every: Sequence[Decided]) -> list[Case]:
    """What people answered and nothing spoke against, as sure as the classifier now is of it. What
    a tier decided says nothing of what people think, unless a person took it back."""
    said = [one for one in every if not one.alone or one.yes != one.right]
    pairs: dict[str, list[Pair]] = defaultdict(list)
    for one in said:
        pairs[one.action].append(Pair(one.stated, one.right))
    curves = {action: recalibrated(those) for action, those in pairs.items() if len(those) >= FEW}
    return [
        Case(_corrected(one, curves), one.right, max(one.at, one.judged_at), one)
        for one in said
        if not one.disputed
    ]


def _corrected(one: Decided, curves: dict[str, Curve]) -> float:
    return curves[one.action](one.stated) if one.action in curves else one.stated


def _holds(cases: Sequence[Case]) -> bool:
    """Whether enough of all of these are right, whichever fifth is left out."""
    found = threshold([Pair(case.sure, case.right) for case in cases])
    return found is not None and found.n == len(cases)
