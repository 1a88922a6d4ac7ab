"""What becomes of a client's file: ours put into it, or taken out; nothing else moves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import Conflict, Invalid
from passdown.stages.serve.markers import BEGIN, END
from passdown.text import jsonc, tomlc
from passdown.up.install.clients import NAME, at, owned

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from passdown.up.install.clients import Entry, File

OPEN, CLOSE = "<!-- passdown:install -->", "<!-- passdown:installed -->"
BLOCK = f"""{OPEN}
{BEGIN}
Earlier sessions left what they learned here, each line approved by a person. Before a task, ask
passdown for it: the tool `brief` with the task, or `passdown brief --task "..."`. Before a failed
command is tried again: the tool `search`, or `passdown search "..."`. When something of it helped,
did harm or is out of date, say so with the tool `feedback`.
{END}
{CLOSE}
"""


def installed(file: File, text: str) -> str:
    """The file with exactly our entries; the same text when it has them. Conflict where somebody
    else's server has our name."""
    if file.path.suffix == ".toml":
        return _table(file, text)
    begun = text if text.strip() else json.dumps(file.begins, indent=2) + "\n"
    data = _read(file.path, begun)
    entries = [_placed(entry, data) for entry in file.entries]
    if text and _has(entries, data):
        return text
    made = removed(file, begun)
    left = _read(file.path, made)
    for path, value, is_item in entries:
        if not is_item and NAME in (at(left, path[:-1]) or {}):
            raise _taken(file.path)
        made = _with(file.path, made, path, value, is_item=is_item)
    return made


def removed(file: File, text: str) -> str:
    """The file without what is ours, and without what only held that."""
    if file.path.suffix == ".toml":
        table = ("mcp_servers", NAME)
        is_ours = any(True for _ in owned(tomlc.read(text)))
        return tomlc.without_table(text, table) if is_ours else text
    if not text.strip():
        return text
    for path, _ in sorted(owned(_read(file.path, text)), key=_last_first, reverse=True):
        text = jsonc.drop(text, path)
    return text


def is_bare(file: File, text: str) -> bool:
    """Whether nothing is left but what a new file of ours begins with."""
    if not text.strip():
        return True
    if file.path.suffix == ".toml":
        return False
    return bool(_read(file.path, text) in ({}, dict(file.begins)))


def is_back(file: File, kept: str, text: str) -> bool:
    """Whether the text without ours says what the file said before us, but for what is empty."""
    if not kept.strip():
        return is_bare(file, text)
    if file.path.suffix == ".toml":
        return tomlc.read(kept) == tomlc.read(text)
    try:
        return bool(_full(jsonc.read(kept).value) == _full(jsonc.read(text).value))
    except Invalid:
        return False


def with_block(text: str) -> str:
    """A file of instructions with our block, at its end or where it is."""
    head, found, tail = text.partition(OPEN)
    if found:
        return head + BLOCK.rstrip("\n") + _behind(tail)
    gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
    return text + gap + BLOCK


def without_block(text: str) -> str:
    """The same without the block."""
    head, found, tail = text.partition(OPEN)
    if not found:
        return text
    rest = _behind(tail).removeprefix("\n")
    return head.removesuffix("\n") + rest if not rest or head.endswith("\n\n") else head + rest


def _table(file: File, text: str) -> str:
    (entry,) = file.entries
    there = tomlc.read(text).get("mcp_servers", {})
    if isinstance(there, dict) and there.get(NAME) == entry.value:
        return text
    bare = removed(file, text)
    if NAME in tomlc.read(bare).get("mcp_servers", {}):
        raise _taken(file.path)
    return tomlc.with_table(bare, ("mcp_servers", NAME), entry.value)


def _with(path: Path, text: str, at: jsonc.Path, value: Any, *, is_item: bool) -> str:
    """The text with this entry; Invalid names the file where something else is in its place."""
    try:
        return (jsonc.append if is_item else jsonc.put)(text, at, value)
    except Invalid as error:
        raise Invalid(error.what, where=str(path), next="Mend it first.") from error


def _placed(entry: Entry, data: Any) -> Entry:
    """The entry where this file keeps its like."""
    newer = at(data, ("mcp", "servers"))
    if entry.path[0] != "mcp" or not isinstance(newer, dict) or "type" in newer:
        return entry
    return entry._replace(path=("mcp", "servers", NAME))


def _has(entries: Sequence[Entry], data: Any) -> bool:
    """Whether ours is there, all of it, once, and nothing of ours besides."""
    there = [(path[:-1] if isinstance(path[-1], int) else path, v) for path, v in owned(data)]
    wanted = [(tuple(path), value) for path, value, _ in entries]
    return len(there) == len(wanted) and all(one in there for one in wanted)


def _read(path: Path, text: str) -> Any:
    try:
        data = jsonc.read(text).value
    except Invalid as error:
        next_step = "Mend the file, or add our lines by hand: the manual shows them."
        raise Invalid(error.what, where=f"{path} {error.where}".strip(), next=next_step) from error
    if not isinstance(data, dict):
        raise Invalid("the file is not an object", where=str(path), next="Mend it first.")
    return data


def _taken(path: Path) -> Conflict:
    step = "Rename it there, then install again."
    return Conflict(f"another server is called {NAME}", where=str(path), next=step)


def _behind(tail: str) -> str:
    """What stands behind the end of our block; all of it where the end is gone."""
    _, found, rest = tail.partition(CLOSE)
    if not found:
        raise Invalid("the end of our block is gone", next=f"Put {CLOSE} back where it ends.")
    return rest


def _last_first(one: tuple[tuple[str | int, ...], Any]) -> list[tuple[str, int]]:
    return [(name, 0) if isinstance(name, str) else ("", name) for name in one[0]]


def _full(value: Any) -> Any:
    """A value without what is empty in it."""
    if isinstance(value, dict):
        kept = {name: _full(inner) for name, inner in value.items()}
        return {name: inner for name, inner in kept.items() if inner not in ({}, [])}
    return [_full(inner) for inner in value] if isinstance(value, list) else value
