"""A session is found by its id or the start of it, and shown with what happened in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from passdown.app import App, memory_app, open_app
from passdown.domain.actor import human
from passdown.domain.errors import NotFound
from passdown.domain.observation import Session
from passdown.domain.scope import ALL
from passdown.up.run import SAMPLES

ANN = human("ann")


@pytest.fixture
def app() -> Iterator[App]:
    with memory_app() as made:
        with made.store.write(ALL) as tx:
            for id in ("ab1", "ab12", "cd3"):
                tx.observations.add(Session(id, "made"), [])
        yield made


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with open_app(store=str(tmp_path_factory.mktemp("store") / "home")) as made:
        made.call("ingest", {"paths": [str(SAMPLES)]}, ANN)
        yield made


@pytest.mark.parametrize(("asked", "id"), [("ab1", "ab1"), ("ab12", "ab12"), ("c", "cd3")])
def test_an_id_or_a_start_that_only_one_has_names_a_session(app: App, asked: str, id: str) -> None:
    assert app.call("sessions.show", {"id": asked}, ANN)["session"]["id"] == id


@pytest.mark.parametrize(
    ("asked", "said"),
    [("ab", "is the start of several ids"), ("x", "no session"), ("", "no session")],
)
def test_what_names_none_or_several_is_told(app: App, asked: str, said: str) -> None:
    with pytest.raises(NotFound, match=said):
        app.call("sessions.show", {"id": asked}, ANN)


def test_a_session_of_which_nothing_is_known_is_shown_all_the_same(app: App) -> None:
    shown = app.call("sessions.show", {"id": "cd3"}, ANN)
    assert shown["evidence"] == shown["errors"] == shown["observations"] == []
    assert shown["sums"]["cost"] is None
    assert "How it ended does not show." in str(shown["card"])


def test_the_outcome_comes_with_what_shows_it(read: App) -> None:
    rows = read.call("sessions.list", {}, ANN)["sessions"]
    known = [row for row in rows if row["outcome"]]
    assert known
    for row in known:
        shown = read.call("sessions.show", {"id": row["id"]}, ANN)
        assert shown["evidence"]
        said = {one["seq"] for one in shown["evidence"]}
        assert said <= {one["seq"] for one in shown["observations"]}
        assert any(block["type"] == "quote" for block in shown["card"]["blocks"])


def test_an_error_comes_with_what_cured_it(read: App) -> None:
    rows = read.call("sessions.list", {}, ANN)["sessions"]
    errors = [
        error
        for row in rows
        for error in read.call("sessions.show", {"id": row["id"]}, ANN)["errors"]
    ]
    cured = [error for error in errors if error["cure"]]
    assert any("uv run pytest" in error["cure"] for error in cured)


def test_what_a_list_says_is_what_the_session_holds(read: App) -> None:
    for row in read.call("sessions.list", {}, ANN)["sessions"]:
        shown = read.call("sessions.show", {"id": row["id"], "limit": 10_000}, ANN)
        items = shown["observations"]
        assert row == shown["sums"]
        assert row["errors"] == sum(one["ok"] is False for one in items)
        assert row["prompts"] == sum(one["seen"] == "prompt" for one in items)
        taken = sum(
            n
            for one in items
            for kind, n in one["meta"].get("tokens", {}).items()
            if kind in ("in", "out")
        )
        assert row["tokens"] == taken > 0
        assert not {"signs", "sums"} & shown["session"]["meta"].keys()


def test_a_list_is_narrowed_by_repo_agent_and_outcome(read: App) -> None:
    rows = read.call("sessions.list", {}, ANN)["sessions"]
    for name in ("repo", "agent", "outcome"):
        for value in {row[name] for row in rows if row[name]}:
            want = [row["id"] for row in rows if row[name] == value]
            got = read.call("sessions.list", {name: value}, ANN)["sessions"]
            assert [row["id"] for row in got] == want
    assert read.call("sessions.list", {"repo": "no such"}, ANN)["sessions"] == []


def test_reading_again_counts_nothing_twice(tmp_path: Path) -> None:
    with open_app(store=str(tmp_path / "home")) as app:
        app.call("ingest", {"paths": [str(SAMPLES)]}, ANN)
        before = app.call("sessions.list", {}, ANN)
        for file in SAMPLES.glob("*.jsonl"):
            (tmp_path / file.name).write_bytes(file.read_bytes())
        app.call("ingest", {"paths": [str(tmp_path)]}, ANN)
        assert app.call("sessions.list", {}, ANN) == before


def test_the_users_own_prices_make_the_cost(tmp_path: Path) -> None:
    own = tmp_path / "prices.toml"
    own.write_text("claude-sonnet-4-5 = [100000, 0, 0, 0]\n")
    with open_app(store=str(tmp_path / "home"), flags={"measure.prices": str(own)}) as app:
        app.call("ingest", {"paths": [str(SAMPLES)]}, ANN)
        rows = app.call("sessions.list", {}, ANN)["sessions"]
        priced = [m for row in rows for m in row["models"] if m["model"].startswith("claude")]
        assert priced
        for model in priced:
            assert model["cost"] == pytest.approx(model.get("in", 0) / 10)
