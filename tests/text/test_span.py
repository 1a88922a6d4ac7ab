"""The time a question names is read, and what was said then fits it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from passdown.text.span import Span, span


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("What did Ada paint on 13 October 2023?", Span(10, 13, 2023)),
        ("What did Ada paint on October 13th, 2023?", Span(10, 13, 2023)),
        ("Where was she on the 2nd of June?", Span(6, 2)),
        ("Which city did she see in May 2023?", Span(5, 0, 2023)),
        ("What broke in March?", Span(3)),
        ("What broke since 2026-03-09?", Span(3, 9, 2026)),
        ("the release of 2026-03", Span(3, 0, 2026)),
    ],
)
def test_a_month_or_a_day_is_read_as_it_is_written(text: str, named: Span):
    assert span(text) == named


@pytest.mark.parametrize(
    "text",
    ["May I deploy?", "may march", "What did they march for?", "version 2.10", "2026-13-01", ""],
)
def test_what_only_looks_like_a_time_is_none(text: str):
    assert span(text) is None


def test_what_was_said_then_fits_and_what_was_said_soon_after_fits_less():
    day, month = Span(10, 13, 2023), Span(2, 0, 2024)
    assert day.fits("2023-10-13T08:00:00.000Z") == 1.0
    assert 0 < day.fits("2023-10-14") < 1
    assert day.fits("2023-10-12") == day.fits("2023-10-30") == day.fits("2022-10-13") == 0.0
    assert month.fits("2024-02-29") == 1.0
    assert 0 < month.fits("2024-03-01") < 1
    assert month.fits("2024-01-31") == 0.0


@pytest.mark.parametrize("named", [Span(10, 13, 2023), Span(2, 0, 2024), Span(12, 0, 2025)])
def test_what_fits_was_said_within_the_days_of_a_time(named: Span):
    first, behind = map(date.fromisoformat, named.days())
    long = (behind - first).days
    every = [named.fits((first + timedelta(days=n)).isoformat()) for n in range(-1, long + 1)]
    assert not every[0]
    assert all(every[1:-1])
    assert not every[-1]


def test_a_time_of_no_year_or_that_never_was_has_no_days():
    assert Span(12).days() == Span(2, 30, 2024).days() == ("", "")


def test_without_a_year_any_year_fits():
    assert Span(12).fits("2021-12-31") == Span(12).fits("2025-12-01") == 1.0


def test_a_day_that_no_month_has_fits_nothing():
    assert Span(2, 30, 2024).fits("2024-02-29") == 0.0
    assert Span(2, 3).fits("") == Span(2, 3).fits("yesterday") == 0.0


@given(st.text(), st.text())
def test_any_text_and_any_time_can_be_asked(text: str, at: str):
    found = span(text)
    assert found is None or 0.0 <= found.fits(at) <= 1.0
