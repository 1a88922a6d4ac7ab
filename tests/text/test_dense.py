"""Vectors of a model: packed and read again, compared, and the nearest found by their signs."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, strategies as st

from passdown.text.dense import (
    LEAST,
    likeness,
    packed,
    parts,
    read,
    signs,
    unpacked,
)

VECTORS = st.lists(st.floats(-100, 100, width=32), min_size=1, max_size=40).filter(
    lambda vector: max(map(abs, vector)) > 1e-3
)


def drawn(chance: random.Random, long: int = 256) -> list[float]:
    return [chance.gauss(0, 1) for _ in range(long)]


def numbers(vectors: list[list[float]]) -> list[int]:
    return [int.from_bytes(signs(packed(one)), "little") for one in vectors]


@given(VECTORS)
def test_a_vector_keeps_its_direction_and_has_length_one(vector: list[float]) -> None:
    raw = packed(vector)
    assert parts(raw) == len(vector)
    assert likeness(unpacked(raw), unpacked(raw)) == pytest.approx(1, abs=1e-5)
    assert packed([2 * part for part in vector]) == pytest.approx(raw)


@pytest.mark.parametrize("vector", [[], [0.0, 0.0], [float("inf"), 1.0], [float("nan")]])
def test_what_has_no_direction_is_no_vector(vector: list[float]) -> None:
    with pytest.raises(ValueError, match="direction"):
        packed(vector)


@given(VECTORS)
def test_signs_are_one_bit_a_part(vector: list[float]) -> None:
    kept = int.from_bytes(signs(packed(vector)), "little")
    said = [part > 0 for part in unpacked(packed(vector))]
    assert kept.bit_count() == sum(said)
    assert len(signs(packed(vector))) == (len(vector) + 7) // 8


def test_the_nearest_by_signs_are_the_nearest() -> None:
    chance = random.Random(1)
    every = [drawn(chance) for _ in range(500)]
    asked = [a + 0.5 * b for a, b in zip(every[123], drawn(chance), strict=True)]
    reading = read(packed(asked), numbers(every))
    assert reading.nearest(1) == [123]
    assert reading.stands_out(123)
    assert sum(map(reading.stands_out, range(500))) == 1


def test_what_is_near_by_chance_alone_does_not_stand_out() -> None:
    chance = random.Random(2)
    every = numbers([drawn(chance) for _ in range(300)])
    out = 0
    for _ in range(100):
        reading = read(packed(drawn(chance)), every)
        out += any(map(reading.stands_out, reading.nearest(10)))
    assert out <= 3


def test_a_few_texts_tell_nothing_of_chance() -> None:
    chance = random.Random(3)
    every = numbers([drawn(chance) for _ in range(LEAST - 1)])
    assert not read(packed(drawn(chance)), every).may_stand_out()
    assert read(packed(drawn(chance)), [*every, 1]).may_stand_out()


def test_one_that_is_unlike_texts_that_are_alike_does_not_stand_out() -> None:
    chance = random.Random(5)
    same = drawn(chance)
    alike = [[9 * a + b for a, b in zip(same, drawn(chance), strict=True)] for _ in range(60)]
    every = numbers([*alike, drawn(chance)])
    for _ in range(50):
        assert not read(packed(drawn(chance)), every).stands_out(60)


def test_the_usual_cosine_is_told_by_the_signs() -> None:
    chance = random.Random(4)
    shared = drawn(chance, 1024)
    every = [
        [2 * a + b for a, b in zip(shared, drawn(chance, 1024), strict=True)] for _ in range(60)
    ]
    asked, others = packed(every[0]), every[1:]
    real = sum(likeness(unpacked(asked), unpacked(packed(one))) for one in others) / len(others)
    assert read(asked, numbers(others)).cosine() == pytest.approx(real, abs=0.05)
    assert read(asked, []).cosine() == 0.0
