"""Leaders found without comparing all with all: texts meet where bands of their MinHash are equal.

What meets in a band is compared with the first there and with those next to it in order: what is
compared grows with the texts, not with their square, however many read alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.text.arrays import np
from passdown.text.embed import BITS, cosines

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from passdown.text.arrays import Floats, Integers
    from passdown.text.embed import Vectors

BANDS, ROWS = 16, 4
"""Texts whose cosine is .85 have nearly always (.997) one of so many bands of so many hashes in
common."""
AT_FIRST = 8
"""All texts meet in so many bands, those that lead in every one."""
WINDOW = 3
"""With so many of those next to it a text is compared where many meet."""
MOST = 4
"""With so many of those a text is compared that, by their signatures, are likest to it."""
PASSES = 3
"""Leaders are compared with each other at most so often."""
ROUNDS = 12
"""Who leads is found for all at once so often; chains that are longer are gone along."""
_HASHES = BANDS * ROWS
_PART = 2048
_NONE = 0xFFFF
_LOW = np.uint64(0xFFFFFFFF)


def leaders(vectors: Vectors, cohesion: float) -> Integers:
    """For each row the row of its leader; earlier rows come first."""
    near = _Near(vectors, cohesion)
    near.compare(near.meeting(np.flatnonzero(np.diff(vectors.indptr)), AT_FIRST))
    leader = near.leader()
    for _ in range(PASSES):
        known = near.known
        near.compare(near.meeting(np.flatnonzero(leader == np.arange(len(leader)))))
        if near.known == known:
            break
        # Who stood behind one that leads no more may be near to the leader of that one.
        near.compare(_keys(near.leader()[leader], np.arange(len(leader))))
        leader = near.leader()
    return leader


class _Near:
    """The pairs of rows that were found to be near to each other, and how near."""

    def __init__(self, vectors: Vectors, cohesion: float) -> None:
        self._vectors, self._cohesion = vectors, cohesion
        self._signatures = signatures(vectors)
        # Of rows this near so many hashes are equal, but for one pair in a thousand.
        share = cohesion * cohesion
        self._least = _HASHES * share - 3 * np.sqrt(_HASHES * share * (1 - share))
        self._compared = np.zeros(0, np.uint64)
        self._pairs = np.zeros(0, np.uint64)
        self._scores: Floats = np.zeros(0, np.float32)

    @property
    def known(self) -> int:
        """How many pairs there are."""
        return len(self._pairs)

    def meeting(self, rows: Integers, many: int = BANDS) -> NDArray[np.uint64]:
        """Pairs of these rows that meet in one of so many bands, near to each other in order, and
        were not compared yet."""
        bands = self._signatures.view(np.uint64)
        found = [_met(rows, bands[rows, band]) for band in range(many)]
        return self._alike(_without(_once(np.concatenate(found)), self._compared))

    def compare(self, keys: NDArray[np.uint64]) -> None:
        """Keep those of the pairs that are near."""
        keys = _without(_once(keys), self._compared)
        self._compared = np.sort(np.concatenate([self._compared, keys]))
        left, right = _split(keys)
        scores = cosines(self._vectors, left, right)
        close = scores >= self._cohesion
        pairs = np.concatenate([self._pairs, keys[close]])
        order = np.argsort(pairs)
        self._pairs = pairs[order]
        self._scores = np.concatenate([self._scores, scores[close]])[order]

    def leader(self) -> Integers:
        """For each row its leader: none that leads is near to an earlier one that does, and what
        does not goes to the nearest, of equally near ones to the first."""
        left, right = _split(self._pairs)
        leads = _leading(left, right, len(self._vectors))
        ahead, behind = np.concatenate([left, right]), np.concatenate([right, left])
        asked = np.flatnonzero(leads[ahead] & ~leads[behind])
        ahead, behind = ahead[asked], behind[asked]
        # Scores above 0 order like their bits; below them the first leader has the largest number.
        rank = np.tile(self._scores, 2)[asked].view(np.uint32).astype(np.uint64) << np.uint64(32)
        rank |= _LOW - ahead.astype(np.uint64)
        best = np.zeros(len(self._vectors), np.uint64)
        np.maximum.at(best, behind, rank)
        leader = np.arange(len(self._vectors))
        behind = np.flatnonzero(best)
        leader[behind] = (_LOW - (best[behind] & _LOW)).astype(np.int64)
        return leader

    def _alike(self, keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """Those of the pairs whose signatures say that they may be near, the likeliest of each."""
        equal = np.zeros(len(keys), np.uint64)
        for at in range(0, len(keys), _PART):
            left, right = _split(keys[at : at + _PART])
            same = self._signatures[left] == self._signatures[right]
            # One bit a hash, and all of a row in one number.
            equal[at : at + _PART] = np.bitwise_count(np.packbits(same).view(np.uint64))
        kept = equal >= self._least
        return _likeliest(keys[kept], equal[kept])


def _leading(left: Integers, right: Integers, many: int) -> NDArray[np.bool_]:
    """Which rows lead, of pairs in order: in rounds those behind none that is undecided, and who
    is near to them follows; what so many rounds leave, one after the other."""
    leads, follows = np.ones(many, bool), np.zeros(many, bool)
    for _ in range(ROUNDS):
        if not len(left):
            return ~follows
        leads[:] = True
        leads[right] = False
        follows[right[leads[left]]] = True
        open_ = ~(leads[left] | follows[left] | follows[right])
        left, right = left[open_], right[open_]
    later = bytearray(follows.tobytes())
    for one, other in zip(left.tolist(), right.tolist(), strict=True):
        if not later[one]:
            later[other] = 1
    return np.logical_not(np.frombuffer(later, np.bool_))


def signatures(vectors: Vectors) -> NDArray[np.uint16]:
    """The least hash of each row's features under each of 64 functions."""
    used = np.zeros(1 << BITS, bool)
    used[vectors.indices] = True
    table = _hashed(np.flatnonzero(used))
    place = (np.cumsum(used) - 1)[vectors.indices]
    found = np.full((len(vectors), _HASHES), _NONE, np.uint16)
    sizes = np.diff(vectors.indptr)
    # Longest first: those that still have an nth feature are the first so many of a part.
    order = np.argsort(-sizes, kind="stable")
    for at in range(0, len(order), _PART):
        rows = order[at : at + _PART]
        found[rows] = _least(table, place, vectors.indptr[rows], sizes[rows])
    return found


