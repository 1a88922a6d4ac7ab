"""Whether sudden death costs anything: processes that read and mine, and processes that decide and
undo, are killed at random moments. After each kill the store must be whole and hold whatever was
told as done; in the end everything is read, and must give what reading without a kill gives.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from evals import Measured
from passdown.app import App, open_app
from passdown.domain.actor import human
from passdown.domain.proposal import Status
from passdown.domain.scope import ALL
from passdown.testing import faults

if TYPE_CHECKING:
    from collections.abc import Mapping

READS_DATA = False
ROUNDS = 40
LONGEST = 0.8
"""Seconds a process lives at the most, once it began."""
COPIES = 12
ROOT = Path(__file__).parents[1]
UUID = re.compile("[0-9a-f]{8}(?=(-[0-9a-f]{4}){3}-[0-9a-f]{12})")
SAMPLE = ROOT / "test_sessions" / "session_patterns.jsonl"
PERSON = human("ann")

CHILD = """
import itertools, json, sys
from passdown.app import open_app
from passdown.domain.actor import human
me, other = human("ann"), human("bob")
store, said, number = sys.argv[1:]
with open_app(store=store) as app:
    app.call("status", {}, me)
    print("[]", flush=True)
    while said:
        app.call("ingest", {"paths": [said]}, me)
        app.call("mine", {}, me)
        print("[]", flush=True)
    for n in itertools.count():
        text = f"Rule {number}-{n} holds in every branch of ours."
        asked = app.call("add", {"text": text}, me)["proposal"]
        if n % 4 == 3:
            app.call("reject", {"id": asked, "reason": "no"}, other)
            print(json.dumps([asked, "rejected"]), flush=True)
            continue
        app.call("approve", {"id": asked}, other)
        print(json.dumps([asked, "executed"]), flush=True)
        if n % 4 == 1:
            app.call("undo", {"id": asked}, other)
            print(json.dumps([asked, "undone"]), flush=True)
"""


def measure(_: Path | None) -> Measured:
    """Kill, look, and go on with the same store."""
    chance = random.Random(7)
    told: dict[str, str] = {}
    counts: Counter[str] = Counter()
    with TemporaryDirectory(prefix="passdown-crash-") as folder:
        read, decided, said = (Path(folder, name) for name in ("read", "decided", "said"))
        said.mkdir()
        for number in range(ROUNDS):
            _write(said / f"{number}.jsonl", number)
            lines = list(_killed([read, said, number], chance.uniform(0.0, LONGEST)))
            counts["while_reading"] += len(lines) < 2
            counts.update(_look(read, {}))
            lines = list(_killed([decided, "", number], chance.uniform(0.0, LONGEST)))
            told.update((id, how) for id, how in filter(None, lines))
            counts.update(_look(decided, told))
        counts["unread"] = _unread(read, said, Path(folder, "whole"))
    judged = ("broken", "lost", "unread", "while_reading")
    figures = {name: float(counts[name]) for name in judged}
    return Measured({**figures, "told": float(len(told))}, 2 * ROUNDS)


def _write(path: Path, number: int) -> None:
    """A transcript of many sessions, none of whose ids is in another file."""
    text = SAMPLE.read_text()
    path.write_text("".join(UUID.sub(f"{number:04x}{n:04x}", text) for n in range(COPIES)))


def _killed(task: list[Any], after: float) -> Iterator[list[str]]:
    """One process from its start to its death; what it told: an empty line when it began and
    whenever it had read everything, and a line for each decision."""
    words = [sys.executable, "-c", CHILD, *map(str, task)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        assert child.stdout is not None
        yield json.loads(child.stdout.readline())
        time.sleep(after)
        os.kill(child.pid, signal.SIGKILL)
        for line in child.stdout.read().splitlines(keepends=True):
            if line.endswith("\n"):
                yield json.loads(line)


def _look(store: Path, told: Mapping[str, str]) -> dict[str, int]:
    """What a kill left half done, and how much of what was told is not there."""
    with open_app(store=str(store)) as app:
        gone = sum(not _is_there(app, id, how) for id, how in told.items())
        return {"broken": len(faults(app.store)), "lost": gone}


def _is_there(app: App, id: str, how: str) -> bool:
    """Whether the decision stands as it was told, or went on from there."""
    with app.store.read(ALL) as tx:
        found = tx.queue.get(id)
        marks = {mark.name for mark in tx.queue.marks(id)}
    if found is None:
        return False
    if how == "undone":
        return "undone" in marks
    return found.status is (Status.EXECUTED if how == "executed" else Status.REJECTED)


def _unread(store: Path, said: Path, fresh: Path) -> int:
    """How many observations are missing or there twice, once everything was read, compared with a
    store in which nothing was ever killed."""
    torn, whole = (_read(place, said) for place in (store, fresh))
    return sum(((torn - whole) + (whole - torn)).values())


def _read(store: Path, said: Path) -> Counter[tuple[str, str]]:
    with open_app(store=str(store)) as app:
        app.call("ingest", {"paths": [str(said)]}, PERSON)
        with app.store.read(ALL) as tx:
            every = tx.observations.scan(flagged=True, limit=10_000_000)
    return Counter((o.session, o.uid) for o in every if not o.session.startswith("said:"))
