"""Where an inventory is written: below the folder, whatever links a repository brings."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from passdown.domain.errors import Invalid, Unreadable
from passdown.ops.operation import Progress
from tests.desk import ALICE, Desk, desk
from tests.stages.audit.repo import commit, init, run

REPORT = "docs/PYTHON_INVENTORY.md"


@pytest.fixture
def at() -> Iterator[Desk]:
    made = desk()
    yield made
    made.close()


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    (tmp_path / "repo" / "docs").mkdir(parents=True)
    (tmp_path / "repo" / "old.py").write_text("x = 1\n")
    (tmp_path / "mine").write_text("precious")
    return tmp_path / "repo"


@pytest.mark.parametrize("name", ["PYTHON_INVENTORY.md", ".PYTHON_INVENTORY.md.new"])
def test_a_link_in_the_report_s_place_is_replaced_and_never_followed(
    name: str, at: Desk, repo: Path
) -> None:
    (repo / "docs" / name).symlink_to(repo.parent / "mine")
    at.call("inventory", path=str(repo))
    assert (repo.parent / "mine").read_text() == "precious"
    assert not (repo / REPORT).is_symlink()
    assert "old.py" in (repo / REPORT).read_text()


def test_a_folder_that_is_a_link_out_of_the_repository_is_not_written_to(
    at: Desk, repo: Path, tmp_path: Path
) -> None:
    (repo / "docs").rmdir()
    (tmp_path / "elsewhere").mkdir()
    (repo / "docs").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Unreadable, match="leads out") as refused:
        at.call("inventory", path=str(repo))
    assert "--out" in refused.value.next
    assert not [*(tmp_path / "elsewhere").iterdir()]


def test_a_class_that_is_none_is_refused(at: Desk, repo: Path) -> None:
    for name in ("inventory", "inventory.kept"):
        with pytest.raises(Invalid, match="only is none of production"):
            at.call(name, only="nonsense")


def test_it_is_told_how_far_a_long_inventory_is(at: Desk, repo: Path) -> None:
    for n in range(50):
        (repo / f"m{n}.py").write_text("def main():\n    return 1\n")
    told: list[Progress] = []
    at.app.call("inventory", {"path": str(repo)}, ALICE, report=told.append)
    assert [one.note for one in told[::3]] == ["reading", "understanding", "comparing"]
    assert [(one.done, one.total, one.unit) for one in told[:3]] == [
        (0, 51, "files"), (20, 51, "files"), (40, 51, "files"),
    ]  # fmt: skip


def test_a_history_that_is_cut_off_says_nothing_of_a_file_s_age_and_is_told(
    at: Desk, tmp_path: Path
) -> None:
    whole = init(tmp_path / "whole")
    for n in range(6):
        commit(whole, {"tool.py": f"print({n})\nif __name__ == '__main__':\n    print(1)\n"})
    run(tmp_path, "clone", "-q", "--depth", "5", f"file://{whole}", "cut")
    told = {name: at.call("inventory", path=str(tmp_path / name)) for name in ("whole", "cut")}
    assert told["whole"]["note"] == ""
    assert "git fetch --unshallow" in told["cut"]["note"]
    assert told["cut"]["note"] in (tmp_path / "cut" / REPORT).read_text()
    kept = {one["name"]: one["id"] for one in at.call("inventory.kept")["inventories"]}
    for name, one in told.items():
        assert at.call("inventory.kept", id=kept[name])["note"] == one["note"]


def test_a_clone_that_lacks_what_stood_in_older_files_is_told_of_all_the_same(
    at: Desk, tmp_path: Path
) -> None:
    repo = init(tmp_path / "shop")
    used = "".join(f"def step_{n}():\n    return {n}\n" for n in range(9))
    commit(repo, {"coins.py": used, "till.py": "import coins\n"}, day="2020-01-01")
    lost = run(repo, "rev-parse", "HEAD:till.py").strip()
    commit(repo, {"till.py": "print(1)\n"}, day="2022-01-01")

    def why() -> list[str]:
        told = at.call("inventory", path=str(repo), dry_run=True)["files"]
        return next(one["why"] for one in told if one["path"] == "coins.py")

    said = "what imported it does so no more"
    assert said in why()
    (repo / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    assert said not in why()


def test_the_second_inventory_says_what_the_first_did(at: Desk, repo: Path) -> None:
    first, second = (at.call("inventory", path=str(repo)) for _ in range(2))
    assert first == second
    assert first["dead"] == 1


def test_one_file_that_is_nested_too_deep_to_follow_stops_no_inventory(
    at: Desk, repo: Path
) -> None:
    long = "+".join(["x"] * 1200)
    body = "\n".join(f"    y{n} = {long}" for n in range(12))
    (repo / "deep.py").write_text(f"y = {long}\nimport old\ndef f(x):\n{body}\n")
    (repo / "again.py").write_text((repo / "deep.py").read_text())
    told = {one["path"]: one for one in at.call("inventory", path=str(repo))["files"]}
    assert set(told) == {"again.py", "deep.py", "old.py"}
    assert told["old.py"]["importers"] == ["again.py", "deep.py"]


def test_a_name_that_is_no_text_is_counted_as_left_out(at: Desk, repo: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(repo) + b"/\xff.py")).write_text("x = 1\n")
    except OSError:
        pytest.skip("this disk takes no such name")
    told = at.call("inventory", path=str(repo))
    assert [one["path"] for one in told["files"]] == ["old.py"]
    assert told["left_out"] == 1


def test_a_name_of_two_lines_stays_in_its_row_of_the_report(at: Desk, repo: Path) -> None:
    (repo / "a\n|b`.py").write_text("x = 1\n")
    at.call("inventory", path=str(repo))
    assert "| `a \\|b'.py` |" in (repo / REPORT).read_text()


def test_an_inventory_that_an_earlier_version_kept_says_nothing_of_its_history(
    at: Desk, repo: Path
) -> None:
    at.call("inventory", path=str(repo))
    (kept,) = at.app.places.root.rglob("inventories/*.json")
    said = json.loads(kept.read_text())
    del said["note"]
    kept.write_text(json.dumps(said))
    assert at.call("inventory.kept", id="")["note"] == ""
