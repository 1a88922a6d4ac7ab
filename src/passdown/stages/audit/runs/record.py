"""What running the tests of a change showed, as it is kept: the same change is not run twice."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import PassdownError
from passdown.storage.files import replaced
from passdown.storage.spool import make

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FORM = 1
LARGEST = 50_000_000


@dataclass(frozen=True, slots=True)
class Covered:
    """Of the lines of code that came, how many were run by the tests; and some that were not."""

    lines: int
    run: int
    missed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """How each test ended with the change and without it; `again` are further tries, with it, of
    tests that fail with it alone. `covered` is None where it was not measured, `uncovered` why."""

    head: Mapping[str, str]
    base: Mapping[str, str]
    again: Sequence[Mapping[str, str]] = ()
    suite: bool = False
    covered: Covered | None = None
    uncovered: str = ""
    tests: int = field(default=0)


def key(*parts: str) -> str:
    """The name a record is kept under: by what was run, and where."""
    told = "|".join((str(FORM), *parts))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def kept(folder: Path, name: str) -> Record | None:
    """What was kept under this name; None for nothing, or for what is no record."""
    file = folder / f"{name}.json"
    try:
        if file.stat().st_size > LARGEST:
            return None
        told: dict[str, Any] = json.loads(file.read_bytes())
        covered = told.pop("covered")
        known = Covered(**{**covered, "missed": tuple(covered["missed"])}) if covered else None
        return Record(**told, covered=known)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def keep(folder: Path, name: str, record: Record) -> None:
    """Keep it; that it cannot be kept is no reason to do without."""
    try:
        make(folder)
        with replaced(str(folder / f"{name}.json")) as part:
            Path(part).write_text(json.dumps(asdict(record)), encoding="utf-8")
    except (OSError, PassdownError):
        return
