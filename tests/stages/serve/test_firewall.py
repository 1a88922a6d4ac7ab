"""What was served is known again: it is never evidence."""

from __future__ import annotations

import pytest

from passdown.domain.record import Record
from passdown.stages.serve.markers import BEGIN, END, Firewall, mark

SERVED = "Run the tests with uv run pytest, never with plain pytest."
RECORD = Record("claim", "k", SERVED)


@pytest.mark.parametrize("marked", [mark(RECORD), BEGIN, END, f"as {mark(RECORD)} says"])
def test_whatever_carries_our_marks_is_an_echo(marked: str):
    assert Firewall([]).is_echo(f"I was told: {marked}")


@pytest.mark.parametrize(
    "text",
    [
        SERVED,
        SERVED.upper(),
        f"The notes say: {SERVED} So I do.",
        "run the tests with uv run pytest,\n   never with plain pytest",
    ],
)
def test_what_repeats_a_served_text_is_an_echo(text: str):
    assert Firewall(["something else that was served before", SERVED]).is_echo(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pytest",
        "Run the tests.",
        "The tests run with plain pytest here, not with uv run.",
        "pd: is a prefix",
        "see passdown: the docs",
        "[pd:xyz]",
    ],
)
def test_what_only_shares_words_is_none(text: str):
    assert not Firewall([SERVED, "short", ""]).is_echo(text)


def test_an_echo_said_600_times_is_no_evidence(on_each):
    from passdown.domain.observation import ECHO
    from tests.notes import Add

    id = on_each.ask(Add("tea")).id
    for n in range(600 if on_each.store.describe()["backend"] == "memory" else 60):
        on_each.say("note: milk", f"e{n}", flags=(ECHO,))
    assert on_each.call("mine", loop="notes")["cycles"][0]["found"] == 0
    assert [p["id"] for p in on_each.call("pending")["proposals"]] == [id]
