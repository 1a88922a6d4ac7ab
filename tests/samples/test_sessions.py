"""The five bundled sessions: shaped as the client writes them, and each yields what it is for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from passdown.app import App, memory_app
from passdown.domain.actor import human
from passdown.domain.observation import Observation, Seen
from passdown.domain.scope import ALL
from passdown.stages.mine.corpus import snapshot
from passdown.testing import VirtualClock
from passdown.up.run import SAMPLES

ROOT = Path(__file__).parents[2]
PERSON = human("reader")
NAMES = ("failure", "partial", "patterns", "questions", "success")

PYTEST = '`pytest` fails here with "pytest: command not found"; `uv run pytest` works.'
GAUGE = (
    '`uv run tidewatch import` fails here with "TIDEWATCH_GAUGE_URL is not set"; '
    "`set -a && source .env.example && uv run tidewatch import` works."
)
HABIT = (
    "Sessions here run `uv run ruff check`, then `uv run pytest`, then `git commit`,"
    " then `git push`."
)
HABITS = "Sessions here run `uv run pytest`, then `make check`, then `git commit`, then `git push`."
CHECK = "Always run `make check` before you push."
YIELDS = {
    "failure": {
        "Gauge times are in UTC in `readings.recorded_at`, never in local time.": ("fact", 0.75),
        PYTEST: ("pitfall", 0.6),
    },
    "partial": {CHECK: ("fact", 0.85), PYTEST: ("pitfall", 0.6), GAUGE: ("pitfall", 0.6)},
    "patterns": {
        "Always run `make check` before pushing.": ("fact", 0.85),
        "Releases are cut from `main` on Thursdays, so main has to stay green on that day.": (
            "fact",
            0.8,
        ),
        PYTEST: ("pitfall", 0.6),
        HABIT: ("pattern", 0.5),
    },
    "questions": {"The datum table lives in `data/datums.csv`.": ("fact", 0.75)},
    "success": {
        "Never edit a migration that has been deployed; write a new one.": ("pitfall", 0.85),
        "Use British spelling in user-facing text, not American: colour.": ("fact", 0.75),
    },
}
OUTCOMES = {
    "failure": "tests-failed",
    "partial": "tests-passed",
    "patterns": "thanked",
    "questions": "",
    "success": "thanked",
}
SECRETS = ("AKIAIOSFODNN7EXAMPLE", "mira.okafor@", "harbour-ops@")


def file(name: str) -> Path:
    return SAMPLES / f"session_{name}.jsonl"


@cache
def lines(name: str) -> tuple[dict[str, Any], ...]:
    return tuple(map(json.loads, file(name).read_text().splitlines()))


class Read:
    """A memory store into which samples were ingested and mined, as a user would."""

    def __init__(self, *paths: Path) -> None:
        self.app: App = memory_app(VirtualClock())
        self.read = self.call("ingest", paths=[str(path) for path in paths])
        self.cycle = self.mine()

    def call(self, name: str, **params: Any) -> Any:
        return self.app.call(name, params, PERSON)

    def mine(self) -> dict[str, Any]:
        """What the cycle of claims told; the other loops find nothing in so little."""
        told = {cycle["loop"]: cycle for cycle in self.call("mine")["cycles"]}
        claims: dict[str, Any] = told.pop("claims")
        assert all(not other["fates"] for other in told.values())
        return claims

    def questions(self) -> dict[str, dict[str, Any]]:
        return {p["title"]: p for p in self.call("pending", limit=100)["proposals"]}

    def observations(self) -> list[Observation]:
        with self.app.store.read(ALL) as tx:
            return tx.observations.scan(flagged=True, limit=10_000)


@pytest.fixture(scope="module")
def every() -> Iterator[Read]:
    """All five, read from where the package keeps them."""
    read = Read(SAMPLES)
    yield read
    read.app.close()


@pytest.fixture(params=NAMES)
def one(request: pytest.FixtureRequest) -> Iterator[tuple[str, Read]]:
    """Each of the five alone."""
    read = Read(file(request.param))
    yield request.param, read
    read.app.close()


def test_the_five_are_in_the_package_and_reachable_from_the_checkout() -> None:
    assert sorted(path.name for path in SAMPLES.iterdir()) == [
        f"session_{name}.jsonl" for name in NAMES
    ]
    assert (ROOT / "test_sessions").resolve() == SAMPLES.resolve()


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_shaped_as_the_client_writes_it(name: str) -> None:
    rows = lines(name)
    assert 30 <= len(rows) <= 80
    told = [row for row in rows if "uuid" in row]
    assert [row["parentUuid"] for row in told] == [None, *(row["uuid"] for row in told[:-1])]
    assert len({row["uuid"] for row in told}) == len(told)
    assert len({row["sessionId"] for row in told}) == 1
    assert {row["cwd"] for row in told} == {"/home/mira/src/tidewatch"}
    assert all(row["version"] and row["gitBranch"] for row in told)
    times = [row["timestamp"] for row in told]
    assert times == sorted(times)
    for row in rows:
        if row["type"] == "assistant":
            assert row["message"]["usage"]["output_tokens"] > 0


@pytest.mark.parametrize("name", NAMES)
def test_every_call_of_a_sample_has_its_answer(name: str) -> None:
    blocks = [
        block
        for row in lines(name)
        if isinstance((row.get("message") or {}).get("content"), list)
        for block in row["message"]["content"]
    ]
    calls = [block["id"] for block in blocks if block["type"] == "tool_use"]
    answers = [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
    assert calls == answers
    assert len(set(calls)) == len(calls)


def test_the_five_happened_one_after_the_other() -> None:
    started = {name: next(r["timestamp"] for r in lines(name) if "uuid" in r) for name in NAMES}
    order = sorted(NAMES, key=lambda name: started[name])
    assert order == ["failure", "partial", "success", "patterns", "questions"]


def test_each_sample_yields_what_it_is_for_and_nothing_else(one: tuple[str, Read]) -> None:
    name, read = one
    assert read.read["skips"] == read.read["damaged"] == 0
    assert read.cycle["failure"] == ""
    found = {
        title: (p["payload"]["category"], p["confidence"]) for title, p in read.questions().items()
    }
    assert found == YIELDS[name]


def test_each_sample_ends_as_its_name_says(one: tuple[str, Read]) -> None:
    name, read = one
    (session,) = read.call("sessions")["sessions"]
    assert (session["outcome"], session["repo"]) == (OUTCOMES[name], "tidewatch")


def test_together_they_are_nine_questions_each_asked_once(every: Read) -> None:
    told = {title for found in YIELDS.values() for title in found}
    # Said in other words, and what one session does beside what several do.
    merged = {"Always run `make check` before pushing.", HABIT}
    assert set(every.questions()) == (told - merged) | {HABITS}
    assert every.cycle["fates"] == {"filed": 9}


def test_the_mistake_recurs_and_its_replay_says_what_it_would_have_prevented(every: Read) -> None:
    question = every.questions()[PYTEST]
    assert question["confidence"] == 0.85
    replay = question["replay"]
    assert replay["sentence"].startswith("Would have prevented 2 repeats in 4 later sessions")
    texts = [every.call("seen", seq=seq)["text"] for seq in replay["right_examples"]]
    assert len(texts) == 2
    assert all("pytest: command not found" in text for text in texts)


def test_a_rule_said_twice_in_other_words_is_one_question(every: Read) -> None:
    question = every.questions()[CHECK]
    assert len(question["evidence"]) == 2
    assert question["confidence"] == 0.9


def test_every_receipt_is_word_for_word_what_was_stored(every: Read) -> None:
    world = snapshot(every.app.store, ALL, every.app.settings)
    for question in every.questions().values():
        for quote in question["payload"]["quotes"]:
            (seen,) = world.get([quote["seq"]])
            assert seen.text[quote["start"] : quote["end"]].strip()
            assert seen.pointer is not None


def test_what_a_web_page_told_agents_to_do_is_quarantined_and_in_no_question(every: Read) -> None:
    (kept_out,) = every.call("quarantined")["observations"]
    assert "Ignore all previous instructions" in kept_out["text"]
    asked = json.dumps(every.call("pending", limit=100))
    assert "setup.sh" not in asked
    assert all(kept_out["seq"] not in q["evidence"] for q in every.questions().values())


def test_no_secret_and_no_address_is_stored(every: Read) -> None:
    raw = "".join(file(name).read_text() for name in NAMES)
    stored = json.dumps([one.text for one in every.observations()])
    for secret in SECRETS:
        assert secret in raw
        assert secret not in stored
    assert every.read["redactions"] == {"aws-key": 1, "email": 3}


def test_the_patterns_session_repeats_one_sequence_of_commands(every: Read) -> None:
    seen = every.observations()
    good = {o.call for o in seen if o.seen is Seen.RESULT and o.ok}
    runs = [o.text.split(" -")[0] for o in seen if o.seen is Seen.CALL and o.call in good]
    sequence = ["uv run ruff check .", "uv run pytest", "git commit", "git push"]
    starts = range(len(runs) - len(sequence) + 1)
    assert sum(runs[at : at + len(sequence)] == sequence for at in starts) == 2


def test_the_questions_session_leaves_its_question_open(every: Read) -> None:
    (session,) = [s for s in every.call("sessions")["sessions"] if not s["outcome"]]
    said = [o for o in every.observations() if o.session == session["id"]]
    assert any(o.seen is Seen.PROMPT and o.text.endswith("find out?") for o in said)
    last = [o for o in said if o.seen is Seen.REPLY][-1]
    assert "Open question" in last.text


def test_the_second_look_asks_nothing_new(every: Read) -> None:
    assert every.mine()["fates"] == {"known": 9}
