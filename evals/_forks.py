"""Tries things in processes of their own, some at once, each a fork with a folder of its own."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeAlias

STUCK, LOST, LEARNING = 60, 600, 7200
"""Seconds after which one test, all of a fault, and all without one count as a failure."""
JOBS = max(2, os.cpu_count() or 1)
MOST_MEMORY = 4 << 30
SURVIVED, KILLED, BROKEN = 0, 1, 3
Act: TypeAlias = tuple[int, Callable[[], int]]


class Running(NamedTuple):
    """A process that tries something, in a folder of its own, until then at the most."""

    number: int
    child: int
    folder: str
    until: float


def each(acts: Iterable[Act], most: float = LOST) -> Iterator[tuple[int, str]]:
    """How each ended in a process of its own, some at once: '' when all went well."""
    running: list[Running] = []
    for number, act in acts:
        running.append(_started(number, act, most))
        while len(running) >= JOBS:
            yield from _ended(running)
    while running:
        yield from _ended(running)


def _started(number: int, act: Callable[[], int], most: float) -> Running:
    folder = tempfile.mkdtemp(prefix="mutant-")
    child = os.fork()
    if not child:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = folder
        os.setpgid(0, 0)
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        quietly(act)
    return Running(number, child, folder, time.monotonic() + most)


def _ended(running: list[Running]) -> Iterator[tuple[int, str]]:
    """Those that ended by now, taken from the list."""
    for one in [*running]:
        done, status = os.waitpid(one.child, os.WNOHANG)
        if not done and time.monotonic() > one.until:
            os.killpg(one.child, signal.SIGKILL)
            done, status = os.waitpid(one.child, 0)
        if done:
            running.remove(one)
            shutil.rmtree(one.folder, ignore_errors=True)
            yield one.number, _how(os.waitstatus_to_exitcode(status))
    time.sleep(0.005)


def _how(code: int) -> str:
    if code == BROKEN:
        raise RuntimeError("a fault could not be put where it belongs")
    return {SURVIVED: "", KILLED: "failed", -signal.SIGKILL: "never ended"}.get(
        code, f"exit {code}"
    )


def quietly(act: Callable[[], int]) -> None:
    """Do it without a word, and leave without any clearing up."""
    code = 99
    try:
        if not os.environ.get("MUTATION_LOUD"):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
        code = act()
    except BaseException as error:
        if os.environ.get("MUTATION_LOUD"):
            print(repr(error), file=sys.stderr)
    finally:
        os._exit(code)
