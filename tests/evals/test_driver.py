"""An evaluation passes when it meets its goals, and only then."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import evals
from evals import Measured, __main__ as driver, goals_of, line, missed

GOALS = """
[made]
speed = { at_most = 10 }
recall = { at_least = 0.5, at_most = 1 }
"""


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """An evaluation called `made` that answers with this list's figures and notes its data."""
    figures: list[Any] = [{"speed": 9.5, "recall": 0.7}]
    (tmp_path / "goals.toml").write_text(GOALS)

    def measure(data: Path | None) -> Measured:
        figures.append(data)
        return Measured(figures[0], 3, {"bare": 1.0})

    module = SimpleNamespace(measure=measure, READS_DATA=True)
    monkeypatch.setattr(driver, "names", lambda: ["made"])
    monkeypatch.setattr(driver, "import_module", lambda _: module)
    monkeypatch.setattr(driver, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(evals.goals_of, "__defaults__", (tmp_path / "goals.toml",))
    return figures


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ({"speed": 10, "recall": 0.5}, []),
        ({"speed": 10.01, "recall": 0.5}, ["speed is 10.01, the goal is <= 10"]),
        ({"speed": 1, "recall": 1.1}, ["recall is 1.1, the goal is >= 0.5 and <= 1"]),
        ({"speed": 1}, ["recall is not measured, the goal is >= 0.5 and <= 1"]),
        ({"speed": float("nan"), "recall": 1}, ["speed is nan, the goal is <= 10"]),
    ],
)
def test_every_goal_must_be_met_by_a_figure(figures: dict[str, float], said: list[str]) -> None:
    goals = {"speed": {"at_most": 10.0}, "recall": {"at_least": 0.5, "at_most": 1.0}}
    assert missed(figures, goals) == said


@pytest.mark.parametrize("text", ["", "[made]\nspeed = {}\n", "[made]\nspeed = { below = 3 }\n"])
def test_an_evaluation_that_could_not_fail_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "goals.toml").write_text(text)
    with pytest.raises(ValueError, match=r"goals\.toml"):
        goals_of("made", tmp_path / "goals.toml")


def test_every_goal_belongs_to_an_evaluation() -> None:
    import tomllib

    assert set(tomllib.loads(evals.GOALS.read_text())) <= set(driver.names())


def test_every_evaluation_measures_and_has_goals() -> None:
    for name in driver.names():
        module = import_module(f"evals.{name}")
        assert callable(module.measure)
        assert isinstance(module.READS_DATA, bool)
        assert goals_of(name)


@pytest.mark.parametrize("path", sorted(driver.RESULTS.glob("*.json")), ids=lambda p: p.stem)
def test_a_committed_result_is_what_its_figures_say(path: Path) -> None:
    kept = json.loads(path.read_text())
    measured = Measured(kept["figures"], kept["n"])
    assert kept["name"] == path.stem
    assert line(path.stem, measured, 0)["ok"] is kept["ok"]


def test_one_line_says_what_was_measured(
    made: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert driver.main(["made", "--data", str(tmp_path)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said.pop("seconds") >= 0
    goals = {"speed": "<= 10", "recall": ">= 0.5 and <= 1"}
    assert said == {
        "name": "made",
        "ok": True,
        "figures": {"speed": 9.5, "recall": 0.7},
        "against": {"bare": 1.0, "goals": goals},
        "n": 3,
    }
    assert made[1] == tmp_path
    assert not (tmp_path / "results").exists()


def test_a_folder_of_clones_is_for_the_evaluation_on_histories(
    made: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    (tmp_path / "goals.toml").write_text(GOALS.replace("[made]", "[made_history]"))
    with pytest.raises(SystemExit):
        driver.main(["made", "--history", str(tmp_path)])
    monkeypatch.setattr(driver, "names", lambda: ["made", "made_history"])
    assert driver.main(["made", "--history", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "made_history"
    assert made[1] == tmp_path


def test_a_missed_goal_is_named_and_fails(
    made: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    made[0]["speed"] = 11
    assert driver.main(["made", "--generated"]) == 1
    printed = capsys.readouterr()
    assert json.loads(printed.out)["ok"] is False
    assert printed.err == "missed: speed is 11, the goal is <= 10\n"
    assert made[1] is None


def test_a_result_is_kept_on_request(made: list[Any], tmp_path: Path) -> None:
    driver.main(["made", "--generated", "--write"])
    kept = json.loads((tmp_path / "results" / "made.json").read_text())
    assert kept["ok"] is True
    assert kept["on"].startswith("Python ")


def test_data_may_be_named_by_the_environment(
    made: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSDOWN_DATA", str(tmp_path))
    driver.main(["made"])
    assert made[1] == tmp_path


@pytest.mark.parametrize(
    ("words", "said"),
    [([], "needs data. Name it with --data DIR"), (["--data", "/no/where"], "no folder /no/where")],
)
def test_missing_data_is_an_error_that_says_what_to_do(
    made: list[Any], words: list[str], said: str
) -> None:
    with pytest.raises(SystemExit, match=said):
        driver.main(["made", *words])
