"""Which rows of a sparse matrix are near to which: an inverted index, read for some rows at once.

For the nearest, what is read of it for a row is bounded, so that the time grows with the rows and
not with their square.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.text.arrays import np
from passdown.text.embed import spread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scipy.sparse import csr_array

    from passdown.text.arrays import Floats, Integers
    from passdown.text.embed import Vectors

_BLOCK = 64
READ = 50_000
"""So many postings are read for a row at the most, those of its rarest features first: what two
texts share beyond that is on every page, and reading it all would take the square of the time."""


class Postings:
    """For each feature the rows that have it, and how much."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors
        rows = np.repeat(np.arange(len(vectors)), np.diff(vectors.indptr))
        order = np.argsort(vectors.indices, kind="stable")
        self._features, self._columns = np.unique(vectors.indices, return_inverse=True)
        sizes = np.bincount(self._columns, minlength=len(self._features))
        self._indptr = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
        self._rows, self._values = rows[order], vectors.values[order]

    def scores(self, row: int) -> Floats:
        """The cosine of this row with every row."""
        own = slice(*self._vectors.indptr[row : row + 2])
        sizes, at = spread(self._indptr, self._columns[own])
        products = self._values[at] * np.repeat(self._vectors.values[own], sizes)
        return np.bincount(self._rows[at], weights=products, minlength=len(self._vectors)) * 1.0


def above(vectors: Vectors, threshold: float) -> Iterator[tuple[Integers, Floats]]:
    """For each row all rows that are at least this near, itself among them, and how near."""
    postings = Postings(vectors)
    for row in range(len(vectors)):
        scores = postings.scores(row)
        found = np.flatnonzero(scores >= threshold)
        yield found, scores[found]


def nearest(vectors: Vectors, many: int, least: float = 0.0) -> tuple[Integers, Integers, Floats]:
    """Edges from each row to so many of the rows nearest to it, of equally near ones the first;
    those nearer than 0, and at least as near as `least`."""
    rows = _matrix(vectors)
    having = np.bincount(rows.indices, minlength=rows.shape[1])
    postings = rows.T.tocsr()
    none: Integers = np.zeros(0, np.int64)
    found: list[tuple[Integers, Integers, Floats]] = [(none, none, np.zeros(0, np.float32))]
    for at in range(0, len(vectors), _BLOCK):
        near = (_rarest(rows[at : at + _BLOCK], having) @ postings).tocoo()
        left, right = near.coords[0] + at, near.coords[1]
        told = np.flatnonzero((near.data > 0) & (near.data >= least) & (left != right))
        found.append(_best(left[told], right[told], near.data[told], many))
    left, right, scores = map(np.concatenate, zip(*found, strict=True))
    return left, right, scores


def _matrix(vectors: Vectors) -> csr_array:
    """The vectors with the features that there are numbered one after the other."""
    from scipy.sparse import csr_array

    features, columns = np.unique(vectors.indices, return_inverse=True)
    shape, large = (len(vectors), len(features)), vectors.indptr[-1] > np.iinfo(np.int32).max
    kind = np.int64 if large else np.int32
    indptr, columns = vectors.indptr.astype(kind), columns.astype(kind)
    return csr_array((vectors.values, columns, indptr), shape=shape)


def _rarest(rows: csr_array, having: Integers) -> csr_array:
    """These rows with so many of their rarest features as have few enough postings together."""
    from scipy.sparse import csr_array

    many = having[rows.indices]
    row = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    order = np.lexsort((many, row))
    read = np.cumsum(many[order])
    before = np.concatenate([[0], read])[rows.indptr[:-1]]
    kept = np.sort(order[read - before[row[order]] <= READ])
    sizes = np.bincount(row[kept], minlength=rows.shape[0])
    indptr = np.concatenate([[0], np.cumsum(sizes)]).astype(rows.indptr.dtype)
    return csr_array((rows.data[kept], rows.indices[kept], indptr), shape=rows.shape)


def _best(
    left: Integers, right: Integers, scores: Floats, many: int
) -> tuple[Integers, Integers, Floats]:
    """So many of the highest scores of each row; what differs in rounding alone is as high."""
    order = np.lexsort((right, -np.round(scores, 5), left))
    first = np.flatnonzero(np.diff(left[order], prepend=-1))
    rank = np.arange(len(order)) - np.repeat(first, np.diff(first, append=len(order)))
    best = order[rank < many]
    best = best[np.lexsort((right[best], left[best]))]
    return left[best], right[best], scores[best]
