"""The shapes that an ontology's verdicts are held against: cliques, bridges, a ring, two blobs.

Eighteen small graphs with homes, the ontology that is looked at, and what there is to do with it.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

FLOOR = "primordial"
NEW = "(new)"
"""Where a piece goes that becomes an ontology of its own."""
Edge = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What there is to do: the action, where to, and with which concepts. Of a piece that has a
    twin by symmetry, `twin` is that; `route` says where each concept of a dissolved one goes.
    `base` is the rules' answer where it is too unstable to be the verdict."""

    action: str
    target: str = ""
    piece: frozenset[str] = frozenset()
    twin: frozenset[str] = frozenset()
    route: Mapping[str, str] = field(default_factory=dict)
    base: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """A graph, the home of each of its concepts, which ontology is looked at, and the verdict."""

    name: str
    summary: str
    subject: str
    homes: Mapping[str, str]
    edges: Sequence[Edge]
    verdict: Verdict
    frozen: frozenset[str] = frozenset()
    pinned: frozenset[str] = frozenset()
    busy: frozenset[str] = frozenset()

    @property
    def ontologies(self) -> list[str]:
        """Every ontology that is named, an empty one too."""
        return sorted({FLOOR, self.subject, *self.homes.values()})


NOTHING = Verdict("NO_ACTION")


def shapes() -> list[Shape]:
    """All eighteen."""
    return [*_two_cliques(), *_pulled(), *_starving(), *_others()]


def names(letter: str, many: int) -> list[str]:
    """So many concepts called by one letter."""
    return [f"{letter}{n}" for n in range(many)]


def clique(concepts: Iterable[str]) -> list[Edge]:
    """Each of these with each."""
    return list(combinations(sorted(concepts), 2))


def homes(**where: str) -> dict[str, str]:
    """Of `a8="x"` eight concepts called a in x."""
    return {
        concept: home for said, home in where.items() for concept in names(said[0], int(said[1:]))
    }


def _two_cliques() -> Iterator[Shape]:
    """Two cliques of eight and one bridge, wherever they live."""
    edges = [*clique(names("a", 8)), *clique(names("b", 8)), ("a0", "b0")]
    a, b = frozenset(names("a", 8)), frozenset(names("b", 8))
    apart = homes(a8="A", b8=FLOOR)
    first, second = Verdict("SPLIT_NEW", NEW, a, b), Verdict("SPLIT_NEW", NEW, b)
    yield Shape("S1", "two cliques in the pool", FLOOR, homes(a8=FLOOR, b8=FLOOR), edges, first)
    yield Shape("S1b", "the other clique, a cycle later", FLOOR, apart, edges, second)
    yield Shape("S1c", "the newborn", "A", apart, edges, NOTHING)
    frozen = homes(a8="F", b8="F")
    yield Shape("S7", "frozen", "F", frozen, edges, NOTHING, frozen=frozenset({"F"}))


def _pulled() -> Iterator[Shape]:
    """A piece of dc that belongs to cloud, before and after it went there."""
    cliques = [*clique(names("d", 10)), *clique(names("u", 6)), *clique(names("c", 10))]
    pulls = [(f"c{n + k}", f"u{n}") for n in range(6) for k in (0, 1)]
    edges = [*cliques, *pulls, ("d0", "u0"), ("d1", "u1")]
    before = homes(d10="dc", u6="dc", c10="cloud")
    after = homes(d10="dc", u6="cloud", c10="cloud")
    into = Verdict("SPLIT_INTO_EXISTING", "cloud", frozenset(names("u", 6)))
    yield Shape("S2", "a piece of one belongs to another", "dc", before, edges, into)
    yield Shape("S2b", "the donor after that", "dc", after, edges, NOTHING)
    yield Shape("S2c", "the receiver after that", "cloud", after, edges, NOTHING)
    stuck = Verdict("ESCALATE", "cloud")
    frozen = frozenset({"cloud"})
    yield Shape("S14", "it belongs to a frozen one", "dc", before, edges, stuck, frozen=frozen)


