"""A name that a history said more than today has lost a use: by imports, by tests, by programs."""

from __future__ import annotations

from collections.abc import Mapping, Set
from functools import partial
from pathlib import Path

import pytest

from passdown.stages.inventory.ages import ages
from passdown.stages.inventory.classify import classify, world
from passdown.stages.inventory.files import read
from passdown.stages.inventory.needless import weighed
from passdown.stages.inventory.signs import signs
from passdown.stages.inventory.stopped import Stop, stopped
from passdown.stages.inventory.weights import WEIGHTS
from tests.stages.audit.repo import commit, init, run

USED = "from shop.coins import (\n    count,\n    sort,\n)\nprint(count)\n"


class Repo:
    """A repository of which each commit says what stands in its files on a day."""

    def __init__(self, root: Path) -> None:
        self.root = init(root)
        self.ask = partial(run, root)

    def commit(self, day: str, texts: Mapping[str, str | None]) -> None:
        commit(self.root, texts, day=day)

    def stopped(self, *words: str) -> dict[str, Stop]:
        return stopped(self.ask, "HEAD", set(words), read(self.root).texts)


def test_what_was_imported_tested_and_said_once_is_told(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    test = "tests/test_it.py"
    repo.commit("2020-01-01", {"shop/coins.py": "def count(): ...\n", "shop/till.py": USED,
                               test: "import shop.coins\n", "app.py": "coins = 1\n"})  # fmt: skip
    repo.commit("2022-01-01", {"shop/till.py": "print(1)\n", test: None, "app.py": "bills = 1\n"})
    assert repo.stopped("coins", "count", "bills", "never") == {
        "coins": Stop(imports=1, tests=1, programs=2), "count": Stop(imports=1, programs=1)
    }  # fmt: skip


def test_what_another_file_says_in_its_place_is_not_lost(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.commit("2020-01-01", {"shop/till.py": USED, "old.py": "import coins\n"})
    repo.commit("2022-01-01", {"shop/till.py": None, "shop/desk.py": USED,
                               "old.py": "x = 1\n\nfrom a import coins\n"})  # fmt: skip
    assert repo.stopped("coins") == {"coins": Stop(imports=1)}
    assert repo.stopped("count") == {"count": Stop(imports=1)}


def test_what_was_lost_years_ago_and_what_was_lost_lately_are_both_found(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.commit("2018-01-01", {"a.py": "import early\n", "b.py": "import late\n"})
    repo.commit("2019-06-01", {"a.py": "x = 1\n"})
    repo.commit("2021-12-01", {"b.py": "x = 1\n"})
    repo.commit("2022-01-01", {"c.py": "x = 1\n"})
    assert set(repo.stopped("early", "late")) == {"early", "late"}


def test_a_file_with_letters_of_another_language_in_its_name_is_known_by_it(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.commit("2020-01-01", {"caf\u00e9 au lait.py": "import coins\nprint(1, coins)\n"})
    repo.commit("2022-01-01", {"caf\u00e9 au lait.py": "import coins\nprint(2)\n"})
    assert repo.stopped("coins") == {}


def test_a_young_history_and_no_words_say_nothing(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.commit("2022-01-01", {"a.py": "import coins\n"})
    repo.commit("2022-01-09", {"a.py": "x = 1\n"})
    assert repo.stopped("coins") == repo.stopped() == {}


def test_a_line_that_looks_like_the_name_of_a_file_is_a_line(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    text = 'x = """\n-- coins\ndiff --git a b\n++ count\n"""\n'
    repo.commit("2020-01-01", {"a.py": text})
    repo.commit("2022-01-01", {"a.py": "x = 1\n"})
    assert repo.stopped("coins", "count") == {"coins": Stop(programs=1), "count": Stop(programs=1)}


def test_they_are_signs_of_the_file_and_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = Repo(tmp_path)
    files = {f"shop/{name}.py": f"def {name}_it():\n    return 1\n" * 12 for name in "pq"}
    repo.commit("2020-01-01", {**files, "app.py": "from shop.p import p_it\np_it()\n",
                               "tests/test_p.py": "import shop.p as p\n"})  # fmt: skip
    repo.commit("2022-01-01", {"app.py": "print(1)\n", "tests/test_p.py": None})
    found = world(read(tmp_path))

    def since(words: Set[str], texts: Mapping[str, str]) -> Mapping[str, Stop]:
        return stopped(repo.ask, "HEAD", words, texts)

    told = signs(found, classify(found), ages(repo.ask), since)
    lost, never = told["shop/p.py"].seen, told["shop/q.py"].seen
    ours = [name for name in lost if "once_" in name]
    assert len(ours) > 3
    assert all(never[name] == 0 for name in ours)
    assert lost["names_once_said"] == lost["names_once_said_often"] == 1
    monkeypatch.setitem(WEIGHTS["dead"], "names_once_said", 1.0)
    assert "what used a name that it defines does so no more" in weighed(told["shop/p.py"]).why
