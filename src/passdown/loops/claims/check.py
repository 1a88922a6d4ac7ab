"""How a claim is verified by a machine: one line of a closed grammar, nothing that changes a thing.

    exists PATH                     a file or folder of the repo is there
    contains PATH TEXT              the file holds the text, on one line
    sha256 PATH HEX                 the file has exactly these bytes
    exits CODE command -v NAME      whether a program can be started: 0 yes, 1 no

A path is relative to the repo, has no spaces and never leaves it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind: TypeAlias = Literal["exists", "contains", "sha256", "exits"]

_PATH = r"(?P<path>(?!/|~|-)(?!\S*\.\.)[^\s:*?\"'`$]{1,200})"
_FORMS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("exists", re.compile(rf"exists {_PATH}")),
    ("contains", re.compile(rf"contains {_PATH} (?P<value>\S.{{0,199}})")),
    ("sha256", re.compile(rf"sha256 {_PATH} (?P<value>[0-9a-f]{{64}})")),
    ("exits", re.compile(r"exits (?P<value>[01]) command -v (?P<path>[A-Za-z0-9][\w.+-]{0,60})")),
)
_PLACED = re.compile(
    r"\b(?:lives?|is (?:at|kept|stored|located|defined|configured|documented)|are (?:kept|stored|"
    r"located|defined|configured|documented))\b[^`]{0,20}`(?P<path>[^`\s]+)`"
)
_NAME = re.compile(r"[A-Za-z0-9][\w.+-]{0,60}")


class Check(NamedTuple):
    """One parsed check: of what, and what it should hold; of a program, 0 or 1."""

    kind: Kind
    path: str
    value: str = ""


def parse(line: str) -> Check | None:
    """The check that the line says; None when it says none."""
    for kind, form in _FORMS:
        found = form.fullmatch(line)
        if found:
            return Check(kind, found["path"], found.groupdict().get("value", ""))
    return None


def said(line: str) -> str:
    """The line, where it is a check; else ''."""
    return line if parse(line) else ""


def of_text(text: str) -> str:
    """The check of a sentence that says in which file or folder of the repo something is."""
    found = _PLACED.search(text)
    path = found["path"] if found else ""
    return said(f"exists {path.rstrip('/')}") if "/" in path or "." in path else ""


def of_missing(program: str) -> str:
    """The check of a claim that a program cannot be started by its name."""
    return said(f"exits 1 command -v {program}") if _NAME.fullmatch(program) else ""


def of_commands(verbs: Iterable[str]) -> str:
    """The check of a claim that names a target or script which the repo itself defines."""
    for verb in verbs:
        tool, _, rest = verb.partition(" ")
        if tool == "make" and rest:
            return said(f"contains Makefile {rest}:")
        if tool in ("npm", "pnpm", "yarn", "bun") and rest.startswith("run "):
            return said(f'contains package.json "{rest[4:]}":')
        if verb.startswith("./"):
            return said(f"exists {verb[2:]}")
    return ""
