"""What two readings say of findings in sessions of public repositories, and what follows of it.

`labels/public_a.jsonl` and `public_b.jsonl` hold a verdict on each finding, above the threshold and
below it: made with the finding and its evidence in view, and neither its confidence nor whether its
detector is on by default. Where the two differ, a finding counts as wrong, or as junk. A category
is on by default only as long as what it tells is right often enough; what it tells once it is on is
said either way.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

from evals._labels import HERE, Verdict, kappa, key_of
from evals._planted import CATEGORIES
from passdown.domain.settings import defaults
from passdown.loops.claims import LOOP
from passdown.loops.claims.detect import CHOSEN_BY
from passdown.text.stats import wilson

A, B = "public_a", "public_b"
DEFAULTS = defaults(LOOP.settings)
SWITCHES = tuple(knob.removeprefix("claims.") for knob in CHOSEN_BY.values())
"""What turns each category on."""


class Asked(NamedTuple):
    """One finding without its words, what turns it on, and whether it is sure enough for a brief:
    with every switch on, and with no other switch than its own."""

    category: str
    key: str
    switch: str
    told: bool
    usual: bool

    @property
    def by_default(self) -> bool:
        """Whether a brief takes it that was approved, and no switch was turned."""
        return self.usual and DEFAULTS.flag(f"claims.{self.switch}")


def named(category: str, scope: str, text: str) -> str:
    """The key of a finding; the same words in two repositories are two."""
    return key_of(category, f"{scope}\n{text}")


@cache
def read(name: str) -> dict[str, Verdict]:
    """The verdicts of one reading, by the key of their finding."""
    return {r["finding"]: Verdict(r["category"], r["right"], r["junk"]) for r in _rows(name)}


def as_read(part: str) -> list[Asked]:
    """The findings of one part as they were asked when they were read."""
    rows = (row for row in _rows(A) if row["part"] == part)
    return [Asked(r["category"], r["finding"], r["switch"], r["told"], r["usual"]) for r in rows]


def verdict(key: str) -> Verdict | None:
    """What both say; None where one of them has not read it."""
    a, b = read(A).get(key), read(B).get(key)
    if a is None or b is None:
        return None
    return Verdict(a.category, a.right and b.right, a.junk or b.junk)


def agreement() -> dict[str, float | str]:
    """How far the two readings agree: Cohen's kappa, and on how many findings."""
    keys = sorted(read(A).keys() & read(B).keys())
    pairs = [(read(A)[key], read(B)[key]) for key in keys]
    return {
        "kappa_right": round(kappa([(a.right, b.right) for a, b in pairs]), 3),
        "kappa_junk": round(kappa([(a.junk, b.junk) for a, b in pairs]), 3),
        "judged_twice": len(pairs),
    }


def figures(every: Sequence[Asked]) -> tuple[dict[str, float], dict[str, float | str]]:
    """Of each category and of all: how much of what is told by default is right, and is junk."""
    usual = [one for one in every if one.by_default]
    found, beside = dict[str, float](), agreement()
    for category in CATEGORIES:
        own, name = [one for one in every if one.category == category], category.replace("-", "_")
        some = _verdicts(one for one in own if one.by_default)
        if some:
            found[f"precision_{name}"] = _share(v.right for v in some)
        beside[f"told_{name}"] = _said(some)
        beside[f"sure_{name}"] = _said(_verdicts(one for one in own if one.told))
        beside[f"asked_{name}"] = _said(_verdicts(own))
    for switch in SWITCHES:
        own = [one for one in every if one.switch == switch and one.usual]
        beside[f"once_on_{switch}"] = _said(_verdicts(own))
    if found:
        found["precision_worst"] = min(found.values())
        found["junk_share"] = _share(v.junk for v in _verdicts(usual))
    found["told"] = len(usual)
    found["unjudged"] = sum(verdict(one.key) is None for one in usual)
    beside["told_all"] = _said(_verdicts(usual))
    beside["asked_all"] = _said(_verdicts(every))
    return found, beside


def _rows(name: str) -> list[dict[str, Any]]:
    _, *rows = (json.loads(line) for line in (HERE / f"{name}.jsonl").read_text().splitlines())
    return rows


def _verdicts(some: Iterable[Asked]) -> list[Verdict]:
    return [found for one in some if (found := verdict(one.key)) is not None]


def _share(some: Iterable[bool]) -> float:
    every = list(some)
    return round(sum(every) / len(every), 4)


def _said(some: Sequence[Verdict]) -> str:
    """How many are right of how many, with the interval that holds the true share."""
    right, junk = sum(v.right for v in some), sum(v.junk for v in some)
    low, high = wilson(right, len(some))
    return f"{right} of {len(some)} right ({low:.2f} to {high:.2f}), {junk} junk"
