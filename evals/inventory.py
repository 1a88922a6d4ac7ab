"""Whether needless code is told from code that is found by name at run time.

With data: symbols that history removed as unused, beside symbols that are alive though named once
(routes, hooks, fixtures, commands), each judged in the tree of its own commit. Without: a tree that
is made here, with files of every sort.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any, NamedTuple

from evals import Measured
from evals._wired import planted
from passdown.stages.inventory.classify import classify, world
from passdown.stages.inventory.files import read
from passdown.stages.inventory.symbols import DEAD, Symbol, symbols

READS_DATA = True
NEEDLESS = ("strict_no_refs", "test_only", "dead_cluster")
TRAP, ALIVE = "dynamic_wired_trap", "live_control"


class Judged(NamedTuple):
    """One labelled symbol and how sure we are that nothing needs it."""

    tier: str
    dead: float


def measure(data: Path | None) -> Measured:
    """How well the two are told apart, and what a tree takes."""
    with TemporaryDirectory() as folder:
        made = _planted(Path(folder))
        real = list(_real(data, Path(folder))) if data else []
    figures = {**made, **(_apart(real) if real else {})}
    return Measured(figures, len(real) or int(made["planted_files"]))


def _planted(folder: Path) -> dict[str, float]:
    """The share of planted files whose class is right, and what 200 files take."""
    wanted = planted(folder / "planted")
    start = process_time()
    rows = {row.path: row.cls for row in classify(world(read(folder / "planted")))}
    spent = process_time() - start
    right = sum(rows[path] == cls for path, cls in wanted.items())
    return {
        "planted_right": right / len(wanted),
        "planted_files": len(rows),
        "cpu_s_200_files": round(spent / len(rows) * 200, 3),
    }


def _real(data: Path, folder: Path) -> Iterator[Judged]:
    labels = data / "wired_python" / "symbols.jsonl"
    rows = [json.loads(line) for line in labels.read_text().splitlines()]
    for archive in sorted((data / "wired_python" / "snapshots").glob("*.tar.gz")):
        name, _, commit = archive.name.removesuffix(".tar.gz").partition("@")
        root = folder / archive.name
        with tarfile.open(archive) as packed:
            packed.extractall(root, filter="data")
        mine = [row for row in rows if row["repo"] == name.replace("__", "/")
                and row["commit"].startswith(commit)]  # fmt: skip
        yield from _judged(root, mine)


def _judged(root: Path, rows: Sequence[Mapping[str, Any]]) -> Iterator[Judged]:
    found = world(read(root))
    told: dict[tuple[str, str], Symbol] = {
        (one.path, one.name): one
        for one in symbols(found, {row.path: row.cls for row in classify(found)})
    }
    for row in rows:
        one = told.get((row["file"], row["symbol"]))
        yield Judged(row["tier"], one.dead if one else 0.0)


def _apart(real: Sequence[Judged]) -> dict[str, float]:
    dead = [one.dead for one in real if one.tier in NEEDLESS]
    traps = [one.dead for one in real if one.tier == TRAP]
    alive = [one.dead for one in real if one.tier in (TRAP, ALIVE)]
    return {
        "auc_over_traps": round(_auc(dead, traps), 3),
        "recall": round(sum(one >= DEAD for one in dead) / max(len(dead), 1), 3),
        "false_alarms": round(sum(one >= DEAD for one in alive) / max(len(alive), 1), 4),
        "needless": len(dead),
        "alive": len(alive),
    }


def _auc(high: Sequence[float], low: Sequence[float]) -> float:
    """How often one that is needless is put above one that is not; ties count half."""
    won = sum((one > other) + 0.5 * (one == other) for one in high for other in low)
    return won / (len(high) * len(low)) if high and low else float("nan")
