"""A repository's own linters, run on a change as it is configured without it: everything but the
sources is the base's, so that no change configures what judges it. They are shut in like tests."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.domain.errors import Limit, PassdownError, Unavailable, Unreadable
from passdown.stages.audit.linted import Result
from passdown.stages.audit.runs.heard import heard
from passdown.stages.audit.runs.laid import drop, lay
from passdown.stages.audit.runs.linters import is_whole
from passdown.stages.audit.runs.plan import seen
from passdown.storage.files import replaced
from passdown.storage.spool import make

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.stages.audit.change import Change
    from passdown.stages.audit.runs.linters import Tool
    from passdown.stages.audit.runs.sandbox import Ran, Sandbox
    from passdown.stages.audit.tree import Tree

FORM = 1
MOST_FILES, LONGEST, LARGEST = 1000, 100_000, 50_000_000
"""Files that a linter is given, and characters of their names; bytes of what is kept."""
_REPORT = ".passdown-lint"
_RUN = 'out=$1; shift; pwd >"$out" && exec "$@" >>"$out"'
_OWN = 'out=$1 report=$2; shift 2; code=0; "$@" >/dev/null || code=$?; ' \
       '[ -f "$report" ] || exit 99; { pwd; cat "$report"; } >"$out"; exit "$code"'  # fmt: skip
_USUAL = "/usr/local/bin:/usr/bin:/bin"
_MODULES = "node_modules"
_SYSTEM = ("/usr/", "/bin/", "/sbin/", "/lib")


class Program(NamedTuple):
    """A linter as it was found here: where, what else must be seen for it to run, and what tells
    it from another version."""

    path: str
    sees: tuple[Path, ...]
    name: str
    modules: Path | None = None


@dataclass(frozen=True, slots=True)
class Both:
    """What a linter says with the change and without it; `whole` where it looked at more than the
    files that the change touches."""

    head: tuple[Result, ...]
    base: tuple[Result, ...]
    whole: bool = False


def program(tool: Tool, after: Tree, python: str) -> Program:
    """Where the linter is: with the repository's own packages, beside the Python of its tests, or
    where programs are. What a change brings is no program.

    Raises:
        Unavailable: it is not installed.
    """
    called = tool.words[0] if tool.report else tool.name
    own = [after.repo / name for name in (".venv", "venv", _MODULES) if not after.has(name)]
    bins = [one / (".bin" if one.name == _MODULES else "bin") for one in own]
    named = [Path(python).expanduser().parent] if python else []
    there = next((one / called for one in (*bins, *named) if (one / called).is_file()), None)
    usual = there or shutil.which(called)
    if usual is None:
        raise Unavailable(f"{called} is not installed", next=f"Install {called}.")
    modules = next((one for one in own if one.name == _MODULES and one.is_dir()), None)
    return _program(Path(usual), modules)


def _program(path: Path, modules: Path | None) -> Program:
    real = path.resolve()
    near = path.absolute().parent / "python"
    inside = next((one for one in (near, real.parent / "python") if one.exists()), None)
    sees: tuple[Path, ...] = ()
    if inside is not None:
        sees = tuple(seen(inside))
    elif not str(real).startswith(_SYSTEM) and not (modules and real.is_relative_to(modules)):
        sees = (real,)
    where = path.absolute() if inside is not None else real
    told = real.stat()
    name = f"{where}|{told.st_size}|{told.st_mtime_ns}|{_brought(sees)}"
    return Program(str(where), (*sees, *([modules] if modules else [])), name, modules)


def _brought(sees: Sequence[Path]) -> str:
    """What is installed beside it."""
    return "|".join(sorted(info.name for folder in sees for info in folder.glob(
        "lib/python3*/site-packages/*.dist-info")))  # fmt: skip


def run(tool: Tool, change: Change, box: Sandbox, found: Program, seconds: float) -> Both | None:
    """What it says of the change with it and without it; None where it reads nothing of it.

    Raises:
        TimeoutError: its time was up.
        Unreadable: it did not end well, or what it says cannot be read.
    """
    old, new = _paths(tool, change)
    if change.before is None or change.after is None or not new:
        return None
    whole = bool(tool.report) or is_whole(tool, change.before)
    with TemporaryDirectory(prefix="passdown-lint-") as folder:
        place = Path(folder)
        lay(change.before, place)
        if found.modules is not None and not (place / _MODULES).exists():
            (place / _MODULES).symlink_to(found.modules)
        base = _said(tool, box, found, place, [] if whole else old, seconds, whole=whole)
        drop(place, [path for path in old if path not in new])
        lay(change.after, place, new)
        head = _said(tool, box, found, place, [] if whole else new, seconds, whole=whole)
    return Both(tuple(head), tuple(base), whole)


def _paths(tool: Tool, change: Change) -> tuple[list[str], list[str]]:
    """What it reads of the change: before, and after."""
    files = change.facts.files
    old = [file.before for file in files if file.before and tool.is_source(file.before)]
    new = [file.after for file in files if file.after and tool.is_source(file.after)]
    if len(new) > MOST_FILES or sum(map(len, (*old, *new))) > LONGEST:
        raise Limit(f"{len(new)} files of one change are not handed to {tool.name}")
    return old, new


def _said(
    tool: Tool, box: Sandbox, found: Program, place: Path, paths: Sequence[str], seconds: float,
    *, whole: bool,
) -> list[Result]:  # fmt: skip
    there = [f"./{path}" for path in paths if (place / path).is_file()]
    if not there and not whole:
        return []
    ran = box.run(
        _line(tool, found, there), place, sees=found.sees, reports=(_REPORT,), seconds=seconds,
        environment={"PATH": f"{Path(found.path).parent}:{_USUAL}", "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    if ran.late:
        raise TimeoutError
    root, _, said = ran.reports.get(_REPORT, b"").partition(b"\n")
    if ran.code not in tool.ends or not root:
        raise Unreadable(f"{tool.name} did not end well: {_last(ran, said)}")
    return heard(tool, said, root.decode("utf-8", "surrogateescape"))


def _line(tool: Tool, found: Program, there: Sequence[str]) -> list[str]:
    if tool.report:
        return ["sh", "-c", _OWN, "lint", _REPORT, tool.report, found.path, *tool.words[1:]]
    return ["sh", "-c", _RUN, "lint", _REPORT, found.path, *tool.words, *there]


def _last(ran: Ran, said: bytes) -> str:
    """Its last words, wherever it said them."""
    words = ran.said.strip() or said[-500:].decode("utf-8", "replace").strip()
    return re.sub(r"\s+", " ", (words.splitlines() or [f"exit {ran.code}"])[-1])[:160]


# ---- what is kept of it


def key(*parts: str) -> str:
    """The name that a run is kept under: by what was looked at, and with what."""
    told = "|".join(("lint", str(FORM), *parts))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def kept(folder: Path, name: str) -> Both | None:
    """What was kept under this name; None for nothing, or for what is none."""
    file = folder / f"{name}.json"
    try:
        if file.stat().st_size > LARGEST:
            return None
        told: dict[str, Any] = json.loads(file.read_bytes())
        head, base = (tuple(_result(row) for row in told[side]) for side in ("head", "base"))
        return Both(head, base, bool(told["whole"]))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _result(row: dict[str, Any]) -> Result:
    return Result(**{**row, "prints": frozenset(row["prints"])})


def keep(folder: Path, name: str, both: Both) -> None:
    """Keep it; that it cannot be kept is no reason to do without."""
    try:
        make(folder)
        with replaced(str(folder / f"{name}.json")) as part:
            told = json.dumps(asdict(both), default=sorted)
            Path(part).write_text(told, encoding="utf-8")
    except (OSError, PassdownError):
        return
