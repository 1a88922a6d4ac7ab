"""Which entities are together more often than chance has it, and how strongly.

Chance is a store in which every entity is named as often as it is and every claim names as many,
but which in which is drawn (the bipartite configuration model of greatest entropy). So what is in
every claim is tied to nothing, and a large claim or session ties nothing by being large.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from passdown.text.arrays import np
from passdown.text.incidence import Pairs, pairs

if TYPE_CHECKING:
    from passdown.text.arrays import Floats, Integers
    from passdown.text.incidence import Incidence

FEW_CLAIMS, FEW_SESSIONS = 20, 8
"""With fewer there is no background to test against, and the thresholds alone decide."""
TWICE = 2
"""Once is no recurrence: a tested pair shares so many claims and sessions at the least."""
BY_SESSIONS = 0.1
"""How likely chance may have it that so many sessions are shared: claims that one session repeats
look sure when they are counted, and are one event."""
ROUNDS, HALVINGS = 12, 60
CHUNK = 200_000


@dataclass(frozen=True, slots=True)
class Ties:
    """Pairs that belong together, how strongly, and how likely chance has it, among so many tests;
    no tests where the thresholds alone decide."""

    left: Integers
    right: Integers
    strength: Floats
    chance: Floats
    tests: float = 0


def tied(seen: Incidence, *, min_sessions: int, min_claims: int, fdr: float) -> Ties:
    """The ties at this false-discovery rate; by the thresholds alone where there is no test."""
    often = seen.entity_sessions()
    if fdr >= 1 or len(seen.claim_ids) < FEW_CLAIMS or seen.session_count < FEW_SESSIONS:
        found = pairs(seen, often >= min_sessions, min_sessions=min_sessions, min_claims=min_claims)
        shared = np.sqrt(often[found.left] * often[found.right])
        return Ties(found.left, found.right, found.sessions / shared, shared * 0)
    may = (often >= min_sessions) & (seen.claims.sizes >= TWICE)
    found = pairs(seen, may, min_sessions=TWICE, min_claims=TWICE)
    return _sure(seen, found, often, tests=_two_of(int(may.sum())), fdr=fdr)


def _sure(seen: Incidence, found: Pairs, often: Integers, *, tests: float, fdr: float) -> Ties:
    claims = expected(seen, found)
    share = seen.sessions.sizes.sum() / len(seen.claim_ids) / seen.session_count
    # That an uneven spread over sessions makes for fewer shared ones is left out: it is stricter.
    sessions = seen.session_count * -np.expm1(-claims * share)
    named = seen.claims.sizes
    p = shared(found.claims, named[found.left], named[found.right], claims)
    p[binomial(found.sessions, seen.session_count, sessions) > BY_SESSIONS] = 1
    # As many sessions as they could share, beyond what chance has them share, are 1.
    most = np.sqrt(often[found.left] * often[found.right])
    strength = (found.sessions - sessions) / np.maximum(most - sessions, 1)
    kept = (adjusted(p, tests) <= fdr) & (strength > 0)
    return Ties(found.left[kept], found.right[kept], strength[kept], p[kept], tests)


def _two_of(many: int) -> float:
    return many * (many - 1) / 2


def expected(seen: Incidence, found: Pairs) -> Floats:
    """In how many claims chance has both of each pair."""
    degrees, at = np.unique(seen.claims.sizes, return_inverse=True)
    sizes, counts = np.unique(seen.entities.sizes, return_counts=True)
    named = _fitted(degrees, np.bincount(at), sizes, counts)
    left, right = at[found.left], at[found.right]
    parts = [
        ((named[left[start : start + CHUNK]] * named[right[start : start + CHUNK]]) * counts).sum(
            axis=1
        )
        for start in range(0, len(left), CHUNK)
    ]
    return np.concatenate([np.zeros(0), *parts])


def _fitted(degrees: Integers, many: Integers, sizes: Integers, counts: Integers) -> Floats:
    """How likely an entity of each degree is named in a claim of each size."""
    claims = counts.sum()
    # What is in every claim has no finite odds: nearly every one is as good.
    wanted = np.minimum(degrees, claims - 0.25)
    entities = np.maximum(many.sum() - 0.25, 0.25)
    y = sizes / sizes.max()
    x = _odds(wanted, y, counts)
    for _ in range(ROUNDS):
        y = _odds(np.minimum(sizes, entities), x, many)
        x = _odds(wanted, y, counts)
    product: Floats = np.outer(x, y)
    named: Floats = product / (1 + product)
    return named


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
    """How likely chance has at least so many claims shared: the hypergeometric tail, of as many
    claims as make its mean the one given. 1 where no more are shared than that mean."""
    from scipy.special import gammaln

    def ways(of: Floats, some: Floats) -> Floats:
        chosen: Floats = gammaln(of + 1) - gammaln(some + 1) - gammaln(of - some + 1)
        return chosen

    p = np.ones(len(both))
    many = left * right / np.maximum(mean, np.finfo(float).tiny)
    at = np.flatnonzero((both > mean) & (many - left - right + both >= 0))
    x, a, b, n = (values[at].astype(float) for values in (both, left, right, many))
    total = term = np.exp(ways(a, x) + ways(n - a, b - x) - ways(n, b))
    for _ in range(int((np.minimum(a, b) - x).max(initial=0))):
        term = term * (a - x) * (b - x) / ((x + 1) * (n - a - b + x + 1))
        total, x = total + term, x + 1
        if (term <= total * 1e-15).all():
            break
    p[at] = np.minimum(total, 1)
    return p


def binomial(least: Integers, trials: int, mean: Floats) -> Floats:
    """How likely at least so many of the trials succeed, when the mean is this."""
    from scipy.special import betainc

    tail: Floats = betainc(least, trials - least + 1.0, np.clip(mean / trials, 0, 1))
    return tail


def adjusted(p: Floats, tests: float) -> Floats:
    """Benjamini and Hochberg's p-values among so many tests; those not given are taken to be 1."""
    order = np.argsort(p, kind="stable")
    stepped = p[order] * tests / np.arange(1, len(p) + 1)
    q = np.empty(len(p))
    q[order] = np.minimum(np.minimum.accumulate(stepped[::-1])[::-1], 1)
    return q
