"""Leaders found without comparing all with all: texts meet where bands of their MinHash are equal.

Of the texts that meet in a band only the first one that is still undecided is compared with the
others: what is compared grows with the texts, not with their square.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from passdown.text.embed import BITS, cosines

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from passdown.text.embed import Integers, Vectors

BANDS, ROWS = 16, 4
"""Texts whose cosine is .85 have nearly always (.997) one of so many bands of so many hashes in
common."""
ROUNDS = 200
"""What is undecided after so many rounds leads itself: only very long rows of texts, each near to
the next alone, come to that."""
_HASHES = BANDS * ROWS
_CHUNK = 8192


class Bands:
    """Rows that may be near to each other, and which of them lead."""

    def __init__(self, vectors: Vectors, cohesion: float) -> None:
        self._vectors, self._cohesion = vectors, cohesion
        self._leader = np.arange(len(vectors))
        self._nearness = np.zeros(len(vectors), np.float32)
        self._open = np.ones(len(vectors), bool)
        self._leads = np.zeros(len(vectors), bool)

    def leaders(self) -> Integers:
        """For each row the row of its leader."""
        rows, group = _meetings(signatures(self._vectors))
        for _ in range(ROUNDS):
            rows, group = self._undecided(rows, group)
            if not len(rows):
                break
            self._decide(rows, _heads(rows, group))
        self._leads |= self._open
        return self._leader

    def _undecided(self, rows: Integers, group: Integers) -> tuple[Integers, Integers]:
        kept = self._open[rows]
        return rows[kept], group[kept]

    def _decide(self, rows: Integers, heads: Integers) -> None:
        """Who comes first wherever it is leads; whoever is near to it does not."""
        waits = np.zeros(len(self._open), bool)
        waits[rows[heads != rows]] = True
        leads = self._open & ~waits
        self._leads |= leads
        self._open &= waits
        asked = leads[heads] & (heads != rows)
        left, right = _pairs(heads[asked], rows[asked])
        self._follow(left, right)

    def _follow(self, leaders: Integers, rows: Integers) -> None:
        scores = cosines(self._vectors, leaders, rows)
        close = scores >= self._cohesion
        leaders, rows, scores = leaders[close], rows[close], scores[close]
        order = np.lexsort((leaders, -scores, rows))
        rows, at = np.unique(rows[order], return_index=True)
        best = order[at]
        nearer = scores[best] > self._nearness[rows]
        rows, best = rows[nearer], best[nearer]
        self._leader[rows], self._nearness[rows] = leaders[best], scores[best]
        self._open[rows] = False


def signatures(vectors: Vectors) -> NDArray[np.uint16]:
    """The least hash of each row's features under each of 64 functions."""
    used = np.zeros(1 << BITS, bool)
    used[vectors.indices] = True
    table = _hashed(np.flatnonzero(used))
    place = (np.cumsum(used) - 1)[vectors.indices]
    found = np.full((len(vectors), _HASHES), 0xFFFF, np.uint16)
    full = np.flatnonzero(np.diff(vectors.indptr))
    for at in range(0, len(full), _CHUNK):
        rows = full[at : at + _CHUNK]
        low, high = vectors.indptr[rows[0]], vectors.indptr[rows[-1] + 1]
        found[rows] = np.minimum.reduceat(table[place[low:high]], vectors.indptr[rows] - low)
    return found


def _hashed(buckets: Integers) -> NDArray[np.uint16]:
    mixed = np.repeat(buckets.astype(np.uint32)[:, None], _HASHES, axis=1)
    mixed *= np.uint32(_HASHES)
    mixed += np.arange(_HASHES, dtype=np.uint32)
    mixed *= np.uint32(0x9E3779B1)
    mixed += np.uint32(0x7F4A7C15)
    for bits, factor in ((15, 0x2C1B3C6D), (12, 0x297A2D39)):
        mixed ^= mixed >> bits
        mixed *= np.uint32(factor)
    return np.asarray(mixed >> 16, np.uint16)


def _meetings(found: NDArray[np.uint16]) -> tuple[Integers, Integers]:
    """Rows that meet another in a band, by the number of where they meet, then by row."""
    some = np.flatnonzero((found != 0xFFFF).any(axis=1))
    keys = found[some].view(np.uint64)
    rows, groups, before = [some[:0]], [some[:0]], 0
    for band in range(BANDS):
        _, group, many = np.unique(keys[:, band], return_inverse=True, return_counts=True)
        met = np.flatnonzero(many[group] > 1)
        order = np.argsort(group[met], kind="stable")
        rows.append(some[met[order]])
        groups.append(group[met[order]] + before)
        before += len(many)
    return np.concatenate(rows), np.concatenate(groups)


def _heads(rows: Integers, group: Integers) -> Integers:
    """For each entry the first row of its group."""
    new = np.flatnonzero(np.diff(group, prepend=-1))
    return np.repeat(rows[new], np.diff(new, append=len(rows)))


def _pairs(left: Integers, right: Integers) -> tuple[Integers, Integers]:
    """Each pair once, by left, then right."""
    keys = np.unique(left.astype(np.uint64) << np.uint64(32) | right.astype(np.uint64))
    return (keys >> np.uint64(32)).astype(np.int64), (keys & np.uint64(0xFFFFFFFF)).astype(np.int64)
