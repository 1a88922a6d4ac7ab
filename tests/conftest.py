"""What every test stands on: a home and folder of its own, no agent around it, no network."""

from __future__ import annotations

import ipaddress
import os
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.database import DirectoryBasedExampleDatabase

ROOT = Path(__file__).parent.parent

# A slow machine is not a fault; what failed once is tried first from then on.
settings.register_profile(
    "passdown",
    deadline=None,
    print_blob=True,
    database=DirectoryBasedExampleDatabase(ROOT / ".hypothesis" / "examples"),
)
settings.load_profile("passdown")

pytest_plugins = ["tests.postgres"]

# Settings of the person who runs the tests, and signs that an agent runs them, change answers.
FOREIGN_PREFIXES = (
    "AIDER_",
    "CLAUDE",
    "CODEX_",
    "COPILOT_",
    "CURSOR_",
    "GEMINI_",
    "KORA_",
    "LH_",
    "OPENCODE",
    "PASSDOWN_",
)
FOREIGN = {"AGENT", "AI_AGENT", "COLUMNS", "FORCE_COLOR", "LINES", "NO_COLOR"}

# What sessions of tests teach is asked, be it on by default or not; what is stands in
# tests/loops/claims/test_detect.py.
ASKED = {"PASSDOWN_CLAIMS_FACTS": "yes", "PASSDOWN_CLAIMS_PATTERNS": "yes"}
os.environ.update(ASKED)

XDG = {
    "XDG_CACHE_HOME": ".cache",
    "XDG_CONFIG_HOME": ".config",
    "XDG_DATA_HOME": ".local/share",
    "XDG_RUNTIME_DIR": ".run",
    "XDG_STATE_HOME": ".local/state",
}


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder, which is also where the test stands, in a bare environment."""
    folder = tmp_path_factory.mktemp("home")
    for name in os.environ:
        if name not in ASKED and (name in FOREIGN or name.startswith(FOREIGN_PREFIXES)):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(folder))
    for name, place in XDG.items():
        monkeypatch.setenv(name, str(folder / place))
    # The store in force is the nearest one above: a checkout may hold its developer's own.
    monkeypatch.chdir(folder)
    return folder


class NetworkUsed(BaseException):
    """A test reached beyond this machine; not an Exception, so that no code can swallow it."""


def _is_here(host: object) -> bool:
    if host in (None, "", b"", "localhost", b"localhost"):
        return True
    text = host.decode() if isinstance(host, bytes) else str(host)
    try:
        return ipaddress.ip_address(text.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse every address but this machine's own, whoever asks, in whatever thread."""
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        if isinstance(address, tuple) and not _is_here(address[0]):
            raise NetworkUsed(f"{event} to {address}")
    elif event == "socket.getaddrinfo" and not _is_here(arguments[0]):
        raise NetworkUsed(f"{event} of {arguments[0]!r}")


sys.addaudithook(_guard)


def pytest_report_header() -> str:
    return f"sqlite: {sqlite3.sqlite_version}"
