"""How a repository wants its tests run: by its own file at the base, never by the change's; and in
which environment, which must be there already, for nothing is installed."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from passdown.domain.errors import Unavailable, Unreadable

FILE = "passdown.toml"
SECONDS, MOST_SECONDS = 300.0, 3600.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What `[audit]` of the file says: `command` leaves a report at `junit`, where tests are not
    pytest's; `suite` asks for all tests and not only those about the change; `required` that there
    is no verdict without."""

    python: str = ""
    command: tuple[str, ...] = ()
    junit: str = ""
    seconds: float = SECONDS
    suite: bool = False
    required: bool = False


class Environment(NamedTuple):
    """A Python and the folders that it needs to see; `name` tells it from one with other packages
    in it."""

    python: str
    sees: tuple[Path, ...]
    name: str


def plan(text: str | None) -> Plan | None:
    """What the base's file asks for; None where it does not ask for tests to be run.

    Raises:
        Unreadable: it is broken, or asks for what there is not.
    """
    try:
        told = tomllib.loads(text or "").get("audit", {})
    except tomllib.TOMLDecodeError as error:
        raise Unreadable(f"{FILE} of the base is broken: {error}") from error
    if not isinstance(told, dict) or told.get("dynamic") is not True:
        return None
    command, junit = told.get("command", []), told.get("junit", "")
    if not _texts(command) or not isinstance(junit, str) or bool(command) is not bool(junit):
        what = "`command` is a list of words, and `junit` the report that it leaves"
        raise Unreadable(f"{FILE} of the base: {what}")
    if not isinstance(told.get("python", ""), str) or not _inside(junit):
        raise Unreadable(f"{FILE} of the base: `python` and `junit` are paths in the repository")
    seconds = told.get("seconds", SECONDS)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds <= 0:
        raise Unreadable(f"{FILE} of the base: `seconds` is a number above 0")
    return Plan(
        told.get("python", ""), tuple(command), junit, min(float(seconds), MOST_SECONDS),
        told.get("suite") is True, told.get("required") is True,
    )  # fmt: skip


def environment(one: Plan, repo: Path, usual: str) -> Environment:
    """The Python that runs the tests: the one of the plan, the repository's own, or the usual one.

    Raises:
        Unavailable: there is none.
    """
    named = [repo / one.python] if one.python and _inside(one.python) else []
    own = [repo / name / "bin" / "python" for name in (".venv", "venv")]
    for python in (*named, *own, *([Path(usual).expanduser()] if usual else [])):
        if python.is_file():
            sees = tuple(seen(python))
            return Environment(str(python.absolute()), sees, _named(python, sees))
    raise Unavailable(
        "the tests have no Python to run in", where="audit.python",
        next="Make a .venv in the repository, or name a Python that has its packages.",
    )  # fmt: skip


def seen(python: Path) -> list[Path]:
    """The folder of an environment and the one it was made from; a system's is seen anyway.

    Raises:
        Unavailable: such a folder would show too much.
    """
    here = python.absolute().parents[1]
    found = [here] if (here / "pyvenv.cfg").is_file() else []
    real = python.resolve().parents[1]
    if not str(real).startswith("/usr"):
        found.append(real)
    for folder in found:
        if folder in (Path("/"), Path("/home"), Path("/root")) or folder == Path("~").expanduser():
            raise Unavailable(
                f"a Python in {folder} would show all that is there", where=str(python)
            )
    return found


def _named(python: Path, sees: tuple[Path, ...]) -> str:
    brought = sorted(info.name for folder in sees
                     for info in folder.glob("lib/python3*/site-packages/*.dist-info"))  # fmt: skip
    return "|".join((str(python.resolve()), *brought))


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _inside(path: str) -> bool:
    parts = path.split("/")
    return not path.startswith(("/", "-")) and ".." not in parts and not set(path) & set(" \n\t\0")
