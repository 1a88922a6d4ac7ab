"""One evaluation a promise: each measures, and goals.toml says whether that is enough.

An evaluation is a module with `measure(data) -> Measured`, where `data` is None for the set that
it makes itself, and `READS_DATA`, False when there is no other.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

GOALS = Path(__file__).with_name("goals.toml")
BOUNDS = ("at_least", "at_most")


@dataclass(frozen=True, slots=True)
class Measured:
    """Figures by name, over `n` cases; `against` holds what else was measured beside them."""

    figures: Mapping[str, float]
    n: int
    against: Mapping[str, float | str] = field(default_factory=dict)


def goals_of(name: str, path: Path = GOALS) -> dict[str, dict[str, float]]:
    """The bounds of an evaluation's figures; an evaluation without a goal is an error."""
    found: dict[str, dict[str, float]] = tomllib.loads(path.read_text()).get(name, {})
    for figure, bounds in found.items():
        if not bounds or not {*bounds} <= {*BOUNDS}:
            raise ValueError(f"{path.name}: {name}.{figure} has other bounds than {BOUNDS}")
    if not found:
        raise ValueError(f"{path.name} holds no goal of {name!r}: it could not fail")
    return found


def missed(figures: Mapping[str, float], goals: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Every goal that is not met, in words; a figure that was not measured meets none."""
    return [
        f"{figure} is {figures.get(figure, 'not measured')}, the goal is {said(bounds)}"
        for figure, bounds in goals.items()
        if not _meets(figures.get(figure), bounds)
    ]


def said(bounds: Mapping[str, float]) -> str:
    """Bounds as one reads them."""
    signs = {"at_least": ">=", "at_most": "<="}
    return " and ".join(f"{signs[name]} {bound:g}" for name, bound in bounds.items())


def line(name: str, measured: Measured, seconds: float) -> dict[str, Any]:
    """The answer of one evaluation, as it is printed and kept."""
    goals = goals_of(name)
    against = {**measured.against, "goals": {f: said(b) for f, b in goals.items()}}
    return {
        "name": name,
        "ok": not missed(measured.figures, goals),
        "figures": dict(measured.figures),
        "against": against,
        "n": measured.n,
        "seconds": round(seconds, 1),
    }


def _meets(figure: float | None, bounds: Mapping[str, float]) -> bool:
    if figure is None or figure != figure:
        return False
    high, low = bounds.get("at_most", figure), bounds.get("at_least", figure)
    return low <= figure <= high
