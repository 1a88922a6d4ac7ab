"""`up` and `demo` as a person runs them: real processes, a fresh home, no terminal."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from passdown.domain.errors import StoreError
from passdown.text.draw import Look
from passdown.up import run
from passdown.up.run import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.app import App

PATIENCE = 60


def passdown(*words: str, store: Path | None = None) -> subprocess.CompletedProcess[str]:
    """One command, with nobody at the terminal."""
    command = [sys.executable, "-m", "passdown", *words]
    command += ["--store", str(store)] if store else []
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE
    )


def answer(*words: str, store: Path) -> Any:
    """The JSON a command answers."""
    done = passdown(*words, "--json", store=store)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_without_consent_up_shows_the_samples_and_leaves_nothing_behind(tmp_path: Path) -> None:
    transcripts = Path.home() / ".claude" / "projects" / "p"
    transcripts.mkdir(parents=True)
    shutil.copy(SAMPLES / "session_failure.jsonl", transcripts)
    done = passdown("up", "--once")
    assert done.returncode == 0, done.stderr
    assert "Samples only, in a temporary store: nothing to read was named." in done.stdout
    assert "Read 5 files" in done.stdout
    assert done.stdout.count("\nMined ") == 1, "a loop that found nothing is not told"
    (store,) = (line for line in done.stdout.splitlines() if line.startswith("Store: "))
    assert not Path(store.removeprefix("Store: ").partition(" (")[0]).exists()
    assert not list(Path.home().rglob("store.db"))


def test_with_consent_up_reads_what_it_discovers(tmp_path: Path) -> None:
    transcripts = Path.home() / ".claude" / "projects" / "p"
    transcripts.mkdir(parents=True)
    shutil.copy(SAMPLES / "session_failure.jsonl", transcripts)
    store = tmp_path / "store"
    done = passdown("up", "--once", "--yes", store=store)
    assert done.returncode == 0, done.stderr
    assert "Read 1 file, 0 unchanged: 1 session, " in done.stdout
    assert len(answer("sessions", store=store)["sessions"]) == 1


def test_up_again_reads_nothing_twice_and_asks_nothing_twice(tmp_path: Path) -> None:
    store = tmp_path / "store"
    assert passdown("up", str(SAMPLES), "--once", store=store).returncode == 0
    asked = answer("pending", store=store)["proposals"]
    again = passdown("up", str(SAMPLES), "--once", store=store)
    assert "Read 0 files, 5 unchanged: 0 sessions, 0 new observations" in again.stdout
    assert answer("pending", store=store)["proposals"] == asked
    assert len(asked) >= 5


def test_a_path_that_is_not_there_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    done = passdown("up", "/no/such/place", "--once", store=tmp_path / "store")
    assert done.returncode != 0
    assert "error[not_found]: no such file or folder (/no/such/place)" in done.stderr
    assert "next: " in done.stderr


@pytest.mark.parametrize(
    ("name", "step"), [("", "`passdown discover`"), ("data.bin", "name one file to be told why")]
)
def test_up_with_nothing_to_read_says_what_to_do(tmp_path: Path, name: str, step: str) -> None:
    folder = tmp_path / "transcripts"
    folder.mkdir()
    if name:
        (folder / name).write_text("none")
    done = passdown("up", str(folder), "--once", store=tmp_path / "store")
    assert done.returncode == 0, done.stderr
    assert step in done.stdout


@pytest.fixture
def going(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path, Path]]:
    """`up` at work on a folder of transcripts."""
    folder, store = tmp_path / "transcripts", tmp_path / "store"
    folder.mkdir()
    shutil.copy(SAMPLES / "session_failure.jsonl", folder)
    knobs = ["--set", "observe.every=1s", "--set", "mine.every=1s"]
    command = [sys.executable, "-m", "passdown", "up", str(folder), "--store", str(store), *knobs]
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process, folder, store
    process.kill()
    process.communicate()


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_up_goes_on_reading_and_mining_as_new_lines_arrive(
    going: tuple[subprocess.Popen[str], Path, Path], stop: signal.Signals
) -> None:
    process, folder, store = going
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Reading on"):
            break
    before = len(answer("pending", store=store)["proposals"])
    shutil.copy(SAMPLES / "session_partial.jsonl", folder)
    assert _eventually(lambda: len(answer("sessions", store=store)["sessions"]) == 2)
    assert _eventually(lambda: len(answer("pending", store=store)["proposals"]) > before)
    assert re.search(
        r"^\d new proposals?, \d+ waiting: passdown review$", process.stdout.readline()
    )
    process.send_signal(stop)
    assert process.wait(timeout=PATIENCE) == 0


def test_a_store_that_cannot_be_read_just_now_does_not_end_it() -> None:
    class Away:
        @property
        def store(self) -> Any:
            raise StoreError("the database cannot be reached")

    assert run._waiting(cast("App", Away()), 3) == 3


def test_the_demo_tells_the_whole_loop() -> None:
    began = time.monotonic()
    done = passdown("demo")
    assert done.returncode == 0, done.stderr
    told = done.stdout
    before, after = told.split("4  The gate asks")
    assert "5 sessions" in before
    assert "(empty)" in before
    assert "Would have prevented" in after
    assert "`uv run pytest` works. (tool-quirk) [pd:" in after
    assert "passdown undo " in after
    assert "pytest: command not found" in after.split("6  What it would have prevented")[1]
    assert told.rstrip().endswith("everything else")
    assert time.monotonic() - began < 30


def test_up_without_any_standard_input_shows_the_samples() -> None:
    transcripts = Path.home() / ".claude" / "projects" / "p"
    transcripts.mkdir(parents=True)
    shutil.copy(SAMPLES / "session_failure.jsonl", transcripts)
    command = shlex.join([sys.executable, "-m", "passdown", "up", "--once"])
    done = subprocess.run(
        ["sh", "-c", f"{command} <&-"], capture_output=True, text=True, timeout=PATIENCE
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Samples only, in a temporary store: nothing to read was named." in done.stdout


def test_the_end_of_the_input_is_a_no(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", gone)
    assert run._answer("Read them? [y/N] ") == "no"


def test_what_up_says_breaks_between_words_where_the_terminal_ends(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "look", lambda _: Look(24, fit=True))
    run._say("Always run the linter before", "  1  ")
    assert capsys.readouterr().out == "  1  Always run the\n     linter before\n"


def _eventually(holds: Any) -> bool:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.3)
    return False
