"""How far the signs of a file speak for its going: points, from zero on it is proposed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from passdown.stages.inventory.signs import GROUPS, signs
from passdown.stages.inventory.weights import BAR, USUAL, WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.stages.inventory.ages import Ages
    from passdown.stages.inventory.classify import Row, World
    from passdown.stages.inventory.signs import Signs
    from passdown.stages.inventory.stopped import Stops

TENTHS = 10
"""Points of one unit of the logarithm of the odds."""
LONG = 3.17
"""The logarithm of two years in quarters: without work on a file for so long, it is said."""
_WORDS = {
    "names_unsaid": "nothing else says a name that it defines",
    "unsaid": "nothing else says its name",
    "called_old": "it is called old",
    "called_for_once": "it is called as what is run once",
    "defines_nothing": "it defines nothing",
    "once_imported": "what imported it does so no more",
    "once_tested": "what tested it does so no more",
    "names_once_said": "what used a name that it defines does so no more",
    "any_beside_gone": "files beside it went in the last year",
    "never_touched": "nobody worked on it since it was written",
}


class Weighed(NamedTuple):
    """The points of a file, and what speaks for its going."""

    points: int
    why: tuple[str, ...]

    @property
    def goes(self) -> bool:
        """Whether enough speaks for its going."""
        return self.points >= 0


def needless(
    found: World, rows: Sequence[Row], ages: Ages, stops: Stops | None = None
) -> dict[str, Weighed]:
    """What is weighed of every file that nothing needed reaches."""
    return {path: weighed(one) for path, one in signs(found, rows, ages, stops).items()}


def weighed(one: Signs) -> Weighed:
    """The points of these signs; where the history of a file is not known, it counts as usual."""
    group = GROUPS[one.kind]
    known = {**USUAL[group], **one.seen}
    total = sum(WEIGHTS[group].get(name, 0.0) * value for name, value in known.items())
    return Weighed(round((total - BAR) * TENTHS), tuple(_why(one)))


def _why(one: Signs) -> Iterator[str]:
    """The signs that speak for its going, in words; one that weighs against it is left out."""
    weights = WEIGHTS[GROUPS[one.kind]]
    for name, words in _WORDS.items():
        if one.seen.get(name) and weights.get(name, 0) > 0:
            yield words
    quiet = one.seen.get("quiet", 0)
    if quiet >= LONG and weights.get("quiet", 0) > 0:
        yield f"nobody worked on it for {(2**quiet - 1) / 4:.0f} years or more"
