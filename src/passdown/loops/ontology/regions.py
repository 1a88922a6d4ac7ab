"""Ontologies as regions of one picture: who is at home where, now and after earlier decisions."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from passdown.loops.ontology.known import PRIMORDIAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from passdown.loops.ontology.atlas import Atlas
    from passdown.loops.ontology.questions import Step

CONCEPTS, TIES = 500, 2000


def regions(seen: Atlas, step: int = -1, limit: int = 150) -> dict[str, Any]:
    """Where concepts are at home, those with most ties first: now, or after the first so many of
    the decisions that moved any. A decision that was taken back is shown as if it had not been."""
    steps = seen.questions.steps(seen.known)
    at = min(step, len(steps)) if step >= 0 else len(steps)
    homes = _then(seen, steps[at:])
    sizes = Counter(homes.values()) if at < len(steps) else seen.sizes
    shown = _first(homes, seen.ties.degree, max(1, min(limit, CONCEPTS)))
    last = steps[at - 1] if at else None
    return {
        "nodes": [
            {"name": n, "ontology": homes[n], "ties": seen.ties.degree.get(n, 0)} for n in shown
        ],
        "edges": _edges(seen, shown),
        "ontologies": [_region(key, seen, sizes) for key in sorted(sizes)],
        "concepts": len(homes),
        "step": at,
        "steps": len(steps),
        "at": last.at if last else "",
        "title": last.title if last else "",
    }


def _then(seen: Atlas, later: Sequence[Step]) -> Mapping[str, str]:
    """The homes before these decisions, of what was known by then."""
    if not later:
        return seen.homes
    homes = dict(seen.homes)
    for step in reversed(later):
        for name, origin in step.origin.items():
            if homes.get(name) == step.goal.get(name):
                homes[name] = origin or PRIMORDIAL
    since, then = seen.called.since, later[0].at
    return {name: key for name, key in homes.items() if since(name) <= then}


def _first(names: Mapping[str, str], degree: Mapping[str, int], most: int) -> list[str]:
    """The names with most ties, equals by name; few of them are compared by name."""
    many = [degree.get(name, 0) for name in names]
    least = _least(many, most)
    found = [name for name, n in zip(names, many, strict=True) if n >= least]
    return sorted(found, key=lambda name: (-degree.get(name, 0), name))[:most]


def _least(numbers: Iterable[int], most: int) -> int:
    """The least of so many largest ones, the least of all where there are fewer; 0 of none."""
    counts, seen, at = Counter(numbers), 0, 0
    for at in sorted(counts, reverse=True):
        seen += counts[at]
        if seen >= most:
            break
    return at


def _edges(seen: Atlas, shown: Sequence[str]) -> list[dict[str, Any]]:
    """The heaviest ties among these; few of them are compared by name."""
    there = seen.ties.among(shown)
    least = _least(there.values(), TIES)
    heavy = sorted((-n, one, other) for (one, other), n in there.items() if n >= least)
    return [{"from": a, "to": b, "weight": -less} for less, a, b in heavy[:TIES]]


def _region(key: str, seen: Atlas, sizes: Mapping[str, int]) -> dict[str, Any]:
    """One ontology, one that went since too."""
    one = seen.known.every.get(key)
    name, state = (one.name, one.state if one.is_live else "gone") if one else (key, "gone")
    return {"key": key, "name": name, "state": state, "concepts": sizes[key]}
