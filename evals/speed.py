"""What a user waits for: the CPU time of a start, as a multiple of starting Python for nothing.

A store of 1,000 claims is made; then each command and the bare interpreter are started in turn,
many times over, as fresh processes. A figure is the median over the turns of a command's CPU time
(its own and the system's, as the kernel counts it) divided by the bare one's of the same turn.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from evals import Measured

if TYPE_CHECKING:
    from passdown.domain.record import Record

READS_DATA = False
CLAIMS = 1_000
CURES = 1_000
TURNS = 25
PROGRAM = str(Path(sys.executable).with_name("passdown"))
WORDS = """
staging deploy login test flaky cache redis build node python run database migration schema index
token retry timeout proxy header branch merge review friday release docker image lint types fixture
worker queue lease backup restore session agent claim socket cookie locale parser template router
metric alert secret volume cluster region bucket kernel thread signal
"""
MESSAGE = {"session_id": "s", "transcript_path": "/tmp/none.jsonl", "tool_name": "Bash"}
CALLS = {"pre_tool": "ls -la", "advice": "python manage.py test"}
"""What the agent is about to run: something nobody knows of, and something that failed before."""


def measure(_: Path | None) -> Measured:
    """Start every command in turn, on one store."""
    with TemporaryDirectory(prefix="passdown-speed-") as folder:
        environment = _environment(Path(folder))
        store = str(Path(folder, "store"))
        fill(store, environment)
        commands = {
            "bare": [sys.executable, "-c", "pass"],
            "help": [PROGRAM, "--help"],
            "version": [PROGRAM, "--version"],
            "hook": [PROGRAM, "hook", "post-tool", "--store", store],
            "pre_tool": [PROGRAM, "hook", "pre-tool", "--store", store],
            "advice": [PROGRAM, "hook", "pre-tool", "--store", store, "--client", "codex"],
            "session_start": [PROGRAM, "hook", "session-start", "--store", store],
            "brief": [PROGRAM, "brief", "--store", store, "--repo", "web", "--task", "flaky login"],
            "search": [PROGRAM, "search", "flaky login test", "--store", store],
        }
        times = _times(commands, environment)
    ratios = {
        name: round(statistics.median(_over(times[name], times["bare"])), 2)
        for name in commands
        if name != "bare"
    }
    medians = {f"{n}_ms": round(statistics.median(t) * 1000, 1) for n, t in times.items()}
    return Measured(ratios, TURNS, {**medians, "claims": CLAIMS})


def fill(store: str, environment: Mapping[str, str]) -> None:
    """Put the claims into a store, in a process of its own."""
    filler = f"from evals.speed import filled; filled({store!r})"
    with_us = {**environment, "PYTHONPATH": str(Path(__file__).parents[1])}
    subprocess.run([sys.executable, "-c", filler], env=with_us, check=True)


def filled(store: str) -> None:
    """Apply the claims as approvals do, and bring the index up to date."""
    from passdown.app import open_app
    from passdown.domain.actor import human
    from passdown.domain.change import Put
    from passdown.domain.scope import ALL
    from passdown.stages.apply.execute import execute

    chance = random.Random(7)
    with open_app(store=store) as app:
        with app.store.write(ALL) as tx:
            execute(tx, "", [Put(_claim(n, chance)) for n in range(CLAIMS)], "speed")
            execute(tx, "cures", [Put(_cure(n)) for n in range(CURES)], "speed")
        app.call("index.follow", {}, human("speed"))


def _claim(n: int, chance: random.Random) -> Record:
    from passdown.domain.record import Record

    text = f"{' '.join(chance.choices(WORDS.split(), k=13)).capitalize()} {n}."
    category = chance.choice(("fact", "pitfall", "pattern", "tool-quirk"))
    scope = chance.choice(("global", "repo:web", "repo:api"))
    return Record("claim", f"made-{n}", text, {"category": category}, scope=scope)


def _cure(n: int) -> Record:
    from passdown.domain.record import Record

    failed = f"tool{n} run" if n else "python"
    cure = {"tool": "Bash", "failed": failed, "worked": f"{failed}3"}
    return Record("claim", f"cure-{n}", f"`{failed}3` works.", {"cure": cure})


def _times(
    commands: Mapping[str, list[str]], environment: Mapping[str, str]
) -> dict[str, list[float]]:
    """CPU seconds of every start; the first turn warms the caches and is not counted."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(TURNS + 1):
        for name, command in commands.items():
            spent = cpu(command, environment, CALLS.get(name, "make"), f"{name}-{turn}")
            if turn:
                times[name].append(spent)
    return times


def cpu(
    command: list[str], environment: Mapping[str, str], call: str = "make", session: str = "s"
) -> float:
    """CPU seconds of one process, its output read and thrown away; it must succeed. What stands
    on its input is a client's message about this call, in this session."""
    source, target = os.pipe()
    said = {**MESSAGE, "session_id": session, "tool_input": {"command": call}}
    os.write(target, json.dumps(said).encode())
    os.close(target)
    with open(os.devnull, "wb") as nowhere, os.fdopen(source, "rb") as stdin:
        process = subprocess.Popen(command, stdin=stdin, stdout=nowhere, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def _environment(home: Path) -> dict[str, str]:
    """The caller's, without what changes how Python starts, and with an empty home."""
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("PYTHON", "PASSDOWN", "XDG"))}
    return {**kept, "HOME": str(home)}


def _over(times: list[float], bare: list[float]) -> list[float]:
    return [spent / nothing for spent, nothing in zip(times, bare, strict=True)]
