"""`ingest` as people run it: real processes, pipes, a terminal where one is needed."""

from __future__ import annotations

import gzip
import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from passdown.up.run import SAMPLES

PATIENCE = 60
FAILURE, PARTIAL = SAMPLES / "session_failure.jsonl", SAMPLES / "session_partial.jsonl"


def passdown(*words: str, store: Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "passdown", *words, "--store", str(store)]
    return subprocess.run(command, input=stdin, capture_output=True, timeout=PATIENCE)


def answer(*words: str, store: Path, stdin: bytes = b"") -> Any:
    done = passdown(*words, "--json", store=store, stdin=stdin)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def discoverable() -> Path:
    """A transcript where Claude Code keeps its own."""
    folder = Path.home() / ".claude" / "projects" / "p"
    folder.mkdir(parents=True)
    return Path(shutil.copy(FAILURE, folder))


def test_files_folders_globs_and_a_pipe_are_read_together(store: Path, tmp_path: Path) -> None:
    packed = tmp_path / "a" / "failure.jsonl.gz"
    packed.parent.mkdir()
    packed.write_bytes(gzip.compress(FAILURE.read_bytes()))
    glob = str(SAMPLES / "session_s*.jsonl")
    done = answer("ingest", str(packed.parent), glob, "-", store=store, stdin=PARTIAL.read_bytes())
    assert done["sessions"] == done["files"] >= 3
    assert done["refusals"] == 0


def test_a_summary_tells_people_what_was_read_and_what_was_not(store: Path, tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(FAILURE.read_bytes() + b"broken\n")
    out = passdown("ingest", str(path), store=store).stdout.decode()
    assert "claude_code" in out
    assert "1 not JSON" in out
    assert str(path) in out.split("skipped", 1)[1]


def test_a_dry_run_tells_and_keeps_nothing(store: Path) -> None:
    told = answer("ingest", str(SAMPLES), "--dry-run", store=store)
    sizes = [path.stat().st_size for path in SAMPLES.glob("*.jsonl")]
    assert (told["files"], told["bytes"]) == (len(sizes), sum(sizes))
    assert told["cost"] == "nothing: reading asks no model"
    assert answer("sessions", store=store)["sessions"] == []
    page = passdown("ingest", str(SAMPLES), "--dry-run", store=store).stdout.decode()
    assert "estimated" in page


def test_since_leaves_old_files_alone(store: Path, tmp_path: Path) -> None:
    old, new = (Path(shutil.copy(path, tmp_path)) for path in (FAILURE, PARTIAL))
    os.utime(old, (1_600_000_000, 1_600_000_000))
    new.touch()
    done = answer("ingest", str(old), str(new), "--since", "7d", store=store)
    assert (done["files"], done["older"]) == (1, 1)


def test_nothing_named_is_an_error_that_says_what_to_do(store: Path) -> None:
    done = passdown("ingest", store=store)
    assert done.returncode == 2
    assert b"--discover" in done.stderr


def test_without_a_terminal_what_is_discovered_is_listed_and_left(
    store: Path, discoverable: Path
) -> None:
    done = passdown("ingest", "--discover", store=store, stdin=b"y\n")
    assert done.returncode == 0, done.stderr
    assert str(discoverable.parent.parent) in done.stdout.decode()
    assert b"--discover --yes" in done.stdout
    assert answer("sessions", store=store)["sessions"] == []
    assert answer("ingest", "--discover", "--yes", store=store)["files"] == 1


@pytest.mark.parametrize(("said", "sessions"), [("y", 1), ("n", 0), ("", 0)])
def test_at_a_terminal_it_asks_first(
    store: Path, discoverable: Path, said: str, sessions: int
) -> None:
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "passdown", "ingest", "--discover", "--store", str(store)]
    with subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave) as process:
        os.close(slave)
        seen = b""
        while b"[y/N]" not in seen:
            seen += os.read(master, 1000)
        assert b"1 files" in seen
        os.write(master, said.encode() + b"\n")
        while _more(master):
            pass
        assert process.wait(timeout=PATIENCE) == 0
    os.close(master)
    assert len(answer("sessions", store=store)["sessions"]) == sessions


def _more(master: int) -> bytes:
    try:
        return os.read(master, 1000)
    except OSError:  # what Linux says at the end of a terminal
        return b""


@pytest.fixture
def watching(tmp_path: Path, store: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """`ingest --watch` on a folder, after its first reading."""
    folder = tmp_path / "transcripts"
    folder.mkdir()
    shutil.copy(FAILURE, folder)
    words = ["ingest", str(folder), "--watch", "--store", str(store)]
    process = subprocess.Popen(
        [sys.executable, "-m", "passdown", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert any(line.startswith("Reading on") for line in process.stderr)
    yield process, folder
    process.kill()
    process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_watch_reads_what_arrives_and_ends_well(
    watching: tuple[subprocess.Popen[str], Path], store: Path, number: int
) -> None:
    process, folder = watching
    rows = PARTIAL.read_bytes().splitlines(keepends=True)
    later = folder / "later.jsonl"
    later.write_bytes(b"".join(rows[:3]) + rows[3][:20])
    assert process.stdout is not None
    first = next(line for line in process.stdout if "observations of" in line)
    assert "1 sessions (claude_code)" in first
    with later.open("ab") as file:
        file.write(rows[3][20:] + b"".join(rows[4:]))
    assert any("observations of" in line for line in process.stdout)
    process.send_signal(number)
    assert process.wait(timeout=PATIENCE) == 0
    assert len(answer("sessions", store=store)["sessions"]) == 2
    done = answer("ingest", str(folder), store=store)
    assert (done["observations"], done["torn"]) == (0, 0)


def test_a_watch_that_waits_costs_next_to_nothing(
    watching: tuple[subprocess.Popen[str], Path],
) -> None:
    process, _ = watching
    began = _cpu(process.pid)
    if began is None:
        pytest.skip("no /proc here")
    time.sleep(3)
    spent = (_cpu(process.pid) or 0) - began
    assert spent < 0.15


def _cpu(pid: int) -> float | None:
    """CPU seconds of a running process, its own and the system's."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
