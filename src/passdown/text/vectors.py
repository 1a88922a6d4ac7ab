"""A lexical embedding without a model: hashed words and character trigrams, sparse, unit length."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from itertools import chain
from math import sqrt
from typing import NamedTuple

from passdown.text.tokens import normalise

DIMENSIONS = 1 << 18
"""How many buckets features are hashed into."""

_WORD = re.compile(r"\w+")
# int(bytes) modulo a prime is a polynomial hash: one call here, one dot product in numpy.
PRIME = (1 << 31) - 1
MIX = 0x9E3779B1
TRIGRAM = 0x5BD1E995
SHIFT = 14
_LONGEST = 40


def embed(text: str) -> dict[int, float]:
    """Weights by bucket: root of the count, of length 1; the same in every process, {} for ''."""
    words = _WORD.findall(normalise(text))
    counts = Counter(chain.from_iterable(map(buckets, words)))
    # Roots of counts square to the counts: their sum is the squared length.
    length = sqrt(sum(counts.values()))
    once = 1 / length if counts else 0.0
    return {
        bucket: once if count == 1 else sqrt(count) / length for bucket, count in counts.items()
    }


def features(text: str) -> frozenset[int]:
    """What `embed` weighs, without weights: which words and trigrams there are."""
    words = _words(text)
    each = _known if max(map(len, words), default=0) <= _LONGEST else buckets
    return frozenset(chain.from_iterable(map(each, words)))


def likeness(a: frozenset[int], b: frozenset[int]) -> float:
    """The cosine of two texts by their features, each counted once; 0 when one has none."""
    return len(a & b) / sqrt(len(a) * len(b)) if a and b else 0.0


class Sought:
    """The words and trigrams of one text, each once, to be looked for in many others: nothing is
    kept of those, and nothing made of them but a line of words."""

    def __init__(self, text: str) -> None:
        framed = [f" {word} " for word in _words(text)]
        each = (word[i : i + 3] for word in framed for i in range(len(word) - 2))
        self._grams = tuple(dict.fromkeys(chain(framed, each)))

    def likeness(self, text: str) -> float:
        """How much of it is there, for what is there besides: in [0, 1], 0 when one is empty."""
        line = f" {' '.join(_words(text))} "
        # Each word of it has as many features as letters, and one more: what its frame adds here.
        many = len(self._grams) * (len(line) - 1)
        there = sum([gram in line for gram in self._grams])
        return min(there / sqrt(many), 1.0) if there else 0.0


def _words(text: str) -> list[str]:
    found: list[str] = _WORD.findall(text.lower() if text.isascii() else normalise(text))
    return found


class Outline(NamedTuple):
    """Which features a text has, roughly, and how many: enough to tell most texts apart."""

    bits: int
    many: int

    def beyond(self, other: Outline, least: float) -> bool:
        """Whether the cosine of the two texts is surely under `least`: one of them has too much
        that the other lacks."""
        share = 1 - least * least
        lacks = (self.bits & ~other.bits).bit_count(), (other.bits & ~self.bits).bit_count()
        return lacks[0] > share * self.many or lacks[1] > share * other.many


def outline(text: str) -> Outline:
    """One of 256 bits for each feature of `embed`, and how many there are, each as often as it
    is there."""
    bits = many = 0
    for word in _WORD.findall(normalise(text)):
        bits |= _bits(word) if len(word) <= _LONGEST else _drawn(word)
        many += len(word) + 1
    return Outline(bits, many)


def _drawn(word: str) -> int:
    bits = 0
    for bucket in buckets(word):
        bits |= 1 << (bucket & 255)
    return bits


_bits = lru_cache(maxsize=65_536)(_drawn)


def cosine(a: dict[int, float], b: dict[int, float]) -> float:
    """The cosine of two embeddings, in [0, 1]; 0 when one is empty."""
    if len(a) > len(b):
        a, b = b, a
    # Summed in bucket order: the order of insertion must not show in the last digits.
    return min(sum(a[bucket] * b[bucket] for bucket in sorted(a.keys() & b.keys())), 1.0)


def buckets(word: str) -> tuple[int, ...]:
    """The buckets of a word and of the trigrams of the framed word."""
    return _known(word) if len(word) <= _LONGEST else _features(word)


def _features(word: str) -> tuple[int, ...]:
    framed = f" {word} "
    trigrams = (_bucket(framed[i : i + 3], TRIGRAM) for i in range(len(framed) - 2))
    return (_bucket(word, MIX), *trigrams)


_known = lru_cache(maxsize=65_536)(_features)


def _bucket(piece: str, mix: int) -> int:
    residue = int.from_bytes(piece.encode("utf-8", "replace"), "little") % PRIME
    return (residue * mix & 0xFFFFFFFF) >> SHIFT
