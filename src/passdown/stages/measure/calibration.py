"""What people decided, beside how sure the detectors had been: the evidence for a threshold."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from passdown.storage.sums import Stated
from passdown.text.calibrate import (
    ABOVE,
    CURVE,
    FEW,
    Pair,
    brier,
    coverage,
    error,
    log_loss,
    merged,
    recalibrated,
    reliability,
    sharpness,
    size,
    threshold,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from passdown.domain.proposal import Proposal
    from passdown.storage.port import Tx
    from passdown.storage.sums import Answered
    from passdown.text.calibrate import Bin, Threshold

Kind = tuple[str, str]
"""A loop, and an action of it."""
STEPS = 20
"""Points of the curve of coverage and risk that are told."""


class Group(NamedTuple):
    """One kind of question of one loop, and how its confidences did."""

    loop: str
    action: str
    n: int
    right: int
    note: str
    brier: float | None
    log_loss: float | None
    sharpness: float | None
    ece: float | None
    null_ece: float | None
    null_low: float | None
    null_high: float | None
    recalibration: str
    reliability: Sequence[Bin]
    coverage: Sequence[tuple[float, float, float]]
    threshold: Threshold | None


def calibration(tx: Tx, *, loop: str = "", target: float) -> list[Group]:
    """By loop and action, the largest first; what was forgotten is left out."""
    return calibrated(tx.sums.answered(loop), target)


def calibrated(answers: Iterable[Answered], target: float) -> list[Group]:
    """The same of these answers."""
    return [_group(name, parts, target) for name, parts in _ordered(_pairs(answers))]


def _ordered(groups: Mapping[Kind, list[Pair]]) -> list[tuple[Kind, list[Pair]]]:
    return sorted(groups.items(), key=lambda one: (-size(one[1]), one[0]))


def pairs(tx: Tx, *, loop: str = "") -> dict[Kind, list[Pair]]:
    """What was stated and what a person said. A yes that was taken back was none; what a tier
    decided by itself teaches nothing about what people think, unless a person took it back."""
    return _pairs(tx.sums.answered(loop))


def _pairs(answers: Iterable[Answered]) -> dict[Kind, list[Pair]]:
    found = defaultdict[Kind, list[Pair]](list)
    for one in answers:
        every = ((n, fifth) for fifth, n in enumerate(one.fifths) if n)
        found[one.loop, one.action] += [Pair(one.stated, one.right, n, i) for n, i in every]
    return dict(found)


class Answers:
    """What people answered, by kind and stated confidence: where a question of one was touched, it
    is counted anew, and no other is; nor is what they show of any other kind reckoned again."""

    def __init__(self, tx: Tx) -> None:
        self._kinds: dict[tuple[str, Stated], list[Answered]] = {}
        self._shown: dict[Kind, tuple[list[Pair], float, Group]] = {}
        for one in tx.sums.answered():
            self._kinds.setdefault((one.loop, Stated(one.action, one.stated)), []).append(one)

    def follow(self, touched: Sequence[Proposal], tx: Tx) -> None:
        """Be as if counted anew, now that these questions stand as they do."""
        anew = defaultdict[str, set[Stated]](set)
        for p in touched:
            anew[p.loop].add(Stated(p.action, p.confidence))
        for loop, kinds in anew.items():
            self._kinds |= {(loop, of): [] for of in kinds}
            for one in tx.sums.answered(loop, kinds):
                self._kinds[loop, Stated(one.action, one.stated)].append(one)

    def groups(self, target: float, loop: str = "") -> list[Group]:
        """What `calibrated` says of all of them, or of those of one loop."""
        ordered = _ordered(_pairs(self.every(loop)))
        return [self._group(name, parts, target) for name, parts in ordered]

    def _group(self, name: Kind, parts: list[Pair], target: float) -> Group:
        shown = self._shown.get(name)
        if shown is None or shown[:2] != (parts, target):
            shown = self._shown[name] = parts, target, _group(name, parts, target)
        return shown[2]

    def every(self, loop: str = "") -> list[Answered]:
        """All of them, or those of one loop, in one order."""
        return [
            one
            for loop_of, of in sorted(self._kinds)
            if loop in ("", loop_of)
            for one in self._kinds[loop_of, of]
        ]


def _group(name: Kind, parts: list[Pair], target: float) -> Group:
    found = merged(parts)
    gap, n = error(found), size(found)
    offered = threshold(parts, target=target)
    return Group(
        *name,
        n=n,
        right=sum(p.n for p in found if p.right),
        note=_note(n, offered),
        brier=brier(found) if n >= FEW else None,
        log_loss=log_loss(found) if n >= FEW else None,
        sharpness=sharpness(found) if n >= FEW else None,
        ece=gap.ece if gap else None,
        null_ece=gap.null if gap else None,
        null_low=gap.low if gap else None,
        null_high=gap.high if gap else None,
        recalibration=recalibrated(parts).how,
        reliability=reliability(found),
        coverage=_thinned(coverage(found)) if n >= CURVE else [],
        threshold=offered,
    )


def _note(n: int, offered: Threshold | None) -> str:
    if offered is not None:
        return "an admin may accept it with `passdown trust LOOP`; nothing is granted by itself"
    if n < ABOVE:
        return f"n too small: {n} of the {ABOVE} decisions that a threshold takes at least"
    return "no threshold holds the target"


def _thinned(steps: list[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """At most so many points, the last one always."""
    every = max(1, -(-len(steps) // STEPS))
    return [*steps[: len(steps) - 1 : every], *steps[-1:]]
