"""Removed files are found by a rule, and an inventory is judged on the trees before."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from evals import _history, goals_of, inventory_history, missed
from evals._dead_rivals import Answer, Flag, whole_files
from evals._history import ALONE, STAYED, Fate, Judged, between, fates, once, share, tree
from evals._removals import HELD_OUT, LEARNT, Removal, clones, half, removals
from evals.inventory_history import _went
from passdown.stages.inventory.ages import BULK

CODE = "def {}():\n    return {}\n"


class Repo:
    """A clone in a folder of clones, with a commit a year."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "some+shop"
        self.root.mkdir(parents=True)
        self.years: Iterator[int] = iter(range(2018, 2030))
        self.git("init", "-q")

    def git(self, *words: str) -> str:
        date = f"{next(self.years)}-05-05T00:00:00Z" if words[0] == "commit" else ""
        said = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date} if date else {}
        person = ("-c", "user.name=ada", "-c", "user.email=ada@example.com")
        done = subprocess.run(
            ["git", *person, *words], cwd=self.root, check=True, text=True, capture_output=True,
            env={"PATH": os.environ["PATH"], **said},
        )  # fmt: skip
        return done.stdout.strip()

    def commit(self, subject: str, *gone: str, **files: str) -> str:
        for path in gone:
            (self.root / path).unlink()
        for name, text in files.items():
            file = self.root / name.replace("__", "/").replace("_py", ".py")
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", subject)
        return self.git("rev-parse", "HEAD")

    def removals(self) -> list[Removal]:
        ((name, clone),) = clones(self.root.parent)
        assert name == "some/shop"
        return list(removals(name, clone))

    @property
    def clone(self) -> Path:
        return self.root / ".git"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo(tmp_path / "clones")
    made.commit(
        "Shop", main_py="import cart\nprint(cart)\n", cart_py=CODE.format("cart", 1),
        old_py=CODE.format("old", 2), tests__test_old_py="import old\n", note_py="'''Note.'''\n",
        bad_py="print 'x'\n",
    )  # fmt: skip
    return made


def test_a_file_that_went_while_nobody_stopped_naming_it_went_alone(repo: Repo) -> None:
    before = repo.git("rev-parse", "HEAD")
    commit = repo.commit("Remove unused module", "old.py", "tests/test_old.py", "note.py", "bad.py")
    repo.commit("Later")
    (one,) = repo.removals()
    assert (one.commit, one.parent, one.alone, one.mixed) == (commit, before, ("old.py",), ())
    assert one.later == repo.git("rev-parse", "HEAD")


def test_a_file_that_went_with_what_named_it_is_told_apart(repo: Repo) -> None:
    repo.commit("Drop dead cart code", "cart.py", main_py="print(1)\n")
    (one,) = repo.removals()
    assert (one.alone, one.mixed) == ((), ("cart.py",))


def test_what_only_a_used_file_imports_went_with_it(repo: Repo) -> None:
    repo.commit("More", cart_py="from price import total\n" + CODE.format("cart", 1),
                price_py=CODE.format("total", 1))  # fmt: skip
    repo.commit("Drop dead cart code", "cart.py", "price.py", "old.py", main_py="print(1)\n")
    (one,) = repo.removals()
    assert (one.alone, one.mixed) == (("old.py",), ("cart.py", "price.py"))


@pytest.mark.parametrize("subject", ["Remove old", "Fix dead links", "Drop unused imports"])
def test_a_commit_that_does_not_call_it_unused_does_not_count(repo: Repo, subject: str) -> None:
    repo.commit(subject, "old.py")
    assert repo.removals() == []


def test_what_moved_or_came_back_was_not_removed(repo: Repo) -> None:
    repo.git("mv", "old.py", "older.py")
    repo.commit("Unused names go")
    repo.commit("Remove unused cart", "cart.py", lib__cart_py="x = 1\n")
    repo.commit("Remove unused older", "older.py")
    repo.commit("It is used", older_py=CODE.format("old", 2))
    assert repo.removals() == []


def test_a_tree_is_the_commit_s_own_with_its_modes_and_gone_after(
    repo: Repo, tmp_path: Path
) -> None:
    (repo.root / "cart.py").chmod(0o755)
    commit = repo.commit("Runnable")
    with tree(repo.clone, commit, tmp_path / "tree") as root:
        assert os.access(root / "cart.py", os.X_OK)
        assert not os.access(root / "old.py", os.X_OK)
    assert not (tmp_path / "tree").exists()


def test_what_stayed_is_there_a_year_later_under_any_name(repo: Repo, tmp_path: Path) -> None:
    repo.commit("Remove unused module", "old.py")
    repo.git("mv", "cart.py", "basket.py")
    repo.commit("Rename", main_py="import basket\nprint(basket)\n")
    (one,) = repo.removals()
    with tree(repo.clone, one.parent, tmp_path / "tree") as root:
        told = fates(
            one._replace(later=repo.git("rev-parse", "HEAD")), repo.clone, root, frozenset()
        )
        assert {path: fate.how for path, fate in told.items()} == {
            "old.py": ALONE, "cart.py": STAYED, "main.py": STAYED,
        }  # fmt: skip
        assert fates(one, repo.clone, root, frozenset({"main.py"})).keys() == {"old.py", "cart.py"}


