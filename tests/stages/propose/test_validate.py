"""What a payload and its loop must be before anybody is asked."""

from __future__ import annotations

import pytest

from passdown.domain.errors import Invalid
from passdown.stages.propose.validate import action_of, loop_of, payload_of
from tests.notes import NOTES, Add


def test_an_unknown_loop_is_told_which_there_are():
    with pytest.raises(Invalid, match=r"no loop 'x'.*There are: notes"):
        loop_of({"notes": NOTES}, "x")
    with pytest.raises(Invalid, match="none"):
        loop_of({}, "x")


def test_a_loops_name_in_an_error_is_short_and_shows_no_control_characters():
    with pytest.raises(Invalid) as caught:
        loop_of({"notes": NOTES}, "\x1b[31m" + "x" * 500)
    assert "\x1b" not in str(caught.value)
    assert len(caught.value.what) < 120


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({}, "action"),
        ({"action": "ADD"}, "text"),
        ({"action": "FLY", "text": "a"}, "FLY"),
        ({"action": "ADD", "text": 3}, r"\$\.text"),
        ({"action": "ADD", "text": "a", "extra": 1}, "extra"),
        ([], "array"),
        ("ADD", "str"),
        (None, "null"),
    ],
)
def test_what_is_no_payload_is_told_where(raw, said: str):
    with pytest.raises(Invalid, match=said) as caught:
        payload_of(NOTES, raw)
    assert "REWORD" in caught.value.next


def test_a_payload_comes_in_its_own_type():
    assert payload_of(NOTES, {"action": "ADD", "text": "tea"}) == Add("tea")
    assert action_of(NOTES, Add("tea")) == "ADD"
