"""What was so and what was not, by what was stated, in parts of which each can be left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Told: TypeAlias = "Mapping[float, tuple[int, int]]"
"""By what was stated, ascending: how often it was so, and how often not."""


def folded(rows: Iterable[tuple[float, bool, int, int]], parts: int) -> list[Told]:
    """The parts of these: what was stated, whether it was so, how often, and in which part."""
    found: list[dict[float, tuple[int, int]]] = [{} for _ in range(parts)]
    for stated, right, n, part in rows:
        yes, no = found[part].get(stated, (0, 0))
        found[part][stated] = (yes + n, no) if right else (yes, no + n)
    return [dict(sorted(one.items())) for one in found]


def together(parts: Sequence[Told]) -> Told:
    """All of them as one."""
    found: dict[float, tuple[int, int]] = {}
    for part in parts:
        for at, (yes, no) in part.items():
            before = found.get(at, (0, 0))
            found[at] = before[0] + yes, before[1] + no
    return dict(sorted(found.items()))


def without(every: Told, some: Told) -> Told:
    """What is left of all when these, which are among them, are taken out."""
    left = {}
    for at, (yes, no) in every.items():
        less = some.get(at, (0, 0))
        if (yes, no) != less:
            left[at] = yes - less[0], no - less[1]
    return left


def many(told: Told) -> int:
    """How many there are."""
    return sum(yes + no for yes, no in told.values())
