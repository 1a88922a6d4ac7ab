"""The command lines that sessions start with, read without a command-line library.

A test holds this table equal to the declarations. Whatever is unusual here (help, an unknown
option, a value out of bounds, standard input) is left to the full command line, which explains it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

Kinds = dict[str, str]

DOMAIN: Kinds = dict(ontology="name")
"""A parameter, not a loop: what is known is of domains."""

KINDS: dict[str, Kinds] = {
    "brief": {
        "repo": "name",
        "agent": "name",
        "task": "text",
        "budget": "whole",
        "session": "name",
        **DOMAIN,
    },
    "search": {
        "query": "text",
        "limit": "whole",
        "kind": "name",
        "repo": "name",
        "agent": "name",
        "explain": "flag",
        "in": "name",
        "category": "name",
        "scope": "name",
        "entity": "name",
        "trust": "whole",
        "as_of": "time",
        "session": "name",
        **DOMAIN,
    },
}
REQUIRED: dict[str, tuple[str, ...]] = {"brief": (), "search": ("query",)}
LONGEST = {"name": 200, "text": 65_536, "whole": 9, "time": 64}


class Call(NamedTuple):
    """An operation, its parameters in their types, and whether JSON was asked for."""

    name: str
    params: dict[str, Any]
    as_json: bool


def parse(words: list[str]) -> Call | None:
    """The call these words plainly say; None leaves them to the full command line."""
    if not words or words[0] not in KINDS:
        return None
    name, rest = words[0], iter(words[1:])
    kinds = {f"--{param.replace('_', '-')}": (param, kind) for param, kind in KINDS[name].items()}
    kinds["--json"] = ("json", "flag")
    wanted = iter(REQUIRED[name])
    params: dict[str, Any] = {}
    for word in rest:
        found = _option(word, rest, kinds) if word.startswith("-") else _plain(word, wanted)
        if found is None:
            return None
        params[found[0]] = found[1]
    as_json = params.pop("json", False)
    return Call(name, params, as_json) if {*REQUIRED[name]} <= {*params} else None


def _plain(word: str, wanted: Iterator[str]) -> tuple[str, Any] | None:
    param = next(wanted, "")
    return (param, word) if param and len(word) <= LONGEST["text"] else None


def _option(
    word: str, rest: Iterator[str], kinds: dict[str, tuple[str, str]]
) -> tuple[str, Any] | None:
    option, joined, value = word.partition("=")
    param, kind = kinds.get(option, ("", ""))
    if not param or (kind == "flag" and joined):
        return None
    if kind == "flag":
        return param, True
    if not joined:
        value = next(rest, "-")
    if len(value) > LONGEST[kind] or value.startswith("-"):
        return None
    if kind != "whole":
        return param, value
    return (param, int(value)) if value.isascii() and value.isdecimal() else None
