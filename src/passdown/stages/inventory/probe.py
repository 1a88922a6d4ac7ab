"""Whether a file may go: a copy of the repository without it still compiles, what starts is still
imported, and tests are still found. What may be loaded by a name put together is refused first."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree, ignore_patterns
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.stages.inventory.classify import World

PATIENCE = 120.0
_LEFT = ignore_patterns(".git", ".venv", "venv", "node_modules", "__pycache__", ".tox", "build")


@dataclass(frozen=True, slots=True)
class Probed:
    """Whether it may go, and what stands against it."""

    path: str
    may_go: bool
    why: str


def probe(found: World, path: str, *, collect: bool = True) -> Probed:
    """Try it. Runs the compiler and, with `collect`, the repository's own code: only for those who
    would run it anyway."""
    if who := _loaders(found, path):
        return Probed(path, False, f"{who} loads modules by names that it puts together")
    if users := found.importers(path):
        return Probed(path, False, f"{users[0]} imports it")
    with TemporaryDirectory(prefix="passdown-probe-") as folder:
        copy = Path(folder) / "copy"
        copytree(found.files.root, copy, ignore=_LEFT, symlinks=True)
        steps = list(_steps(found, collect=collect))
        sound = [(what, command) for what, command in steps if not _run(command, copy)]
        (copy / path).unlink()
        for what, command in sound:
            if why := _run(command, copy):
                return Probed(path, False, f"{what}: {why}")
    return Probed(path, True, "compiles, and tests are found, without it")


def _loaders(found: World, path: str) -> str:
    """Who may load it by a name that is put together at run time."""
    for user, source in found.sources.items():
        for pattern, line in source.prefixes:
            prefix = pattern.partition("*")[0]
            if prefix and any(name.startswith(prefix) for name in found.modules.names(path)):
                return f"{user}:{line}"
    return ""


def _steps(found: World, *, collect: bool) -> Iterator[tuple[str, Sequence[str]]]:
    """What must work without the file, if it works with it."""
    yield "compiling", (sys.executable, "-m", "compileall", "-q", "-f", ".")
    if not collect:
        return
    for path, steps in sorted(found.roots.items()):
        names = found.modules.names(path)
        if names and any(step.tier == 1 for step in steps):
            yield f"importing {names[0]}", (sys.executable, "-c", f"import {names[0]}")
    words = ("-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider")
    yield "finding the tests", (sys.executable, *words)


def _run(command: Sequence[str], where: Path) -> str:
    try:
        done = subprocess.run(command, cwd=where, capture_output=True, timeout=PATIENCE)
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)[:200]
    if done.returncode in (0, 5):  # 5: no tests
        return ""
    said = (done.stdout + done.stderr).decode("utf-8", "replace").strip().splitlines()
    return said[-1][:200] if said else f"exit {done.returncode}"
