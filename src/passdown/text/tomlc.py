"""Edits of a TOML file that leave every other byte as it is: one table more, or one less."""

from __future__ import annotations

import json
import re
import tomllib
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_HEADER = re.compile(r"\s*\[")


def read(text: str) -> dict[str, Any]:
    """What the file says; Invalid when it is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"this is not TOML: {error}") from error


def with_table(text: str, name: tuple[str, str], values: Mapping[str, Any]) -> str:
    """The text with this table of texts and lists of texts at its end; Invalid where another form
    of the same table stands in the way."""
    wanted = read(text)
    if not isinstance(wanted.setdefault(name[0], {}), dict) or name[1] in wanted[name[0]]:
        raise Invalid(f"`{'.'.join(name)}` is there already")
    wanted[name[0]][name[1]] = dict(values)
    nl = "\r\n" if "\r\n" in text else "\n"
    lines = [f"[{'.'.join(name)}]", *(f"{key} = {_shown(value)}" for key, value in values.items())]
    gap = "" if not text else nl if text.endswith("\n") else nl + nl
    made = text + gap + nl.join(lines) + nl
    return _checked(made, wanted, name)


def without_table(text: str, name: tuple[str, str]) -> str:
    """The text without this table and the tables in it; Invalid where it is written in another
    form than a table of its own."""
    wanted = read(text)
    if name[1] not in wanted.get(name[0], {}):
        return text
    del wanted[name[0]][name[1]]
    lines = text.splitlines(keepends=True)
    own = list(_blocks(lines, name))
    # What looks like a table may stand in a text: then the last one is ours.
    tries = ("".join(_without(lines, blocks)) for blocks in (own, own[-1:]))
    wanted |= {} if wanted[name[0]] else {name[0]: None}
    for made in tries:
        if _says(made, wanted):
            return made
    raise _unfit(name)


def _blocks(lines: Sequence[str], name: tuple[str, str]) -> Iterator[range]:
    """The lines of the table and of those in it."""
    own = re.compile(rf"""\s*\[\s*{name[0]}\s*\.\s*(["']?){name[1]}\1\s*[.\]]""")
    heads = [n for n, line in enumerate(lines) if _HEADER.match(line)]
    for start, end in pairwise([*heads, len(lines)]):
        if own.match(lines[start]):
            yield range(start, end)


def _without(lines: Sequence[str], blocks: Sequence[range]) -> list[str]:
    """The lines without these, and without an empty one before what was the end."""
    gone = {n for block in blocks for n in block}
    kept = [line for n, line in enumerate(lines) if n not in gone]
    if len(lines) - 1 in gone and kept and not kept[-1].strip():
        kept.pop()
    return kept


def _checked(text: str, wanted: Mapping[str, Any], name: tuple[str, str]) -> str:
    if not _says(text, wanted):
        raise _unfit(name)
    return text


def _says(text: str, wanted: Mapping[str, Any]) -> bool:
    """Whether this is what the text says; None stands for nothing or what is empty."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    empty = {key: None for key, value in wanted.items() if value is None and not said.get(key)}
    return {**said, **empty} == wanted


def _unfit(name: tuple[str, str]) -> Invalid:
    step = "Edit it by hand: the manual shows the lines."
    what = f"`{'.'.join(name)}` cannot be edited without touching what is around it"
    return Invalid(what, next=step)


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
