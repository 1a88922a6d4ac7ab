"""Which rows of a sparse matrix are near to which: an inverted index, read a row at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.text.arrays import np
from passdown.text.embed import spread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.text.arrays import Floats, Integers
    from passdown.text.embed import Vectors

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

    def scores(self, row: int, most: int | None = None) -> Floats:
        """The cosine of this row with every row, over postings up to so many."""
        own = slice(*self._vectors.indptr[row : row + 2])
        columns: Integers = self._columns[own]
        values: Floats = self._vectors.values[own]
        if most is not None:
            columns, values = self._rarest(columns, values, most)
        sizes, at = spread(self._indptr, columns)
        products = self._values[at] * np.repeat(values, sizes)
        return np.bincount(self._rows[at], weights=products, minlength=len(self._vectors)) * 1.0

    def _rarest(self, columns: Integers, values: Floats, most: int) -> tuple[Integers, Floats]:
        sizes = self._indptr[columns + 1] - self._indptr[columns]
        if sizes.sum() <= most:
            return columns, values
        order = np.argsort(sizes, kind="stable")
        some = np.sort(order[np.cumsum(sizes[order]) <= most])
        return columns[some], values[some]


def above(vectors: Vectors, threshold: float) -> Iterator[tuple[Integers, Floats]]:
    """For each row all rows that are at least this near, itself among them, and how near."""
    postings = Postings(vectors)
    for row in range(len(vectors)):
        scores = postings.scores(row)
        found = np.flatnonzero(scores >= threshold)
        yield found, scores[found]


def nearest(vectors: Vectors, many: int) -> tuple[Integers, Integers, Floats]:
    """Edges from each row to so many of the rows nearest to it, of equally near ones the first;
    nearer than 0 all."""
    postings = Postings(vectors)
    found: list[tuple[Integers, Floats]] = []
    for row in range(len(vectors)):
        scores = postings.scores(row, READ)
        scores[row] = 0
        found.append(_best(scores, many))
    left = np.repeat(np.arange(len(vectors)), [len(rows) for rows, _ in found])
    right = np.concatenate([left[:0], *(rows for rows, _ in found)])
    return left, right, np.concatenate([np.zeros(0), *(scores for _, scores in found)])


def _best(scores: Floats, many: int) -> tuple[Integers, Floats]:
    least = np.partition(scores, -many)[-many] if many < len(scores) else 0
    rows = np.flatnonzero(scores >= max(least, np.finfo(np.float32).tiny))
    rows = np.sort(rows[np.argsort(-scores[rows], kind="stable")[:many]])
    return rows, scores[rows]
