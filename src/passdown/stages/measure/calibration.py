"""What people decided, beside how sure the detectors had been: the evidence for a threshold."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from passdown.text.calibrate import (
    ABOVE,
    CURVE,
    FEW,
    Pair,
    brier,
    coverage,
    error,
    log_loss,
    recalibrated,
    reliability,
    sharpness,
    size,
    threshold,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.storage.port import Tx
    from passdown.text.calibrate import Bin, Threshold

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
    groups = pairs(tx, loop=loop)
    ordered = sorted(groups, key=lambda name: (-size(groups[name]), name))
    return [_group(name, groups[name], target) for name in ordered]


def pairs(tx: Tx, *, loop: str = "") -> dict[tuple[str, str], list[Pair]]:
    """What was stated and what a person said. A yes that was taken back was none; what a tier
    decided by itself teaches nothing about what people think, unless a person took it back."""
    found = defaultdict[tuple[str, str], list[Pair]](list)
    for one in tx.sums.answered(loop):
        every = ((n, fifth) for fifth, n in enumerate(one.fifths) if n)
        told = [Pair(one.stated, one.right, n, fifth) for n, fifth in every]
        found[one.loop, one.action] += told
    return dict(found)


def _group(name: tuple[str, str], found: list[Pair], target: float) -> Group:
    gap, n = error(found), size(found)
    offered = threshold(found, target=target)
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
        recalibration=recalibrated(found).how,
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
