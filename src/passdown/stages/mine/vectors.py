"""Vectors of texts: packed, kept by content, and handed back so that they can be stored."""

from __future__ import annotations

import hashlib
import sys
from array import array
from typing import TYPE_CHECKING

from passdown.text.vectors import embed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from passdown.engines.port import Embedder

    Recall = Callable[[Sequence[str]], Mapping[str, bytes]]

LEXICAL = "lexical"


class Vectors:
    """One embedder and what it said already. Detectors write nothing: what is new waits in
    `new`, by content hash, for an operation to keep."""

    def __init__(self, embedder: Embedder, recall: Recall | None = None) -> None:
        self._embedder = embedder
        self._recall = recall
        self._known: dict[str, bytes] = {}
        self.new: dict[str, bytes] = {}

    @property
    def model(self) -> str:
        """Whose vectors these are."""
        return self._embedder.name

    def of(self, texts: Sequence[str]) -> list[bytes]:
        """One vector a text, in order; a text that was seen before is not embedded again."""
        hashes = [content_hash(text) for text in texts]
        by_hash = dict(zip(hashes, texts, strict=True))
        missing = [h for h in by_hash if h not in self._known]
        if missing and self._recall:
            self._known.update(self._recall(missing))
            missing = [h for h in missing if h not in self._known]
        if missing:
            made = self._embedder.embed([by_hash[h] for h in missing])
            fresh = dict(zip(missing, made, strict=True))
            self._known.update(fresh)
            self.new.update(fresh)
        return [self._known[h] for h in hashes]


class Lexical:
    """The embedder that needs no model."""

    @property
    def name(self) -> str:
        """As it is named in the store."""
        return LEXICAL

    def embed(self, texts: Sequence[str]) -> list[bytes]:
        """One packed vector a text, in order."""
        return [pack(embed(text)) for text in texts]


def content_hash(text: str) -> str:
    """The name under which the vector of a text is kept."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def pack(vector: Mapping[int, float]) -> bytes:
    """A sparse vector as bytes: its buckets in ascending order (uint32), then their weights
    (float32), little-endian."""
    buckets = array("I", sorted(vector))
    weights = array("f", (vector[bucket] for bucket in buckets))
    if sys.byteorder == "big":
        buckets.byteswap()
        weights.byteswap()
    return buckets.tobytes() + weights.tobytes()
