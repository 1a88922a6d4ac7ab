"""Documents with labels and graphs with known communities: how well groups fit, three ways.

A document is a claim of a session of its own; what it names is its people and the stems of its
title and text, as far as three documents name it. Themes are found as anywhere; Louvain groups the
same names by how many documents they share. k-means groups the documents themselves, on the same
names, and is told how many labels there are; of a few starts it is the mean.

A document goes to the group whose documents it is most like, all of its names counting, as in
k-means; a group's documents name two of its names or more, as the claims of a theme do. Louvain
takes every name there is into a group, themes a tenth of them: so it does better by another rule,
the group of names that a document has most of (rare ones count for more). Both stand for both.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

from sklearn.cluster import KMeans
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import adjusted_mutual_info_score, normalized_mutual_info_score
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits

from evals._louvain import louvain
from passdown.text.communities import leiden
from passdown.text.recurrence import Mention, detect
from passdown.text.tokens import content_words

FEWEST = 3
STARTS = 5
ALL = 1_000_000
PEOPLE = ("authors", "reviewers", "approvers")
TEXTS = ("title", "summary", "abstract")
SETS = (("keps", "owning_sig"), ("peps", "topic"))
Groups = Sequence[frozenset[str]]


class Documents(NamedTuple):
    """Documents of one set: what each names, and the label of those that have one."""

    name: str
    named: Groups
    labels: Sequence[str]


def corpora(data: Path) -> list[Documents]:
    """Every set of documents there is in `themes/`."""
    paths = [(data / "themes" / f"{name}.jsonl", name, label) for name, label in SETS]
    return [_read(path, name, label) for path, name, label in paths if path.is_file()]


def _read(path: Path, name: str, label: str) -> Documents:
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    named = [_named(row) for row in rows]
    often = Counter(one for names in named for one in names)
    kept = [frozenset(one for one in names if often[one] >= FEWEST) for names in named]
    return Documents(name, kept, [_label(row.get(label)) for row in rows])


def _label(found: Any) -> str:
    return str((found[0] if found else "") if isinstance(found, list) else found or "")


def _named(row: dict[str, Any]) -> set[str]:
    people = {f"@{person.lstrip('@')}" for key in PEOPLE for person in row.get(key) or ()}
    return people.union(*(content_words(str(row.get(key) or "")) for key in TEXTS))


def compared(one: Documents) -> dict[str, dict[str, float]]:
    """For each way the mutual information with the labels, normalised and adjusted."""
    mentions = [
        Mention(f"document{n:06}", tuple(sorted(names)), (f"document{n:06}",), "")
        for n, names in enumerate(one.named)
    ]
    found = [frozenset(theme.entity_ids) for theme in detect(mentions, top_k=ALL)]
    ways = {"themes": found, "louvain": by_louvain(one.named)}
    told = {way: agreed(one.labels, nearest(one.named, groups)) for way, groups in ways.items()}
    for way, groups in ways.items():
        told[f"{way}_by_names"] = agreed(one.labels, taken(one.named, groups))
    many = len({label for label in one.labels if label})
    starts = [agreed(one.labels, by_kmeans(one.named, many, seed)) for seed in range(STARTS)]
    told["kmeans"] = {key: sum(s[key] for s in starts) / STARTS for key in starts[0]}
    return {way: {key: round(value, 4) for key, value in of.items()} for way, of in told.items()}


def taken(named: Groups, groups: Groups) -> list[int]:
    """For each document the group it has most of, by the weight of rare names; else -1."""
    often = Counter(one for names in named for one in names)
    weight = {one: math.log(len(named) / count) for one, count in often.items()}
    found = []
    for names in named:
        had = [sum(weight[one] for one in sorted(names & group)) for group in groups]
        best = max(range(len(had)), key=lambda n: (had[n], -n), default=-1)
        found.append(best if best >= 0 and had[best] > 0 else -1)
    return found


def nearest(named: Groups, groups: Groups) -> list[int]:
    """For each document the group whose documents it is most like, by the mean of their vectors;
    -1 where there is no group."""
    if not groups:
        return [-1] * len(named)
    vectors = TfidfVectorizer(analyzer=sorted).fit_transform(named).toarray()
    theirs = [[n for n, names in enumerate(named) if len(names & group) > 1] for group in groups]
    means = [vectors[some].mean(axis=0) if some else 0 * vectors[0] for some in theirs]
    found: list[int] = (vectors @ normalize(means).T).argmax(axis=1).tolist()
    return found


def agreed(labels: Sequence[str], groups: Sequence[int]) -> dict[str, float]:
    """Normalised and adjusted mutual information over what has a label, and how many groups."""
    which = [n for n, label in enumerate(labels) if label]
    true, found = [labels[n] for n in which], [groups[n] for n in which]
    return {
        "nmi": float(normalized_mutual_info_score(true, found)),
        "ami": float(adjusted_mutual_info_score(true, found)),
        "groups": float(len(set(found))),
    }


def by_louvain(named: Groups) -> list[frozenset[str]]:
    """Communities of the names, weighed by how many documents two share."""
    names = sorted({one for some in named for one in some})
    number = {name: at for at, name in enumerate(names)}
    shared = Counter(pair for some in named for pair in combinations(sorted(some), 2))
    edges = {(number[a], number[b]): float(count) for (a, b), count in shared.items()}
    homes = louvain(edges, len(names))
    return [
        frozenset(name for name, home in zip(names, homes, strict=True) if home == at)
        for at in sorted(set(homes))
    ]


def by_kmeans(named: Groups, many: int, seed: int) -> list[int]:
    """TF-IDF of the names and k-means with the true number, on one thread."""
    vectors = TfidfVectorizer(analyzer=sorted).fit_transform(named)
    with threadpool_limits(1):
        found: list[int] = KMeans(many, n_init=1, random_state=seed).fit_predict(vectors).tolist()
    return found


class Known(NamedTuple):
    """A graph, and the community of each of its nodes."""

    name: str
    edges: list[tuple[int, int]]
    labels: list[str]


def graphs(data: Path) -> list[Known]:
    """Every graph there is in `themes/graphs/`."""
    return [_graph(path) for path in sorted((data / "themes" / "graphs").glob("*.json"))]


def _graph(path: Path) -> Known:
    found = json.loads(path.read_text())
    of = {str(node): str(label) for node, label in _items(found["labels"])}
    number = {node: at for at, node in enumerate(of)}
    edges = [(number[str(a)], number[str(b)]) for a, b, *_ in found["edges"]]
    return Known(str(found["name"]), edges, list(of.values()))


def _items(labels: Any) -> Iterable[tuple[Any, Any]]:
    return labels.items() if isinstance(labels, dict) else enumerate(labels)


def communities(one: Known, density: float) -> dict[str, dict[str, float]]:
    """Ours by density and Louvain's, beside what is known."""
    nodes = len(one.labels)
    ours = leiden(
        one.edges, [1.0] * len(one.edges), nodes=nodes, resolution=density, modularity=False
    )
    theirs = louvain(dict.fromkeys(one.edges, 1.0), nodes)
    return {"ours": agreed(one.labels, ours), "louvain": agreed(one.labels, theirs)}
