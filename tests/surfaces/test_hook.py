"""A hook notes where a session stands, never what was said in it, and never fails its client."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from passdown.domain.errors import Invalid
from passdown.surfaces import hook

PROGRAM = str(Path(sys.executable).with_name("passdown"))
SECRET = "the launch code is 0000"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def transcript(tmp_path: Path) -> Path:
    path = tmp_path / "session.jsonl"
    path.write_text("x" * 120)
    return path


def message(transcript: Path, **more: Any) -> dict[str, Any]:
    return {
        "session_id": "s-1",
        "transcript_path": str(transcript),
        "hook_event_name": "PostToolUse",
        "tool_name": "Bash",
        "tool_input": {"command": SECRET},
        "tool_response": SECRET,
        **more,
    }


def fire(
    store: Path, said: bytes | dict[str, Any], *words: str
) -> subprocess.CompletedProcess[bytes]:
    raw = said if isinstance(said, bytes) else json.dumps(said).encode()
    command = [PROGRAM, "hook", *words, "--store", str(store)]
    return subprocess.run(command, input=raw, capture_output=True, check=False, timeout=60)


def log(store: Path) -> str:
    path = store / "hook.log"
    return path.read_text() if path.exists() else ""


def spooled(store: Path) -> list[dict[str, Any]]:
    files = [p for p in (store / "spool").glob("*.jsonl")] if (store / "spool").is_dir() else []
    return [json.loads(row) for path in files for row in path.read_text().splitlines()]


def test_a_hook_spools_who_where_and_which_tool(store: Path, transcript: Path) -> None:
    done = fire(store, message(transcript), "post-tool")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    (row,) = spooled(store)
    assert row.pop("at").endswith("Z")
    assert row == {
        "client": "claude-code",
        "event": "post-tool",
        "session": "s-1",
        "path": str(transcript),
        "offset": 120,
        "tool": "Bash",
    }
    assert log(store) == ""


def test_no_content_reaches_the_disk(store: Path, transcript: Path) -> None:
    fire(store, message(transcript), "post-tool")
    fire(store, b'{"session_id": "' + SECRET.encode(), "post-tool")
    assert log(store)
    files = [path for path in store.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if SECRET.encode() in path.read_bytes()]


def test_the_store_of_a_hook_is_its_owners_only(store: Path, transcript: Path) -> None:
    fire(store, message(transcript), "stop")
    fire(store, b"{", "stop")
    for path in (store, *store.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"session_id": 4}',
        b'{"session_id": "a\\u0000b"}',
        b'{"tool_name": "Bash"}',
        json.dumps({"session_id": "s" * 300}).encode(),
        json.dumps({"session_id": "s", "tool_input": "x" * hook.LIMIT}).encode(),
    ],
    ids=lambda said: said[:20],
)
def test_a_bad_message_is_logged_and_nothing_else(store: Path, said: bytes) -> None:
    done = fire(store, said, "stop")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert spooled(store) == []
    assert len(log(store).splitlines()) == 1


@pytest.mark.parametrize("words", [(), ("--nonsense",), ("a", "b", "c"), ("--store",)])
def test_odd_words_do_not_fail_the_client(
    store: Path, transcript: Path, words: tuple[str, ...]
) -> None:
    done = fire(store, message(transcript), *words)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_the_event_is_the_clients_when_the_command_names_none(transcript: Path) -> None:
    found = hook.pointer(json.dumps(message(transcript)).encode(), event="", client="c")
    assert found["event"] == "PostToolUse"


def test_a_transcript_that_is_not_there_yet_is_noted_at_its_start(tmp_path: Path) -> None:
    said = json.dumps(message(tmp_path / "later.jsonl")).encode()
    assert hook.pointer(said, event="start", client="c")["offset"] == 0


def test_a_message_without_session_and_transcript_points_nowhere() -> None:
    with pytest.raises(Invalid, match="neither a session nor a transcript"):
        hook.pointer(b"{}", event="stop", client="c")


def test_an_unwritable_store_does_not_fail_the_client(tmp_path: Path, transcript: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the store's folder should be")
    done = fire(blocked, message(transcript), "stop")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_client_that_never_ends_its_message_is_not_waited_for(store: Path) -> None:
    source, target = os.pipe()
    began = time.monotonic()
    with os.fdopen(source, "rb") as stdin:
        command = [PROGRAM, "hook", "stop", "--store", str(store)]
        done = subprocess.run(command, stdin=stdin, capture_output=True, check=False, timeout=60)
    os.close(target)
    assert done.returncode == 0
    assert time.monotonic() - began < hook.PATIENCE + 8
    assert "no end of the message" in log(store)


def test_the_log_does_not_grow_for_ever(store: Path) -> None:
    for _ in range(700):
        hook.log(store, ValueError("x" * 300))
    sizes = {path.name: path.stat().st_size for path in store.iterdir()}
    assert set(sizes) == {"hook.log", "hook.log.1"}
    assert max(sizes.values()) < hook.LOG_SIZE + 1000


def test_a_link_in_place_of_the_log_is_not_followed(store: Path, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    target.write_text("mine")
    store.mkdir()
    (store / "hook.log").symlink_to(target)
    hook.log(store, ValueError("x"))
    assert target.read_text() == "mine"
