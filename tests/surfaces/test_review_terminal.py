"""The keyboard review in a real terminal: what is drawn, what is sent, what it leaves behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from passdown.surfaces.review.sitting import TOO_QUICK

PROGRAM = str(Path(sys.executable).with_name("passdown"))
RULES = ("Staging is read-only on Fridays", "Run the tests with uv run pytest", "Never force-push")

pytestmark = pytest.mark.skipif(
    shutil.which("tmux") is None, reason="no tmux: the review was NOT tried in a terminal"
)


class Terminal:
    """A terminal of 80 columns and 24 lines with a shell in it, and a store of three proposals."""

    def __init__(self, folder: Path) -> None:
        self.store = folder / "store"
        self._socket = str(folder / "tmux")
        for rule in RULES:
            self.call("add", rule)
        plain = "env PS1='$ ' TERM=screen-256color bash --norc --noprofile"
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", plain)
        self.wait("$")

    def call(self, *words: str) -> Any:
        command = [PROGRAM, *words, "--store", str(self.store), "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    def start(self, before: str = "") -> None:
        self.type(f"clear; {before} {PROGRAM} review --store {self.store}", "Enter")

    def type(self, *keys: str) -> None:
        self._tmux("send-keys", *keys)

    def press(self, key: str, then: str) -> None:
        """A key for a card that was looked at, and what the screen shows after it."""
        time.sleep(TOO_QUICK + 0.1)
        self.type(key)
        self.wait(then)

    def paste(self, text: str) -> None:
        self._tmux("set-buffer", text)
        self._tmux("paste-buffer", "-p")

    def screen(self) -> list[str]:
        return self._tmux("capture-pane", "-p").stdout.rstrip("\n").split("\n")

    def wait(self, text: str, seconds: float = 30) -> list[str]:
        until = time.monotonic() + seconds
        while not any(text in line for line in self.screen()):
            assert time.monotonic() < until, "\n".join([f"no {text!r} in", *self.screen()])
            time.sleep(0.05)
        return self.screen()

    def resize(self, width: int, height: int) -> None:
        self._tmux("resize-window", "-x", str(width), "-y", str(height))

    def process(self) -> int:
        found = subprocess.run(
            ["pgrep", "-f", f"{PROGRAM} review --store {self.store}$"],
            capture_output=True,
            text=True,
            check=True,
        )
        return int(found.stdout.split()[-1])

    def states(self) -> list[str]:
        every = [p for status in ("open", "approved", "rejected") for p in self._all(status)]
        return [p["status"] for p in sorted(every, key=lambda p: RULES.index(_rule(p)))]

    def _all(self, status: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call("pending", "--status", status)["proposals"]
        return found

    def settings(self) -> str:
        """How the terminal was left, in its own words."""
        self.type("clear; stty -a | grep -o -E '[-]?(icanon|echo|isig) '; echo do''ne", "Enter")
        return " ".join(line.strip() for line in self.wait("done"))

    def close(self) -> None:
        self._tmux("kill-server")

    def _tmux(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = ["tmux", "-S", self._socket, *words]
        return subprocess.run(command, capture_output=True, text=True, check=True)


def _rule(proposal: dict[str, Any]) -> str:
    return next(rule for rule in RULES if rule in proposal["title"])


def on_top(screen: list[str]) -> int:
    return next(n for n, rule in enumerate(RULES) for line in screen if rule in line)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    made = Terminal(tmp_path)
    yield made
    made.close()


def test_a_reviewer_decides_takes_back_and_leaves(terminal: Terminal) -> None:
    terminal.start()
    first = on_top(terminal.wait("1 of 3 · 0 unsent"))
    terminal.press("a", "2 of 3 · 1 unsent")
    second = on_top(terminal.screen())
    terminal.press("x", "Why not?")
    terminal.press("3", "3 of 3 · 2 unsent")
    terminal.press("a", "3 unsent")
    terminal.press("u", "Taken back.")
    assert terminal.states() == ["pending"] * 3
    terminal.press("q", "Approved 1, rejected 1. 1 still waits.")
    third = ({0, 1, 2} - {first, second}).pop()
    states = terminal.states()
    assert [states[n] for n in (first, second, third)] == ["approved", "rejected", "pending"]
    rejected = terminal.call("pending", "--status", "rejected")["proposals"]
    assert [p["reason"] for p in rejected] == ["duplicate"]


def test_the_terminal_is_left_as_it_was_found(terminal: Terminal) -> None:
    before = terminal.settings()
    terminal.start()
    terminal.wait("1 of 3")
    terminal.press("q", "3 still wait.")
    assert "passdown review  " not in "\n".join(terminal.screen())
    assert terminal.settings() == before


def test_a_card_fills_a_small_terminal_and_follows_its_size(terminal: Terminal) -> None:
    terminal.start()
    screen = terminal.wait("1 of 3 · 0 unsent")
    assert screen[0].endswith("1 of 3 · 0 unsent")
    assert len(screen[0]) == 80
    assert "q quit" in screen[23]
    terminal.resize(44, 12)
    screen = terminal.wait("more lines")
    assert len(screen) == 12
    assert max(map(len, screen)) <= 44


def test_ctrl_c_asks_and_drops_only_on_request(terminal: Terminal) -> None:
    before = terminal.settings()
    terminal.start()
    terminal.wait("1 of 3")
    terminal.press("a", "1 unsent")
    terminal.press("C-c", "1 decision is unsent.")
    terminal.press("d", "dropped unsent: approve")
    assert terminal.states() == ["pending"] * 3
    assert terminal.settings() == before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_review_that_is_ended_from_outside_loses_nothing(
    terminal: Terminal, number: signal.Signals
) -> None:
    before = terminal.settings()
    terminal.start()
    terminal.wait("1 of 3")
    terminal.press("a", "1 unsent")
    os.kill(terminal.process(), number)
    terminal.wait("Approved 1, rejected 0.")
    assert sorted(terminal.states()) == ["approved", "pending", "pending"]
    assert terminal.settings() == before


def test_pasting_decides_nothing(terminal: Terminal) -> None:
    terminal.start()
    terminal.wait("1 of 3")
    time.sleep(TOO_QUICK + 0.1)
    terminal.paste("aaxxaa1\n")
    terminal.press("?", "Keys")
    terminal.press("?", "1 of 3 · 0 unsent")


def test_an_edit_in_the_reviewers_editor_is_what_is_approved(
    terminal: Terminal, tmp_path: Path
) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nsed -i \'s/"text": "/&Please: /\' "$1"\n')
    editor.chmod(0o755)
    terminal.start(before=f"EDITOR={editor}")
    terminal.wait("1 of 3")
    terminal.press("e", "edited: `a` accepts it like this")
    assert any("Please: " in line for line in terminal.screen())
    terminal.press("a", "2 of 3 · 1 unsent")
    terminal.press("q", "Approved 1")
    assert [r["text"][:8] for r in terminal.call("records")["records"]] == ["Please: "]


def test_an_edit_at_the_prompt_can_be_left(terminal: Terminal) -> None:
    terminal.start()
    terminal.wait("1 of 3")
    terminal.press("e", "Edit: ")
    terminal.type("C-c")
    terminal.wait("Not edited.")
    terminal.press("q", "3 still wait.")


def test_an_agent_in_a_terminal_is_refused(terminal: Terminal) -> None:
    terminal.start(before="CLAUDECODE=1")
    terminal.wait("error[forbidden]: approve is for people")
    terminal.type("echo exit $?", "Enter")
    terminal.wait("exit 4")


def test_an_empty_queue_needs_no_screen(terminal: Terminal, tmp_path: Path) -> None:
    terminal.type(f"{PROGRAM} review --store {tmp_path}/nowhere", "Enter")
    terminal.wait("error[not_found]: there is no store")
    (tmp_path / "empty").mkdir()
    terminal.type(f"{PROGRAM} review --store {tmp_path}/empty", "Enter")
    terminal.wait("Nothing waits for a decision.")


def test_a_bar_shows_how_far_a_long_operation_is(terminal: Terminal, tmp_path: Path) -> None:
    lines = [
        json.dumps(
            {
                "type": "user",
                "uuid": f"u{n}",
                "sessionId": "s",
                "cwd": "/w",
                "timestamp": "2026-01-01T00:00:00Z",
                "message": {"role": "user", "content": f"word{n} " * 2000},
            }
        )
        for n in range(1500)
    ]
    (tmp_path / "big.jsonl").write_text("\n".join(lines) + "\n")
    terminal.type(f"{PROGRAM} ingest {tmp_path}/big.jsonl --store {terminal.store}", "Enter")
    terminal.wait("━")
    terminal.wait("observations  1500")
    assert "━" not in "".join(terminal.screen())
