"""Whether needless code is told from code that is found by name at run time.

With data: symbols that history removed as unused, beside symbols that are alive though named once
(routes, hooks, fixtures, commands), each judged in the tree of its own commit, by us and by three
other tools in the same run; and files that history deleted as dead, beside such as stayed. Without:
a tree that is made here, with files of every sort.
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
from evals._dead_rivals import RIVALS, Answer, asked, sure_of
from evals._gone_files import Tree, counted, fates, figures as of_files
from evals._ranked import auc
from evals._wired import planted
from passdown.stages.inventory.classify import classify, world
from passdown.stages.inventory.files import read
from passdown.stages.inventory.symbols import DEAD, symbols

READS_DATA = True
NEEDLESS = ("strict_no_refs", "test_only", "dead_cluster")
TRAP, ALIVE = "dynamic_wired_trap", "live_control"
SAID = 0.01
"""What another tool says at all."""


class Judged(NamedTuple):
    """One labelled symbol and how sure we are that nothing needs it."""

    tier: str
    dead: float


class Seen(NamedTuple):
    """What we say of a tree: how sure of each symbol, and each file's class."""

    dead: Mapping[tuple[str, str], float]
    classes: Mapping[str, str]


def measure(data: Path | None) -> Measured:
    """How well the two are told apart, by us and by others, and what a tree takes."""
    with TemporaryDirectory() as folder:
        home = Path(folder).resolve()
        made = _planted(home)
        if data is None:
            return Measured(made, int(made["planted_files"]))
        figures, against, n = _labelled(data / "wired_python", home)
    return Measured({**made, **figures}, n, against)


def _labelled(data: Path, home: Path) -> tuple[dict[str, float], dict[str, float | str], int]:
    """What is told of labelled symbols and files; what others say of the same symbols."""
    rows = [json.loads(line) for line in (data / "symbols.jsonl").read_text().splitlines()]
    trees = list(_trees(data / "snapshots", rows, home))
    start = process_time()
    seen = {tree.root: _seen(tree.root) for tree in trees}
    spent = process_time() - start
    real = _ours(trees, seen)
    files, why = of_files(fates(trees, {root: one.classes for root, one in seen.items()}))
    against = {**why, **counted(trees, rows), "our_cpu_s": round(spent, 2)}
    for name in RIVALS:
        against |= _beside(name, asked(name, home, [tree.root for tree in trees]), trees, seen)
    return {**_apart(real, DEAD), **files}, against, len(real)


def _ours(trees: Sequence[Tree], seen: Mapping[Path, Seen]) -> list[Judged]:
    return [
        Judged(row["tier"], seen[tree.root].dead.get((row["file"], row["symbol"]), 0.0))
        for tree in trees
        for row in tree.rows
    ]


def _beside(
    name: str, answer: Answer, trees: Sequence[Tree], seen: Mapping[Path, Seen]
) -> dict[str, float | str]:
    """The same figures of another tool: what it flags at all counts as flagged. Where it had no
    time for every tree, ours over those it saw stand beside them."""
    if answer.why:
        return {name: answer.why}
    met = [tree for tree in trees if tree.root in answer.flags]
    theirs = []
    for tree in met:
        flags = answer.flags[tree.root]
        theirs += [Judged(row["tier"], sure_of(flags, row["file"], row["symbol"], *row["lines"]))
                   for row in tree.rows]  # fmt: skip
    told = {f"{name}_{figure}": value for figure, value in _apart(theirs, SAID).items()}
    if len(met) < len(trees):
        ours = _apart(_ours(met, seen), DEAD)
        told |= {f"beside_{name}_{figure}": value for figure, value in ours.items()}
    spent = {f"{name}_trees": len(met), f"{name}_cpu_s": round(answer.seconds, 2)}
    return {name: RIVALS[name].pinned, **told, **spent}


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


def _trees(snapshots: Path, rows: Sequence[Mapping[str, Any]], home: Path) -> Iterator[Tree]:
    for archive in sorted(snapshots.glob("*.tar.gz")):
        name, _, commit = archive.name.removesuffix(".tar.gz").partition("@")
        root, repo = home / archive.name, name.replace("__", "/")
        _unpacked(archive, root)
        mine = [row for row in rows if row["repo"] == repo and row["commit"].startswith(commit)]
        yield Tree(repo, commit, root, mine)


def _unpacked(archive: Path, root: Path) -> None:
    """Its files and nothing else, below the folder; Python 3.11.2 knows no filter for that yet."""
    with tarfile.open(archive) as packed:
        for one in packed:
            path = root / one.name
            if one.isfile() and path.resolve().is_relative_to(root.resolve()):
                path.parent.mkdir(parents=True, exist_ok=True)
                content = packed.extractfile(one)
                path.write_bytes(content.read() if content else b"")


def _seen(root: Path) -> Seen:
    found = world(read(root))
    classes = {row.path: row.cls for row in classify(found)}
    return Seen({(one.path, one.name): one.dead for one in symbols(found, classes)}, classes)


def _apart(real: Sequence[Judged], flagged: float) -> dict[str, float]:
    dead = [one.dead for one in real if one.tier in NEEDLESS]
    traps = [one.dead for one in real if one.tier == TRAP]
    alive = [one.dead for one in real if one.tier in (TRAP, ALIVE)]
    return {
        "auc_over_traps": round(auc(dead, traps), 3),
        "recall": round(sum(one >= flagged for one in dead) / max(len(dead), 1), 3),
        "false_alarms": round(sum(one >= flagged for one in alive) / max(len(alive), 1), 4),
        "needless": len(dead),
        "alive": len(alive),
    }
