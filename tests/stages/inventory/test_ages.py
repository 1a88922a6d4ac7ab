"""What a history says of each file; where that is cut off, nothing."""

from __future__ import annotations

import subprocess
from functools import partial
from pathlib import Path

from passdown.stages.inventory.ages import WIDEST, Ages, Past, ages
from tests.stages.audit.repo import commit, init, run

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
    for day in ("2020-01-01", "2021-06-01", "2024-01-01", "2024-02-01"):
        repo.commit(day, "kept.py", *(["old.py"] if day < "2022" else []))
    assert {*repo.ages().past} == {"kept.py", "old.py"}
    repo.ask("clone", "-q", "--depth", "3", f"file://{repo.root}", str(tmp_path / "cut"))
    assert Repo(tmp_path / "cut").ages() == Ages(cut=True)


def test_each_file_has_its_changes_and_how_long_ago_the_first_and_last_of_them_are(
    tmp_path: Path,
) -> None:
    repo = Repo(tmp_path)
    repo.commit("2019-01-01", "old.py")
    repo.commit("2020-01-01", "old.py", "busy.py")
    for day in ("2021-12-01", "2022-02-01", "2022-12-27"):
        repo.commit(day, "busy.py")
    past = repo.ages().past
    assert past["old.py"] == Past(2, 0, 0, 1456 / 90, 1091 / 90)
    assert past["busy.py"] == Past(4, 0, 2, 1091 / 90, 0)


def test_a_folder_below_the_repository_is_judged_by_its_own_files(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    (tmp_path / "app").mkdir()
    repo.commit("2019-01-01", "app/old.py", "elsewhere.py")
    repo.root = tmp_path / "app"
    assert {*repo.ages().past} == {"old.py"}


def test_a_wide_sweep_is_no_work_on_any_file(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    names = [f"a{n}.py" for n in range(40)]
    repo.commit("2020-01-01", *names)
    repo.commit("2022-12-01", *names)
    assert repo.ages().past == dict.fromkeys(names, Past(2, 2, 0, 1065 / 90, 1065 / 90))


def test_what_went_in_the_last_year_is_told_of_its_folder_and_of_those_above(
    tmp_path: Path,
) -> None:
    repo, names = init(tmp_path), ("early", "late", "moved", "kept")
    commit(repo, {f"shop/pay/{name}.py": MAIN for name in names}, day="2020-01-01")
    commit(repo, {"shop/pay/early.py": None}, day="2020-02-01")
    commit(repo, {"shop/pay/late.py": None, "shop/pay/moved.py": None, "shop/moved.py": MAIN,
                  "note.py": MAIN}, day="2022-01-01")  # fmt: skip
    commit(repo, {"note.py": None}, day="2022-02-01")
    told = ages(partial(run, repo))
    assert told.gone == {"shop/pay": 1, "": 1}
    assert told.gone_below == {"shop/pay": 1, "shop": 1, "": 2}


def test_a_commit_that_takes_very_much_away_is_no_tidying(tmp_path: Path) -> None:
    repo, names = init(tmp_path), [f"m{n}.py" for n in range(WIDEST + 1)]
    commit(repo, {"kept.py": MAIN, **dict.fromkeys(names, MAIN)}, day="2022-01-01")
    commit(repo, dict.fromkeys(names), day="2022-02-01")
    assert ages(partial(run, repo)).gone == {}
