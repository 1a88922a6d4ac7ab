"""What is kept of a module's faults counts as long as the module is what it was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from evals import _tried, mutation
from evals._mutants import Mutant, mutants
from evals._trial import Trial
from evals._tried import Tried, keep, kept, seal, tried

SOURCE = "def least(a, b):\n    return a if a < b else b\n"
PATH = "stages/gate/made.py"
KEY = (PATH, "least", "a < b", "a <= b", 1)


def faults(folder: Path, source: str = SOURCE) -> list[Mutant]:
    file = folder / "made.py"
    file.write_text(source)
    return list(mutants(file, PATH, {}))


def test_what_is_kept_comes_back_as_it_was(tmp_path: Path) -> None:
    one = Tried(PATH, 5, frozenset({KEY}))
    keep(one, "sealed", tmp_path)
    assert kept(PATH, "sealed", tmp_path) == one


def test_what_was_never_tried_is_not_known(tmp_path: Path) -> None:
    assert kept(PATH, "sealed", tmp_path) is None


def test_another_module_or_other_faults_make_what_is_kept_count_no_more(tmp_path: Path) -> None:
    every = faults(tmp_path)
    keep(Tried(PATH, len(every), frozenset()), seal(SOURCE, every), tmp_path)
    assert kept(PATH, seal(SOURCE, every), tmp_path) is not None
    assert kept(PATH, seal(SOURCE + "# more\n", every), tmp_path) is None
    assert kept(PATH, seal(SOURCE, every[1:]), tmp_path) is None


def test_trials_of_other_modules_are_not_counted(tmp_path: Path) -> None:
    every = faults(tmp_path)
    trials = [Trial(one, "" if one.key == KEY else "failed") for one in every]
    assert tried(PATH, trials) == Tried(PATH, len(every), frozenset({KEY}))
    assert tried("stages/gate/other.py", trials) == Tried("stages/gate/other.py", 0, frozenset())


def test_each_survivor_needs_a_reason_and_each_reason_a_survivor() -> None:
    one, other = Tried(PATH, 50, frozenset({KEY})), Tried("domain/actor.py", 50, frozenset())
    figures = mutation.measured([one, other], {}, anew=0).figures
    assert figures["survivors_share"] == 0.01
    assert (figures["without_a_reason"], figures["reasons_not_needed"]) == (1, 0)
    figures = mutation.measured([one, other], {KEY: "why", (*KEY[:4], 2): "gone"}, anew=0).figures
    assert (figures["without_a_reason"], figures["reasons_not_needed"]) == (0, 1)


def test_a_module_is_told_of_as_soon_as_all_its_faults_were_tried(tmp_path: Path) -> None:
    first = [Trial(one, "failed") for one in faults(tmp_path)]
    other = [Trial(replace(one.mutant, path="stages/gate/other.py"), "") for one in first]
    wanted = {PATH: len(first), "stages/gate/other.py": len(other), "none.py": 0}
    left = iter([*first[:-1], *other[:-1], first[-1], other[-1]])
    found = mutation.by_module(left, wanted)
    assert next(found) == Tried("none.py", 0, frozenset())
    assert next(found) == Tried(PATH, len(first), frozenset())
    assert next(left) == other[-1], "nothing was tried beyond what it took"


@pytest.fixture
def judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Mutant]:
    """Two small modules stand for all; what is tried on them is noted, and nothing noticed."""
    noted: list[Mutant] = []

    def try_all(every: Sequence[Mutant], tests: Sequence[str]) -> Iterator[Trial]:
        noted.extend(every)
        yield from (Trial(one, "") for one in every)

    for name in ("one.py", "other.py"):
        (tmp_path / name).write_text(SOURCE)
    (tmp_path / "listed.toml").write_text("survivor = []\n")
    monkeypatch.setattr(mutation, "SOURCE", tmp_path)
    monkeypatch.setattr(mutation, "FOLDERS", ())
    monkeypatch.setattr(mutation, "FILES", ("one.py", "other.py"))
    monkeypatch.setattr(mutation, "LISTED", tmp_path / "listed.toml")
    monkeypatch.setattr(mutation, "try_all", try_all)
    for function in (keep, kept):
        monkeypatch.setattr(function, "__defaults__", (tmp_path / "results",))
    return noted


def test_the_evaluation_tries_only_what_changed_since(judged: list[Mutant]) -> None:
    assert mutation.main(["--write", "one.py"]) == 1
    assert {one.path for one in judged} == {"one.py"}
    judged.clear()
    found = mutation.measure(None)
    assert {one.path for one in judged} == {"other.py"}
    assert found.figures["mutants"] == 2 * found.figures["tried_now"] == 2 * len(judged)
    assert found.against == {"one.py": "0 of 3", "other.py": "0 of 3"}


def test_without_being_asked_to_nothing_is_kept(judged: list[Mutant], tmp_path: Path) -> None:
    mutation.main([])
    mutation.measure(None)
    assert not (tmp_path / "results").exists()


def test_what_is_kept_is_kept_of_modules_that_are_judged() -> None:
    files = {path.name for path in _tried.FOLDER.glob("*.json")}
    assert files <= {
        f"{p.removesuffix('.py').replace('/', '.')}.json" for p in mutation.modules(())
    }
