"""Needless symbols and files are told by us and by others, over the same trees and labels."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from evals import _dead_rivals, inventory
from evals._dead_rivals import Answer, Flag, asked, deadcode, skylos, sure_of, vulture
from evals._gone_files import Fate, Tree, counted, fates, figures

OLD = '"""Old."""\nimport os\n\n\ndef spare():\n    return os\n'
KEPT = "LIMIT = 1\n\n\ndef spare():\n    return LIMIT\n"


def row(file: str, symbol: str, tier: str = "strict_no_refs", **more: Any) -> dict[str, Any]:
    dead = tier in inventory.NEEDLESS
    usual = {"repo": "a/b", "commit": "c1", "file": file, "symbol": symbol, "lines": [1, 9]}
    when = {"date": "2026-01-01", "removed_by": "c2"} if dead else {}
    return {**usual, **when, "tier": tier, "label": "dead" if dead else "live", **more}


def tree(root: Path, files: Mapping[str, str], *rows: dict[str, Any], commit: str = "c1") -> Tree:
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return Tree("a/b", commit, root, rows)


def fates_of(*trees: Tree) -> set[tuple[str, bool]]:
    classes = {one.root: dict.fromkeys(one.files, "dead") for one in trees}
    return {(fate.path, fate.gone) for fate in fates(trees, classes)}


def test_a_file_of_which_one_commit_left_nothing_is_gone(tmp_path: Path) -> None:
    assert fates_of(tree(tmp_path, {"old.py": OLD}, row("old.py", "spare"))) == {("old.py", True)}


def test_a_file_that_keeps_more_than_its_functions_is_not_known_to_be_gone(tmp_path: Path) -> None:
    assert fates_of(tree(tmp_path, {"kept.py": KEPT}, row("kept.py", "spare"))) == set()


def test_a_file_that_is_needed_by_its_labels_stayed(tmp_path: Path) -> None:
    live = row("api.py", "serve", inventory.TRAP)
    assert fates_of(tree(tmp_path, {"api.py": KEPT, "b.py": KEPT}, live)) == {("api.py", False)}


def test_the_next_tree_tells_what_went_and_what_stayed(tmp_path: Path) -> None:
    first = tree(tmp_path / "1", {"a.py": KEPT, "b.py": KEPT, "c.py": KEPT}, row("b.py", "spare"))
    later = row("a.py", "spare", date="2026-02-01")
    second = tree(tmp_path / "2", {"a.py": KEPT}, later, commit="c2")
    assert fates_of(first, second) == {("a.py", False), ("b.py", True)}


def test_tests_are_no_files_of_either_sort(tmp_path: Path) -> None:
    assert fates_of(tree(tmp_path, {"tests/test_a.py": OLD}, row("tests/test_a.py", "spare"))) == (
        set()
    )


def test_files_called_needless_are_counted_on_both_sides() -> None:
    gone = [Fate("a", True, "dead"), Fate("b", True, "test_only"), Fate("c", True, "manual")]
    stayed = [Fate("d", False, "production"), Fate("e", False, "test_only")]
    told, why = figures(gone + stayed)
    assert (told["files_recall"], told["files_false_alarms"]) == (0.6667, 0.5)
    assert (told["files_dead_false_alarms"], why) == (0, {})


def test_without_a_file_that_is_gone_nothing_is_told_of_recall() -> None:
    told, why = figures([Fate("d", False, "production")])
    assert "files_recall" not in told
    assert str(why["files_recall"]).startswith("not measured:")


def test_what_the_data_could_tell_is_counted(tmp_path: Path) -> None:
    rows = [row("old.py", "spare"), row("kept.py", "spare"), row("x.py", "y", commit="c9")]
    told = counted([tree(tmp_path, {"old.py": OLD, "kept.py": KEPT}, *rows[:2])], rows)
    assert told["files_with_removed_symbols"] == 3
    assert told["files_with_removed_symbols_in_trees"] == 2
    assert (told["files_with_no_symbol_left"], told["files_gone_whole"]) == (2, 1)
    assert (told["trees"], told["trees_followed_by_another"]) == (1, 0)


def test_each_tools_answer_is_read_as_it_writes_it(tmp_path: Path) -> None:
    assert list(vulture("a/b.py:3: unused function 'f' (60% confidence)\n", tmp_path)) == [
        Flag("a/b.py", 3, "f", 0.6)
    ]
    assert list(deadcode("a.py:3:0: DC02 Function `f` is never used\nok\n", tmp_path)) == [
        Flag("a.py", 3, "f", 1.0)
    ]
    one = {"name": "C.f", "file": str(tmp_path / "a.py"), "line": 3, "confidence": 90}
    said = json.dumps({"unused_functions": [one], "unused_imports": [one], "definitions": {}})
    assert list(skylos(said, tmp_path)) == [Flag("a.py", 3, "f", 0.9)]


@pytest.mark.parametrize(
    ("flag", "sure"),
    [
        (Flag("a.py", 20, "f", 0.6), 0.6),
        (Flag("a.py", 18, "f", 0.6), 0.6),
        (Flag("a.py", 50, "f", 0.6), 0),
        (Flag("b.py", 20, "f", 0.6), 0),
        (Flag("a.py", 20, "g", 0.6), 0),
    ],
)
def test_a_flag_counts_for_the_definition_that_it_names(flag: Flag, sure: float) -> None:
    assert sure_of([flag], "a.py", "C.f", 20, 30) == sure


def test_a_tool_that_cannot_be_had_is_not_compared_and_why_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offline(*_: object) -> Path:
        raise OSError("no network")

    monkeypatch.setattr(_dead_rivals, "_installed", offline)
    assert asked("vulture", tmp_path, [tmp_path]).why == "not compared: no network"


def test_a_tool_that_takes_too_much_is_asked_no_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trees, spent = [tmp_path / "a", tmp_path / "b", tmp_path / "c"], iter((0, 0, 60, 80, 80))
    monkeypatch.setattr(_dead_rivals, "_installed", lambda *_: Path("true"))
    monkeypatch.setattr(_dead_rivals, "_said_of", lambda *_: "")
    monkeypatch.setattr(_dead_rivals, "_spent", lambda: next(spent))
    answer = asked("vulture", tmp_path, trees)
    assert ([*answer.flags], answer.seconds, answer.why) == (trees[:2], 80, "")


def test_ours_stand_beside_a_tool_over_the_trees_it_had_time_for(tmp_path: Path) -> None:
    first = tree(tmp_path / "1", {"old.py": OLD}, row("old.py", "spare"))
    second = tree(tmp_path / "2", {"old.py": OLD}, row("old.py", "spare"))
    seen = {one.root: inventory.Seen({("old.py", "spare"): 0.9}, {}) for one in (first, second)}
    told = inventory._beside("skylos", Answer({first.root: ()}), [first, second], seen)
    assert (told["skylos_trees"], told["skylos_recall"], told["skylos_needless"]) == (1, 0, 1)
    assert (told["beside_skylos_recall"], told["beside_skylos_needless"]) == (1, 1)


def test_others_stand_beside_us_over_the_same_symbols(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "wired_python"
    (folder / "snapshots").mkdir(parents=True)
    source = tmp_path / "src"
    rows = [row("old.py", "spare", lines=[5, 6]), row("api.py", "spare", inventory.TRAP)]
    tree(source, {"old.py": OLD, "api.py": KEPT})
    (folder / "symbols.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in rows))
    with tarfile.open(folder / "snapshots" / "a__b@c1.tar.gz", "w:gz") as packed:
        packed.add(source, arcname=".")

    def told(name: str, _: Path, roots: list[Path]) -> Answer:
        flags = {root: (Flag("old.py", 5, "spare", 0.6),) for root in roots}
        return Answer(flags, 1.5) if name == "vulture" else Answer({}, why="not compared: why")

    monkeypatch.setattr(inventory, "asked", told)
    monkeypatch.setattr(inventory, "_planted", lambda _: {"planted_files": 1.0})
    measured = inventory.measure(tmp_path)
    assert (measured.n, measured.figures["needless"], measured.figures["files_gone"]) == (2, 1, 1)
    assert measured.against["vulture_recall"] == measured.against["vulture_auc_over_traps"] == 1
    assert measured.against["vulture_false_alarms"] == 0
    assert measured.against["skylos"] == "not compared: why"
