"""The cockpit beside `up` and `demo`: processes at a real terminal, and a browser's requests."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import pytest

from passdown.config.identity import AGENT_VARIABLES
from passdown.up.run import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 60
COCKPIT = re.compile(r"Cockpit: (http://127\.0\.0\.1:(\d+)/in/\S+)")


class Seat:
    """A command at a terminal of its own: what it said, and what is typed."""

    def __init__(self, *words: str) -> None:
        self._terminal, theirs = pty.openpty()
        without = {k: v for k, v in os.environ.items() if k not in AGENT_VARIABLES}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "passdown", *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**without, "COLUMNS": "200"},
            start_new_session=True,
        )
        os.close(theirs)
        self.said = ""

    def until(self, wanted: str) -> re.Match[str]:
        """Read on until this was said."""
        end = time.monotonic() + PATIENCE
        while (found := re.search(wanted, self.said)) is None:
            assert time.monotonic() < end, self.said
            if select.select([self._terminal], [], [], 0.2)[0]:
                with contextlib.suppress(OSError):
                    self.said += os.read(self._terminal, 65_536).decode(errors="replace")
            assert self.process.poll() is None or re.search(wanted, self.said), self.said
        return found

    def rest(self) -> str:
        """All it said, to its end."""
        with contextlib.suppress(OSError):  # a terminal that nobody holds any more
            while said := os.read(self._terminal, 65_536):
                self.said += said.decode(errors="replace")
        return self.said

    def type(self, text: str) -> None:
        os.write(self._terminal, text.encode())

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._terminal)


@pytest.fixture
def sit() -> Iterator[Callable[..., Seat]]:
    seats: list[Seat] = []

    def down(*words: str) -> Seat:
        seats.append(Seat(*words))
        return seats[-1]

    yield down
    for seat in seats:
        seat.close()


def test_up_at_a_terminal_serves_the_cockpit_and_signs_its_person_in_once(
    sit: Callable[..., Seat], tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        store = str(tmp_path / "store")
        seat = sit("up", str(SAMPLES), "--store", store, "--set", f"server.port={port}")
        address, served_at = seat.until(COCKPIT.pattern).groups()
        assert int(served_at) != port, "the port was taken"
        seat.until(r"Review now\?")
        seat.type("n\r")
        seat.until("Reading on")
        with httpx2.Client(follow_redirects=True) as browser:
            page = browser.get(address).text
            assert "Sign out" in page
            assert "Accept" in page
        assert httpx2.get(address).status_code == 403
        assert seat.stop() == 0
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(address)


def test_the_port_of_the_settings_is_taken_where_it_is_free(
    sit: Callable[..., Seat], tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    seat = sit("up", str(SAMPLES), "--store", str(tmp_path), "--set", f"server.port={port}")
    assert int(seat.until(COCKPIT.pattern).group(2)) == port


def test_once_serves_nothing(sit: Callable[..., Seat], tmp_path: Path) -> None:
    seat = sit("up", str(SAMPLES), "--once", "--store", str(tmp_path))
    assert "Cockpit" not in seat.rest()
    assert "wait for your decision" in seat.said
    assert seat.process.wait(PATIENCE) == 0


def test_the_demo_ends_by_offering_its_samples_in_the_cockpit(sit: Callable[..., Seat]) -> None:
    seat = sit("demo")
    seat.until(r"Look at the samples in the cockpit.*\[Y/n\]")
    seat.type("\r")
    address = seat.until(COCKPIT.pattern).group(1)
    with httpx2.Client(follow_redirects=True) as browser:
        assert "Sign out" in browser.get(address).text
        root = address.partition("/in/")[0]
        assert "uv run pytest" in browser.get(f"{root}/knowledge").text
    assert seat.stop() == 0
    assert "The samples are gone" in seat.rest()


def test_a_no_to_the_demos_offer_ends_it(sit: Callable[..., Seat]) -> None:
    seat = sit("demo")
    seat.until(r"\[Y/n\]")
    seat.type("n\r")
    assert seat.process.wait(PATIENCE) == 0
