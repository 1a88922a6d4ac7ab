"""A request at a forge of ours, a store that audits it, and what stands in either afterwards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from passdown.app import App
from passdown.domain.actor import system
from passdown.testing import VirtualClock
from tests.desk import Desk, places
from tests.forge_ways import ROBOT
from tests.forges import TOKEN, Forge, requested

LIE = "- Removes `legacy_total`.\n- Adds `round_price`."
FILES = {"cart.py": "def legacy_total(): ...\ndef total(): return 1\n"}
TRUE = {"cart.py": "def total(): ...\n"}
WORKER = system("worker")


def desk(tmp_path: Path, forge: Forge, token: str = TOKEN, **more: str) -> Desk:
    home = tmp_path / "desk"
    home.mkdir(mode=0o700, exist_ok=True)
    file = home / "token"
    file.touch(0o600)
    file.write_text(token)
    here = {"audit.observer": "", "audit.github": "", f"audit.{forge.kind}": forge.url,
            f"audit.{forge.kind}_token": str(file), **more}  # fmt: skip
    clock = VirtualClock()
    return Desk(App(places(str(home / "store.db"), home), clock=clock, flags=here), clock)


def opened(forge: Forge, files: Any = FILES, body: str = LIE, n: int = 7, **more: Any) -> str:
    """A request in a new repository; its head."""
    return requested(forge, files, body, n, **more)


def audit(at: Desk, request: str = "acme/shop#7", **how: Any) -> dict[str, Any]:
    found: dict[str, Any] = at.call("audit.pr", request=request, **how)
    return found


def rows(at: Desk) -> list[dict[str, Any]]:
    file = at.app.places.root / "data/_kb/outcomes.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()]


def said(forge: Forge) -> tuple[int, int, int, int]:
    """How many check runs, statuses, reviews and comments of ours stand there."""
    mine = [one for one in forge.comments if one["user"]["login"] == ROBOT]
    return len(forge.runs), len(forge.statuses), len(forge.reviews), len(mine)


ONCE = {"github": (1, 0, 0, 1), "gitea": (0, 1, 1, 1)}
