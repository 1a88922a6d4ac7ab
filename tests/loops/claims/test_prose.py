"""Only what a person wrote in their own words is a sentence, and each stands where it says."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from passdown.loops.claims.prose import LONGEST_MESSAGE, sentences


def said(message: str) -> list[str]:
    return [span.text for span in sentences(message)]


def test_sentences_end_with_their_stops() -> None:
    assert said("We use uv. It is fast! Is it? Yes it is") == [
        "We use uv.",
        "It is fast!",
        "Is it?",
        "Yes it is",
    ]


def test_file_names_and_abbreviations_end_no_sentence() -> None:
    whole = "Put the flags in config/flags.toml, e.g. under beta, and nowhere else."
    assert said(whole) == [whole]


def test_a_bullet_and_a_number_are_not_part_of_the_sentence() -> None:
    assert said("- run the linter first\n2. keep it green please") == [
        "run the linter first",
        "keep it green please",
    ]


def test_a_wrapped_line_goes_on_in_the_next() -> None:
    wrapped = "Always squash the commits of a branch before it is merged\ninto the main branch."
    assert said(wrapped) == [wrapped]


def test_two_lines_are_two_sentences() -> None:
    assert said("run the linter\nrun the tests") == ["run the linter", "run the tests"]


@pytest.mark.parametrize(
    "pasted",
    [
        "```\nwe never use this\n```",
        "> you said we always do that",
        "    indented_code = we_use(it)",
        "| we use | tables here |",
        "# We use headings",
        "+ we use the new thing now",
        "{'we use': 'json of some sort'}",
        "2026-03-02 09:00:00 we use the log format",
        "ERROR: we use the wrong port here",
        "$ npm run the whole thing",
        "\u276f entire enable --agent gemini here",
        '"""\nwe use quoted things\n"""',
        "https://example.com/we/use/links",
        '  File "we_use.py", line 3',
        "12 | we use numbered lines",
        "x = 1; y = 2; z = [3, 4]",
    ],
)
def test_pasted_lines_are_somebody_elses_words(pasted: str) -> None:
    assert said(f"this is my own line\n{pasted}") == ["this is my own line"]


@pytest.mark.parametrize(
    "message",
    [
        "<command-name>/clear</command-name>",
        "[Request interrupted by user]",
        "Base directory for this skill: /x. We always do it.",
        "This session is being continued from a previous conversation. We use uv.",
        "Implement the following plan: always use uv.",
        "You are a helpful reviewer. Always be kind.",
        "# Plan\n\nAlways use uv.",
        "Do so\n## One\nalways use uv\n## Two\nnever use pip",
        "Always use uv. " * (LONGEST_MESSAGE // 10),
        "",
    ],
)
def test_a_message_that_was_generated_or_pasted_says_nothing(message: str) -> None:
    assert said(message) == []


def test_a_sentence_too_long_to_be_one_is_left_out() -> None:
    assert said("we use " + "very " * 80 + "much") == []


@given(st.text(max_size=400))
def test_every_sentence_is_exactly_its_span(message: str) -> None:
    spans = list(sentences(message))
    for span in spans:
        assert message[span.start : span.end] == span.text
    assert [s.start for s in spans] == sorted(s.start for s in spans)


def test_a_note_after_somebody_elses_words_is_theirs() -> None:
    pasted = (
        "the build fails:\nerror: cannot borrow\nnote: always clone the handle before you move it"
    )
    assert [span.text for span in sentences(pasted)] == ["the build fails:"]
    spoken = "note: always clone the handle before you move it"
    assert [span.text for span in sentences(spoken)] == [spoken]
