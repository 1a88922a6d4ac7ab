"""A lexical embedding without a model: hashed words and character trigrams, sparse, unit length."""

from __future__ import annotations

import re
from functools import lru_cache
from math import sqrt

from passdown.text.tokens import normalise

DIMENSIONS = 1 << 18
"""How many buckets features are hashed into."""

_WORD = re.compile(r"\w+")
# int(bytes) modulo a prime is a polynomial hash: one call here, one dot product in numpy.
_PRIME = (1 << 31) - 1
_MIX = 0x9E3779B1
_TRIGRAM = 0x5BD1E995
_LONGEST = 40


def embed(text: str) -> dict[int, float]:
    """Weights by bucket: root of the count, of length 1; the same in every process, {} for ''."""
    counts: dict[int, int] = {}
    for word in _WORD.findall(normalise(text)):
        for bucket in _known(word) if len(word) <= _LONGEST else _features(word):
            counts[bucket] = counts.get(bucket, 0) + 1
    # Roots of counts square to the counts: their sum is the squared length.
    length = sqrt(sum(counts.values()))
    return {bucket: sqrt(count) / length for bucket, count in counts.items()}


def cosine(a: dict[int, float], b: dict[int, float]) -> float:
    """The cosine of two embeddings, in [0, 1]; 0 when one is empty."""
    if len(a) > len(b):
        a, b = b, a
    # Summed in bucket order: the order of insertion must not show in the last digits.
    return min(sum(a[bucket] * b[bucket] for bucket in sorted(a.keys() & b.keys())), 1.0)


def _features(word: str) -> tuple[int, ...]:
    """The buckets of a word and of the trigrams of the framed word."""
    framed = f" {word} "
    trigrams = (_bucket(framed[i : i + 3], _TRIGRAM) for i in range(len(framed) - 2))
    return (_bucket(word, _MIX), *trigrams)


_known = lru_cache(maxsize=65_536)(_features)


def _bucket(piece: str, mix: int) -> int:
    residue = int.from_bytes(piece.encode("utf-8", "replace"), "little") % _PRIME
    return (residue * mix & 0xFFFFFFFF) >> 14
