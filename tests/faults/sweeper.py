"""A process that sweeps what was audited and dies at one of its steps: `python -m
tests.faults.sweeper KIND URL`, told as in `dying`."""

from __future__ import annotations

import sys
from pathlib import Path

from passdown.app import App
from passdown.loops.audit import LOOP
from passdown.ops import audits_sweep, playbooks_swept
from passdown.stages.audit import keep
from passdown.stages.audit.remote import line
from passdown.stages.propose import file
from tests.desk import places
from tests.faults.auditor import prepare
from tests.faults.dying import Steps, told
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
    told(lambda home, at: sweep(kind, url, home, at))


if __name__ == "__main__":
    main(*sys.argv[1:])
