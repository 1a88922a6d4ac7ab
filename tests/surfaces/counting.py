"""An app whose operations write a line to a file each time they run; also as a process:

python -m tests.surfaces.counting STORE FILE [--lease SECONDS] [--every INTERVAL]
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from passdown import config
from passdown.app import App
from passdown.domain.actor import Actor
from passdown.domain.clock import At, Clock, SystemClock
from passdown.domain.errors import StoreError
from passdown.domain.job import Job
from passdown.domain.scope import ALL
from passdown.ops.jobs import Schedule
from passdown.ops.operation import Progress
from passdown.surfaces.worker import Pace, Worker

TICK = Schedule("tick", "count", "1h")


class Counting:
    """A store with everything about it, and operations that only count."""

    def __init__(self, store: str, file: Path, clock: Clock | None = None) -> None:
        places = config.places(store)
        if store == "memory:":
            places = config.Places(file.parent, "test", store, file.parent, file.parent)
        self.app = App(places, clock=clock, loops={})
        self.clock = clock or SystemClock()
        self.operations = {"count": None, "break": None, "climb": None}
        self.file = file
        self.broken = "it is broken"
        self._ids = itertools.count(1)

    @property
    def store(self) -> Any:
        return self.app.store

    def call(self, name: str, params: Any, actor: Actor, *, report: Any) -> Any:
        """`count` waits between its two lines, `climb` reports on the way, `break` fails."""
        assert actor.name == "system:worker"
        self._write(f"began {params.get('n', '')}")
        if name == "break":
            raise StoreError(self.broken)
        for step in range(int(params.get("steps", 1))):
            time.sleep(params.get("seconds", 0))
            if name == "climb":
                report(Progress(step, 0, "steps"))
        self._write(f"ended {params.get('n', '')}")
        return {"counted": params.get("n", 0)}

    def lines(self) -> list[str]:
        """What was written so far."""
        return self.file.read_text().splitlines() if self.file.exists() else []

    def runs(self) -> int:
        """How often an operation ran to its end."""
        return sum(line.startswith("ended") for line in self.lines())

    def add(
        self, name: str = "count", run_at: At = "", max_attempts: int = 5, **params: Any
    ) -> str:
        """Queue a job with these parameters; its id."""
        job = Job(
            f"{next(self._ids):032x}", name, "", params, run_at=run_at, max_attempts=max_attempts
        )
        with self.store.write(ALL) as tx:
            assert tx.jobs.add(job)
        return job.id

    def job(self, id: str) -> Job:
        """The job as it stands."""
        with self.store.read(ALL) as tx:
            found: Job = tx.jobs.get(id)
            return found

    def jobs(self) -> list[Job]:
        """All of them, oldest first."""
        with self.store.read(ALL) as tx:
            return list(reversed(tx.jobs.all(limit=10_000)))

    def _write(self, line: str) -> None:
        with self.file.open("a") as file:
            file.write(f"{line} {os.getpid()}\n")


def main(argv: list[str]) -> int:
    """Work until SIGTERM."""
    store, file, *words = argv
    said = dict(zip(words[::2], words[1::2], strict=True))
    counting: Any = Counting(store, Path(file))
    every = said.get("--every")
    timers = (Schedule("tick", "count", every),) if every else ()
    pace = Pace(lease=float(said.get("--lease", "60")), pause=0.02)
    worker = Worker(counting, lambda: timers, pace=pace, say=lambda line: print(line, flush=True))
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    print("ready", flush=True)
    worker.run()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
