"""A process that audits a request and kills itself at one of its steps, as a power cut would.

It is told on standard input, line by line, where the store is and at which step to die, and forks
for each; it answers how that ended. `python -m tests.faults.auditor KIND URL`.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

from passdown import loops
from passdown.app import App
from passdown.ops import auditing, catalogue
from passdown.stages import audit as stages
from passdown.stages.audit import forge, keep
from passdown.stages.audit.remote import line
from tests.desk import ALICE, places


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


def audit(kind: str, url: str, home: Path, at: int) -> None:
    """One audit in this process, with everything that lasts as a step."""
    steps = Steps(at)
    steps.around(keep, "write")
    steps.around(os, "replace")
    steps.around(keep, "note")
    steps.around(auditing, "_observed")
    steps.around(line.Line, "_once")
    forge.BATCH = 5
    line.Line.__init__.__defaults__ = (lambda _: None, lambda: 0.0)
    flags = {"audit.observer": "", f"audit.{kind}": url, f"audit.{kind}_token": str(home / "token")}
    flags = {"audit.github": "", **flags}
    app = App(places(str(home / "store.db"), home), flags=flags)
    app.call("audit.pr", {"request": "acme/shop#7", "forge": kind}, ALICE)
    app.close()


def prepare() -> None:
    """Import what an audit needs, once and not in every process that dies."""
    catalogue.everything()
    loops.load()
    for found in walk_packages(stages.__path__, f"{stages.__name__}."):
        import_module(found.name)
    for name in ("passdown.storage.sqlite", "passdown.text.redact", "unidiff.patch"):
        import_module(name)


def main(kind: str, url: str) -> None:
    prepare()
    for told in sys.stdin:
        home, at = told.rsplit(" ", 1)
        child = os.fork()
        if child == 0:
            try:
                audit(kind, url, Path(home), int(at))
            except BaseException as error:
                print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
                os._exit(1)
            os._exit(0)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
