"""What people decided, beside how sure the detectors had been: the evidence for a threshold."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from passdown.domain.proposal import FORGOTTEN, Status
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
    threshold,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.domain.proposal import Proposal
    from passdown.storage.port import Tx
    from passdown.text.calibrate import Bin, Threshold

PAGE = 1000
ANSWERED = (Status.EXECUTED, Status.REJECTED)
UNDONE = "promotion.undone"
SYSTEM = "system:"
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
    ordered = sorted(groups, key=lambda name: (-len(groups[name]), name))
    return [_group(name, groups[name], target) for name in ordered]


def pairs(tx: Tx, *, loop: str = "") -> dict[tuple[str, str], list[Pair]]:
    """What was stated and what a person said, in the order in which they said it. A yes that was
    taken back was none; what a tier decided by itself teaches nothing about what people think,
    unless a person took it back."""
    undone, found = _undone(tx), defaultdict[tuple[str, str], list[tuple[str, str, Pair]]](list)
    for p in _answered(tx, loop):
        back = p.id in undone
        if p.decided_by.startswith(SYSTEM) and not back:
            continue
        right = p.status is Status.EXECUTED and not back
        found[p.loop, p.action].append((p.decided_at, p.id, Pair(p.confidence, right)))
    return {name: [pair for *_, pair in sorted(rows)] for name, rows in found.items()}


def _answered(tx: Tx, loop: str) -> Iterator[Proposal]:
    last = ""
    while page := tx.queue.all(ANSWERED, loop=loop, after=last, limit=PAGE):
        yield from (p for p in page if FORGOTTEN not in p.flags)
        last = page[-1].id


def _undone(tx: Tx) -> set[str]:
    found, last = set[str](), 0
    while page := tx.ledger.entries(name=UNDONE, after=last, limit=PAGE):
        found |= {entry.subject for entry in page}
        last = page[-1].seq
    return found


def _group(name: tuple[str, str], found: list[Pair], target: float) -> Group:
    gap, n = error(found), len(found)
    offered = threshold(found, target=target)
    return Group(
        *name,
        n=n,
        right=sum(p.right for p in found),
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
