"""After real use, by real processes, everything a store keeps is its owner's alone."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from passdown.app import open_app
from passdown.domain.actor import human
from passdown.storage.files import MARKED, OWN_ENDS, OWN_FILES, OWN_FOLDERS, mend
from passdown.up.run import SAMPLES

PATIENCE = 60


def passdown(store: Path, *words: str, stdin: str = "") -> str:
    """One command as a process; what it printed."""
    command = [sys.executable, "-m", "passdown", *words, "--store", str(store)]
    done = subprocess.run(
        command,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def loose(folder: Path) -> list[str]:
    """Every file and folder that somebody else may look into, or that is no plain file."""
    found = []
    for path in (folder, *folder.rglob("*")):
        mode = path.lstat().st_mode
        wanted = 0o700 if stat.S_ISDIR(mode) else 0o600
        if stat.S_ISLNK(mode) or stat.S_IMODE(mode) != wanted:
            found.append(f"{path}: {stat.S_IMODE(mode):04o}")
    return found


def use(store: Path) -> None:
    """Do with it whatever leaves a file."""
    message = {"session_id": "s1", "transcript_path": str(SAMPLES / "session_failure.jsonl")}
    call = {"session_id": "s1", "tool_name": "Bash", "tool_input": {"command": "pytest -q"}}
    passdown(store, "ingest", str(SAMPLES))
    passdown(store, "mine")
    passdown(store, "hook", "SessionEnd", stdin=json.dumps(message))
    passdown(store, "hook", "SessionEnd", stdin="not JSON")
    with open_app(store=str(store)) as app:
        stated = {"text": "The staging host is called s1.", "confirm": True}
        app.call("add", stated, human("alice"))
    assert "staging" in passdown(store, "brief")
    passdown(store, "session", "start", "--session", "s1")
    passdown(store, "salience", "s1", "--query", "why does test_login fail")
    passdown(store, "event", '{"source": "bot", "event_kind": "cycle", "ok": true}')
    passdown(store, "hook", "pre-tool", stdin=json.dumps(call))
    passdown(store, "mirror")


@pytest.fixture
def used(tmp_path: Path) -> Path:
    store = tmp_path / "store"
    before = os.umask(0)
    try:
        use(store)
    finally:
        os.umask(before)
    return store


def test_everything_that_use_leaves_is_its_owners_alone(used: Path) -> None:
    assert loose(used) == []
    names = {str(path.relative_to(used)) for path in used.rglob("*") if path.is_file()}
    assert {"store.db", "key", "hook.log", "spool/spool.jsonl", "knowledge/index.json"} <= names
    assert {name.split("/")[0] for name in names} >= {"mirrors", "live", "served", "spool"}


def test_every_kind_of_file_is_known_to_be_ours(used: Path) -> None:
    """What is mended when a store is opened is all there is, but for the store and the mirror."""
    tops = {path.name for path in used.iterdir()}
    others = {"store.db", "store.db-wal", "store.db-shm", *(p.split("/")[0] for p, _ in MARKED)}
    known = {*OWN_FILES, *OWN_FOLDERS, *others}
    assert {name for name in tops - known if not name.endswith(OWN_ENDS)} == set()


def test_looser_modes_found_at_start_are_mended_and_reported(used: Path) -> None:
    (used / "config.toml").write_text("")
    (used / "store.db.before-1.backup").write_text("")
    (used / "promotions" / "claims").mkdir(parents=True)
    (used / "promotions" / "claims" / "x.json").write_text("{}")
    (used / "theirs").mkdir()
    script = used / "theirs" / "script.sh"
    script.write_text("")
    ours = [p for p in used.rglob("*") if "theirs" not in p.parts and p != used / "data"]
    for path in (used, *ours, script):
        path.chmod(0o755 if path.is_dir() or path == script else 0o644)
    (used / "theirs").chmod(0o755)
    foreign = used.parent / "foreign"
    (foreign / "knowledge").mkdir(parents=True)
    (foreign / "knowledge" / "run.sh").touch(0o755)
    assert mend(str(foreign)) == []
    told = json.loads(passdown(used, "status", "--json"))["store"]["mended"]
    assert {line.split(": ")[0] for line in told} == {str(path) for path in (used, *ours)}
    assert all(line.endswith(("is now 0700", "is now 0600")) for line in told)
    assert [line for line in loose(used) if "theirs" not in line] == []
    assert stat.S_IMODE(script.stat().st_mode) == 0o755
    assert json.loads(passdown(used, "status", "--json"))["store"]["mended"] == []


def test_a_mirror_in_the_store_that_was_opened_to_others_is_mended_at_start(used: Path) -> None:
    page = used / "knowledge" / "index.json"
    page.chmod(0o644)
    told = json.loads(passdown(used, "status", "--json"))["store"]["mended"]
    assert told == [f"{page}: 0644 is now 0600"]
    assert loose(used) == []


def test_a_link_is_left_and_not_followed(tmp_path: Path) -> None:
    store, outside = tmp_path / "store", tmp_path / "outside"
    (store / "spool").mkdir(parents=True)
    outside.mkdir()
    (outside / "mine").write_text("")
    (outside / "mine").chmod(0o644)
    (store / "spool" / "in").symlink_to(outside)
    (store / "served").symlink_to(outside)
    (store / "key").symlink_to(outside / "mine")
    os.chmod(store / "spool", 0o755)
    assert mend(str(store)) == [f"{store}/spool: 0755 is now 0700"]
    assert stat.S_IMODE((outside / "mine").stat().st_mode) == 0o644
    assert mend(str(tmp_path / "nowhere")) == []
