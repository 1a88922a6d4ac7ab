"""The same claims decided and pending in vouch, which is installed into an environment of its own
for it: how long an approval and a list of what is pending take, there and here.

Each is called in its own process, warm, through the operation that its clients call: no server, no
start-up. vouch does not wait for the disk; passdown does.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from passdown.app import App, open_app
from passdown.domain.actor import human

PINNED = "vouch-kb==1.5.0"
SCRIPT = Path(__file__).with_name("_vouch.py")
APPROVED, LISTED = 60, 5
PATIENCE = 900
ASKER, PERSON = human("ann"), human("bob")


def compared(home: Path, many: int) -> tuple[dict[str, float], dict[str, Any]]:
    """How many times faster; why there is nothing to compare with, where there is not."""
    many = max(many, 2 * APPROVED)
    try:
        theirs = _theirs(home, many)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        why = f"not compared: {_said(error)}"
        print(f"vouch: {why}", file=sys.stderr)
        return {}, {"vouch": why}
    with open_app(store=str(home / "ours")) as app:
        ours = _ours(app, many)
    told = {f"vouch_{name}_ms": round(1000 * seconds, 2) for name, seconds in theirs.items()}
    told |= {f"beside_vouch_{name}_ms": round(1000 * s, 2) for name, s in ours.items()}
    figures = {f"{n}_times_faster_than_vouch": round(theirs[n] / ours[n], 1) for n in ours}
    return figures, {"vouch": f"{PINNED}, {many} claims decided and {many} pending", **told}


def _theirs(home: Path, many: int) -> dict[str, float]:
    home.mkdir()
    python = home / "environment" / "bin" / "python"
    _run(sys.executable, "-m", "venv", str(home / "environment"))
    _run(str(python), "-m", "pip", "install", "--quiet", PINNED)
    counts = map(str, (many, APPROVED, LISTED))
    answer = _run(str(python), str(SCRIPT), str(home / "theirs"), *counts)
    found: dict[str, float] = json.loads(answer.splitlines()[-1])
    return found


def _run(*command: str) -> str:
    return subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=PATIENCE
    ).stdout


def _said(error: Exception) -> str:
    told = getattr(error, "stderr", "") or str(error)
    return str(told).strip().splitlines()[-1][:200] if str(told).strip() else type(error).__name__


def _ours(app: App, many: int) -> dict[str, float]:
    for n in range(many):
        app.call("approve", {"id": _asked(app, n)}, PERSON)
    waiting = [_asked(app, many + n) for n in range(many)]
    listed = [_timed(app, "pending", {"limit": 1000}) for _ in range(LISTED)]
    approved = [_timed(app, "approve", {"id": id}) for id in waiting[:APPROVED]]
    return {"approve": _middle(approved), "list": _middle(listed)}


def _asked(app: App, n: int) -> str:
    text = f"Rule {n} holds in every branch of repo-{n % 7}."
    id: str = app.call("add", {"text": text}, ASKER)["proposal"]
    return id


def _timed(app: App, name: str, params: dict[str, Any]) -> float:
    began = time.perf_counter()
    app.call(name, params, PERSON)
    return time.perf_counter() - began


def _middle(spent: list[float]) -> float:
    return sorted(spent)[len(spent) // 2]
