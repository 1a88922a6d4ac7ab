"""The mirror: plain files that say what is known, in a folder of their own."""

from __future__ import annotations

import json
import os
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest

from passdown.domain.actor import agent
from passdown.domain.errors import Forbidden, Invalid, NotFound, StoreError
from passdown.domain.scope import Sight
from tests.shelf import ALICE, Shelf

ROBOT = agent("agent:robot")


@pytest.fixture
def shelf(tmp_path: Path):
    made = Shelf(tmp_path)
    yield made
    made.app.close()


# ---- what is written


def test_the_mirror_has_an_index_and_a_page_for_each_scope(shelf: Shelf) -> None:
    everywhere = shelf.know("Run the tests with uv run pytest.")
    never = shelf.know("Never push to the main branch.")
    web = shelf.know("The login page needs a cookie.", "repo:web")
    robot = shelf.know("Answer in British English.", "agent:robot")
    done = shelf.mirror()
    assert done["root"] == str(shelf.root)
    assert set(shelf.files()) == {
        "index.json",
        "ledger.txt",
        "global/facts.md",
        "global/pitfalls.md",
        "repos/web.md",
        "agents/robot.md",
    }
    assert f"- Run the tests with uv run pytest. [pd:{everywhere}]\n" in shelf.text(
        "global/facts.md"
    )
    assert f"- Never push to the main branch. [pd:{never}]\n" in shelf.text("global/pitfalls.md")
    assert f"- The login page needs a cookie. [pd:{web}]\n" in shelf.text("repos/web.md")
    assert f"- Answer in British English. [pd:{robot}]\n" in shelf.text("agents/robot.md")


def test_the_index_has_exactly_the_agreed_shape(shelf: Shelf) -> None:
    shelf.know("The login page needs a cookie.", "repo:web")
    shelf.know("Answer in British English.", "agent:robot")
    shelf.know("Run the tests with uv run pytest.")
    shelf.mirror()
    index = json.loads(shelf.text("index.json"))
    assert set(index) == {"version", "last_updated", "total_facts", "facts"}
    assert index["total_facts"] == len(index["facts"]) == 3
    assert [f["id"] for f in index["facts"]] == sorted(f["id"] for f in index["facts"])
    for fact in index["facts"]:
        assert list(fact) == [
            *("id", "fact", "category", "repo", "agent", "confidence", "status"),
            *("source_session", "first_seen", "last_seen"),
        ]
        assert fact["status"] == "active"
        assert fact["source_session"].startswith("said:alice")
    where = {(f["fact"], f["repo"], f["agent"]) for f in index["facts"]}
    assert where == {
        ("The login page needs a cookie.", "web", ""),
        ("Answer in British English.", "global", "robot"),
        ("Run the tests with uv run pytest.", "global", ""),
    }


def test_the_same_store_gives_the_same_bytes_and_writes_nothing_twice(shelf: Shelf) -> None:
    shelf.know("Run the tests with uv run pytest.")
    shelf.know("The login page needs a cookie.", "repo:web")
    shelf.mirror()
    first = shelf.files()
    again = shelf.mirror()
    assert again["written"] == again["removed"] == again["mended"] == []
    shelf.mirror(root=str(shelf.home / "other"))
    other = {
        str(p.relative_to(shelf.home / "other")): p.read_bytes()
        for p in (shelf.home / "other").rglob("*")
        if p.is_file()
    }
    assert shelf.files() == first == other


def test_a_page_that_nothing_stands_on_any_more_goes_and_nothing_else_does(shelf: Shelf) -> None:
    shelf.know("The login page needs a cookie.", "repo:web")
    shelf.mirror()
    (shelf.root / "repos" / "notes.txt").write_text("mine")
    (shelf.root / "README.md").write_text("# About this folder\n")
    (shelf.root / "repos" / "web.md").write_text("# Repo web\n")
    shelf.pull()
    shelf.approve_all()
    done = shelf.mirror()
    assert done["removed"] == ["repos/web.md"]
    assert set(shelf.files()) == {"index.json", "ledger.txt", "README.md", "repos/notes.txt"}


def test_the_ledgers_head_stands_in_the_mirror(shelf: Shelf) -> None:
    shelf.know("Run the tests with uv run pytest.")
    shelf.mirror()
    with shelf.app.store.read(Sight(None)) as tx:
        seq, hash = tx.ledger.head()
    assert shelf.text("ledger.txt") == f"{seq} {hash}\n"


@pytest.mark.parametrize("umask", [0, 0o022, 0o777])
def test_the_mirror_is_for_its_owner_only_whatever_the_umask(shelf: Shelf, umask: int) -> None:
    shelf.know("The login page needs a cookie.", "repo:web")
    before = os.umask(umask)
    try:
        shelf.mirror()
    finally:
        os.umask(before)
    for place in (shelf.root, *shelf.root.rglob("*")):
        assert stat.S_IMODE(place.stat().st_mode) == (0o700 if place.is_dir() else 0o600)
    beside = shelf.app.home / "mirrors"
    assert {stat.S_IMODE(p.stat().st_mode) for p in beside.iterdir()} == {0o600}


def test_looser_modes_in_the_mirror_are_mended_and_named(shelf: Shelf) -> None:
    shelf.know("The login page needs a cookie.", "repo:web")
    shelf.mirror()
    shelf.root.chmod(0o755)
    (shelf.root / "repos" / "web.md").chmod(0o644)
    done = shelf.mirror()
    assert done["mended"] == [
        f"{shelf.root}: 0755 is now 0700",
        f"{shelf.root}/repos/web.md: 0644 is now 0600",
    ]