def _starving() -> Iterator[Shape]:
    """Concepts with no edge among them, each three edges into another ontology."""
    where = homes(x5="x", y8="y", z8="z")
    cliques = [*clique(names("y", 8)), *clique(names("z", 8))]
    goes = {**dict.fromkeys(names("x", 3), "y"), "x3": "z", "x4": "z"}
    edges = [*cliques, *((x, f"{home}{n}") for x, home in goes.items() for n in range(3))]
    apart = Shape("S4", "starving", "x", where, edges, _dissolved(goes))
    yield apart
    yield replace(apart, name="S8", summary="read now", verdict=NOTHING, busy=frozenset({"x"}))
    yield replace(apart, name="S12", summary="pinned", verdict=NOTHING, pinned=frozenset({"x"}))
    left = {**dict.fromkeys(names("x", 5), "y"), "x5": FLOOR}
    edges = [*clique(names("y", 8)), *((x, f"y{n}") for x in names("x", 5) for n in range(3))]
    homeless = homes(x6="x", y8="y")
    yield Shape("S5", "starving, one alone", "x", homeless, edges, _dissolved(left))


def _dissolved(route: Mapping[str, str]) -> Verdict:
    return Verdict("DECOMPOSE_TO_PRIMORDIAL", route=route)


def _others() -> Iterator[Shape]:
    edges = [*clique(names("x", 12)), *clique(names("y", 12)), ("x0", "y0")]
    yield Shape("S3", "a healthy clique", "x", homes(x12="x", y12="y"), edges, NOTHING)
    edges = [*clique(names("a", 6)), *clique(names("b", 6)), *clique(names("z", 12)), ("a0", "z0")]
    edges += [(f"a{i}", f"b{j}") for i in range(6) for j in range(6) if (i + j) % 3]
    into = Verdict("MERGE", "B")
    yield Shape("S6", "two that are one", "A", homes(a6="A", b6="B", z12="z"), edges, into)
    gone = _dissolved({})
    yield Shape("S9", "an empty one", "empty", homes(y8="y"), clique(names("y", 8)), gone)
    ring = [(f"r{n}", f"r{(n + step) % 16}") for n in range(16) for step in (1, 2, 3)]
    yield Shape("S10", "a ring", "r", homes(r16="r"), ring, NOTHING)
    unsure = Verdict("ESCALATE", NEW, base="SPLIT_NEW")
    yield Shape("S11", "two blobs, many bridges", "m", homes(a8="m", b8="m"), _blobs(), unsure)
    yield Shape("S13", "a pool of loners", FLOOR, homes(n12=FLOOR), [], NOTHING)


_INSIDE_A = "01 03 06 07 12 15 16 17 25 26 27 34 35 37 45 46 56 57 67"
_INSIDE_B = "01 03 04 05 12 13 14 15 23 26 27 34 35 45 47 56 57"
_BRIDGES = "01 05 06 24 25 33 35 40 51 61"


def _blobs() -> list[Edge]:
    """Two random graphs of eight with six of ten edges each, and ten bridges."""
    kinds = ((_INSIDE_A, "a", "a"), (_INSIDE_B, "b", "b"), (_BRIDGES, "a", "b"))
    return [(a + two[0], b + two[1]) for pairs, a, b in kinds for two in pairs.split()]


# ---- variants


@dataclass(frozen=True, slots=True)
class Variant:
    """A shape under other names, in another order, without some edges; and what each was."""

    shape: Shape
    was: Mapping[str, str]


def varied(shape: Shape, seed: int, dropped: float = 0.05) -> Variant:
    """Every concept and ontology under a random name, all in random order, and as many edges moved
    as `dropped` says: each is left out by that chance. The pool keeps its name."""
    chance = random.Random(f"{shape.name} {seed}")
    called = _renamed(sorted(shape.homes), "c", chance)
    of = {**_renamed([o for o in shape.ontologies if o != FLOOR], "o", chance), FLOOR: FLOOR}
    edges = [(called[a], called[b]) for a, b in shape.edges if chance.random() >= dropped]
    edges = [(b, a) if chance.random() < 0.5 else (a, b) for a, b in edges]
    where = [(called[one], of[home]) for one, home in shape.homes.items()]
    chance.shuffle(edges)
    chance.shuffle(where)
    moved = replace(
        shape, subject=of[shape.subject], homes=dict(where), edges=edges,
        frozen=frozenset(of[one] for one in shape.frozen),
        pinned=frozenset(of[one] for one in shape.pinned),
        busy=frozenset(of[one] for one in shape.busy),
    )  # fmt: skip
    return Variant(moved, {new: old for named in (called, of) for old, new in named.items()})


def _renamed(every: Sequence[str], letter: str, chance: random.Random) -> dict[str, str]:
    numbers = chance.sample(range(10_000), len(every))
    return {one: f"{letter}{n:04}" for one, n in zip(every, numbers, strict=True)}
