"""How much the gate decides, and how soon it answers when there is much to decide.

Decisions are whole ones, through the operation: read anew, weighed, applied with their images, told
to the ledger, on the disk; and, apart, such as are replayed since something was observed meanwhile,
in a small store and in one of 100,000 observations. Beside them stands what the disk itself takes
to keep 4 kB. A queue of 100,000 open questions is listed by what an answer is worth, a page of
fifty; a ledger of a million entries is verified from its first to its last.

Decisions and the list once more on a PostgreSQL server that keeps what it answered, where its wheel
is installed; and beside vouch, in an environment of its own, where pip can make one.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from evals import Measured, _gate_past, _gate_rival
from passdown.app import App, open_app
from passdown.config import Places
from passdown.domain.actor import human
from passdown.domain.clock import new_id
from passdown.domain.scope import ALL
from passdown.stages.measure.verify import verify

READS_DATA = False
SIZE = 1.0
"""Million entries of the ledger, and tenths of a million open questions, when nobody says."""
DECISIONS, REPLAYED = 400, 100
PAGE = 50
LISTED = 60
BATCH = 10_000
ASKER, PERSON = human("ann"), human("bob")


def measure(data: object, size: float = SIZE) -> Measured:
    """Decide, list, verify."""
    with TemporaryDirectory(prefix="passdown-gate-") as folder:
        home = Path(folder)
        keeping = _keeping(home / "kept")
        with open_app(store=str(home / "decided")) as app:
            spent, again = _decisions(app), _replayed(app)
        with open_app(store=str(home / "queued")) as app:
            open_ones = _fill(app, int(100_000 * size))
            first, later = _listed(app)
        with open_app(store=str(home / "told")) as app:
            entries, seconds = _verified(app, int(1_000_000 * size))
        with open_app(store=str(home / "past")) as app:
            since, whole = _gate_past.replayed(app, int(100_000 * size))
        served, no_server = _on_postgres(home / "server", int(100_000 * size))
        beside, no_rival = _gate_rival.compared(home / "rival", int(1000 * size))
    p95 = _at(spent, 0.95)
    figures = {
        "decisions_a_second": round(len(spent) / sum(spent), 0),
        "decision_p50_ms": round(1000 * _at(spent, 0.5), 2),
        "decision_p95_ms": round(1000 * p95, 2),
        "replayed_p95_ms": round(1000 * _at(again, 0.95), 2),
        "decision_over_goal": round(p95 / (4 * keeping + 0.002), 3),
        "replayed_large_p50_ms": round(1000 * _at(since, 0.5), 2),
        "listed_p95_ms": round(1000 * _at(first, 0.95), 2),
        "next_page_p95_ms": round(1000 * _at(later, 0.95), 2),
        "verified_s": round(seconds, 2),
        "verified_a_second": round(entries / seconds, 0),
        **served,
        **beside,
    }
    against: dict[str, float | str] = {"disk_keeps_ms": round(1000 * keeping, 2)}
    against |= {"open": open_ones, "entries": entries, "replayed_whole_s": round(whole, 2)}
    against |= {"load": os.getloadavg()[0], **no_server, **no_rival}
    return Measured(figures, len(spent), against)


def _on_postgres(home: Path, open_ones: int) -> tuple[dict[str, float], dict[str, str]]:
    """The same decisions and the same list on a server of its own; why not, where there is none."""
    try:
        from tests.postgres import LASTING, running_server
    except ImportError as error:
        print(f"postgres: not measured: {error}", file=sys.stderr)
        return {}, {"postgres": f"not measured: {error}"}
    with running_server(LASTING) as server:
        with App(_places(server.fresh(), home)) as app:
            spent = _decisions(app)
        with App(_places(server.fresh(), home)) as app:
            _fill(app, open_ones)
            first, _ = _listed(app)
    figures = {
        "postgres_decisions_a_second": round(len(spent) / sum(spent), 0),
        "postgres_decision_p95_ms": round(1000 * _at(spent, 0.95), 2),
        "postgres_listed_p95_ms": round(1000 * _at(first, 0.95), 2),
    }
    return figures, {}


def _places(url: str, home: Path) -> Places:
    home.mkdir(exist_ok=True)
    return Places(home, "eval", url, home, home)


def _decisions(app: App) -> list[float]:
    """The seconds each of so many approvals took, nothing observed since it was asked."""
    spent = []
    for n in range(DECISIONS):
        asked = _asked(app, n)
        spent.append(_timed(partial(app.call, "approve", asked, PERSON)))
    return spent


def _replayed(app: App) -> list[float]:
    """The same where something was: what speaks for it is looked for anew in all there is."""
    asked = [_asked(app, DECISIONS + n) for n in range(REPLAYED)]
    return [_timed(partial(app.call, "approve", one, PERSON)) for one in asked]


def _asked(app: App, n: int) -> dict[str, Any]:
    text = f"Rule {n} holds in every branch of repo-{n % 7}."
    return {"id": app.call("add", {"text": text}, ASKER)["proposal"]}


def _fill(app: App, many: int) -> int:
    """That many open questions, of all values, in random order."""
    id = app.call("add", {"text": "Always run the linter first."}, ASKER)["proposal"]
    chance = random.Random(1)
    with app.store.read(ALL) as tx:
        like = tx.queue.get(id)
    assert like is not None
    for start in range(0, many, BATCH):
        with app.store.write(ALL) as tx:
            for _ in range(min(BATCH, many - start)):
                value, sure = chance.paretovariate(2), chance.random()
                one = replace(like, id=new_id(), fingerprint=new_id(), value=value, confidence=sure)
                tx.queue.add(one)
    with app.store.read(ALL) as tx:
        return tx.queue.waiting()


def _listed(app: App) -> tuple[list[float], list[float]]:
    """The seconds a first page took, and the one after it."""
    asked: dict[str, Any] = {"order": "value", "limit": PAGE}
    after = app.call("pending", asked, PERSON)["next"]
    first = [_timed(lambda: app.call("pending", asked, PERSON)) for _ in range(LISTED)]
    page = asked | {"after": after}
    return first, [_timed(lambda: app.call("pending", page, PERSON)) for _ in range(LISTED)]


def _verified(app: App, many: int) -> tuple[int, float]:
    """How many entries a ledger has, and the seconds it takes to verify them all."""
    for start in range(0, many, BATCH):
        with app.store.write(ALL) as tx:
            for n in range(start, min(start + BATCH, many)):
                tx.ledger.append("promotion.rejected", "bob", f"{n:032x}", {"review_notes": "no"})
    began = time.perf_counter()
    with app.store.read(ALL) as tx:
        found = verify(tx)
    if not found.ok:
        raise AssertionError(f"entry {found.bad_seq}: {found.fault}")
    return found.entries, time.perf_counter() - began


def _keeping(path: Path) -> float:
    """The seconds the disk takes to keep four kilobytes, in the middle."""
    spent = []
    with open(path, "wb", buffering=0) as file:
        for _ in range(200):
            file.write(b"x" * 4096)
            spent.append(_timed(lambda: os.fsync(file.fileno())))
    return _at(spent, 0.5)


def _timed(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def _at(spent: list[float], share: float) -> float:
    return sorted(spent)[int(share * (len(spent) - 1))]
