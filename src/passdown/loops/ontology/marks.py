"""Numbers by what things are called: what is drawn by them hangs on nothing else."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from passdown.text.arrays import np

if TYPE_CHECKING:
    from collections.abc import Iterable

Words = np.ndarray[tuple[int], np.dtype[np.uint64]]


def marks(ids: Iterable[str]) -> Words:
    """A number for every id, by itself alone."""
    told = b"".join(
        blake2b(concept.encode("utf-8", "surrogatepass"), digest_size=8).digest() for concept in ids
    )
    return np.frombuffer(told, np.dtype("<u8")).astype(np.uint64)


def mixed(of: Words) -> Words:
    """Every bit of it depends on all of its bits (the end of splitmix64)."""
    of = (of ^ (of >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    of = (of ^ (of >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    found: Words = of ^ (of >> np.uint64(31))
    return found


def drawn(n: int) -> np.uint64:
    """The n-th of a row of numbers that have nothing to do with each other."""
    return np.uint64(n * 0x9E3779B97F4A7C15 % 2**64)
