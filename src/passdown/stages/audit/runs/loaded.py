"""What of a repository a linter's configuration loads: a change to that would judge itself."""

from __future__ import annotations

import configparser
import re
import tomllib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from passdown.stages.audit.runs.linters import PYTHON, SCRIPT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.stages.audit.runs.linters import Tool
    from passdown.stages.audit.tree import Tree

LOADING = frozenset(
    [
        "plugins",
        "load-plugins",
        "init-hook",
        "local-plugins",
        "extension",
        "report",
        "paths",
        "plugin",
    ]
)
"""Keys of configurations, with dashes, whose values name what is run."""
SHARED = frozenset(("pyproject.toml", "setup.cfg", "tox.ini"))
_WORD = re.compile(r"[\w./-]+")
_NEAR = re.compile(r"[\"'`](\.{1,2}/[^\"'`\n]+)[\"'`]")


def loaded(tool: Tool, base: Tree, changed: Iterable[str]) -> str:
    """The first of these files that stands where the tool's configuration in the base loads
    something from, or its command; '' where none does, or where it runs nothing of a repository."""
    if not tool.imports:
        return ""
    named = {word for path, _ in tool.marks
             for word in _named(tool.name, path, base.read(path) or "")}  # fmt: skip
    named.update(_words(tool.words if tool.report else ()))
    return next((path for path in changed if any(_from(path, word) for word in named)), "")


def _named(tool: str, path: str, text: str) -> Iterator[str]:
    """What a configuration file names to be run, as paths and as modules; in one that others share,
    where it is about this tool."""
    if path.endswith(".toml"):
        told = _toml(text)
        yield from _words(_values(_of(told, tool) if path in SHARED else told))
    elif path.endswith((".cfg", ".ini", ".flake8", "pylintrc")):
        yield from _words(_options(text, tool if path in SHARED else ""))
    else:
        yield from (str(PurePosixPath(near[1])) for near in _NEAR.finditer(text))


def _words(values: Iterable[str]) -> Iterator[str]:
    for value in values:
        yield from (str(PurePosixPath(word)) for word in _WORD.findall(value))


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}


def _of(told: dict[str, Any], tool: str) -> Any:
    every = told.get("tool")
    return every.get(tool) if isinstance(every, dict) else None


def _values(told: Any, *, loads: bool = False) -> Iterator[str]:
    """All texts below keys that load."""
    if isinstance(told, str) and loads:
        yield told
    for key, value in told.items() if isinstance(told, dict) else ():
        yield from _values(value, loads=loads or key.replace("_", "-") in LOADING)
    for value in told if isinstance(told, list) else ():
        yield from _values(value, loads=loads)


def _options(text: str, about: str) -> Iterator[str]:
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        parser.read_string(text)
    except configparser.Error:
        return
    for section in (one for one in parser.sections() if about in one.casefold()):
        for key, value in parser.items(section):
            if key.replace("_", "-") in LOADING and value:
                yield value


def _from(path: str, word: str) -> bool:
    """Whether a file is what is named, or stands beside it where it could be loaded with it."""
    if word.endswith((*PYTHON, *SCRIPT)):
        folder = str(PurePosixPath(word).parent)
        return path == word or (folder != "." and path.startswith(f"{folder}/"))
    top = word.partition(":")[0].replace("/", ".").partition(".")[0]
    inner = path.removeprefix("src/")
    return bool(top) and (inner.startswith(f"{top}/") or inner.rpartition(".")[0] == top)
