"""What became of a module's faults when they were last tried: kept until the module changes.

What is kept holds for the same code and the same faults. Whether the tests still notice them is
not asked again until the module is tried anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeAlias

from evals._mutants import Mutant
from evals._trial import Trial

FOLDER = Path(__file__).with_name("results") / "mutation"
NAMES = ("function", "was", "now", "nth")
Key: TypeAlias = tuple[str, str, str, str, int]


@dataclass(frozen=True, slots=True)
class Tried:
    """How many faults of one module were tried, and which of them no test noticed."""

    path: str
    mutants: int
    survivors: frozenset[Key]


def tried(path: str, trials: Iterable[Trial]) -> Tried:
    """What the trials of a module say together."""
    own = [one for one in trials if one.mutant.path == path]
    return Tried(path, len(own), frozenset(t.mutant.key for t in own if not t.killed_by))


def seal(source: str, every: Sequence[Mutant]) -> str:
    """What changes with a module, and with what is tried on it."""
    return sha256(json.dumps([source, [one.key for one in every]]).encode()).hexdigest()


def keep(one: Tried, sealed: str, folder: Path = FOLDER) -> None:
    """Keep it beside the results."""
    folder.mkdir(parents=True, exist_ok=True)
    lived = [dict(zip(NAMES, key[1:], strict=True)) for key in sorted(one.survivors)]
    told = {"path": one.path, "seal": sealed, "mutants": one.mutants, "survivors": lived}
    _file(one.path, folder).write_text(json.dumps(told, indent=2) + "\n")


def kept(path: str, sealed: str, folder: Path = FOLDER) -> Tried | None:
    """What was kept of a module; None when it, or what is tried on it, changed since."""
    file = _file(path, folder)
    if not file.exists():
        return None
    told: dict[str, Any] = json.loads(file.read_text())
    if (told["path"], told["seal"]) != (path, sealed):
        return None
    lived = frozenset((path, *(one[name] for name in NAMES)) for one in told["survivors"])
    return Tried(path, told["mutants"], lived)


def _file(path: str, folder: Path) -> Path:
    return folder / f"{path.removesuffix('.py').replace('/', '.')}.json"
