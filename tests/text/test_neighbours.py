"""The nearest rows are those that comparing all with all finds."""

from __future__ import annotations

import numpy as np
import pytest

from passdown.text import neighbours
from passdown.text.embed import cosines, embed
from passdown.text.neighbours import above, nearest

TEXTS = [
    f"{a} the {b} {c}" for a in ("open", "close") for b in ("big", "old") for c in ["door", "win"]
]
TEXTS += ["something else entirely", "", "open the big door please"]


def test_the_nearest_of_each_row_are_those_with_the_highest_cosine():
    vectors = embed(TEXTS)
    left, right, scores = nearest(vectors, 3)
    for row in range(len(TEXTS)):
        all_of = cosines(vectors, np.full(len(TEXTS), row), np.arange(len(TEXTS)))
        all_of[row] = 0
        best = sorted(all_of[all_of > 0], reverse=True)[:3]
        assert sorted(scores[left == row], reverse=True) == pytest.approx(best, abs=1e-5)
        assert row not in right[left == row]


def test_what_is_above_a_threshold_is_found_with_the_row_itself():
    rows = list(above(embed(TEXTS), 0.8))
    assert [row in found for row, (found, _) in enumerate(rows)] == [bool(text) for text in TEXTS]


def test_of_very_frequent_features_the_rarest_are_read_first(monkeypatch: pytest.MonkeyPatch):
    vectors = embed([f"common words everywhere rare{n // 2}" for n in range(400)])
    _, _, whole = nearest(vectors, 1)
    monkeypatch.setattr(neighbours, "READ", 500)
    _, right, some = nearest(vectors, 1)
    assert right[:4].tolist() == [1, 0, 3, 2]
    assert some.sum() < whole.sum()


def test_what_is_less_near_than_asked_for_is_left_out():
    vectors = embed(TEXTS)
    _, _, every = nearest(vectors, 3)
    _, _, some = nearest(vectors, 3, 0.5)
    assert some.tolist() == every[every >= 0.5].tolist()
    assert 0 < len(some) < len(every)


def test_of_rows_as_near_as_each_other_the_first_are_taken():
    left, right, _ = nearest(embed(["same words"] * 200), 2)
    assert right[left == 0].tolist() == [1, 2]
    assert right[left == 150].tolist() == [0, 1]


def test_no_rows_have_no_neighbours():
    assert [part.tolist() for part in nearest(embed([]), 3)] == [[], [], []]
