"""The linters that a repository may ask audits to run: how each is called, what of a tree it reads,
by which files one sees that it is configured, and how it says what it found."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from passdown.domain.errors import Unreadable
from passdown.stages.audit.runs.plan import FILE, MOST_SECONDS, SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.stages.audit.tree import Tree

Json: TypeAlias = dict[str, Any]

SARIF, LINES, FLAKES, MESSAGES, FILES = "sarif", "lines", "flakes", "messages", "files"
"""How what a linter prints is read."""
PYTHON = (".py", ".pyi")
SCRIPT = (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte")
MOST_OWN = 8
_NAME = re.compile(r"[a-z][a-z0-9_]{0,29}")
_SUFFIX = re.compile(r"\.[A-Za-z0-9_.]{1,20}")


@dataclass(frozen=True, slots=True)
class Tool:
    """One linter. `files` are the endings of what it reads as source; `marks` the files that
    configure it, each with what must stand in it; `own` which sources are its configuration.

    One that `imports` may run what the repository brings; what one that needs `packages` says
    depends on what is installed; where `whole` stands in its configuration it needs no paths.
    """

    name: str
    words: tuple[str, ...]
    files: tuple[str, ...]
    marks: tuple[tuple[str, str], ...] = ()
    reads: str = SARIF
    ends: frozenset[int] = frozenset((0, 1))
    imports: bool = True
    packages: bool = False
    own: str = ""
    whole: str = ""
    report: str = field(default="")

    def is_source(self, path: str) -> bool:
        """Whether it reads a file of this name as source."""
        name = path.rpartition("/")[2]
        return path.endswith(self.files) and not (self.own and re.search(self.own, name))


@dataclass(frozen=True, slots=True)
class Asked:
    """What the base's file says of linters: which, for how long, and whether there is a verdict
    without them."""

    tools: tuple[Tool, ...]
    seconds: float = SECONDS
    required: bool = False


KNOWN = (
    Tool(
        "ruff",
        ("check", "--output-format=sarif", "--exit-zero", "--no-cache", "--no-fix",
         "--force-exclude"),
        (*PYTHON, ".ipynb"),
        (("ruff.toml", ""), (".ruff.toml", ""), ("pyproject.toml", r"^\[tool\.ruff\b")),
        ends=frozenset((0,)), imports=False,
    ),
    Tool(
        "mypy",
        ("--no-pretty", "--no-color-output", "--show-column-numbers", "--show-error-codes",
         "--no-error-summary", "--hide-error-context", "--cache-dir=/dev/null"),
        PYTHON,
        (("mypy.ini", ""), (".mypy.ini", ""), ("pyproject.toml", r"^\[tool\.mypy\b"),
         ("setup.cfg", r"^\[mypy\b")),
        LINES, packages=True, whole=r"^(?:files|packages|modules)\s*=",
    ),
    Tool(
        "flake8",
        ("--format=%(path)s:%(row)d:%(col)d: %(code)s %(text)s", "--exit-zero"),
        PYTHON,
        ((".flake8", ""), ("setup.cfg", r"^\[flake8\b"), ("tox.ini", r"^\[flake8\b")),
        FLAKES, frozenset((0,)),
    ),
    Tool(
        "pylint",
        ("--output-format=json", "--score=n", "--persistent=n"),
        PYTHON,
        ((".pylintrc", ""), ("pylintrc", ""), ("pylintrc.toml", ""), (".pylintrc.toml", ""),
         ("pyproject.toml", r"^\[tool\.pylint\b"), ("setup.cfg", r"^\[pylint\b")),
        MESSAGES, frozenset(range(0, 32, 2)), packages=True,
    ),
    Tool(
        "eslint",
        ("--format=json", "--no-color", "--no-error-on-unmatched-pattern"),
        SCRIPT,
        (*((f"eslint.config.{end}", "") for end in ("js", "mjs", "cjs", "ts", "mts", "cts")),
         *((f".eslintrc{end}", "") for end in ("", ".js", ".cjs", ".json", ".yml", ".yaml")),
         ("package.json", r"\"eslintConfig\"\s*:")),
        FILES, packages=True, own=r"^(?:eslint\.config|\.eslintrc)\.",
    ),
)  # fmt: skip
BY_NAME = {one.name: one for one in KNOWN}


def asked(text: str | None, base: Tree) -> Asked | None:
    """The linters that the base's file asks for; None where it asks for none. `linters = true` are
    those that the base configures.

    Raises:
        Unreadable: it is broken, or asks for what there is not.
    """
    try:
        told = tomllib.loads(text or "").get("audit", {})
    except tomllib.TOMLDecodeError as error:
        raise Unreadable(f"{FILE} of the base is broken: {error}") from error
    if not isinstance(told, dict):
        return None
    named, own = told.get("linters", False), told.get("linter", [])
    if named is False and not own:
        return None
    known = configured(base) if named is True else tuple(_known(named or ()))
    required = told.get("linters_required") is True
    return Asked((*known, *_own(own)), _seconds(told), required)


def configured(base: Tree) -> tuple[Tool, ...]:
    """The linters that a tree configures, at its root."""
    return tuple(one for one in KNOWN if any(_stands(base, *mark) for mark in one.marks))


def is_whole(tool: Tool, base: Tree) -> bool:
    """Whether its configuration names what it is to look at, so that it needs no paths."""
    return bool(tool.whole) and any(
        re.search(tool.whole, base.read(path) or "", re.M)
        for path, sign in tool.marks
        if _stands(base, path, sign)
    )


def _stands(base: Tree, path: str, sign: str) -> bool:
    if not base.name_of(path):
        return False
    return not sign or bool(re.search(sign, base.read(path) or "", re.M))


def _known(names: Any) -> Iterator[Tool]:
    if not isinstance(names, list | tuple) or not all(one in BY_NAME for one in map(str, names)):
        what = f"`linters` is true, or a list of {', '.join(BY_NAME)}"
        raise Unreadable(f"{FILE} of the base: {what}")
    for one in dict.fromkeys(names):
        yield BY_NAME[one]


def _own(rows: Any) -> Iterator[Tool]:
    """Linters that only the base knows: they leave SARIF."""
    if not isinstance(rows, list) or len(rows) > MOST_OWN:
        raise Unreadable(f"{FILE} of the base: `[[audit.linter]]` stands {MOST_OWN} times at most")
    for row in rows:
        if not isinstance(row, dict) or not _is_own(row):
            what = 'a linter has a `name`, a `command`, `files` like ".go", and leaves `sarif`'
            raise Unreadable(f"{FILE} of the base: {what}")
        yield Tool(row["name"], tuple(row["command"]), tuple(row["files"]),
                   ends=frozenset(range(126)), report=row["sarif"])  # fmt: skip


def _is_own(row: Json) -> bool:
    name, report = row.get("name"), row.get("sarif")
    if not isinstance(name, str) or not _NAME.fullmatch(name) or name in BY_NAME:
        return False
    if not isinstance(report, str) or not re.fullmatch(r"[\w.][\w./-]*", report) or ".." in report:
        return False
    files = _listed(row.get("files"))
    return bool(_listed(row.get("command")) and files) and all(map(_SUFFIX.fullmatch, files))


def _listed(value: Any) -> list[str]:
    """The texts of a list of texts; none for anything else."""
    good = isinstance(value, list) and all(isinstance(one, str) for one in value)
    return value if good else []


def _seconds(told: Json) -> float:
    seconds = told.get("seconds", SECONDS)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds <= 0:
        raise Unreadable(f"{FILE} of the base: `seconds` is a number above 0")
    return min(float(seconds), MOST_SECONDS)
