"""Vectors are made once for each content, and what is new waits to be kept."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from passdown.stages.mine.vectors import LEXICAL, Lexical, Vectors, content_hash, pack
from passdown.text.vectors import embed


class Counting:
    """An embedder that remembers what it was asked."""

    name = "counting"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> list[bytes]:
        self.asked += texts
        return [text.encode() for text in texts]


def test_a_text_is_embedded_once() -> None:
    embedder = Counting()
    vectors = Vectors(embedder)
    assert vectors.of(["a", "b", "a"]) == [b"a", b"b", b"a"]
    assert vectors.of(["b", "c"]) == [b"b", b"c"]
    assert embedder.asked == ["a", "b", "c"]
    assert vectors.new == {content_hash(t): t.encode() for t in ("a", "b", "c")}
    assert vectors.model == "counting"


def test_what_the_store_knows_is_not_embedded_again_and_is_not_new() -> None:
    embedder = Counting()
    stored = {content_hash("a"): b"kept"}
    asked: list[Sequence[str]] = []

    def recall(hashes: Sequence[str]) -> dict[str, bytes]:
        asked.append(hashes)
        return {h: stored[h] for h in hashes if h in stored}

    vectors = Vectors(embedder, recall)
    assert vectors.of(["a", "b"]) == [b"kept", b"b"]
    assert vectors.of(["a", "b"]) == [b"kept", b"b"]
    assert embedder.asked == ["b"]
    assert list(vectors.new) == [content_hash("b")]
    assert len(asked) == 1


def test_a_packed_vector_is_its_buckets_in_order_and_then_their_weights() -> None:
    vector = embed("the importer reads")
    packed = pack(vector)
    half = len(packed) // 2
    buckets, weights = array("I", packed[:half]), array("f", packed[half:])
    assert list(buckets) == sorted(vector)
    assert [abs(vector[b] - w) < 1e-6 for b, w in zip(buckets, weights, strict=True)] == [
        True
    ] * len(vector)
    assert pack({}) == b""


def test_the_lexical_embedder_needs_no_model() -> None:
    assert Lexical().name == LEXICAL
    assert Lexical().embed(["a b", "a b"]) == [pack(embed("a b"))] * 2
