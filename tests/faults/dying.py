"""Processes that die at one of their steps, like in a power cut: each is told on standard input,
line by line, where the store is and at which step to die; it forks for that, and answers how it
ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.forges import Forge

ROOT = Path(__file__).parents[2]


class Steps:
    """Counts the steps, and dies at one of them; 0 is never."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.passed = 0

    def step(self) -> None:
        self.passed += 1
        if self.passed == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, place: Any, name: str) -> None:
        """A step before this is called and one after."""
        real: Callable[..., Any] = getattr(place, name)

        def both(*args: Any, **more: Any) -> Any:
            self.step()
            found = real(*args, **more)
            self.step()
            return found

        setattr(place, name, both)


def told(act: Callable[[Path, int], None]) -> None:
    """Do it in a child for each line that comes, and answer how it ended."""
    for line in sys.stdin:
        home, at = line.rsplit(" ", 1)
        child = os.fork()
        if child == 0:
            try:
                act(Path(home), int(at))
            except BaseException as error:
                print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
                os._exit(1)
            os._exit(0)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


@contextmanager
def each_time(module: str, forge: Forge) -> Iterator[Callable[[Path, int], int]]:
    """That module as a process which does its work at this forge, once for each call; how it
    ended."""
    command = [sys.executable, "-m", module, forge.kind, forge.url]
    env = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}"}
    with subprocess.Popen(
        command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as started:
        answers = started.stdout
        assert answers is not None
        assert started.stdin is not None

        def once(home: Path, at: int) -> int:
            print(f"{home} {at}", file=started.stdin, flush=True)
            return int(answers.readline())

        yield once
        started.stdin.close()
