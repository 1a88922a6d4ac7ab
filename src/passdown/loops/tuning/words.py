"""What a step would do, in numbers and words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.text.calibrate import TARGET
from passdown.text.safe import one_line
from passdown.text.stats import wilson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.loops.tuning.effect import Case, Step

EXAMPLES = 3
LONGEST = 60


def predicted(step: Step) -> str:
    """What would be different, of what is known."""
    right, wrong, n = len(step.right), len(step.wrong), len(step.between)
    known = f"Of {count(len(step.threshold.cases), 'past decision')}"
    if not n:
        return f"{known} none would be on the other side."
    less = "" if step.lets_more_through else "no longer "
    said = f"{known} {n} more would be" if step.lets_more_through else f"{known} {n} would be"
    return f"{said} {less}{step.threshold.does}: {right} right, {wrong} wrong."


def why(step: Step) -> str:
    """What the step rests on."""
    if step.lets_more_through:
        right, n = sum(case.right for case in step.above), len(step.above)
        held = f"{right} of the {n} above {step.value:g} are right"
        return f"{predicted(step)} {held}, at least {wilson(right, n)[0]:.0%} by their number."
    right, n = len(step.right), len(step.between)
    most = wilson(right, n)[1]
    return f"{predicted(step)} So at most {most:.0%} of them are right; {TARGET:.0%} are asked for."


def examples(step: Step) -> str:
    """Three of each side by their titles, the latest first."""
    told = (("Right", step.right), ("Wrong", step.wrong))
    return " ".join(f"{name}: {_titles(those)}." for name, those in told if those)


def latest(cases: Sequence[Case]) -> list[Case]:
    """Three of these."""
    return sorted(cases, key=lambda case: (case.of.at, case.of.id), reverse=True)[:EXAMPLES]


def count(n: int, thing: str) -> str:
    """So many things, in words."""
    return f"{n} {thing}{'' if n == 1 else 's'}"


def _titles(cases: Sequence[Case]) -> str:
    return "; ".join(f"“{one_line(case.of.title, LONGEST)}”" for case in latest(cases))
