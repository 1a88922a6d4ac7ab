"""What chance would have: how often what is named so often is named together, were it drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from passdown.text.arrays import np

if TYPE_CHECKING:
    from passdown.text.arrays import Floats, Integers
    from passdown.text.incidence import Incidence

ROUNDS, HALVINGS = 12, 60
CHUNK = 200_000


@dataclass(frozen=True, slots=True)
class Chance:
    """How likely an entity is named in a claim of each size, were all drawn anew: each entity named
    as often as it is, each claim naming as many (the configuration model of greatest entropy)."""

    _degree: Integers
    _named: Floats
    _counts: Integers
    sizes: Integers
    """The sizes that claims have."""
    size: Integers
    """For each claim which of those it has."""

    def expected(self, left: Integers, right: Integers) -> Floats:
        """In how many claims both of each pair are named."""
        parts = [np.zeros(0)]
        for start in range(0, len(left), CHUNK):
            some = slice(start, start + CHUNK)
            one, other = self._row(left[some]), self._row(right[some])
            # Who is named takes a place; what is in every claim has taken it from nobody.
            places = (self.sizes - 1) / (self.sizes - np.maximum(one, other))
            parts.append((one * other * places * self._counts).sum(axis=1))
        return np.concatenate(parts)

    def beside(self, entities: Integers, size: Integers | int) -> Floats:
        """How likely each is named in a claim of that size that names a certain other."""
        named = self._named[self._degree[entities], size]
        found: Floats = named * (self.sizes[size] - 1) / (self.sizes[size] - named)
        return found

    def _row(self, entities: Integers) -> Floats:
        found: Floats = self._named[self._degree[entities]]
        return found


def fitted(seen: Incidence) -> Chance:
    """The model with these claims' sizes and these entities' degrees."""
    degrees, degree, many = np.unique(seen.claims.sizes, return_inverse=True, return_counts=True)
    sizes, size, counts = np.unique(seen.entities.sizes, return_inverse=True, return_counts=True)
    # What is in every claim has no finite odds: nearly every one is as good.
    wanted = np.minimum(degrees, counts.sum() - 0.25)
    entities = max(many.sum() - 0.25, 0.25)
    y = sizes / sizes.max()
    x = _odds(wanted, y, counts)
    for _ in range(ROUNDS):
        y = _odds(np.minimum(sizes, entities), x, many)
        x = _odds(wanted, y, counts)
    product: Floats = np.outer(x, y)
    return Chance(degree, product / (1 + product), counts, sizes, size)


def _odds(wanted: Floats, others: Floats, many: Integers) -> Floats:
    """The odds with which each is met as often as is wanted, by so many of each of the others."""
    low, high = np.full(len(wanted), -80.0), np.full(len(wanted), 80.0)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        product = np.exp(middle)[:, None] * others
        over = (product / (1 + product) * many).sum(axis=1) > wanted
        low, high = np.where(over, low, middle), np.where(over, middle, high)
    odds: Floats = np.exp((low + high) / 2)
    return odds


def shared(both: Integers, left: Integers, right: Integers, mean: Floats) -> Floats:
    """How likely so many or more are in both of two sets: the hypergeometric tail, out of as many
    as make its mean the one given. 1 where no more are shared than that mean."""
    p = np.ones(len(both))
    many = left * right / np.maximum(mean, np.finfo(float).tiny)
    at = np.flatnonzero((both > mean) & (many - left - right + both >= 0))
    x, a, b, n = (values[at].astype(float) for values in (both, left, right, many))
    total = term = np.exp(_ways(a, x) + _ways(n - a, b - x) - _ways(n, b))
    for _ in range(int((np.minimum(a, b) - x).max(initial=0))):
        term = term * (a - x) * (b - x) / ((x + 1) * (n - a - b + x + 1))
        total, x = total + term, x + 1
        if (term <= total * 1e-15).all():
            break
    p[at] = np.minimum(total, 1)
    return p


def _ways(of: Floats, some: Floats) -> Floats:
    """The logarithm of how many ways there are to choose some."""
    from scipy.special import gammaln  # with the extra, as numpy

    found: Floats = gammaln(of + 1) - gammaln(some + 1) - gammaln(of - some + 1)
    return found


def adjusted(p: Floats, tests: float) -> Floats:
    """Benjamini and Hochberg's p-values among so many tests; those not given are taken to be 1."""
    order = np.argsort(p, kind="stable")
    stepped = p[order] * tests / np.arange(1, len(p) + 1)
    q = np.empty(len(p))
    q[order] = np.minimum(np.minimum.accumulate(stepped[::-1])[::-1], 1)
    return q


def two_of(many: int) -> float:
    """How many pairs there are of so many."""
    return many * (many - 1) / 2
