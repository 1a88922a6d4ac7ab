"""What each bundled sample yields, by category, with every detector switched on."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from passdown.app import memory_app
from passdown.domain.actor import human
from passdown.domain.scope import ALL
from passdown.domain.settings import Setting, Settings
from passdown.loops.claims.detect import detect
from passdown.loops.claims.payload import Add
from passdown.stages.mine.corpus import snapshot
from passdown.testing import VirtualClock
from passdown.up.run import SAMPLES
from tests.loops.claims.turned import turned

if TYPE_CHECKING:
    from passdown.stages.mine.past import Past

ALL_ON = Settings(
    {
        **turned("facts").values,
        **{f"claims.{name}": Setting(True) for name in ("patterns", "questions", "outputs")},
    }
)
NAMES = ("failure", "partial", "success", "patterns", "questions")
CHECK_AND_PUSH = (
    "Sessions here run `uv run pytest`, then `make check`, then `git commit`, then `git push`."
)
LINT_AND_PUSH = (
    "Sessions here run `uv run ruff check`, then `uv run pytest`, then `git commit`, then "
    "`git push`."
)
RETRY = (
    "The retry on 503 is not begun: the gauge API gives no Retry-After header, so how long to wait "
    "has to be decided first."
)
DATUM = "Which chart datum do our Kirkwall readings refer to?"


@cache
def told(*names: str) -> Past:
    app = memory_app(VirtualClock())
    paths = [str(SAMPLES / f"session_{name}.jsonl") for name in names]
    app.call("ingest", {"paths": paths}, human("reader"))
    return snapshot(app.store, ALL, ALL_ON)


def found(*names: str) -> dict[str, tuple[str, float]]:
    """Sentence to category and confidence."""
    drawn: dict[str, tuple[str, float]] = {}
    for one in detect(told(*names), ALL_ON):
        assert isinstance(one.payload, Add)
        drawn[one.title] = (one.payload.category, one.confidence)
    return drawn


def of(category: str, *names: str) -> dict[str, float]:
    return {text: sure for text, (kind, sure) in found(*names).items() if kind == category}


@pytest.mark.parametrize(
    ("name", "yields"),
    [
        ("failure", {"fact": 1, "pitfall": 1, "question": 1}),
        ("partial", {"fact": 1, "pitfall": 2, "question": 1}),
        ("success", {"fact": 1, "pitfall": 1}),
        ("patterns", {"fact": 2, "pitfall": 1, "pattern": 1}),
        ("questions", {"fact": 1, "question": 1}),
    ],
)
def test_each_sample_yields_what_it_is_for(name: str, yields: dict[str, int]) -> None:
    kinds = [kind for kind, _ in found(name).values()]
    assert {kind: kinds.count(kind) for kind in kinds} == yields


def test_the_patterns_session_alone_suggests_what_it_did_twice() -> None:
    assert of("pattern", "patterns") == {LINT_AND_PUSH: 0.5}


def test_what_three_of_them_do_before_they_push_is_a_pattern_above_the_default() -> None:
    (sure,) = [sure for text, sure in of("pattern", *NAMES).items() if text == CHECK_AND_PUSH]
    assert sure > ALL_ON.number("brief.min_confidence")


def test_the_questions_session_leaves_the_datum_open_and_the_partial_one_the_retry() -> None:
    assert of("question", "questions") == {DATUM: 0.75}
    assert of("question", "partial") == {RETRY: 0.75}


def test_the_error_that_the_failure_session_left_is_closed_by_the_session_after_it() -> None:
    (open_error,) = of("question", "failure")
    assert open_error.startswith("Why does `uv run pytest tests/test_importer.py -q` fail with")
    assert set(of("question", *NAMES)) == {DATUM, RETRY}


def test_the_cure_that_recurs_is_a_quirk_of_the_tool_and_says_how_to_check_it() -> None:
    (one,) = [f for f in detect(told(*NAMES), ALL_ON) if "`pytest` fails" in f.title]
    assert isinstance(one.payload, Add)
    assert (one.payload.category, one.confidence) == ("tool-quirk", 0.85)
    assert one.payload.check == "exits 1 command -v pytest"


def test_a_receipt_never_comes_from_what_was_quarantined() -> None:
    world = told(*NAMES)
    for one in detect(world, ALL_ON):
        assert not isinstance(one.payload, str)
        assert len(world.get(one.evidence)) == len(one.evidence)
        assert "setup.sh" not in one.title