def test_names_of_repos_lead_nowhere_and_no_two_are_one(shelf: Shelf) -> None:
    names = ["acme/web", "acme%2Fweb", ".hidden", "Web", "web", "x" * 190, "y~1", "..."]
    for name in names:
        shelf.know(f"Something holds in {len(name)} {name.upper()[:20]}.", f"repo:{name}")
    shelf.mirror()
    pages = sorted(p.name for p in (shelf.root / "repos").iterdir())
    assert len({page.casefold() for page in pages}) == len(names)
    assert "acme%2Fweb.md" in pages
    assert not any(page.startswith(".") for page in pages)
    assert not (shelf.home / "repos").exists()


# ---- where it is written


def test_a_link_in_the_mirror_is_refused_and_what_it_leads_to_stays(shelf: Shelf) -> None:
    shelf.know("The login page needs a cookie.", "repo:web")
    outside = shelf.home / "outside"
    outside.mkdir()
    (outside / "web.md").write_text("mine")
    shelf.root.mkdir()
    (shelf.root / "repos").symlink_to(outside)
    with pytest.raises(StoreError, match="link"):
        shelf.mirror(force=True)
    (shelf.root / "repos").unlink()
    (shelf.root / "repos").mkdir()
    (shelf.root / "repos" / "web.md").symlink_to(outside / "web.md")
    with pytest.raises(StoreError, match="link"):
        shelf.mirror(force=True)
    with pytest.raises(StoreError, match="link"):
        shelf.pull()
    assert (outside / "web.md").read_text() == "mine"


def test_a_root_that_is_a_link_is_refused(shelf: Shelf) -> None:
    (shelf.home / "there").mkdir()
    shelf.root.symlink_to(shelf.home / "there")
    with pytest.raises(StoreError, match="link"):
        shelf.mirror()


def test_a_mirror_needs_a_folder_of_its_own(shelf: Shelf) -> None:
    (shelf.home / "project" / ".git").mkdir(parents=True)
    for root in ("/", str(shelf.home), str(shelf.app.home), str(shelf.home / "project")):
        with pytest.raises(Invalid, match="folder of its own"):
            shelf.mirror(root=root)
    with pytest.raises(Invalid, match="inside the store"):
        shelf.mirror(root=str(shelf.app.home / "spool"))


def test_only_people_say_which_folder_and_what_is_lost(shelf: Shelf) -> None:
    shelf.call("mirror", ROBOT)
    for params in ({"root": str(shelf.home / "x")}, {"force": True}):
        with pytest.raises(Forbidden):
            shelf.call("mirror", ROBOT, **params)
    with pytest.raises(Forbidden):
        shelf.app.call("mirror", {}, ALICE, sight=Sight.at("web"))


def test_nothing_is_pulled_where_no_mirror_is(shelf: Shelf) -> None:
    with pytest.raises(NotFound, match="no mirror"):
        shelf.pull()
    assert not shelf.root.exists()


# ---- when something is forgotten


def forget(shelf: Shelf) -> Any:
    return shelf.call("forget", session="said:alice:repo:web", confirm=True)


def test_what_is_forgotten_leaves_every_mirror_and_what_is_noted_of_it(shelf: Shelf) -> None:
    shelf.know("The login page needs a cookie.", "repo:web")
    shelf.know("Run the tests with uv run pytest.")
    shelf.mirror()
    shelf.mirror(root=str(shelf.home / "other"))
    shelf.mirror(root=str(shelf.home / "lost"))
    shutil.rmtree(shelf.home / "lost")
    done = forget(shelf)
    assert (done["scrubbed"], done["copies"]) == (True, [])
    shelf.app.close()
    left = b"".join(p.read_bytes() for p in shelf.home.rglob("*") if p.is_file())
    assert b"needs a cookie" not in left
    assert b"uv run pytest" in left
    assert not (shelf.home / "lost").exists()


def test_a_mirror_with_edits_is_left_and_named_among_the_copies(shelf: Shelf) -> None:
    shelf.know("The login page needs a cookie.", "repo:web")
    shelf.mirror()
    shelf.edit("repos/web.md", "cookie", "key")
    assert forget(shelf)["copies"] == [str(shelf.root)]
    assert "needs a key" in shelf.text("repos/web.md")
    shelf.mirror(force=True)
    assert shelf.lines() == set()


def test_doctor_names_a_mirror_that_others_can_read(shelf: Shelf) -> None:
    shelf.know("Run the tests with uv run pytest.")
    shelf.mirror()
    assert shelf.call("doctor")["ok"]
    shelf.root.chmod(0o755)
    (check,) = [c for c in shelf.call("doctor")["checks"] if c["check"] == "modes"]
    assert (check["ok"], str(shelf.root) in check["found"]) == (False, True)
    assert check["next"] == f"passdown mirror {shelf.root}"
    shelf.mirror()
    assert shelf.call("doctor")["ok"]


def test_a_damaged_note_of_a_mirror_is_named(shelf: Shelf) -> None:
    shelf.mirror()
    (note,) = (shelf.app.home / "mirrors").glob("*.json")
    note.write_text('{"root": "' + str(shelf.root) + '", "files": 7}')
    with pytest.raises(StoreError, match="damaged"):
        shelf.mirror()
