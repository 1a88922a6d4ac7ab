"""One process of a crew: draws what it is told to, sends what it drew, and keeps nothing."""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections import deque
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Condition, Thread
from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.domain.errors import Unreadable
from passdown.stages.observe.parcel import packed

if TYPE_CHECKING:
    from passdown.stages.observe.draw import Drawing, Lane
    from passdown.stages.observe.todo import Work


READY = b"ready"
BATCH, END = b"b", b"e"
"""What every message begins with."""
UNSENT = 16_000_000
"""Bytes that wait here, about, before drawing waits too."""
PROMPTLY = 0.0005
"""Seconds that drawing lets sending wait for its turn."""


class Task(NamedTuple):
    """Draw this lane of the `n`th file."""

    n: int
    lane: Lane
    work: Work


class Ended(NamedTuple):
    """A task is done: all was sent, up to what could not be read. `fault` is one of ours, told
    without the text it happened on."""

    error: Unreadable | None = None
    fault: str = ""
    where: str = ""


def main() -> None:
    """Draw until whoever started this closes the line, or is gone."""
    # Ctrl-C is for who started this: that one decides when it is over.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    orders: Connection[Any, Any] = Connection(0, writable=False)
    line: Connection[Any, Any] = Connection(1, readable=False)
    tasks: SimpleQueue[Task] = SimpleQueue()
    try:
        drawing = _taken_over(orders)
        line.send_bytes(READY if drawing else b"")
        # Read and sent beside the drawing: whoever sends a task never waits for us to take it, and
        # we never wait for who stores what we drew.
        Thread(target=_listen, args=(orders, tasks), daemon=True).start()
        sys.setswitchinterval(PROMPTLY)
        unsent = Unsent()
        Thread(target=_send, args=(line, unsent), daemon=True).start()
        while drawing:
            _draw(unsent, drawing, tasks.get())
    except (EOFError, OSError):
        return


def _taken_over(orders: Connection[Any, Any]) -> Drawing | None:
    raw = orders.recv_bytes()
    try:
        drawing: Drawing = pickle.loads(raw)
    except Exception:
        # A reader that only the other process can load.
        return None
    return drawing


def _listen(orders: Connection[Any, Any], tasks: SimpleQueue[Task]) -> None:
    try:
        while True:
            tasks.put(pickle.loads(orders.recv_bytes()))
    except (EOFError, OSError):
        os._exit(0)


class Unsent:
    """What is drawn and waits to be sent, in order."""

    def __init__(self) -> None:
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._changed = Condition()

    def put(self, raw: bytes) -> None:
        """One more, once there is room for it."""
        with self._changed:
            self._changed.wait_for(lambda: self._size < UNSENT)
            self._waiting.append(raw)
            self._size += len(raw)
            self._changed.notify()

    def get(self) -> bytes:
        """The first one, once there is one."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting)
            raw = self._waiting.popleft()
            self._size -= len(raw)
            self._changed.notify()
        return raw


def _send(line: Connection[Any, Any], unsent: Unsent) -> None:
    try:
        while True:
            line.send_bytes(unsent.get())
    except OSError:
        os._exit(0)


def _draw(unsent: Unsent, drawing: Drawing, task: Task) -> None:
    ended = Ended()
    try:
        for batch in drawing.draw(*task.work, task.lane):
            unsent.put(BATCH + packed(batch))
    except Unreadable as error:
        ended = Ended(error)
    except Exception as error:
        ended = Ended(fault=type(error).__name__, where=_place(error))
    unsent.put(END + pickle.dumps(ended, pickle.HIGHEST_PROTOCOL))


def _place(error: Exception) -> str:
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    return f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else ""
