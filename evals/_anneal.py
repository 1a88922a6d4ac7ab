"""An ontology left to itself: cycle after cycle of what the rules propose, each taken at its word.

No gate and no model: what is sure enough happens, at most so much a cycle, until nothing is
proposed any more or a state comes back. Nobody is asked; or there is somebody who says yes to all
that is proposed, and of a choice takes the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from passdown.loops.ontology.graph import FLOOR, Candidate, Graph, Ontology, World, world
from passdown.loops.ontology.judge import candidates
from passdown.loops.ontology.thresholds import DEFAULT, Thresholds

STILL = frozenset({"NO_ACTION", "ESCALATE"})
AT_ONCE = 5
"""How many actions a cycle may take."""
CYCLES = 50
EVENTS = 10
"""Events between two cycles, as the clock counts them."""
LONG = 10_000
"""So many events later nothing is left alone because it is new or just changed."""


@dataclass(frozen=True, slots=True)
class Annealed:
    """Where it came to rest, if it did: homes, actions taken, cycles until nothing was left to do,
    and whether homes came back that had been left before."""

    homes: Mapping[str, str]
    actions: int
    cycles: int
    rested: bool
    oscillated: bool


def chosen(found: Iterable[Candidate]) -> list[Candidate]:
    """The strongest that touch no ontology twice, and no concept."""
    touched, gone, taken = set[str](), set[str](), list[Candidate]()
    for one in found:
        ends = {one.subject, one.target, *(to for _, to in one.routes)} - {"", FLOOR}
        twice = ends & touched or gone.intersection(one.moved)
        if one.action in STILL or twice or len(taken) == AT_ONCE:
            continue
        touched |= ends
        gone.update(one.moved)
        taken.append(one)
    return taken


def approved(found: Iterable[Candidate]) -> list[Candidate]:
    """The same, where of what is escalated the first choice is taken that does something."""
    return chosen(
        next((other for other in one.alternatives if other.action not in STILL), one)
        if one.action == "ESCALATE"
        else one
        for one in found
    )


def anneal(
    start: World,
    cycles: int = CYCLES,
    thresholds: Thresholds = DEFAULT,
    choose: Callable[[Iterable[Candidate]], list[Candidate]] = chosen,
) -> Annealed:
    """Cycle after cycle, `cycles` at the most; one without an action ends it, where much later
    there is none either: from then on every cycle is the same."""
    now, actions, seen = start, 0, {parts(start.homes)}
    for n in range(cycles):
        done = choose(candidates(now, thresholds))
        if not done:
            now = replace(now, clock=now.clock + LONG)
            done = choose(candidates(now, thresholds))
        if not done:
            return Annealed(now.homes, actions, n, True, False)
        for one in done:
            now = applied(now, one)
        actions += len(done)
        now = replace(now, clock=now.clock + EVENTS)
        if parts(now.homes) in seen:
            return Annealed(now.homes, actions, n + 1, False, True)
        seen.add(parts(now.homes))
    return Annealed(now.homes, actions, cycles, False, False)


def applied(before: World, one: Candidate) -> World:
    """The world after it: concepts moved, what was left empty by a merge or an end retired."""
    born = f"o{before.clock:06}.{len(before.ontologies):04}"
    homes = {**before.homes, **{concept: to or born for concept, to in one.routes}}
    ontologies = dict(before.ontologies)
    if one.action == "SPLIT_NEW":
        ontologies[born] = Ontology(born, one.name or born, created=before.clock)
    if one.action in ("MERGE", "DECOMPOSE_TO_PRIMORDIAL"):
        old, into = ontologies[one.subject], one.target or FLOOR
        ontologies[old.id] = replace(old, retired=before.clock, retired_into=into)
    ends = {one.subject, *(to or born for _, to in one.routes)}
    changed = {**before.changed, **dict.fromkeys(ends, before.clock)}
    return world(
        before.graph, homes, ontologies.values(), clock=before.clock, inflight=before.inflight,
        changed=changed, failures=before.failures, tombstones=before.tombstones,
    )  # fmt: skip


def parts(homes: Mapping[str, str]) -> frozenset[frozenset[str]]:
    """Who lives together, whatever the homes are called; the pool is told from the others."""
    groups: dict[str, set[str]] = {}
    for concept, home in homes.items():
        groups.setdefault(home, {FLOOR} if home == FLOOR else set()).add(concept)
    return frozenset(map(frozenset, groups.values()))


def numbered(of: Graph, homes: Mapping[str, str]) -> list[int]:
    """For each concept the number of its home, in the order of the graph."""
    numbers: dict[str, int] = {}
    return [numbers.setdefault(homes[one], len(numbers)) for one in of.concepts]


def aged(of: Graph, homes: Mapping[str, str] | None = None) -> World:
    """A world in which no ontology is new."""
    return world(of, homes, clock=1000)


def named(labels: Sequence[int]) -> list[str]:
    """Names of homes by their number."""
    return [f"home{label:04}" for label in labels]
