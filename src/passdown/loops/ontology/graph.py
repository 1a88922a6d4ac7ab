"""What the ontology loop reasons about: concepts, ties, their homes, and what may be done to them.

Everything here is a frozen value in canonical order, so that nothing depends on the order in which
concepts, ties or homes were given.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from passdown.domain.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from passdown.text.arrays import Integers

Kind: TypeAlias = Literal["floor", "named"]
State: TypeAlias = Literal["active", "pinned", "frozen"]
Action: TypeAlias = Literal[
    "SPLIT_NEW",
    "SPLIT_INTO_EXISTING",
    "MERGE",
    "DECOMPOSE_TO_PRIMORDIAL",
    "RENAME",
    "NO_ACTION",
    "ESCALATE",
]

ACTIONS: tuple[Action, ...] = get_args(Action)
FLOOR = "primordial"
"""What the floor is called, and its id where none is given: home of what has no other home."""


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """Concepts by ascending id with what they are called, and undirected ties between them: two
    positions each, the lower first, ascending, once, with a whole weight of at least 1."""

    concepts: tuple[str, ...]
    labels: tuple[str, ...]
    left: Integers
    right: Integers
    weight: Integers

    def __len__(self) -> int:
        return len(self.concepts)


@dataclass(frozen=True, slots=True)
class Ontology:
    """A domain of concepts. Its id never changes; names do, and stay with it as aliases. `created`
    and `retired` are told by the event clock; one that is retired has no concepts any more."""

    id: str
    name: str
    kind: Kind = "named"
    state: State = "active"
    description: str = ""
    aliases: tuple[str, ...] = ()
    created: int = 0
    retired: int | None = None
    retired_into: str = ""


_FLOOR = Ontology(FLOOR, FLOOR, "floor")


@dataclass(frozen=True, slots=True)
class Failure:
    """What was asked and came to nothing: by the concept (or ontology) it was asked about, the
    action and its target; when, with which code, and why in words."""

    subject: str
    anchor: str
    action: Action
    target: str
    at: int
    code: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class World:
    """A graph with every concept's home, and what a decision about it must know.

    `clock` counts events. `inflight` are ontologies into which something is being ingested,
    `changed` tells when an ontology last gained or lost concepts by a decision, `failures` what was
    tried in vain, `tombstones` names that a person removed.
    """

    graph: Graph
    ontologies: Mapping[str, Ontology]
    homes: Mapping[str, str]
    clock: int = 0
    inflight: frozenset[str] = frozenset()
    changed: Mapping[str, int] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
    tombstones: tuple[str, ...] = ()

    @property
    def floor(self) -> str:
        """The id of the floor."""
        return next(one.id for one in self.ontologies.values() if one.kind == "floor")

    def live(self) -> tuple[Ontology, ...]:
        """The ontologies that are not retired, by id."""
        return tuple(one for one in self.ontologies.values() if one.retired is None)

    def members(self) -> dict[str, list[str]]:
        """The concepts of every live ontology, by ascending id."""
        found: dict[str, list[str]] = {one.id: [] for one in self.live()}
        for concept in self.graph.concepts:
            found[self.homes[concept]].append(concept)
        return found


@dataclass(frozen=True, slots=True)
class Candidate:
    """What could be done about an ontology, why, and how sure that is.

    `target` is the ontology concepts go to: for SPLIT_NEW '' (its `name` is the name of the new
    one), for DECOMPOSE_TO_PRIMORDIAL the floor. `moved` are the concepts that change their home by
    ascending id, `routes` says for each where it goes ('' is the new ontology). `score` is how
    strongly the rule speaks for it, `margin` by how much of what is possible it passes the rule's
    threshold, `confidence` how many of the perturbed graphs give the same. An ESCALATE has as its
    first alternative what is recommended, and moves nothing itself.
    """

    action: Action
    subject: str
    target: str = ""
    name: str = ""
    description: str = ""
    moved: tuple[str, ...] = ()
    routes: tuple[tuple[str, str], ...] = ()
    score: float = 0.0
    margin: float = 1.0
    confidence: float = 1.0
    rule: str = ""
    anchor: str = ""
    reasons: tuple[str, ...] = ()
    features: Mapping[str, float] = field(default_factory=dict)
    alternatives: tuple[Candidate, ...] = ()


def graph(
    edges: Iterable[tuple[str, str, int]],
    concepts: Iterable[str] = (),
    labels: Mapping[str, str] | None = None,
) -> Graph:
    """The graph of these ties and whatever else there is. Weights of the same two add up; what is
    tied to itself is tied to nothing."""
    from passdown.text.arrays import np

    places: dict[str, int] = {}
    ends, weights = array("q"), array("q")
    for one, other, weight in edges:
        if weight < 1:
            raise Invalid(f"the tie of {one!r} and {other!r} weighs {weight}, not 1 or more")
        ends.append(places.setdefault(one, len(places)))
        ends.append(places.setdefault(other, len(places)))
        weights.append(weight)
    for concept in concepts:
        places.setdefault(concept, len(places))
    ids = tuple(sorted(places))
    at = np.empty(len(ids), np.int64)
    at[np.fromiter(map(places.__getitem__, ids), np.int64, len(ids))] = np.arange(len(ids))
    named = labels or {}
    called = tuple(named.get(concept) or concept for concept in ids)
    pairs = at[np.frombuffer(ends, np.int64)].reshape(-1, 2)
    return Graph(ids, called, *_ties(pairs, np.frombuffer(weights, np.int64), len(ids)))


def _ties(pairs: Integers, weights: Integers, many: int) -> tuple[Integers, Integers, Integers]:
    """Each pair once, the lower place first, in order; what is tied to itself is left out."""
    from passdown.text.arrays import np

    lower, upper = pairs.min(axis=1), pairs.max(axis=1)
    real = lower != upper
    keys, at = np.unique(lower[real] * many + upper[real], return_inverse=True)
    total = np.zeros(len(keys), np.int64)
    np.add.at(total, at, weights[real])
    return keys // max(many, 1), keys % max(many, 1), total


def world(
    of: Graph,
    homes: Mapping[str, str] | None = None,
    ontologies: Iterable[Ontology] = (),
    *,
    clock: int = 0,
    inflight: Iterable[str] = (),
    changed: Mapping[str, int] | None = None,
    failures: Iterable[Failure] = (),
    tombstones: Iterable[str] = (),
) -> World:
    """That graph with these homes; who has none is at home in the floor, which is always there. A
    home that is no ontology yet is one, by the name of its id."""
    known = {one.id: one for one in ontologies}
    floor = known.setdefault(_floor(known.values()), _FLOOR).id
    given = {concept: (homes or {}).get(concept) or floor for concept in of.concepts}
    return World(
        of,
        _every(known, set(given.values())),
        given,
        clock,
        frozenset(inflight),
        dict(sorted((changed or {}).items())),
        tuple(sorted(failures, key=_when)),
        tuple(sorted(set(tombstones))),
    )


def _every(known: dict[str, Ontology], homes: set[str]) -> dict[str, Ontology]:
    """Those that are known and those that are homes, by id."""
    for home in homes:
        if known.setdefault(home, Ontology(home, home)).retired is not None:
            raise Invalid(f"{home!r} is retired and is still the home of a concept")
    return {key: known[key] for key in sorted(known)}


def _floor(known: Iterable[Ontology]) -> str:
    floors = [one for one in known if one.kind == "floor"] or [_FLOOR]
    if len(floors) > 1 or floors[0].retired is not None:
        raise Invalid("there is one floor, and it stays")
    return floors[0].id


def _when(failure: Failure) -> tuple[int, str, str, str, str]:
    return failure.at, failure.subject, failure.anchor, failure.action, failure.target