def _least(
    table: NDArray[np.uint16], place: Integers, starts: Integers, sizes: Integers
) -> NDArray[np.uint16]:
    least = np.full((len(starts), _HASHES), _NONE, np.uint16)
    taken = np.empty_like(least)
    for nth in range(int(sizes[0])):
        having = int(np.searchsorted(-sizes, -nth))
        some, found = least[:having], taken[:having]
        np.take(table, place[starts[:having] + nth], axis=0, out=found, mode="clip")
        np.minimum(some, found, out=some)
    return least


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


def _met(rows: Integers, band: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Pairs of rows whose bands are equal: with the first one, and with those next in order."""
    bits = np.uint64(max(len(rows) - 1, 1).bit_length())
    # One number a row, so that one sort puts equal bands together, and in each the rows in order.
    mixed = band * np.uint64(0x9E3779B97F4A7C15) >> bits << bits
    keys = np.sort(mixed | np.arange(len(rows), dtype=np.uint64))
    at = (keys & (np.uint64(1) << bits) - np.uint64(1)).astype(np.int64)
    keys >>= bits
    first = np.flatnonzero(np.diff(keys, prepend=~keys[:1]))
    heads = np.repeat(first, np.diff(first, append=len(keys)))
    far = np.flatnonzero(np.arange(len(keys)) - heads > WINDOW)
    pairs = [_keys(rows[at[heads[far]]], rows[at[far]])]
    for step in range(1, WINDOW + 1):
        here = np.flatnonzero(keys[step:] == keys[:-step])
        pairs.append(_keys(rows[at[here]], rows[at[here + step]]))
    return np.concatenate(pairs)


def _likeliest(keys: NDArray[np.uint64], equal: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """For each later row so many of its pairs, those with most hashes equal, and that with the
    first row it meets: behind it they stand who read alike by the thousand."""
    unequal, stands = np.uint64(_HASHES) - equal, np.arange(len(keys), dtype=np.uint64)
    # The later row, how unlike it is to the earlier one, and where the pair stands, in one number.
    order = np.sort((keys & _LOW) << np.uint64(39) | unequal << np.uint64(32) | stands)
    first = np.flatnonzero(np.diff(order >> np.uint64(39), prepend=~order[:1]))
    rank = np.arange(len(order)) - np.repeat(first, np.diff(first, append=len(order)))
    place = (order & _LOW).astype(np.int64)
    earliest = np.minimum.reduceat(place, first) if len(first) else place
    return _once(keys[np.concatenate([place[rank < MOST], earliest])])


def _keys(left: Integers, right: Integers) -> NDArray[np.uint64]:
    """Each pair of two rows as one number, the earlier first."""
    apart = left != right
    low, high = np.minimum(left, right)[apart], np.maximum(left, right)[apart]
    return np.asarray(low.astype(np.uint64) << np.uint64(32) | high.astype(np.uint64))


def _once(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Each of the keys once, ascending."""
    keys = np.sort(keys)
    return keys[np.flatnonzero(np.diff(keys, prepend=~keys[:1]))]


def _without(keys: NDArray[np.uint64], others: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The keys that are not among the others; both ascending."""
    if not len(others):
        return keys
    at = np.searchsorted(others, keys)
    apart: NDArray[np.bool_] = others[np.minimum(at, len(others) - 1)] != keys
    return keys[apart]


def _split(keys: NDArray[np.uint64]) -> tuple[Integers, Integers]:
    return (keys >> np.uint64(32)).astype(np.int64), (keys & _LOW).astype(np.int64)
