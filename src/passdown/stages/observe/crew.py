"""Processes that draw while this one stores: several files, or the pieces of one, at the same time.

What they draw comes back in the order in which one process would have drawn it, so the result is
the same. They write nothing and are told nothing that outlives them: whatever ends one of them,
the cursors in the store say what is still to be read.
"""

from __future__ import annotations

import fcntl
import json
import os
import pickle
import subprocess
import sys
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.domain.errors import Internal, PassdownError, Unavailable
from passdown.stages.observe.draw import Lane
from passdown.stages.observe.hand import END, READY, Ended, Task
from passdown.stages.observe.parcel import unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.stages.observe.draw import Batch, Drawing
    from passdown.stages.observe.todo import Work

WORTH = 32_000_000
"""Bytes from which on it pays to start processes."""
SHARED = 16_000_000
"""Bytes from which on one file may be drawn by several."""
AHEAD = 24_000_000
"""Bytes a process is given to draw beyond what it is at, about: it never waits for more."""
PIPE = 1 << 20
"""Bytes that may be on their way here; more than that waits where it was drawn."""
HELD = 64_000_000
"""Bytes of drawn batches that wait for their turn, about."""
BEGIN = (
    "import json, sys\n"
    "sys.path[:] = json.loads(sys.argv[1])\n"
    "from passdown.stages.observe.hand import main\n"
    "main()\n"
)


class Drawn(NamedTuple):
    """One file's batches, as they are drawn: a PassdownError when it cannot be read on."""

    work: Work
    batches: Iterator[Batch]


def cores() -> int:
    """How many processes can run at once here."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def hire(drawing: Drawing, jobs: int, work: Sequence[Work]) -> Crew | None:
    """As many processes as were asked for (0: one a core), ready to draw; None where one alone is
    as good, where what is to be drawn with cannot be handed over, and where none can be had."""
    jobs = jobs or cores()
    if jobs < 2 or sum(one.left for one in work) < WORTH:
        return None
    try:
        handed = pickle.dumps(drawing.handed(), pickle.HIGHEST_PROTOCOL)
    except Exception:
        # A reader or a check of somebody's that holds what no other process can have.
        return None
    try:
        crew = Crew(jobs, handed)
    except OSError:
        return None
    if crew.ready():
        return crew
    crew.close()
    return None


@dataclass(slots=True)
class _Hand:
    """One process, how many bytes each of its tasks has, and what came back and waits for its
    turn."""

    process: subprocess.Popen[bytes]
    orders: Connection[Any, Any]
    line: Connection[Any, Any]
    tasks: deque[int] = field(default_factory=deque)
    load: int = 0
    inbox: deque[bytes] = field(default_factory=deque)


class Crew:
    """Gives out work in order, and takes in what is drawn, in order."""

    def __init__(self, jobs: int, handed: bytes) -> None:
        self._hands: list[_Hand] = []
        self._tasks: deque[Task] = deque()
        self._given: dict[int, list[_Hand]] = {}
        self._held = 0
        try:
            for _ in range(jobs):
                self._hands.append(_start(handed))
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ready(self) -> bool:
        """Whether all of them could take over what they need."""
        try:
            return all([self._received(hand) == READY for hand in self._hands])
        except Unavailable:
            return False

    def drawn(self, work: Sequence[Work]) -> Iterator[Drawn]:
        """The files in order, each with its batches: all of them are to be taken before the next
        file's."""
        many = len(self._hands)
        large = max(SHARED, sum(one.left for one in work) // (2 * many))
        for n, one in enumerate(work):
            lanes = many if one.left > large else 1
            self._tasks += (Task(n, Lane(lane, lanes), one) for lane in range(lanes))
        self._give()
        for n, one in enumerate(work):
            yield Drawn(one, self._batches(n))

    def close(self) -> None:
        """Nobody draws any more."""
        for hand in self._hands:
            hand.orders.close()
            hand.line.close()
            hand.process.kill()
        for hand in self._hands:
            hand.process.wait()

    # ---- one file

    def _batches(self, n: int) -> Iterator[Batch]:
        """What its lanes drew, by turns; where one has no more, that was all."""
        while self._tasks and self._tasks[0].n <= n:
            self._take_in(self._hands)
        lanes = self._given.pop(n)
        left, ended = [*lanes], Ended()
        for hand in cycle(lanes):
            told = self._next(hand)
            if isinstance(told, Ended):
                left.remove(hand)
                ended = told
                break
            yield told
            if told.last:
                # Another lane may have seen the file when it was longer: that is for next time.
                break
        for hand in left:
            while not isinstance(self._next(hand), Ended):
                pass
        if ended.fault:
            raise Internal(f"drawing failed: {ended.fault}", where=ended.where)
        if ended.error is not None:
            raise ended.error

    def _next(self, hand: _Hand) -> Batch | Ended:
        """The next batch this process drew of its current file, or that this was all."""
        while not hand.inbox:
            self._take_in(self._hands if self._held < HELD else [hand])
        raw = hand.inbox.popleft()
        self._held -= len(raw)
        told = memoryview(raw)[1:]
        if not raw.startswith(END):
            return unpacked(told)
        ended: Ended = pickle.loads(told)
        return ended

    # ---- the processes

    def _give(self) -> None:
        """Work, in order, for whoever has little of it left; each lane of a file to another."""
        while self._tasks:
            lane = self._tasks[0].lane
            every = self._hands if lane.of == 1 else [self._hands[lane.number]]
            hand = min(every, key=lambda hand: hand.load)
            if len(hand.tasks) > 1 and hand.load > AHEAD:
                return
            task = self._tasks.popleft()
            self._given.setdefault(task.n, []).append(hand)
            hand.tasks.append(task.work.left // lane.of)
            hand.load += hand.tasks[-1]
            try:
                hand.orders.send_bytes(pickle.dumps(task, pickle.HIGHEST_PROTOCOL))
            except OSError:
                raise self._gone(hand) from None

    def _take_in(self, hands: Sequence[_Hand]) -> None:
        """Wait for messages from these; who is done with a task gets another."""
        ready = wait([hand.line for hand in hands])
        for hand in hands:
            if hand.line in ready:
                raw = self._received(hand)
                hand.inbox.append(raw)
                self._held += len(raw)
                if raw.startswith(END):
                    hand.load -= hand.tasks.popleft()
        self._give()

    def _received(self, hand: _Hand) -> bytes:
        try:
            return hand.line.recv_bytes()
        except (EOFError, OSError):
            raise self._gone(hand) from None

    def _gone(self, hand: _Hand) -> PassdownError:
        code = hand.process.wait()
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        return Unavailable(
            f"a process that was reading ended ({how}); what was stored stays",
            where=f"process {hand.process.pid}",
            next="Run it again: it goes on from there. With little memory: --set observe.jobs=1.",
        )


def _start(handed: bytes) -> _Hand:
    """A process of its own with our Python and our paths, and nothing else of ours."""
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):
            fcntl.fcntl(ours_in, fcntl.F_SETPIPE_SZ, PIPE)
    lines = Connection(ours_out, readable=False), Connection(ours_in, writable=False)
    command = [sys.executable, "-I", "-c", BEGIN, json.dumps(sys.path)]
    nowhere = subprocess.DEVNULL
    try:
        process = subprocess.Popen(command, stdin=theirs_in, stdout=theirs_out, stderr=nowhere)
    except OSError:
        for line in lines:
            line.close()
        raise
    finally:
        os.close(theirs_in)
        os.close(theirs_out)
    with suppress(OSError):
        # One that is gone already is noticed when it does not answer.
        lines[0].send_bytes(handed)
    return _Hand(process, *lines)
