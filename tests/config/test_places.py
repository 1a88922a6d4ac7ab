"""Where a store is, when that cannot be, and its key."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from passdown.config.identity import AGENT_VARIABLES, identify_terminal
from passdown.config.places import KEY, make_home, places, store_key
from passdown.domain.actor import Kind
from passdown.domain.errors import StoreError
from passdown.storage.files import prepare


def test_a_current_folder_that_was_removed_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(StoreError, match="the current folder was removed"):
        places()
    monkeypatch.chdir(tmp_path)
    assert places().cwd == tmp_path


def test_a_kind_of_database_that_is_not_known_makes_no_folder_of_that_name(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as told:
        places("mysql://me:hunter2@db/x")
    assert told.value.what == "no store is kept at mysql://"
    assert "hunter2" not in str(told.value)
    assert not Path("mysql:").exists()


@pytest.mark.parametrize("name", ["notes.txt", "store.db.txt"])
def test_a_folder_of_other_things_is_not_closed_to_their_readers(tmp_path: Path, name: str) -> None:
    there = tmp_path / "shared"
    there.mkdir()
    there.chmod(0o755)
    (there / name).write_text("mine")
    with pytest.raises(StoreError, match="other things stand in that folder"):
        make_home(there)
    with pytest.raises(StoreError, match="a folder of its own"):
        prepare(str(there / "store.db"))
    assert stat.S_IMODE(there.stat().st_mode) == 0o755
    assert [path.name for path in there.iterdir()] == [name]


@pytest.mark.parametrize("name", ["store.db", "key", "spool", "old.backup", ""])
def test_a_store_that_was_open_to_others_is_closed(tmp_path: Path, name: str) -> None:
    home = tmp_path / "kept"
    home.mkdir()
    home.chmod(0o755)
    if name:
        (home / name).touch()
        (home / "notes.txt").touch()
    make_home(home)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_a_key_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    key = store_key(tmp_path / "store")
    file = tmp_path / "store" / KEY
    file.chmod(0o644)
    assert store_key(tmp_path / "store") == key
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("variable", AGENT_VARIABLES)
def test_whoever_is_at_the_terminal_is_an_agent_where_a_client_says_so(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("passdown.config.identity._interactive", lambda: True)
    assert identify_terminal().kind is Kind.HUMAN
    monkeypatch.setenv(variable, "1")
    assert identify_terminal().kind is Kind.AGENT
