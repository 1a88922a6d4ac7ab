"""When a timer is due."""

from __future__ import annotations

import pytest

from passdown.domain.errors import Invalid
from passdown.domain.settings import KNOBS
from passdown.ops.every import due, following

NOON = "2026-11-21T12:00:00.000Z"


@pytest.mark.parametrize(
    ("every", "then"),
    [
        ("90s", "2026-11-21T12:01:30.000Z"),
        ("15m", "2026-11-21T12:15:00.000Z"),
        ("6h", "2026-11-21T18:00:00.000Z"),
        ("1d", "2026-11-22T12:00:00.000Z"),
        ("0s", "2026-11-21T12:00:01.000Z"),
        ("*/20 * * * *", "2026-11-21T12:20:00.000Z"),
        ("0 3 * * *", "2026-11-22T03:00:00.000Z"),
        ("0 3 * * MON", "2026-11-23T03:00:00.000Z"),
        ("*/5 0 3 * * *", "2026-11-22T03:00:00.000Z"),
    ],
)
def test_a_timer_comes_round(every: str, then: str) -> None:
    assert following(every, NOON) == then
    assert not due(every, NOON, NOON)
    assert due(every, NOON, then)


@pytest.mark.parametrize(
    "every",
    [
        *("", "15", "m", "-5m", "1.5h", "15 m", "1w", "99999999999d", "\u0663m"),
        *("every day", "0 0 30 2 *", "61 * * * *", "* * * *", "x" * 10_000),
    ],
)
def test_what_is_no_timer_is_refused_with_what_would_be_one(every: str) -> None:
    with pytest.raises(Invalid, match="15m") as caught:
        following(every, NOON)
    assert len(caught.value.what) < 200


def test_a_timer_that_never_ran_is_due_at_once() -> None:
    assert due("1d", "", NOON)


def test_a_timer_that_ran_at_a_time_to_come_is_due_for_the_clock_went_back() -> None:
    assert due("1d", "2026-11-21T12:00:00.001Z", NOON)


def test_every_timer_of_the_platform_is_one() -> None:
    for knob in KNOBS.values():
        if knob.name.endswith(".every"):
            assert following(str(knob.default), NOON) > NOON
