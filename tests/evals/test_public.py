"""Files of public repositories are brought by commit, and a missing one is an error."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from evals import _judged, _public
from evals._judged import Asked
from evals._labels import Verdict
from evals._planted import CATEGORIES
from evals._public import DEVELOPMENT, TEST, Source, bring, sources, unpacked
from tests.loops.claims.turned import turned

NOTES = ".specstory/history/one.md"


def git(place: Path, *asked: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    done = subprocess.run(
        ["git", "-C", str(place), *who, *asked], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def forge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A forge with one repository, which the list names."""
    home = tmp_path / "forge" / "ann" / "shop"
    (home / NOTES).parent.mkdir(parents=True)
    (home / NOTES).write_text("said")
    git(home.parent, "init", "--quiet", str(home))
    git(home, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(home, "add", ".")
    git(home, "commit", "--quiet", "-m", "Notes")
    one = Source("ann/shop", git(home, "rev-parse", "HEAD"), TEST, (NOTES,))
    monkeypatch.setattr(_public, "sources", lambda part: (one,) if part == TEST else ())
    return tmp_path / "forge"


def test_a_commit_is_brought_once_and_its_files_are_read(forge: Path, tmp_path: Path) -> None:
    folder = tmp_path / "brought"
    folder.mkdir()
    assert list(bring(folder, f"file://{forge}")) == ["ann/shop"]
    assert list(bring(folder, f"file://{forge}")) == []
    (path,) = unpacked(folder, TEST, tmp_path / "files")
    assert (path.read_text(), path.suffix, path.parent.name) == ("said", ".md", "ann+shop")


def test_a_repository_that_is_not_there_is_an_error(forge: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"has no ann\+shop with commit"):
        unpacked(tmp_path / "nowhere", TEST, tmp_path / "files")


def test_no_repository_is_in_both_parts() -> None:
    ours, theirs = ({one.repo for one in sources(part)} for part in (DEVELOPMENT, TEST))
    assert not ours & theirs


def test_no_file_is_in_both_parts() -> None:
    ours, theirs = (
        [(one.repo, path) for one in sources(part) for path in one.files]
        for part in (DEVELOPMENT, TEST)
    )
    assert not {*ours} & {*theirs}
    assert len({*ours}) == len(ours) > 2000
    assert len({*theirs}) == len(theirs) > 500


def test_both_readings_judge_the_same_findings_and_say_nothing_else_of_them() -> None:
    a, b = _judged.read(_judged.A), _judged.read(_judged.B)
    assert a.keys() == b.keys()
    assert {one.category for one in a.values()} <= {*CATEGORIES}
    told = [one for part in (DEVELOPMENT, TEST) for one in _judged.as_read(part)]
    assert {one.key for one in told} == a.keys()


def test_where_the_readings_differ_a_finding_counts_as_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = {
        _judged.A: {"x": Verdict("fact", True, False), "y": Verdict("fact", True, False)},
        _judged.B: {"x": Verdict("fact", False, True), "y": Verdict("fact", True, False)},
    }
    monkeypatch.setattr(_judged, "read", said.get)
    monkeypatch.setattr(_judged, "DEFAULTS", turned("facts"))
    asked = [Asked("fact", key, "facts", told=True, usual=True) for key in ("x", "y", "z")]
    figures, against = _judged.figures(asked)
    assert figures["precision_fact"] == figures["precision_worst"] == 0.5
    assert (figures["junk_share"], figures["unjudged"]) == (0.5, 1)
    assert against["told_fact"] == "1 of 2 right (0.09 to 0.91), 1 junk"


def test_what_a_category_tells_once_it_is_on_is_said_though_it_is_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_judged, "read", lambda _: {"x": Verdict("fact", True, False)})
    figures, against = _judged.figures([Asked("fact", "x", "facts", told=True, usual=True)])
    assert (figures["told"], figures["unjudged"]) == (0, 0)
    assert "precision_fact" not in figures
    assert str(against["once_on_facts"]).startswith("1 of 1 right")
