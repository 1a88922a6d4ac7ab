"""What linters print, each in its own form, as results that can be held against each other. They
are the words of programs about a stranger's code: read within bounds, and never believed."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from passdown.domain.errors import Limit, Unreadable
from passdown.stages.audit.linted import MOST, Result, result, results, within
from passdown.stages.audit.runs.linters import FILES, FLAKES, LINES, MESSAGES, SARIF

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from passdown.stages.audit.runs.linters import Tool

ABSENT = "not_installed"
_LINE = re.compile(
    r"^(?P<path>[^\n]+?):(?P<line>\d+)(?::\d+)*: (?P<level>error|warning): "
    r"(?P<said>.*?)(?:  \[(?P<code>[\w-]+)\])?$"
)
_FLAKE = re.compile(r"^(?P<path>[^\n]+?):(?P<line>\d+):\d+: (?P<code>[A-Z]+\d+) (?P<said>.*)$")
_MISSING = re.compile(
    r"^(?:import[-_](?:not[-_]found|untyped|error)|import|no-name-in-module|"
    r"(?:import|import-x|n|node)/(?:no-unresolved|named|namespace|default|"
    r"no-(?:extraneous|missing|unpublished)[\w-]*))$"
)
"""Rules that tell of packages that are not installed, and so of this machine."""
_KINDS = {"fatal": "error", "error": "error", "warning": "warning"}


def heard(tool: Tool, data: bytes, root: str) -> list[Result]:
    """What it says, by paths in the repository; `root` is the folder that it ran in.

    Raises:
        Limit: it says more than anybody could read.
        Unreadable: it is not in the tool's form.
    """
    if tool.reads == SARIF:
        try:
            known = [replace(one, rule=_of(tool.name, one.rule)) for one in results(data)]
        except Unreadable as error:
            raise Unreadable(f"what {tool.name} left: {error.what}") from error
        return list(_below(known, root))
    try:
        found = list(_below(_READ[tool.reads](tool.name, data), root))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unreadable(f"what {tool.name} says is not in its form") from error
    if len(found) > MOST:
        raise Limit(f"{tool.name} says {len(found)} things: they are not read")
    return found


def is_missing(one: Result) -> bool:
    """Whether it tells that something is not installed here."""
    return one.rule.endswith(f".{ABSENT}")


def _below(found: Iterable[Result], root: str) -> Iterator[Result]:
    for one in found:
        path = within(one.path, root)
        if path:
            yield replace(one, path=path)


def _of(tool: str, rule: str) -> str:
    """The rule under the name that the tool has here, whatever it calls itself."""
    return f"lint.{tool}.{rule.rpartition('.')[2]}"


def _said(tool: str, code: str, level: str, said: str, place: tuple[str, int, int]) -> Result:
    named = ABSENT if _MISSING.match(code) else code
    path, first, last = place
    return result(tool, named, level, said, (quote(path), first, max(first, last)))


def _lines(tool: str, data: bytes) -> Iterator[Result]:
    """`a.py:3:1: error: Incompatible return value  [return-value]`."""
    for line in data.decode("utf-8", "replace").splitlines():
        if found := _LINE.match(line):
            place = (found["path"], int(found["line"]), 0)
            yield _said(tool, found["code"] or "syntax", found["level"], found["said"], place)


def _flakes(tool: str, data: bytes) -> Iterator[Result]:
    """`./a.py:3:1: F401 'os' imported but unused`."""
    for line in data.decode("utf-8", "replace").splitlines():
        if found := _FLAKE.match(line):
            place = (found["path"], int(found["line"]), 0)
            yield _said(tool, found["code"], "error", found["said"], place)


def _messages(tool: str, data: bytes) -> Iterator[Result]:
    """A list of messages, each with its path and line."""
    for one in json.loads(data or b"[]"):
        level = _KINDS.get(one["type"], "note")
        place = (one["path"], int(one["line"]), int(one.get("endLine") or 0))
        yield _said(tool, one["symbol"], level, one["message"], place)


def _files(tool: str, data: bytes) -> Iterator[Result]:
    """A list of files, each with its messages. One without a rule is of the tool itself, unless
    the file cannot be read."""
    for file in json.loads(data or b"[]"):
        for one in file["messages"]:
            code = one.get("ruleId") or ("syntax" if one.get("fatal") else "")
            if code:
                level = "error" if one["severity"] == 2 else "warning"
                place = (file["filePath"], int(one.get("line") or 1), int(one.get("endLine") or 0))
                yield _said(tool, code, level, one["message"], place)


_READ: dict[str, Callable[[str, bytes], Iterator[Any]]] = {
    LINES: _lines, FLAKES: _flakes, MESSAGES: _messages, FILES: _files,
}  # fmt: skip
