"""Whether ontologies come to the order that is there, stay in it, and what looking costs.

Shapes: eighteen small graphs of which it is known what there is to do, each under 200 sets of
names, orders and missing edges. Blocks: eight of twenty, from their true homes, from one pool and
from random homes, cycle after cycle, each proposal taken at its word and nobody asked. --data names
a folder with `themes/`: graphs with known communities and documents with labels, from one pool,
by an operator who says yes to every proposal (and, as `_alone`, with nobody asked), with Leiden and
Louvain on the whole graph beside it; and the same graphs with their ties left to chance, of which
nothing should be asked. Without --data, noisy blocks stand for those graphs. Large graphs are made
here.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import combinations
from multiprocessing import get_context
from pathlib import Path
from statistics import fmean

from sklearn.metrics import normalized_mutual_info_score

from evals import Measured, _corpora as corpora
from evals._anneal import Annealed, aged, anneal, approved, named, numbered
from evals._blocks import BLOCKS, OUTSIDE, blocks, chance, large
from evals._louvain import louvain
from evals._verdicts import verdicts
from passdown.loops.ontology.calm import Calm
from passdown.loops.ontology.graph import FLOOR, Graph, World, graph
from passdown.loops.ontology.judge import candidates
from passdown.text.communities import leiden

READS_DATA = True
SEEDS = 5
STARTS = ("truth", "pool", "random")
STRAYING = 20
"""Of one in so many communities of a large graph a part is at home elsewhere."""
NOISY = (0.05, 0.06)
SMALL, LARGE = (20_000, 100_000), (200_000, 1_000_000)


def measure(data: Path | None) -> Measured:
    """Shapes, blocks, graphs and documents with labels, then large ones."""
    figures, against = verdicts()
    for found, beside in (_blocks(), *_labelled(data)):
        figures |= found
        against |= beside
    figures |= _alone(*SMALL, "") | _alone(*LARGE, "large_")
    return Measured(figures, int(figures["shapes"]), against)


# ---- blocks


def _blocks() -> tuple[dict[str, float], dict[str, float | str]]:
    """Of every start the worst of all graphs and seeds, and the mean beside it."""
    every = {start: list(_runs(start)) for start in STARTS}
    figures: dict[str, float] = {"truth_actions": max(ran.actions for ran, _ in every["truth"])}
    against: dict[str, float | str] = {}
    for start in ("pool", "random"):
        fits = [fit for _, fit in every[start]]
        figures[f"{start}_nmi"] = round(min(fits), 4)
        against[f"{start}_nmi_mean"] = round(fmean(fits), 4)
        against[f"{start}_nmi_each"] = ", ".join(_by_noise(fits))
        against[f"{start}_cycles_most"] = max(ran.cycles for ran, _ in every[start])
    ran = [one for runs in every.values() for one, _ in runs]
    figures["oscillating"] = float(sum(one.oscillated for one in ran))
    figures["rested"] = round(fmean(one.rested for one in ran), 4)
    return figures, against


def _by_noise(fits: Sequence[float]) -> Iterator[str]:
    """Worst and mean by how many ties lead outside."""
    for n, outside in enumerate(OUTSIDE):
        those = fits[n * SEEDS : (n + 1) * SEEDS]
        yield f"{outside:g}: {min(those):.3f} and {fmean(those):.3f}"


def _runs(start: str) -> Iterator[tuple[Annealed, float]]:
    """What became of each graph from this start, and how well that fits."""
    for outside in OUTSIDE:
        for seed in range(SEEDS):
            of, labels = blocks(seed, outside)
            ran = anneal(aged(of, _homes(start, labels, seed)))
            yield ran, fitting(of, [labels[one] for one in of.concepts], ran.homes)


def _homes(start: str, labels: Mapping[str, int], seed: int) -> dict[str, str]:
    if start == "pool":
        return {}
    chance = random.Random(f"homes {seed}")
    drawn = labels if start == "truth" else {one: chance.randrange(BLOCKS) for one in labels}
    return dict(zip(drawn, named(list(drawn.values())), strict=True))


def fitting(of: Graph, labels: Sequence[object], homes: Mapping[str, str]) -> float:
    """Normalised mutual information of homes and labels."""
    return float(normalized_mutual_info_score(labels, numbered(of, homes)))


# ---- with labels


def _labelled(
    data: Path | None,
) -> Iterator[tuple[dict[str, float], dict[str, float | str]]]:
    asked: list[float] = []
    yield _graphs(list(_noisy()) if data is None else corpora.graphs(data), asked)
    if data is not None:
        yield _documents(data, asked)
    yield {"chance_asked": sum(asked)}, {"chance_graphs": float(len(asked))}


def _noisy() -> Iterator[corpora.Known]:
    """Blocks with so many ties between them that few hold together by themselves."""
    for outside in NOISY:
        for seed in range(SEEDS):
            of, labels = blocks(seed, outside)
            edges = list(zip(of.left.tolist(), of.right.tolist(), strict=True))
            yield corpora.Known(
                f"blocks_{outside}_{seed}", edges, [str(n) for n in labels.values()]
            )


def _graphs(
    known: Sequence[corpora.Known], asked: list[float]
) -> tuple[dict[str, float], dict[str, float | str]]:
    """Of graphs with known communities: ours, and two that see all of it at once."""
    told = {one.name: _every_way(one, asked) for one in known}
    against: dict[str, float | str] = {
        f"graph_{name}": ", ".join(f"{way} {fit:.3f}" for way, fit in of.items())
        for name, of in told.items()
    }
    if not told:
        return {}, {}
    mean = {way: fmean(of[way] for of in told.values()) for way in ("ours", "leiden")}
    for way in ("alone", "leiden", "louvain"):
        against[f"graphs_{way}_nmi"] = round(fmean(of[way] for of in told.values()), 4)
    share = round(mean["ours"] / mean["leiden"], 4)
    return {"graphs_nmi": round(mean["ours"], 4), "graphs_of_leiden": share}, against


def _every_way(one: corpora.Known, asked: list[float]) -> dict[str, float]:
    names = [f"n{node:06}" for node in range(len(one.labels))]
    of = graph(((names[a], names[b], 1) for a, b in one.edges), names)
    ran, alone = anneal(aged(of), choose=approved), anneal(aged(of))
    asked.append(len(candidates(aged(chance(of)))))
    theirs = _whole(of)
    fits = {way: normalized_mutual_info_score(one.labels, found) for way, found in theirs.items()}
    fits |= {"ours": fitting(of, one.labels, ran.homes)}
    fits |= {"alone": fitting(of, one.labels, alone.homes)}
    return {**fits, "cycles": ran.cycles, "homes": len({*ran.homes.values()})}


def _whole(of: Graph) -> dict[str, list[int]]:
    """Leiden's and Louvain's communities of all of it, by modularity."""
    ties = list(zip(of.left.tolist(), of.right.tolist(), of.weight.tolist(), strict=True))
    edges = [(a, b) for a, b, _ in ties]
    weights = [float(weight) for _, _, weight in ties]
    return {
        "leiden": leiden(edges, weights, nodes=len(of)),
        "louvain": louvain(dict(zip(edges, weights, strict=True)), len(of)),
    }


def _documents(data: Path, asked: list[float]) -> tuple[dict[str, float], dict[str, float | str]]:
    """A document belongs to the ontology of most of its names, rare ones counting for more."""
    figures, against = dict[str, float](), dict[str, float | str]()
    for one in corpora.corpora(data):
        of = _names(one)
        ran, alone = anneal(aged(of), choose=approved), anneal(aged(of))
        asked.append(len(candidates(aged(chance(of)))))
        pool = sum(home == FLOOR for home in ran.homes.values()) / max(len(of), 1)
        every = {"ours": numbered(of, ran.homes), **_whole(of)}
        every |= {"alone": numbered(of, alone.homes)}
        for way, found in every.items():
            agreed = corpora.agreed(one.labels, corpora.taken(one.named, _groups(of, found)))
            into = figures if way == "ours" else against
            said = "" if way == "ours" else f"_{way}"
            into |= {f"{one.name}{said}_{key}": round(value, 4) for key, value in agreed.items()}
        against |= {f"{one.name}_in_pool": round(pool, 4), f"{one.name}_concepts": len(of)}
        against |= {f"{one.name}_cycles": ran.cycles, f"{one.name}_rested": float(ran.rested)}
    return figures, against


MOST_NAMES = 12
"""Of a document so many names are tied to each other, its rarest; of a claim the same."""


def _names(one: corpora.Documents) -> Graph:
    """Names tied by how many documents hold both, at the most three counting."""
    often = Counter(name for some in one.named for name in some)
    shared = Counter[tuple[str, str]]()
    for some in one.named:
        rare = sorted(some, key=lambda name: (often[name], name))[:MOST_NAMES]
        shared.update(combinations(sorted(rare), 2))
    return graph((a, b, min(n, 3)) for (a, b), n in shared.items())


def _groups(of: Graph, found: Sequence[int]) -> list[frozenset[str]]:
    groups: dict[int, set[str]] = {}
    for concept, group in zip(of.concepts, found, strict=True):
        groups.setdefault(group, set()).add(concept)
    return [frozenset(groups[group]) for group in sorted(groups)]


# ---- large


def _alone(concepts: int, ties: int, said: str) -> dict[str, float]:
    """What a cycle over so much takes, in a process of its own so that its memory is its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as one:
        return {
            said + key: value for key, value in one.submit(_cost, concepts, ties).result().items()
        }


