"""The lexical embedding of many texts at once: what `vectors.embed` gives for one, in numpy.

Words and character trigrams, hashed, square root of the count, unit length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from passdown.text.arrays import np
from passdown.text.tokens import normalise
from passdown.text.vectors import MIX, PRIME, SHIFT, TRIGRAM, buckets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from passdown.text.arrays import Floats, Integers

BITS = 32 - SHIFT
"""A bucket has so many bits."""
# Larger parts leave the cache: four thousand texts at once take twice as long.
_PART = 512
_PAIRS = 4096
_SPACE = 32
_WORD = re.compile(r"\w+")


def _folding() -> NDArray[np.uint8]:
    """Each ASCII byte as a word has it; what no word has is a space."""
    table = np.full(256, _SPACE, np.uint8)
    for code in range(128):
        char = chr(code).lower()
        if _WORD.fullmatch(char):
            table[code] = ord(char)
    return table


_FOLD = _folding()
# 256 to the power of i, modulo a Mersenne prime, is a turn by so many bits.
_TURN = np.array([8 * i % 31 for i in range(31)], np.uint64)


@dataclass(frozen=True, slots=True)
class Vectors:
    """Sparse rows of unit length or empty: row i is `indices` and `values` from `indptr[i]` to
    `indptr[i + 1]`, in ascending order of index."""

    indptr: Integers
    indices: Integers
    values: Floats

    def __len__(self) -> int:
        return len(self.indptr) - 1

    def take(self, rows: Integers) -> Vectors:
        """These rows, in this order."""
        sizes, at = spread(self.indptr, rows)
        return Vectors(_offsets(sizes), self.indices[at], self.values[at])


def embed(texts: Sequence[str]) -> Vectors:
    """One row a text, the same in every process and however many texts there are."""
    parts = [_part(texts[at : at + _PART]) for at in range(0, len(texts), _PART)] or [_part([])]
    sizes = np.concatenate([np.diff(part.indptr) for part in parts])
    indices = np.concatenate([part.indices for part in parts])
    return Vectors(_offsets(sizes), indices, np.concatenate([part.values for part in parts]))


def cosine(vectors: Vectors, left: int, right: int) -> float:
    """The cosine of two rows, in [0, 1]; 0 when one is empty."""
    return float(cosines(vectors, np.array([left]), np.array([right]))[0])


def cosines(vectors: Vectors, left: Integers, right: Integers) -> Floats:
    """The cosine of each pair of rows, in [0, 1]."""
    from scipy.sparse import csr_array

    shape, indptr = (len(vectors), 1 << BITS), vectors.indptr
    if indptr[-1] <= np.iinfo(np.int32).max:  # else all indices would be copied as long ones
        indptr = indptr.astype(np.int32)
    rows = csr_array((vectors.values, vectors.indices, indptr), shape=shape)
    found = [np.zeros(0, np.float32)]
    for at in range(0, len(left), _PAIRS):
        both = rows[left[at : at + _PAIRS]].multiply(rows[right[at : at + _PAIRS]])
        found.append(np.minimum(both.sum(axis=1), np.float32(1)))
    return np.concatenate(found)


def spread(indptr: Integers, rows: Integers) -> tuple[Integers, Integers]:
    """How many entries each of these rows has, and where all of them stand."""
    sizes = indptr[rows + 1] - indptr[rows]
    starts = _offsets(sizes)
    shift = np.repeat(indptr[rows] - starts[:-1], sizes)
    return sizes, shift + np.arange(starts[-1])


def _part(texts: Sequence[str]) -> Vectors:
    plain, rows, foreign = _written(texts)
    keys = np.concatenate([*_ascii(plain, rows), np.array(foreign, np.uint32)])
    keys.sort()
    new = np.flatnonzero(np.diff(keys, prepend=np.uint32(0xFFFFFFFF)))
    counts = np.diff(new, append=len(keys))
    lengths = np.sqrt(np.bincount(keys >> BITS, minlength=len(texts)))
    keys = keys[new]
    row = keys >> BITS
    values = (np.sqrt(counts) / lengths[row]).astype(np.float32)
    sizes = np.bincount(row, minlength=len(texts))
    return Vectors(_offsets(sizes), (keys & (1 << BITS) - 1).astype(np.int32), values)


def _written(texts: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.uint32], list[int]]:
    """All ASCII words in one buffer, the row of each of its bytes, and the keys of the others."""
    lines, foreign = list(texts), list[int]()
    for row, text in enumerate(texts):
        if not text.isascii():
            words = _WORD.findall(normalise(text))
            lines[row] = " ".join(word for word in words if word.isascii())
            others = (word for word in words if not word.isascii())
            foreign.extend(row << BITS | bucket for word in others for bucket in buckets(word))
    # Each line with the space before it; one more ends the last.
    sizes = np.fromiter(map(len, lines), np.int64, len(lines)) + 1
    rows = np.repeat(np.arange(len(lines), dtype=np.uint32), sizes)
    written = np.frombuffer(" ".join(("", *lines, "")).encode("ascii"), np.uint8)
    return written, np.append(rows, np.zeros(len(written) - len(rows), np.uint32)), foreign


def _ascii(plain: NDArray[np.uint8], rows: NDArray[np.uint32]) -> tuple[Integers, Integers]:
    """The keys of all words, and of the trigrams of each framed word."""
    folded = _FOLD[plain]
    inside = folded != _SPACE
    # One space between two words frames both.
    kept = inside.copy()
    kept[0] = True
    kept[1:] |= inside[:-1]
    chars, rows = folded[kept].astype(np.uint32), rows[kept]
    middle = np.flatnonzero(chars != _SPACE)
    if not len(middle):
        return rows[:0], rows[:0]
    tri = chars[middle - 1] | chars[middle] << 8 | chars[middle + 1] << 16
    words, starts = _words(chars, middle)
    mixed = (words * np.uint64(MIX)).astype(np.uint32)
    return (
        rows[middle[starts]] << BITS | mixed >> SHIFT,
        rows[middle] << BITS | tri * np.uint32(TRIGRAM) >> SHIFT,
    )


def _words(chars: NDArray[np.uint32], middle: Integers) -> tuple[NDArray[np.uint64], Integers]:
    """The bytes of each word as one number modulo the prime, and where each begins."""
    starts = np.flatnonzero(chars[middle - 1] == _SPACE)
    lengths = np.diff(starts, append=len(middle))
    place = np.arange(len(middle)) - np.repeat(starts, lengths)
    if lengths.max() > len(_TURN):
        place %= len(_TURN)
    turned = chars[middle].astype(np.uint64) << _TURN[place]
    return np.add.reduceat(turned, starts) % np.uint64(PRIME), starts


def _offsets(sizes: Integers) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
