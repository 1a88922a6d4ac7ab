"""Communities of a weighted graph, and messages that ask for the same thing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from passdown.text.arrays import np
from passdown.text.embed import Vectors, embed
from passdown.text.near import near
from passdown.text.neighbours import nearest
from passdown.text.tokens import normalise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from passdown.text.arrays import Floats, Integers

NEIGHBOURS, RESOLUTION = 10, 3.0
LEAST = 0.3
"""Texts less near than this have only what all texts have in common."""
SEED = 1


def intents(
    texts: Sequence[str], *, neighbours: int = NEIGHBOURS, resolution: float = RESOLUTION
) -> list[int]:
    """For each text the number of its community; the order of the texts does not matter.

    Near-duplicates are one text first: many of them would be each other's neighbours, and none of
    those who ask in other words.
    """
    leaders = near(texts)
    folded = [normalise(texts[leader]) for leader in leaders]
    unique = sorted(set(folded))
    left, right, scores = nearest(weighed(embed(unique)), neighbours, LEAST)
    edges = np.stack([left, right], axis=1)
    # Squared: what is twice as near tells four times as much.
    found = leiden(edges, scores**2, nodes=len(unique), resolution=resolution)
    of = dict(zip(unique, found, strict=True))
    return [of[text] for text in folded]


def weighed(vectors: Vectors) -> Vectors:
    """The rows with what is rare among them counting for more: by the root of its idf."""
    had = np.bincount(vectors.indices, minlength=1)
    idf = np.sqrt(np.log((1 + len(vectors)) / (1 + had)) + 1)
    values = vectors.values * idf[vectors.indices]
    rows = np.repeat(np.arange(len(vectors)), np.diff(vectors.indptr))
    lengths = np.sqrt(np.bincount(rows, values * values, minlength=len(vectors)))
    return replace(vectors, values=(values / lengths[rows]).astype(np.float32))


def leiden(
    edges: ArrayLike,
    weights: ArrayLike,
    *,
    nodes: int,
    resolution: float = 1.0,
    modularity: bool = True,
) -> list[int]:
    """For each node the number of its community, counted from 0 by the first node of each.

    `edges` holds pairs of nodes, in any order and either direction; weights of the same two nodes
    add up. By modularity with a resolution, or else by the constant Potts model.
    """
    rows = _symmetric(np.asarray(edges), np.asarray(weights, float), nodes)
    return leiden_rows(*rows, resolution=resolution, modularity=modularity)


def leiden_rows(
    indptr: Integers,
    indices: Integers,
    data: Floats,
    *,
    resolution: float = 1.0,
    modularity: bool = True,
    seed: int = SEED,
) -> list[int]:
    """The same of a symmetric matrix, given as its sorted rows."""
    from graspologic_native import leiden_csr

    nodes = len(indptr) - 1
    if not len(indices):
        return list(range(nodes))
    _, found = leiden_csr(
        indptr, indices, data, nodes, resolution=resolution, iterations=2,
        use_modularity=modularity, seed=seed,
    )  # fmt: skip
    numbers: dict[int, int] = {}
    return [numbers.setdefault(found[node], len(numbers)) for node in range(nodes)]


def _symmetric(edges: Integers, weights: Integers, nodes: int) -> tuple[Integers, Integers, Floats]:
    """Both directions of every edge once, sorted: an algorithm sees one graph, however written."""
    left, right = edges.reshape(-1, 2).astype(np.int64).T
    keys = np.concatenate([left * nodes + right, right * nodes + left])[np.tile(left != right, 2)]
    keys, at = np.unique(keys, return_inverse=True)
    data = np.bincount(
        at, np.tile(weights, 2)[np.tile(left != right, 2)], minlength=len(keys)
    ).astype(np.float64)
    sizes = np.bincount(keys // nodes, minlength=nodes)
    indptr = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    return indptr, (keys % nodes).astype(np.int32), data
