"""Vectors that a model makes of texts: packed, and the nearest of many found by their signs.

What is looked through for a question is one whole number a text, the signs of its vector: in how
many they differ tells roughly how near two texts are, and is counted by Python as fast as by numpy
(100,000 texts of 1,536 parts: 75 and 103 ms beside other work), without its 100 ms to load. Only
the vectors of the nearest are read.
"""

from __future__ import annotations

import sys
from array import array
from heapq import nsmallest
from math import cos, fsum, isfinite, log, pi, sqrt
from operator import mul
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LEAST = 30
"""Texts of which can be told what is near by chance."""

NORMAL = 1.4826
"""Of what is spread by chance, its deviation by the median one."""

SAMPLE = 2000
"""Texts by which it is told, at the most."""

BEYOND = 1.0
"""Deviations by which one has to be nearer than the nearest of as many is by chance."""


class Reading(NamedTuple):
    """How a question lies among all texts: how far each is, by its signs, and what is usual."""

    far: Sequence[int]
    usual: float
    spread: float
    parts: int

    def nearest(self, many: int) -> list[int]:
        """Which of them are nearest, nearest first; ties in the order given."""
        return nsmallest(many, range(len(self.far)), key=self.far.__getitem__)

    def may_stand_out(self) -> bool:
        """Whether there are enough to tell what is near by chance."""
        return len(self.far) >= LEAST

    def stands_out(self, at: int) -> bool:
        """Whether this one is nearer than any of so many would be by chance."""
        reach = sqrt(2 * log(len(self.far))) + BEYOND
        spread = max(self.spread, sqrt(self.parts) / 2)  # that of coins, at the least
        return self.far[at] <= min(self.usual, self.parts / 2) - reach * spread

    def cosine(self) -> float:
        """The one that is usual between the question and any text."""
        if not self.far or not self.parts:
            return 0.0
        return max(0.0, cos(pi * self.usual / self.parts))


def packed(vector: Iterable[float]) -> bytes:
    """The direction of a vector, of length 1, as float32, little-endian; ValueError when it has
    none."""
    parts = array("d", vector)
    length = sqrt(fsum(map(mul, parts, parts)))
    if not length or not isfinite(length):
        raise ValueError("a vector without a direction")
    return _little(array("f", [part / length for part in parts])).tobytes()


def unpacked(raw: bytes) -> array[float]:
    """The parts of a packed vector."""
    parts: array[float] = array("f")
    parts.frombytes(raw)
    return _little(parts)


def parts(raw: bytes) -> int:
    """How many parts a packed vector has."""
    return len(raw) // 4


def signs(raw: bytes) -> bytes:
    """One bit a part of a packed vector: whether it is above nought."""
    bits = "".join(["1" if part > 0 else "0" for part in unpacked(raw)])
    return int(bits, 2).to_bytes((len(bits) + 7) // 8, "little")


def likeness(a: Sequence[float], b: Sequence[float]) -> float:
    """The cosine of two vectors of length 1."""
    return max(-1.0, min(1.0, fsum(map(mul, a, b))))


def read(question: bytes, texts: Sequence[int]) -> Reading:
    """How a packed question lies among texts, given by the numbers of their signs."""
    asked = int.from_bytes(signs(question), "little")
    far = [(asked ^ one).bit_count() for one in texts]
    sample = far[:: -(-len(far) // SAMPLE) or 1] or [0]
    usual = median(sample)
    # By the median: what is near shall not make the usual wider.
    spread = NORMAL * median([abs(one - usual) for one in sample])
    return Reading(far, usual, spread, parts(question))


def _little(values: array[float]) -> array[float]:
    if sys.byteorder == "big":
        values.byteswap()
    return values
