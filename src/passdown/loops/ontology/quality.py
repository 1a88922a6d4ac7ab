"""How good a partition is, and how much better one is for what a decision moved.

The graph grows meanwhile, so nothing is compared with what was: on one and the same graph, homes as
they are with homes as they would be had the decision not been made.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import tanh
from typing import TYPE_CHECKING

from passdown.loops.ontology.after import after
from passdown.loops.ontology.frame import frame, sight
from passdown.loops.ontology.pieces import modularity
from passdown.loops.ontology.scene import apart
from passdown.text.arrays import np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from passdown.loops.ontology.graph import Candidate, World

VERSION = 1
"""Of the weights below; an outcome is told with it."""
STRUCTURE, BEHAVIOUR = 0.6, 0.4
FEW = 5
"""A term that fewer occasions stand behind is not counted."""
BETTER, WORSE = 0.05, -0.05
"""From here on a decision was right, or did harm."""


@dataclass(frozen=True, slots=True)
class Score:
    """A partition: how modular it is, how much its named ontologies leak on average by size, and
    which share of all concepts is in the floor."""

    modularity: float
    conductance: float
    pool: float


@dataclass(frozen=True, slots=True)
class Term:
    """What people and agents did with a decision, between -1 and 1, on so many occasions."""

    name: str
    value: float
    n: int


def score(of: World) -> Score:
    """That of the homes there are."""
    arrays = frame(of)
    now = sight(arrays)
    sizes = np.diff(arrays.starts).astype(float)
    named = sizes * (np.arange(len(sizes)) != arrays.floor)
    leaks = apart(now.volume - 2 * now.inside, now.volume, now.total)
    count = max(len(of.graph), 1)
    return Score(
        modularity(2 * now.inside, now.volume),
        float((named * leaks).sum() / named.sum()) if named.any() else 0.0,
        float(sizes[arrays.floor] / count),
    )


def gained(actual: Score, otherwise: Score) -> float:
    """How much better the one is than the other, in [-1, 1]."""
    found = (
        0.5 * tanh((actual.modularity - otherwise.modularity) / 0.05)
        + 0.3 * tanh((otherwise.conductance - actual.conductance) / 0.10)
        + 0.2 * tanh((otherwise.pool - actual.pool) / 0.10)
    )
    return min(max(found, -1.0), 1.0)


def otherwise(
    of: World, origins: Mapping[str, str], born: Iterable[str] = (), origin: str = ""
) -> World:
    """The world had what was moved stayed at its origin. What was retired for that lives again;
    whoever came later to an ontology that would not be there is where that came from."""
    gone = frozenset(born)
    back = origin or of.floor
    homes = {concept: back if home in gone else home for concept, home in of.homes.items()}
    homes |= {concept: home for concept, home in origins.items() if concept in homes}
    needed = set(homes.values())
    known = {
        key: replace(one, retired=None, retired_into="") if key in needed else one
        for key, one in of.ontologies.items()
    }
    return replace(of, ontologies=known, homes=homes)


def foreseen(of: World, one: Candidate) -> float:
    """How much better it would be at once for that candidate."""
    return gained(score(after(of, one)), score(of))


def regret(of: World, best: Candidate | None) -> float:
    """Of having waited: how much better what else could have been done would be now, as a loss."""
    return -max(0.0, foreseen(of, best)) if best else 0.0


def stickiness(of: World, moved: Mapping[str, str]) -> Term:
    """How many of the concepts are still where they were moved to."""
    there = [of.homes[concept] == home for concept, home in moved.items() if concept in of.homes]
    return Term("stickiness", sum(there) / len(there) if there else 0.0, len(there))


def uptake(of: World, later: Iterable[str], ontology: str, donor: str) -> Term:
    """Of what came later: how much of its ties to the ontology come from within, and how much more
    that is than for the donor."""
    new = frozenset(later)
    (here, n), (there, _) = _kept(of, new, ontology), _kept(of, new, donor)
    return Term("uptake", here - there, n)


def reversed_by(moved: Mapping[str, str], back: Mapping[str, str]) -> bool:
    """Whether a later decision put at least half of them back: where each came from, and where
    each went then."""
    undone = sum(back.get(concept) == origin for concept, origin in moved.items())
    return bool(moved) and 2 * undone >= len(moved)


def blended(structure: float, terms: Iterable[Term]) -> float:
    """Structure and behaviour as one; what too few occasions stand behind is left out."""
    told = [term.value for term in terms if term.n >= FEW]
    if not told:
        return structure
    return STRUCTURE * structure + BEHAVIOUR * sum(told) / len(told)


def _kept(of: World, later: frozenset[str], ontology: str) -> tuple[float, int]:
    """Of the ties of what came later that touch the ontology, the share that stays inside."""
    ids, inside, every = of.graph.concepts, 0, 0
    ties = zip(of.graph.left.tolist(), of.graph.right.tolist(), strict=True)
    for left, right in ties:
        ends = (ids[left], ids[right])
        there = [of.homes[one] == ontology for one in ends]
        if any(there) and any(one in later for one in ends):
            inside += all(there)
            every += 1
    return (inside / every if every else 0.0), every
