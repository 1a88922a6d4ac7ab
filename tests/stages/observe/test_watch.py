"""A watch tells what changed since it was asked last, once, and looks at little."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from passdown.stages.observe import watch as module
from passdown.stages.observe.watch import THOROUGH, Watch


class Seconds:
    """A clock that goes when told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(text)
    return path


def test_what_was_there_before_is_no_news(tmp_path: Path, seconds: Seconds) -> None:
    write(tmp_path / "a", "x")
    assert Watch([str(tmp_path)], seconds=seconds).changed() == []


def test_a_grown_file_is_told_once(tmp_path: Path, seconds: Seconds) -> None:
    path = write(tmp_path / "a", "x")
    watch = Watch([str(tmp_path)], seconds=seconds)
    write(path, "y")
    assert watch.changed() == [str(path)]
    assert watch.changed() == []


@pytest.mark.parametrize("name", ["new", "deep/new", "deep/deeper/new"])
def test_a_new_file_is_told_wherever_it_appears(
    tmp_path: Path, seconds: Seconds, name: str
) -> None:
    write(tmp_path / "p" / "q" / "a", "x")
    watch = Watch([str(tmp_path)], seconds=seconds)
    path = write(tmp_path / "p" / name, "x")
    assert watch.changed() == [str(path)]
    write(path, "y")
    assert watch.changed() == [str(path)]


def test_a_file_that_is_replaced_or_rewritten_is_told(tmp_path: Path, seconds: Seconds) -> None:
    path = write(tmp_path / "a", "x")
    watch = Watch([str(path)], seconds=seconds)
    other = write(tmp_path / "b", "x")
    os.replace(other, path)
    assert watch.changed() == [str(path)]


def test_a_file_that_goes_is_no_news_and_its_return_is(tmp_path: Path, seconds: Seconds) -> None:
    path = write(tmp_path / "a", "x")
    watch = Watch([str(tmp_path)], seconds=seconds)
    path.unlink()
    assert watch.changed() == []
    write(path, "x")
    assert watch.changed() == [str(path)]


def test_a_glob_is_watched_where_it_begins(tmp_path: Path, seconds: Seconds) -> None:
    write(tmp_path / "a.jsonl", "x")
    watch = Watch([str(tmp_path / "*.jsonl")], seconds=seconds)
    path = write(tmp_path / "b.jsonl", "x")
    write(tmp_path / "b.txt", "x")
    assert watch.changed() == [str(path)]


def test_a_path_that_is_not_there_yet_is_told_when_it_comes(
    tmp_path: Path, seconds: Seconds
) -> None:
    path = tmp_path / "later.jsonl"
    watch = Watch([str(path)], seconds=seconds)
    assert watch.changed() == []
    write(path, "x")
    assert watch.changed() == [str(path)]


def test_what_is_ignored_is_not_told(tmp_path: Path, seconds: Seconds) -> None:
    write(tmp_path / ".passdownignore", "secret\n.passdownignore\n")
    watch = Watch([str(tmp_path)], seconds=seconds)
    write(tmp_path / "secret" / "a", "x")
    assert watch.changed() == []


def test_old_files_are_looked_at_now_and_then(
    tmp_path: Path, seconds: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LIVELY", 2)
    paths = [write(tmp_path / f"{n}", "x") for n in range(5)]
    for n, path in enumerate(paths):
        os.utime(path, (1000 + n, 1000 + n))
    watch = Watch([str(tmp_path)], seconds=seconds)
    with paths[0].open("a") as file:
        file.write("y")
    assert watch.changed() == []
    seconds.now = THOROUGH
    assert watch.changed() == [str(paths[0])]


def test_a_look_without_news_lists_no_folder(
    tmp_path: Path, seconds: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(50):
        write(tmp_path / f"{n % 5}" / f"{n}", "x")
    watch = Watch([str(tmp_path)], seconds=seconds)
    monkeypatch.setattr(module, "find", lambda paths: pytest.fail("it looked at everything"))
    for _ in range(10):
        assert watch.changed() == []
