"""The terminal while a review is on: raw keys in, whole frames out, and always put back."""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
import tty
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?2004h"
ASIDE = "\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[2J\x1b[H"
LEAVE = "\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[?1049l"
PASTE, PASTED = b"\x1b[200~", b"\x1b[201~"
SPECIAL = {
    b"\x1b[A": "up",
    b"\x1bOA": "up",
    b"\x1b[B": "down",
    b"\x1bOB": "down",
    b"\x1b[5~": "page up",
    b"\x1b[6~": "page down",
    b"\x1b": "escape",
    b"\r": "enter",
    b"\n": "enter",
    b" ": "space",
    b"\x7f": "backspace",
    b"\x08": "backspace",
    b"\x03": "interrupt",
    b"\x04": "q",
    b"\x0c": "resize",
    b"\x13": "send",
}
SIGNALS = {
    signal.SIGWINCH: "resize",
    signal.SIGINT: "interrupt",
    signal.SIGTERM: "gone",
    signal.SIGHUP: "gone",
}


class Screen:
    """A terminal in raw mode on its second page; a context manager that restores it."""

    def __init__(self, source: int = 0, target: int = 1) -> None:
        self._source, self._target = source, target
        self._keys: list[str] = []
        self._before: list[Any] = []
        self._handlers: dict[signal.Signals, Any] = {}
        self._wake = (-1, -1)
        self._woken_before = -1

    def __enter__(self) -> Screen:
        self._before = termios.tcgetattr(self._source)
        self._wake = os.pipe()
        for end in self._wake:
            os.set_blocking(end, False)
        self._woken_before = signal.set_wakeup_fd(self._wake[1], warn_on_full_buffer=False)
        self._handlers = {s: signal.signal(s, lambda *_: None) for s in SIGNALS}
        self._raw()
        return self

    def __exit__(self, *_: object) -> None:
        self._cooked(LEAVE)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._woken_before)
        for end in self._wake:
            os.close(end)

    def size(self) -> os.terminal_size:
        """Columns and lines now."""
        try:
            return os.get_terminal_size(self._target)
        except OSError:
            return os.terminal_size((80, 24))

    def draw(self, lines: list[str]) -> None:
        """Replace what is shown by these lines; they fit, and are already safe."""
        # Each line is cleared before it is written: behind a full one, the cursor is still on it.
        self._write("\x1b[H" + "\r\n".join(f"\x1b[2K{line}" for line in lines) + "\x1b[J")

    def key(self, timeout: float | None = None) -> str:
        """The next key, or what a signal means; '' when the time is over first."""
        while not self._keys:
            ready, _, _ = select.select([self._source, self._wake[0]], [], [], timeout)
            if not ready:
                return ""
            if self._wake[0] in ready:
                self._keys += self._woken()
            if self._source in ready:
                self._keys += keys_of(self._read())
        return self._keys.pop(0)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Lend an empty screen to something else, an editor or a prompt; what was typed there,
        also to interrupt it, is not for us."""
        self._cooked(ASIDE)
        interrupt = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, interrupt)
            self._raw()
            self._keys = [key for key in self._woken() if key == "gone"]

    def _raw(self) -> None:
        tty.setraw(self._source)
        self._write(ENTER)

    def _cooked(self, last: str) -> None:
        """Lines and signals as they were; a terminal that went away needs nothing any more."""
        try:
            self._write(last)
            termios.tcsetattr(self._source, termios.TCSADRAIN, self._before)
        except (OSError, termios.error):
            return

    def _write(self, text: str) -> None:
        data = text.encode(sys.stdout.encoding or "utf-8", "replace")
        while data:
            data = data[os.write(self._target, data) :]

    def _woken(self) -> list[str]:
        """What the signals since the last time mean."""
        try:
            numbers = os.read(self._wake[0], 64)
        except BlockingIOError:
            return []
        return [SIGNALS.get(signal.Signals(number), "resize") for number in numbers]

    def _read(self) -> bytes:
        """What was typed: a whole escape sequence, a whole paste; what a hang-up leaves is ^D."""
        data = self._some()
        while _is_part(data) and select.select([self._source], [], [], 0.05)[0]:
            data += self._some()
        return data

    def _some(self) -> bytes:
        try:
            return os.read(self._source, 4096) or b"\x04"
        except OSError:
            return b"\x04"


def keys_of(data: bytes) -> list[str]:
    """The keys these bytes say; a paste says none, whatever it holds."""
    keys: list[str] = []
    while data:
        if data.startswith(PASTE):
            _, _, data = data.partition(PASTED)
            keys.append("paste")
            continue
        size = _length(data)
        word, data = data[:size], data[size:]
        key = SPECIAL.get(word) or word.decode("utf-8", "replace")
        if key.isprintable():
            keys.append(key)
    return keys


def _length(data: bytes) -> int:
    """How many bytes the first key takes."""
    if data[:1] == b"\x1b" and data[1:2] in (b"[", b"O"):
        ends = (n for n, byte in enumerate(data[2:], 3) if 0x40 <= byte <= 0x7E)
        return next(ends, len(data))
    if data[0] < 0xC0:
        return 1
    return min(len(data), 2 + (data[0] >= 0xE0) + (data[0] >= 0xF0))


def _is_part(data: bytes) -> bool:
    if data.startswith(PASTE):
        return PASTED not in data
    return data == b"\x1b" or (data[:1] == b"\x1b" and len(data) == 2) or data[-1] >= 0xC0
