"""What speaks for a file's going is told of each that nothing needed reaches, and proposed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from passdown.stages.inventory.ages import Ages, Past
from passdown.stages.inventory.classify import classify, world
from passdown.stages.inventory.files import read
from passdown.stages.inventory.needless import Weighed, needless, weighed
from passdown.stages.inventory.report import TESTED, action, goes, markdown
from passdown.stages.inventory.signs import GROUPS, Signs, signs
from passdown.stages.inventory.weights import USUAL, WEIGHTS

MAIN = "import argparse\nargparse.ArgumentParser()\nif __name__ == '__main__':\n    print(2)\n"
LONG = "".join(f"def step_{n}():\n    return {n}\n" for n in range(9))
FRESH, STALE = Past(9, 0, 9, 4, 0), Past(2, 0, 0, 24, 20)


UNKNOWN = Ages()


def told(root: Path, files: Mapping[str, str], ages: Ages = UNKNOWN) -> dict[str, Signs]:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    found = world(read(root))
    return signs(found, classify(found), ages)


def test_a_file_that_something_names_or_reaches_has_no_signs(tmp_path: Path) -> None:
    found = told(tmp_path, {
        "Dockerfile": 'CMD ["python", "app.py"]', "README.md": "python told.py", "told.py": MAIN,
        "app.py": "import used", "used.py": LONG, "dead.py": LONG,
    })  # fmt: skip
    assert {path: one.kind for path, one in found.items()} == {"dead.py": "dead"}


def test_programs_that_only_their_names_or_their_likes_start_are_doubted(tmp_path: Path) -> None:
    command = "shop/management/commands/fix_totals.py"
    found = told(tmp_path, {
        "manage.py": "import django", "tool.py": MAIN, command: LONG,
        **{f"shop/{name}_old.py": "def go_on(): ..." for name in ("one", "two", "three")},
    })  # fmt: skip
    kinds = {path: one.kind for path, one in found.items() if path != "manage.py"}
    alike = {f"shop/{name}_old.py": "alike" for name in ("one", "two", "three")}
    assert kinds == {command: "command", "tool.py": "manual", **alike}


@pytest.mark.parametrize(
    ("files", "path", "sign"),
    [
        ({"dead.py": "def one_of_a_kind(): ..."}, "dead.py", "names_unsaid"),
        ({"legacy/dead.py": LONG}, "legacy/dead.py", "called_old"),
        ({"tools/fix_totals.py": MAIN}, "tools/fix_totals.py", "called_for_once"),
        ({"tools/sums.py": MAIN}, "tools/sums.py", "reads_arguments"),
        ({"dead.py": "x = 1"}, "dead.py", "defines_nothing"),
        ({"dead.py": "x = 1"}, "dead.py", "short"),
        ({"dead.py": LONG}, "dead.py", "at_the_top"),
        ({"dead.py": LONG}, "dead.py", "unsaid"),
    ],
)
def test_what_stands_in_a_file_and_how_it_is_called_are_signs(
    files: dict[str, str], path: str, sign: str, tmp_path: Path
) -> None:
    assert told(tmp_path, files)[path].seen[sign] == 1


def test_a_name_that_another_file_says_is_said(tmp_path: Path) -> None:
    found = told(tmp_path, {"dead.py": LONG, "notes.txt": "step_3 is next"})
    assert found["dead.py"].seen["names_unsaid"] == 0
    assert found["dead.py"].seen["names_said"] == 1
    assert found["dead.py"].seen["unsaid"] == 1


def test_a_name_that_only_tests_say_is_not_said(tmp_path: Path) -> None:
    found = told(tmp_path, {"dead.py": LONG, "tests/test_it.py": "from dead import step_3\n"})
    assert found["dead.py"].kind == "test_only"
    assert found["dead.py"].seen["names_unsaid"] == 1


def test_what_a_history_says_is_weighed_and_what_is_not_known_counts_as_usual(
    tmp_path: Path,
) -> None:
    ages = Ages({"stale.py": STALE, "fresh.py": FRESH})
    found = told(tmp_path, {f"{name}.py": MAIN for name in ("stale", "fresh", "unknown")}, ages)
    stale, fresh, unknown = (found[f"{name}.py"] for name in ("stale", "fresh", "unknown"))
    own = {"never_touched", "new", "swept", "quiet", "lately", "changes"}
    others = {"once_imported", "once_imported_often", "once_tested", "once_said", "beside_gone",
              "names_once_said", "names_once_said_often", "names_once_tested", "any_beside_gone",
              "below_gone", "share_gone"}  # fmt: skip
    assert {*stale.seen} - {*unknown.seen} == own | others
    assert weighed(stale).points > weighed(fresh).points
    assert {*USUAL["run"]} == own
    assert weighed(unknown) == weighed(unknown._replace(seen={**unknown.seen, **USUAL["run"]}))
    assert "nobody worked on it for 5 years or more" in weighed(stale).why


def test_a_sign_that_weighs_against_a_file_is_not_told_to_speak_for_its_going(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, weight in (("defines_nothing", -1.0), ("unsaid", 1.0), ("quiet", -1.0)):
        monkeypatch.setitem(WEIGHTS["dead"], name, weight)
    one = Signs("dead", {"dead": 1.0, "defines_nothing": 1.0, "unsaid": 1.0, "quiet": 5.0})
    assert weighed(one).why == ("nothing else says its name",)
    monkeypatch.setitem(WEIGHTS["dead"], "quiet", 0.1)
    assert weighed(one).why[1] == "nobody worked on it for 8 years or more"


def test_every_kind_of_file_has_its_weight_in_the_table_of_its_group() -> None:
    assert {*WEIGHTS} == {*USUAL} == {*GROUPS.values()}
    for kind, group in GROUPS.items():
        assert {kind, "names_unsaid", "said", "new"} <= {*WEIGHTS[group]}
        assert {*USUAL[group]} <= {*WEIGHTS[group]}


def test_what_a_package_offers_and_what_a_part_of_a_name_loads_is_doubted(tmp_path: Path) -> None:
    found = told(tmp_path, {
        "setup.py": "setup(name='shop')", "shop/__init__.py": "", "shop/api.py": LONG,
        "app.py": f"import shop.pay\n{MAIN}", "shop/pay/__init__.py": "",
        "shop/load.py": "import_module(f'shop.pay.{kind}')\n", "shop/pay/_card.py": LONG,
    })  # fmt: skip
    kinds = {path: one.kind for path, one in found.items()}
    assert (kinds["shop/api.py"], kinds["shop/pay/_card.py"]) == ("public", "guessed")


def test_a_ring_that_something_unseen_starts_is_doubted_and_a_documented_file_is_not(
    tmp_path: Path,
) -> None:
    names = ("one", "two", "three", "four")
    ring = {f"{a}.py": f"import {b}\n{LONG.replace('step', a)}"
            for a, b in zip(names, (*names[1:], names[0]), strict=True)}  # fmt: skip
    found = told(tmp_path, {**ring, "README.md": "python told.py\n", "told.py": MAIN})
    assert {path: one.kind for path, one in found.items()} == dict.fromkeys(ring, "unseen")


@pytest.mark.parametrize(
    ("path", "text", "away"),
    [
        ("dead.py", LONG, "delete"),
        ("tool.py", MAIN, "archive"),
        ("tests/test_it.py", "import dead\ndef test_it(): ...\n", TESTED),
    ],
)
def test_what_is_proposed_goes_by_the_points(
    path: str, text: str, away: str, tmp_path: Path
) -> None:
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / "dead.py").write_text(LONG)
    (tmp_path / path).write_text(text)
    rows = {row.path: row for row in classify(world(read(tmp_path)))}
    row = rows["dead.py" if away == TESTED else path]
    assert action(row, [], Weighed(0, ())) == away
    kept = action(row, [], Weighed(-1, ()))
    assert kept in ("wire up", "move to scripts/")
    assert goes(away)
    assert not goes(kept)


def test_a_report_lists_the_surest_first_with_what_speaks_for_each(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.py").write_text(LONG.replace("step", name))
    rows = classify(world(read(tmp_path)))
    said = {"one.py": Weighed(2, ("it is old",)), "two.py": Weighed(7, ())}
    text = markdown(rows, (), "shop", said)
    assert "1. Delete: `two.py` (dead, 0.90): delete\n" in text
    assert "2. Delete: `one.py` (dead, 0.90): delete (it is old)\n" in text


def test_a_repository_without_a_history_is_weighed_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "dead.py").write_text(LONG)
    found = world(read(tmp_path))
    assert needless(found, classify(found), Ages())["dead.py"].goes


def test_what_several_tests_need_is_less_sure_to_go_than_what_one_does(tmp_path: Path) -> None:
    found = told(tmp_path, {
        "one.py": LONG.replace("step", "first"), "both.py": LONG.replace("step", "second"),
        "tests/test_a.py": "import one, both\n", "tests/test_b.py": "import both\n",
    })  # fmt: skip
    assert {one.kind for one in found.values()} == {"test_only"}
    assert weighed(found["both.py"]).points < weighed(found["one.py"]).points
