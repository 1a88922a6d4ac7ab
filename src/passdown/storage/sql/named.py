"""Named queries: read from their files when first asked for, fitted to what they are asked with.

`{sees}` becomes the condition of the sight, `IN :name` a list, `{word}` a word of the dialect;
a line that ends in `--? name` is there only when the argument `name` is given.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.storage.coding import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FOLDER = os.path.join(os.path.dirname(os.path.dirname(__file__)), "queries")

_head = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)
_comment = re.compile(r"^--(?!\?).*\n", re.MULTILINE)
_sees = re.compile(r"\{sees(?: ([\w.]+))?\}")
_list = re.compile(r"IN :(\w+)")
_flag = re.compile(r"--\? (\w+)")


class Dialect(NamedTuple):
    """What two databases say differently inside one query; whether an index of theirs counts
    words, and whether one statement may write several tables: a journey to a server less."""

    name: str
    skip_locked: str
    any_word: str
    counts_words: bool
    writes_joined: bool
    quoted: Callable[[str], str]
    placed: Callable[[str], str]


class Query(NamedTuple):
    """One named query and what its text depends on beside the sight."""

    text: str
    flags: tuple[str, ...]
    lists: tuple[str, ...]


class Queries:
    """The queries of one dialect; `fitted` is all there is to ask."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self._parts: dict[str, dict[str, Query]] = {}
        self._fitted: dict[tuple[object, ...], str] = {}

    def fitted(self, part: str, name: str, scopes: int | None, args: Mapping[str, Any]) -> str:
        """The text of a query for a sight of so many scopes and arguments of this shape."""
        query = self._named(part, name)
        shape: tuple[object, ...] = (part, name, scopes)
        if query.flags:
            shape += tuple([bool(args.get(flag)) for flag in query.flags])
        if query.lists:
            shape += tuple([len(args[name]) for name in query.lists])
        text = self._fitted.get(shape)
        if text is None:
            text = self._fitted[shape] = self._fit(query.text, scopes, args)
        return text

    def _named(self, part: str, name: str) -> Query:
        if part not in self._parts:
            self._parts[part] = _read(f"{part}.sql") | _read(f"{self.dialect.name}/{part}.sql")
        return self._parts[part][name]

    def _fit(self, text: str, scopes: int | None, args: Mapping[str, Any]) -> str:
        text = "\n".join(_chosen(text, args))
        text = text.replace("{skip_locked}", self.dialect.skip_locked)
        text = _sees.sub(lambda found: _seen(found[1] or "scope", scopes), text)
        text = _list.sub(lambda found: f"IN {_listed(found[1], len(args[found[1]]))}", text)
        return self.dialect.placed(text)


def flat(args: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as they are kept, every list spread over the places `fitted` gave it."""
    spread: dict[str, Any] = {}
    for name, value in args.items():
        if type(value) is str:
            # Nearly all are: it is looked at here, not by a call for each.
            spread[name] = value if value.isascii() and "\0" not in value else plain(value)
        elif isinstance(value, (list, tuple)):
            kept = [plain(one) if type(one) is str else one for one in value]
            spread.update(zip(_places(name, len(kept)), kept, strict=True))
        else:
            spread[name] = value
    return spread


def _read(filename: str) -> dict[str, Query]:
    path = os.path.join(FOLDER, filename)
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as file:
        parts = _head.split(file.read())[1:]
    return dict(zip(parts[::2], map(_query, parts[1::2]), strict=True))


def _query(text: str) -> Query:
    text = _comment.sub("", text).strip()
    flags, lists = dict.fromkeys(_flag.findall(text)), dict.fromkeys(_list.findall(text))
    return Query(text, tuple(flags), tuple(lists))


def _chosen(text: str, args: Mapping[str, Any]) -> list[str]:
    lines = (line.partition("--?") for line in text.splitlines())
    return [line.rstrip() for line, _, flag in lines if not flag or args.get(flag.strip())]


def _seen(column: str, scopes: int | None) -> str:
    if scopes is None:
        return "TRUE"
    return f"{column} IN {_listed('sight', scopes)}" if scopes else "FALSE"


def _listed(name: str, length: int) -> str:
    return f"({', '.join(f':{place}' for place in _places(name, length))})"


@lru_cache(maxsize=256)
def _places(name: str, length: int) -> list[str]:
    """The names of the places a list of this length is spread over."""
    return [f"{name}_{place}" for place in range(length)]
