"""The same in other words, the opposite, and what only looks like either."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings, strategies as st

from passdown.loops.claims.same import Bond, Kin, bond

ONE_LESSON = [
    [
        "Always run `make check` before you push.",
        "please always run `make check` before pushing",
        "Run `make check` before every push.",
        "Before pushing, run make check.",
        "Never push without running `make check`.",
        "Don't push without running make check first",
    ],
    [
        "We use pnpm, not npm.",
        "Use pnpm instead of npm.",
        "This repo uses pnpm rather than npm",
        "Never use npm here, use pnpm.",
        "Don't use npm, we use pnpm",
    ],
    [
        "The API listens on port 8443.",
        "No, the API listens on port 8443.",
        "API listens on port 8443",
    ],
    [
        "Never edit a migration that has been deployed; write a new one.",
        "Don't edit deployed migrations, write a new one.",
    ],
    ["The flags live in config/flags.toml.", "Feature flags live in `config/flags.toml`"],
]
OPPOSITES = [
    ("The API listens on port 8080.", "The API listens on port 8443."),
    ("Our CI runs on Python 3.11 only.", "Our CI runs on Python 3.13 only."),
    ("Use npm.", "We use pnpm, not npm."),
    ("We use npm for everything.", "We use pnpm, not npm."),
    ("Always run the slow tests first.", "Never run the slow tests first."),
    ("Never push to main", "Always push to main"),
    ("The flags live in config/flags.toml.", "The flags live in settings/flags.yaml."),
    ("We use yarn.", "Use pnpm"),
    ("Run the tests with pytest", "Run the tests with unittest"),
    ("Gauge times are in UTC", "Gauge times are in local time"),
    ("Run migrations before the deploy", "Run migrations after the deploy"),
    ("Use tabs", "Use spaces, not tabs"),
]
UNRELATED = [
    ("We push on Fridays", "Use true/false, not on/off for the skip-push-sessions flag"),
    ("Errors go to the log", "Retry only on the first response, not on error or early exit paths"),
    (
        "Always run `make alder` before you touch it.",
        "Always run `make elder` before you touch it.",
    ),
    ("Restart `web-api` after a change of routes", "Restart `web-app` after a change of routes"),
    ("Run `make lint` before pushing", "Run `make test` before pushing"),
    ("The API listens on port 8080", "The admin UI listens on port 8443"),
    ("Use pnpm for the frontend", "Use uv for the backend"),
    ("Use npm in the docs folder", "We use pnpm in the web app"),
    ("Use ruff for linting", "Use pytest for testing"),
    ("Postgres 16 runs in production", "Postgres 15 runs in CI"),
    ("The API docs live in docs/api.md", "The flags live in config/flags.toml"),
    ("We use uv", "We use ruff"),
    ("Never push on a Friday", "Always run `make check` before you push."),
]


def pairs() -> list[tuple[str, str]]:
    return [pair for group in ONE_LESSON for pair in combinations(group, 2)]


@pytest.mark.parametrize(("one", "other"), pairs())
def test_one_lesson_in_other_words_is_one_lesson(one: str, other: str) -> None:
    assert bond(one, other) is Bond.SAME


@pytest.mark.parametrize(("one", "other"), OPPOSITES)
def test_what_cannot_both_be_so_speaks_against_each_other(one: str, other: str) -> None:
    assert bond(one, other) is Bond.AGAINST


@pytest.mark.parametrize(("one", "other"), UNRELATED)
def test_what_can_both_be_so_is_left_alone(one: str, other: str) -> None:
    assert bond(one, other) is Bond.APART


TEXTS = [text for group in ONE_LESSON for text in group]
TEXTS += [text for pair in (*OPPOSITES, *UNRELATED) for text in pair]
SENTENCES = st.one_of(st.sampled_from(TEXTS), st.text(max_size=80))


@settings(max_examples=200)
@given(SENTENCES, SENTENCES)
def test_it_does_not_matter_which_is_which(one: str, other: str) -> None:
    assert bond(one, other) is bond(other, one)


@given(SENTENCES)
def test_everything_says_what_it_says(text: str) -> None:
    assert bond(text, text) is Bond.SAME


@pytest.mark.parametrize(("one", "other"), [*pairs(), *OPPOSITES])
def test_kin_are_found_among_many(one: str, other: str) -> None:
    kin: Kin[int] = Kin()
    for place, text in enumerate(TEXTS):
        kin.add(place, text)
    found = {TEXTS[place]: what for place, what in kin.of(one)}
    assert found[other] is bond(one, other)


def test_kin_do_not_depend_on_the_order_in_which_they_came() -> None:
    straight: Kin[str] = Kin()
    turned: Kin[str] = Kin()
    for text in dict.fromkeys(TEXTS):
        straight.add(text, text)
    for text in reversed([*dict.fromkeys(TEXTS)]):
        turned.add(text, text)
    assert all(straight.of(text) == turned.of(text) for text in TEXTS)


def test_a_word_that_everybody_uses_hides_no_rare_one() -> None:
    kin: Kin[int] = Kin()
    for place in range(2100):
        kin.add(place, f"Run service number {place} with the launcher.")
    kin.add(9999, "The launcher lives in `tools/launch.py`.")
    assert kin.of("Our launcher lives in `bin/launch.py`.") == [(9999, Bond.AGAINST)]
