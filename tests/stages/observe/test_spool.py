"""Hooks leave pointers, never content; none is lost, whoever drains."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from passdown.stages.observe.spool import append, drain, files

POINTER = {
    "client": "claude-code",
    "event": "PostToolUse",
    "session": "s1",
    "path": "/t.jsonl",
    "offset": 120,
    "tool": "Bash",
    "at": "2026-11-21T03:15:00.000Z",
}


def test_a_pointer_comes_back_as_it_was_and_once(tmp_path: Path) -> None:
    append(tmp_path, POINTER)
    with drain(tmp_path) as pointers:
        assert pointers == [POINTER]
    with drain(tmp_path) as pointers:
        assert pointers == []


def test_content_never_reaches_the_disk(tmp_path: Path) -> None:
    said = {"tool_input": "hunter2", "prompt": "hunter2", "offset": "hunter2", "at": ["hunter2"]}
    append(tmp_path, {**POINTER, **said})
    written = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    assert b"hunter2" not in written
    assert b"/t.jsonl" in written


def test_every_text_is_bounded(tmp_path: Path) -> None:
    append(tmp_path, {k: "x" * 100_000 for k in POINTER})
    with drain(tmp_path) as (pointer,):
        assert len(json.dumps(pointer)) < 6000


def test_the_spool_is_its_owner_s_alone(tmp_path: Path) -> None:
    append(tmp_path / "home", POINTER)
    for path in (tmp_path / "home").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0


def test_what_a_drain_did_not_finish_comes_again(tmp_path: Path) -> None:
    append(tmp_path, POINTER)
    with pytest.raises(RuntimeError):
        _fail_while_draining(tmp_path)
    seen = []
    for _ in range(2):
        with drain(tmp_path) as pointers:
            seen += [p["session"] for p in pointers]
    assert seen == ["s1", "s2"]


def test_a_row_torn_by_a_crash_costs_only_itself(tmp_path: Path) -> None:
    append(tmp_path, POINTER)
    (spool,) = [p for p in tmp_path.rglob("*") if p.is_file()]
    with spool.open("ab") as file:
        file.write(b'{"path": "/half\n')
    append(tmp_path, POINTER)
    with drain(tmp_path) as pointers:
        assert pointers == [POINTER, POINTER]


def test_pointers_of_many_processes_are_all_there(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from passdown.stages.observe.spool import append\n"
        "for n in range(200): append(Path(sys.argv[1]), {'path': f'/{sys.argv[2]}/{n}'})\n"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", script, str(tmp_path), str(n)]) for n in range(3)
    ]
    seen: list[str] = []
    while any(w.poll() is None for w in writers):
        with drain(tmp_path) as pointers:
            seen += [p["path"] for p in pointers]
    for _ in range(2):
        with drain(tmp_path) as pointers:
            seen += [p["path"] for p in pointers]
    assert all(w.returncode == 0 for w in writers)
    assert sorted(seen) == sorted(f"/{w}/{n}" for w in range(3) for n in range(200))


def test_each_transcript_is_named_once_the_latest_first() -> None:
    assert files([{"path": p} for p in ("a", "b", "a", "")] + [{}]) == ["a", "b"]


def test_appending_imports_nothing_heavy() -> None:
    script = (
        "import sys; import passdown.stages.observe.spool\n"
        "print([m for m in ('msgspec', 're2', 'sqlite3', 'asyncio') if m in sys.modules])\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=os.environ
    )
    assert ran.stdout.strip() == "[]"


def _fail_while_draining(home: Path) -> None:
    with drain(home) as pointers:
        assert len(pointers) == 1
        append(home, {**POINTER, "session": "s2"})
        raise RuntimeError
