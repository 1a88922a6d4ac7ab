"""A process that audits a request and dies at one of its steps: `python -m tests.faults.auditor
KIND URL`, told as in `dying`."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

from passdown import loops
from passdown.app import App
from passdown.ops import auditing, catalogue
from passdown.stages import audit as stages
from passdown.stages.audit import forge, keep
from passdown.stages.audit.remote import line
from tests.desk import ALICE, places
from tests.faults.dying import Steps, told


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
    told(lambda home, at: audit(kind, url, home, at))


if __name__ == "__main__":
    main(*sys.argv[1:])