def _cost(concepts: int, ties: int) -> dict[str, float]:
    """A cycle over everything, over everything in one pool, and over what changed since."""
    of, labels = large(concepts, ties)
    settled = aged(of, _misplaced(labels))
    before = _memory()
    first, everything = _timed(aged(of))
    found, spent = _timed(settled)
    share, touched = _incremental(of, labels)
    return {
        "cycle_cpu_s": round(spent, 2),
        "pool_cycle_cpu_s": round(everything, 2),
        "cycle_proposals": float(found),
        "pool_proposals": float(first),
        "incremental_share": round(share, 4),
        "incremental_ontologies_share": round(touched, 4),
        "memory_gb": round(_memory(), 3),
        "graph_memory_gb": round(before, 3),
    }


def _incremental(of: Graph, labels: Mapping[str, int]) -> tuple[float, float]:
    """What a cycle takes of one over everything, where two ontologies changed since all was in
    order and looked at; and the share of those two. The best of three each."""
    order = named(list(labels.values()))
    strays = {n for n, label in enumerate(labels.values()) if label == 0 and n % 5 == 0}
    after = [order[-1] if n in strays else home for n, home in enumerate(order)]
    before, now = (aged(of, dict(zip(labels, homes, strict=True))) for homes in (order, after))
    spent = []
    for _ in range(3):
        calm = Calm()
        candidates(before, calm=calm)
        began = time.process_time()
        candidates(now, calm=calm)
        spent.append(time.process_time() - began)
    _, everything = _timed(now)
    return min(spent) / everything, 2 / len(set(order))


def _timed(of: World) -> tuple[int, float]:
    """How many candidates, and the CPU seconds that took; the best of three, as others run too."""
    spent = []
    for _ in range(3):
        began = time.process_time()
        found = candidates(of)
        spent.append(time.process_time() - began)
    return len(found), min(spent)


def _misplaced(labels: Mapping[str, int]) -> dict[str, str]:
    """Of every twentieth community a fifth lives with the next one, so that there is something to
    be done."""
    many, seen = max(labels.values()) + 1, Counter[int]()
    homes: list[int] = []
    for label in labels.values():
        strays = label % STRAYING == 0 and seen[label] % 5 == 0
        homes.append((label + 1) % many if strays else label)
        seen[label] += 1
    return dict(zip(labels, named(homes), strict=True))


def _memory() -> float:
    """The most memory this process ever had, in gigabytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9
