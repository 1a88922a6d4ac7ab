"""A process that sweeps what was audited and kills itself at one of its steps, like a power cut.

It is told on standard input, line by line, where the store is and at which step to die, and forks
for each; it answers how that ended. `python -m tests.faults.sweeper KIND URL`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from passdown.app import App
from passdown.loops.audit import LOOP
from passdown.ops import audits_sweep, playbooks_swept
from passdown.stages.audit import keep
from passdown.stages.audit.remote import line
from passdown.stages.propose import file
from tests.desk import places
from tests.faults.auditor import Steps, prepare
from tests.ops.at_forges.asked import WORKER


def app_of(kind: str, url: str, home: Path) -> App:
    """The store that is swept."""
    flags = {"audit.observer": "", "audit.github": "", "audit.packages": str(home / "wheels"),
             f"audit.{kind}": url, f"audit.{kind}_token": str(home / "token")}  # fmt: skip
    return App(places(str(home / "store.db"), home), flags=flags, loops={"audit": LOOP})


def sweep(kind: str, url: str, home: Path, at: int) -> None:
    """One sweep in this process, with everything that lasts as a step."""
    steps = Steps(at)
    steps.around(keep, "note")
    steps.around(line.Line, "_once")
    steps.around(audits_sweep, "_remember")
    steps.around(playbooks_swept, "_evidence")
    steps.around(file, "file")
    steps.around(playbooks_swept, "_remember")
    line.Line.__init__.__defaults__ = (lambda _: None, lambda: 0.0)
    app = app_of(kind, url, home)
    app.call("audit.sweep", {}, WORKER)
    app.close()


def main(kind: str, url: str) -> None:
    prepare()
    for told in sys.stdin:
        home, at = told.rsplit(" ", 1)
        child = os.fork()
        if child == 0:
            try:
                sweep(kind, url, Path(home), int(at))
            except BaseException as error:
                print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
                os._exit(1)
            os._exit(0)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
