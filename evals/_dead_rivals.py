"""What vulture, deadcode and skylos call needless in the same trees, each installed into an
environment of its own for it."""

from __future__ import annotations

import ast
import json
import re
import resource
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

PATIENCE = 300
MOST = 70
"""Seconds of a processor from which on a tool is asked about no further tree."""
NEAR = 8
"""Lines that decorators may stand above the name they belong to."""

_DEFINES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_VULTURE = re.compile(r"^(.+?):(\d+): unused \w+ '([^']+)' \((\d+)% confidence\)$", re.M)
_DEADCODE = re.compile(r"^(.+?):(\d+):\d+: DC\d+ \w+ `([^`]+)` is never used", re.M)


class Flag(NamedTuple):
    """One definition that a tool calls needless, and how sure it says it is, from 0 to 1."""

    path: str
    line: int
    name: str
    sure: float


class Rival(NamedTuple):
    """A tool: what is installed, how it is called, how its answer is read."""

    pinned: str
    words: tuple[str, ...]
    read: Callable[[str, Path], Iterator[Flag]]


class Answer(NamedTuple):
    """What a tool said of each tree, and what that took of a processor; or why it said nothing."""

    flags: Mapping[Path, Sequence[Flag]]
    seconds: float = 0.0
    why: str = ""


def vulture(said: str, root: Path) -> Iterator[Flag]:
    """What vulture printed."""
    for path, line, name, sure in _VULTURE.findall(said):
        yield Flag(_inside(path, root), int(line), name, int(sure) / 100)


def deadcode(said: str, root: Path) -> Iterator[Flag]:
    """What deadcode printed; it does not say how sure it is."""
    for path, line, name in _DEADCODE.findall(said):
        yield Flag(_inside(path, root), int(line), name.rpartition(".")[2], 1.0)


def skylos(said: str, root: Path) -> Iterator[Flag]:
    """What skylos wrote, of functions, methods and classes."""
    answer = json.loads(said)
    for kind in ("unused_functions", "unused_methods", "unused_classes"):
        for one in answer.get(kind, ()):
            name = str(one["name"]).rpartition(".")[2]
            sure = float(one.get("confidence", 100)) / 100
            yield Flag(_inside(one["file"], root), int(one["line"]), name, sure)


RIVALS = {
    "vulture": Rival("vulture==2.16", (".",), vulture),
    "deadcode": Rival("deadcode==2.4.1", (".", "--no-color"), deadcode),
    "skylos": Rival("skylos==5.1.2", (".", "--json"), skylos),
}


def asked(name: str, home: Path, roots: Sequence[Path]) -> Answer:
    """What one tool says of the trees, of as many as it has time for."""
    one = RIVALS[name]
    try:
        program = _installed(name, one.pinned, home / name)
        before = _spent()
        flags: dict[Path, Sequence[Flag]] = {}
        for root in roots:
            if _spent() - before > MOST:
                break
            flags[root] = tuple(one.read(_said_of(program, one.words, root), root))
        return Answer(flags, _spent() - before)
    except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
        why = f"not compared: {_reason(error)}"
        print(f"{name}: {why}", file=sys.stderr)
        return Answer({}, why=why)


def sure_of(flags: Sequence[Flag], path: str, symbol: str, line: int, end: int) -> float:
    """How sure a tool is of this definition; 0 where it says nothing of it."""
    name = symbol.rpartition(".")[2]
    return max(
        (
            one.sure
            for one in flags
            if (one.path, one.name) == (path, name) and line - NEAR <= one.line <= end
        ),
        default=0.0,
    )


def whole_files(flags: Sequence[Flag], root: Path) -> frozenset[str]:
    """The files of which a tool calls every function and class at the top needless."""
    found = set()
    for path in sorted({one.path for one in flags}):
        mine = [one for one in flags if one.path == path]
        tops = [(node.name, node.lineno, node.end_lineno or node.lineno)
                for node in _body(root / path) if isinstance(node, _DEFINES)]  # fmt: skip
        if tops and all(sure_of(mine, path, *top) for top in tops):
            found.add(path)
    return frozenset(found)


def _body(path: Path) -> list[ast.stmt]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(path.read_bytes()).body
    except (OSError, SyntaxError, ValueError):
        return []


def _installed(name: str, pinned: str, home: Path) -> Path:
    environment = home / "environment"
    if (environment / "bin" / name).exists():
        return environment / "bin" / name
    _run(sys.executable, "-m", "venv", "--without-pip", str(environment))
    python = str(environment / "bin" / "python")
    _run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", pinned)
    return environment / "bin" / name


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE)


def _said_of(program: Path, words: Sequence[str], root: Path) -> str:
    """Its answer: a tool that found something may well end with another status than 0."""
    done = subprocess.run(
        [str(program), *words], cwd=root, check=False, capture_output=True, text=True,
        timeout=PATIENCE,
    )  # fmt: skip
    if done.returncode and not done.stdout.strip():
        raise ValueError(done.stderr.strip() or f"it ended with {done.returncode}")
    return done.stdout


def _inside(path: str, root: Path) -> str:
    place = Path(path)
    return (place.relative_to(root) if place.is_absolute() else place).as_posix()


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _reason(error: Exception) -> str:
    told = str(getattr(error, "stderr", "") or error).strip()
    return told.splitlines()[-1][:200] if told else type(error).__name__
