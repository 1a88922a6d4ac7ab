"""Intervals that hold what they promise, and small samples that promise nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from passdown.text.stats import ENOUGH, enough, mad, median, wilson

NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=1)


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_interval_holds_the_share_and_stays_within_bounds(k: int, more: int) -> None:
    low, high = wilson(k, k + more)
    assert 0 <= low <= high <= 1
    if k + more:
        assert low <= k / (k + more) <= high


def test_the_interval_is_wilsons() -> None:
    assert wilson(35, 35)[0] == pytest.approx(0.901, abs=1e-3)
    assert wilson(52, 53)[0] == pytest.approx(0.901, abs=1e-3)
    assert wilson(5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert wilson(0, 0) == (0, 1)


def test_more_trials_narrow_the_interval() -> None:
    widths = [high - low for low, high in (wilson(n // 2, n) for n in (10, 100, 1000))]
    assert widths == sorted(widths, reverse=True)


@pytest.mark.parametrize(("k", "n"), [(2, 1), (-1, 3)])
def test_impossible_counts_are_refused(k: int, n: int) -> None:
    with pytest.raises(ValueError, match="successes"):
        wilson(k, n)


def test_a_rate_needs_enough_observations() -> None:
    assert not enough(ENOUGH - 1)
    assert enough(ENOUGH)
    assert enough(5, least=5)


@given(NUMBERS)
def test_half_of_the_values_lie_on_each_side_of_the_median(values: list[float]) -> None:
    middle = median(values)
    assert sum(value <= middle for value in values) * 2 >= len(values)
    assert sum(value >= middle for value in values) * 2 >= len(values)


@given(NUMBERS, st.floats(-1e3, 1e3))
def test_the_spread_does_not_depend_on_where_the_values_lie(values: list[float], by: float) -> None:
    assert mad([value + by for value in values]) == pytest.approx(mad(values), abs=1e-6)
    assert mad(values) >= 0


def test_one_wild_value_moves_neither() -> None:
    assert median([1, 2, 3, 4, 1e9]) == 3
    assert mad([1, 2, 3, 4, 1e9]) == 1


def test_nothing_has_no_median() -> None:
    with pytest.raises(ValueError, match="no values"):
        median([])
