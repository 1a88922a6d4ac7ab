"""Times are one text of one width, however others write them."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from passdown.domain.clock import EPOCH, from_seconds, parse, to_seconds


@given(st.integers(0, 253_402_300_799_999))
def test_a_stored_time_is_read_as_it_stands(millis: int) -> None:
    at = from_seconds(millis / 1000)
    assert parse(at) == at
    assert len(at) == 24
    assert parse(at.replace("Z", "+00:00")) == at
    assert abs(to_seconds(at) * 1000 - millis) <= 1


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-02-03T00:25:07.081Z", "2026-02-03T00:25:07.081Z"),
        ("2026-02-03T01:25:07.081+01:00", "2026-02-03T00:25:07.081Z"),
        ("2026-02-03T00:25:07Z", "2026-02-03T00:25:07.000Z"),
        ("2026-02-03 00:25:07", "2026-02-03T00:25:07.000Z"),
        ("2026-W06-2T00:25:07.081Z", "2026-02-03T00:25:07.081Z"),
        ("1770078307.081", "2026-02-03T00:25:07.081Z"),
        ("1960-02-03T00:25:07.081Z", EPOCH),
        ("2026-13-03T00:25:07.081Z", ""),
        ("2026-02-30T00:25:07.081Z", ""),
        ("yesterday", ""),
        ("\u00b2", ""),
        ("", ""),
    ],
)
def test_a_time_is_read_however_it_is_written(text: str, at: str) -> None:
    assert parse(text) == at


@given(st.text(max_size=30))
def test_no_text_is_read_as_a_time_that_cannot_be_counted_from(text: str) -> None:
    at = parse(text)
    assert not at or from_seconds(to_seconds(at)) == at


@pytest.mark.parametrize("told", ["2026-11-21", "yesterday", "2026-11-21T03:15"])
def test_what_is_not_a_stored_time_has_no_seconds(told: str) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        to_seconds(told)