def test_work_on_a_file_counts_where_it_is_there_to_this_day(repo: Repo, tmp_path: Path) -> None:
    repo.commit("Remove unused module", "old.py")
    text = "import cart\nprint(cart)\n"
    repo.commit("Work on both", main_py=f"{text}# 2\n", cart_py=CODE.format("cart", 2))
    repo.commit("Sell otherwise", "cart.py", main_py=f"{text}# 3\n")
    repo.git("mv", "main.py", "shop.py")
    repo.commit("Rename, and sweep", **{f"new_{n}_py": "x = 1\n" for n in range(BULK)})
    (one,) = repo.removals()
    one = one._replace(later=repo.git("rev-parse", "HEAD~2"))
    with tree(repo.clone, one.parent, tmp_path / "tree") as root:
        told = fates(one, repo.clone, root, frozenset())
    assert told == {"old.py": (ALONE, 0, 0), "cart.py": (STAYED, 0, 0), "main.py": (STAYED, 3, 2)}


def test_a_share_has_its_interval_and_its_counts() -> None:
    assert share([True, False, False, False]) == 0.25
    assert between([True, True, False]) == "2/3, 0.208 to 0.939"
    assert between([]) == "0/0"


def test_a_file_counts_once_and_as_removed_where_it_was() -> None:
    first = Judged("a/b", LEARNT, "c1", "x.py", Fate(STAYED, 0, 0), "dead", goes=True)
    second = first._replace(commit="c2", fate=Fate(ALONE, 0, 0))
    assert once([first, second], _went) == [second]
    assert once([second, first], _went) == [second]


def test_what_was_learnt_from_is_never_held_out() -> None:
    assert half("mitmproxy/mitmproxy") == LEARNT
    assert half("some/shop") == HELD_OUT


def test_the_list_names_repositories_commits_and_paths_and_each_in_its_half() -> None:
    rows = _history.labelled(inventory_history.LABELS)
    assert {row.half for row in rows} == {LEARNT, HELD_OUT}
    assert [row for row in rows if row.half != half(row.repo)] == []
    assert [row for row in rows if not (row.alone or row.mixed)] == []


def test_a_file_is_flagged_by_a_tool_that_flags_all_that_stands_in_it(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def f(): ...\ndef g(): ...\n")
    (tmp_path / "b.py").write_text("def f(): ...\n")
    flags = [Flag("a.py", 1, "f", 0.6), Flag("b.py", 1, "f", 0.6)]
    assert whole_files(flags, tmp_path) == {"b.py"}
    assert whole_files([*flags, Flag("a.py", 2, "g", 0.6)], tmp_path) == {"a.py", "b.py"}


def test_the_made_history_meets_the_goals_with_others_beside_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def told(name: str, _: Path, roots: list[Path]) -> Answer:
        ok = name == "vulture"
        return Answer({roots[0]: ()}, 1.5) if ok else Answer({}, why="not compared: why")

    monkeypatch.setattr(inventory_history, "asked", told)
    measured = inventory_history.measure(None)
    assert missed(measured.figures, goals_of("inventory_history")) == []
    assert measured.n == measured.figures["removed"] + measured.figures["worked_on"]
    assert measured.against["vulture_recall"] == "0/48, 0.000 to 0.074"
    ours = str(measured.against["beside_vulture_recall"])
    assert int(ours.partition("/")[0]) >= 36  # three of the four that go of each
    assert measured.against["deadcode"] == "not compared: why"


@pytest.mark.parametrize(("fails", "said"), [({0}, 2), ({0, 1, 2}, 0)])
def test_a_tree_that_another_tool_cannot_read_is_left_out_and_counted(
    fails: set[int], said: int, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit("Remove unused module", "old.py")
    (one,) = repo.removals()
    rows = [one._replace(repo=f"some/{n}", half=HELD_OUT) for n in range(3)]
    answers = [Answer({}, why="it broke") if n in fails else None for n in range(3)]

    def answered(_name: str, _home: Path, roots: list[Path]) -> Answer:
        return answers.pop(0) or Answer({roots[0]: ()}, 1.0)

    monkeypatch.setattr(inventory_history, "asked", answered)
    monkeypatch.setattr(inventory_history, "COMPARED", ("vulture",))
    told = inventory_history._others(rows, {row.repo: repo.clone for row in rows}, tmp_path, [])
    if said:
        assert (told["vulture_trees"], told["vulture_failed"]) == (said, len(fails))
    else:
        assert told == {"vulture": "it broke"}
