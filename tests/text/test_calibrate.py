"""What stated confidences are worth: nothing is shown that too few pairs cannot show."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from hypothesis import example, given, strategies as st

from passdown.text.calibrate import (
    CURVE,
    Curve,
    Pair,
    brier,
    coverage,
    error,
    log_loss,
    recalibrated,
    reliability,
    sharpness,
    threshold,
)

SHARES = st.floats(0, 1, allow_nan=False)
PAIRS = st.lists(st.tuples(SHARES, st.booleans()).map(lambda two: Pair(*two)), min_size=1)
MANY = st.lists(
    st.builds(Pair, SHARES, st.booleans(), st.integers(1, 90), st.integers(0, 4)), min_size=1
)


def calibrated(n: int, seed: int = 1) -> list[Pair]:
    """Pairs of one who is right exactly as often as it says."""
    chance = Random(seed)
    stated = [chance.random() for _ in range(n)]
    return [Pair(s, chance.random() < s) for s in stated]


def boasting(n: int, seed: int = 1) -> list[Pair]:
    """Pairs of one who is right half as often as it says."""
    chance = Random(seed)
    stated = [chance.random() for _ in range(n)]
    return [Pair(s, chance.random() < s / 2) for s in stated]


def test_scores_are_those_of_the_definition() -> None:
    pairs = [Pair(0.8, True), Pair(0.4, False)]
    assert brier(pairs) == pytest.approx((0.04 + 0.16) / 2)
    assert log_loss(pairs) == pytest.approx((0.22314 + 0.51083) / 2, abs=1e-4)
    assert sharpness(pairs) == pytest.approx(0.04)


def test_a_certainty_that_was_wrong_surprises_but_not_for_ever() -> None:
    assert 10 < log_loss([Pair(1.0, False)]) < 20


@pytest.mark.parametrize("score", [brier, log_loss, sharpness])
def test_nothing_has_no_score(score: object) -> None:
    assert callable(score)
    with pytest.raises(ValueError, match="no pairs"):
        score([])


def test_below_the_guard_there_is_no_curve_and_no_error() -> None:
    assert reliability(calibrated(CURVE - 1)) == []
    assert error(calibrated(CURVE - 1)) is None
    assert reliability(calibrated(CURVE)) != []
    assert error(calibrated(CURVE)) is not None


def test_bins_have_equal_mass_and_an_interval_around_their_share() -> None:
    bins = reliability(calibrated(300))
    assert len(bins) == 10
    assert {b.n for b in bins} == {30}
    assert all(b.low <= b.right <= b.high for b in bins)
    assert [b.stated for b in bins] == sorted(b.stated for b in bins)


@pytest.mark.parametrize("seed", range(5))
def test_one_who_is_calibrated_is_within_the_band_of_chance(seed: int) -> None:
    found = error(calibrated(400, seed))
    assert found is not None
    assert found.low <= found.null <= found.high
    assert found.beyond < 0.02


def test_one_who_boasts_is_beyond_the_band() -> None:
    found = error(boasting(400))
    assert found is not None
    assert found.shown
    assert found.beyond > 0.15


def test_34_of_34_offer_no_threshold_and_35_of_35_do() -> None:
    assert threshold([Pair(0.9, True)] * 34) is None
    found = threshold([Pair(0.9, True)] * 35)
    assert found is not None
    assert (found.at, found.n, found.right, found.share) == (0.9, 35, 35, 1.0)
    assert found.low >= 0.90
    assert found.wrong_in_100 == 0


def test_a_threshold_is_the_lowest_that_holds() -> None:
    low = [Pair(0.5, n % 2 == 0) for n in range(60)]
    high = [Pair(0.8, True) for _ in range(60)]
    found = threshold(low + high)
    assert found is not None
    assert (found.at, found.n, found.share) == (0.8, 60, 0.5)


def test_a_threshold_that_one_fifth_carries_alone_is_none() -> None:
    wrong = {n for n in range(1000) if n % 5}
    spread, apart = set(range(0, 1000, 12)[:81]), set(sorted(wrong)[:81])
    assert threshold([Pair(0.9, n not in spread) for n in range(1000)]) is not None
    assert threshold([Pair(0.9, n not in apart) for n in range(1000)]) is None


def test_less_is_asked_for_more_is_covered_and_more_goes_wrong() -> None:
    steps = coverage(calibrated(2000))
    shares = [share for _, share, _ in steps]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert steps[len(steps) // 4][2] < steps[-1][2]


def test_what_is_stated_stands_until_there_are_enough_pairs() -> None:
    curve = recalibrated(boasting(29))
    assert (curve.how, curve.n) == ("none", 29)
    assert curve(0.37) == pytest.approx(0.37)


@pytest.mark.parametrize(("n", "how"), [(30, "bins"), (99, "bins"), (100, "platt"), (499, "platt")])
def test_how_it_is_recalibrated_follows_from_how_many_there_are(n: int, how: str) -> None:
    assert recalibrated(boasting(n)).how == how


def test_with_many_the_better_of_two_ways_is_taken() -> None:
    steps = [Pair(s / 1000, s > 700) for s in range(1000)]  # no logistic curve is so steep
    Random(2).shuffle(steps)
    assert recalibrated(steps).how == "isotonic"


@pytest.mark.parametrize("n", [60, 300, 800])
def test_one_who_boasts_is_taken_down(n: int) -> None:
    curve, fresh = recalibrated(boasting(n)), boasting(3000, seed=7)
    assert brier([Pair(curve(p.stated), p.right) for p in fresh]) < brier(fresh) - 0.02


def test_a_clean_split_does_not_run_away() -> None:
    pairs = [Pair(0.2, False)] * 60 + [Pair(0.9, True)] * 60
    curve = recalibrated(pairs)
    assert 0 < curve(0.2) < 0.1
    assert 0.9 < curve(0.9) < 1


@given(PAIRS)
def test_a_curve_never_falls_and_stays_a_share(pairs: list[Pair]) -> None:
    curve = recalibrated(pairs)
    found = [curve(n / 20) for n in range(21)]
    assert all(a <= b + 1e-9 for a, b in pairwise(found))
    assert all(0 <= y <= 1 for y in found)


@given(PAIRS)
def test_the_order_of_the_pairs_does_not_show_in_what_is_scored(pairs: list[Pair]) -> None:
    turned = pairs[::-1]
    assert reliability(pairs) == reliability(turned)
    assert error(pairs, draws=20) == error(turned, draws=20)
    assert coverage(pairs) == coverage(turned)


@given(MANY)
@example([Pair(0.447940529180458, False, 1), Pair(0.447940529180458, True, 29)])
def test_several_that_are_the_same_are_scored_as_each_by_itself(pairs: list[Pair]) -> None:
    each = [p._replace(n=1) for p in pairs for _ in range(p.n)]
    assert brier(pairs) == pytest.approx(brier(each))
    assert sharpness(pairs) == pytest.approx(sharpness(each))
    assert [b.n for b in reliability(pairs)] == [b.n for b in reliability(each)]
    assert [b.right for b in reliability(pairs)] == [b.right for b in reliability(each)]
    assert threshold(pairs, target=0.6) == threshold(each, target=0.6)
    assert coverage(pairs) == coverage(each)
    one, other = error(pairs, draws=3), error(each, draws=3)
    assert (one and one.ece) == pytest.approx(other and other.ece)
    way, same = recalibrated(pairs), recalibrated(each)
    assert way(0.4) == pytest.approx(same(0.4), abs=1e-6)


@pytest.mark.parametrize("stated", [0.7, 0.97, 0.9995, 0.0004])
def test_many_drawn_together_stray_as_far_as_each_drawn_by_itself(stated: float) -> None:
    together = error([Pair(stated, True, 3000)], draws=400)
    each = error([Pair(stated, True, 100) for _ in range(30)], draws=400)
    assert together is not None
    assert each is not None
    by_hand = Random(1)
    drawn = [
        sum(abs(sum(stated - (by_hand.random() < stated) for _ in range(300))) for _ in range(10))
        for _ in range(60)
    ]
    assert together.null == pytest.approx(sum(drawn) / 60 / 3000, rel=0.25)
    assert each.null == pytest.approx(together.null, rel=0.2)


def test_between_two_points_one_goes_straight_and_beyond_them_level() -> None:
    curve = Curve("bins", 60, ((0.2, 0.1), (0.6, 0.5)))
    assert curve(0.0) == 0.1
    assert curve(0.4) == pytest.approx(0.3)
    assert curve(1.0) == 0.5
