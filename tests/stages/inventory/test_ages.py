"""Who works on a file is told by its history; where that is short, nothing is."""

from __future__ import annotations

import subprocess
from pathlib import Path

from passdown.stages.inventory.ages import Ages, ages
from passdown.stages.inventory.classify import classify, world
from passdown.stages.inventory.files import read
from passdown.stages.inventory.report import TESTED, action, goes

MAIN = "print(1)\nif __name__ == '__main__':\n    print(2)\n"


class Repo:
    """A repository whose commits are of days that the test names."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(exist_ok=True)
        self.ask("init", "-q")

    def ask(self, *words: str, date: str = "") -> str:
        person = ("-c", "user.name=ada", "-c", "user.email=ada@example.com")
        said = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date} if date else {}
        done = subprocess.run(
            ["git", *person, *words],
            cwd=self.root,
            check=True,
            text=True,
            capture_output=True,
            env={"PATH": "/usr/bin:/bin:/usr/local/bin", **said},
        )
        return done.stdout

    def commit(self, day: str, *names: str) -> None:
        for name in names:
            with (self.root / name).open("a") as file:
                file.write(MAIN)
        self.ask("add", "-A")
        self.ask("commit", "-qm", "work", date=f"{day}T12:00:00Z")

    def ages(self) -> Ages:
        return ages(self.ask)


def test_where_the_history_is_cut_off_nothing_is_said_of_any_file(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "whole")
    for day in ("2020-01-01", "2021-06-01", "2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01"):
        repo.commit(day, "kept.py", *(["old.py"] if day < "2022" else []))
    assert repo.ages().forgotten == {"old.py"}
    repo.ask("clone", "-q", "--depth", "5", f"file://{repo.root}", str(tmp_path / "cut"))
    cut = Repo(tmp_path / "cut")
    assert cut.ages() == Ages(cut=True)


def test_a_file_that_nobody_touched_for_two_years_is_forgotten(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.commit("2019-01-01", "old.py")
    repo.commit("2020-01-01", "old.py", "kept.py", "done.py")
    repo.commit("2021-06-01", "kept.py")
    repo.commit("2022-12-01", "new.py")
    assert repo.ages() == Ages(frozenset({"old.py"}), frozenset())


def test_a_file_that_was_worked_on_much_is_forgotten_after_one_year(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    for month in range(1, 9):
        repo.commit(f"2020-0{month}-01", "old.py", *(["less.py"] if month > 1 else []))
    repo.commit("2021-09-01", "new.py")
    assert repo.ages().forgotten == {"old.py"}


def test_a_folder_below_the_repository_is_judged_by_its_own_files(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    (tmp_path / "app").mkdir()
    repo.commit("2019-01-01", "app/old.py")
    repo.commit("2020-01-01", "app/busy.py", "app/old.py")
    for day in ("01", "02", "03", "04"):
        repo.commit(f"2022-12-{day}", "app/busy.py", "elsewhere.py")
    repo.root = tmp_path / "app"
    assert repo.ages() == Ages(frozenset({"old.py"}), frozenset({"busy.py"}))


def test_a_wide_sweep_is_no_work_on_any_file(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    names = [f"a{n}.py" for n in range(40)]
    repo.commit("2020-01-01", *names)
    repo.commit("2022-12-01", *names)
    assert repo.ages().forgotten == {*names}


def test_a_file_that_many_commits_of_a_year_touch_is_worked_on(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    for month in range(1, 5):
        repo.commit(f"2022-0{month}-01", "busy.py", *(["calm.py"] if month > 1 else []))
    assert repo.ages() == Ages(frozenset(), frozenset({"busy.py"}))


def test_what_is_proposed_goes_by_the_history_too(tmp_path: Path) -> None:
    (tmp_path / "tool.py").write_text(MAIN)
    (tmp_path / "dead.py").write_text("x = 1\n" * 12)
    rows = {row.path: row for row in classify(world(read(tmp_path)))}
    told = Ages(frozenset({"tool.py"}), frozenset({"dead.py"}))
    assert [action(rows["tool.py"], []), action(rows["dead.py"], [])] == [
        "move to scripts/",
        "delete",
    ]
    assert [action(rows["tool.py"], [], told), action(rows["dead.py"], [], told)] == [
        "archive", "wire up",
    ]  # fmt: skip
    assert [goes(said) for said in ("archive", "delete", TESTED, "wire up", "keep")] == [
        True, True, True, False, False,
    ]  # fmt: skip
