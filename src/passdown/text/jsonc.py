"""Edits of a JSON file that leave every other byte as it is: comments, order, white space.

Comments and a trailing comma are understood, as clients' own files have them.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple, TypeAlias

from passdown.domain.errors import Invalid

Path: TypeAlias = "tuple[str | int, ...]"

DEEPEST = 100
_BLANK = re.compile(r"(?:\s+|//[^\n]*|/\*[\s\S]*?\*/)*")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"')
_PLAIN = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null")
_SAME_LINE = re.compile(r"[ \t]*(?://[^\n]*|/\*[^\n]*?\*/[ \t]*(?=\r?\n))?")


class Node(NamedTuple):
    """A value and where it stands; its parts, where it has any."""

    start: int
    end: int
    value: Any
    parts: tuple[Part, ...] = ()


class Part(NamedTuple):
    """A member of an object or an item of an array; `start` is where its name begins."""

    name: str | int
    start: int
    node: Node


def read(text: str) -> Node:
    """The value of the text and where all of it stands; Invalid says where it is none."""
    start = _skip(text, 0)
    if start == len(text):
        raise Invalid("the file is empty", where="line 1")
    node = _value(text, start, 0)
    if _skip(text, node.end) != len(text):
        raise _wrong(text, node.end)
    return node


def put(text: str, path: Path, value: Any) -> str:
    """The text with this member; objects on the way are made where they are missing."""
    node = read(text)
    for n, name in enumerate(path):
        _is(node, dict, path[:n])
        part = next((p for p in node.parts if p.name == name), None)
        if part is None:
            for inner in reversed(path[n + 1 :]):
                value = {inner: value}
            return _insert(text, node, value, json.dumps(name, ensure_ascii=False) + ": ")
        node = part.node
    return text[: node.start] + _drawn(text, value, _indent(text, node.start)) + text[node.end :]


def append(text: str, path: Path, value: Any) -> str:
    """The text with this as the last item of the array there, which is made where it is missing."""
    node = find(read(text), path)
    if node is None:
        return put(text, path, [value])
    _is(node, list, path)
    return _insert(text, node, value, "")


def drop(text: str, path: Path) -> str:
    """The text without the member or item there, and without what is left empty by that."""
    while path:
        parent, name = find(read(text), path[:-1]), path[-1]
        at = next((n for n, p in enumerate(parent.parts) if p.name == name), -1) if parent else -1
        if parent is None or at < 0:
            return text
        text = _cut(text, parent, at)
        if len(parent.parts) > 1:
            return text
        path = path[:-1]
    return text


def find(node: Node, path: Path) -> Node | None:
    """The value at a path; None when there is none."""
    for name in path:
        part = next((p for p in node.parts if p.name == name), None)
        if part is None:
            return None
        node = part.node
    return node


# ---- reading


def _value(text: str, at: int, depth: int) -> Node:
    if depth > DEEPEST:
        raise _wrong(text, at)
    if text[at : at + 1] in ("{", "["):
        return _container(text, at, depth)
    found = _STRING.match(text, at) or _PLAIN.match(text, at)
    if not found:
        raise _wrong(text, at)
    return Node(at, found.end(), json.loads(found.group()))


def _container(text: str, start: int, depth: int) -> Node:
    is_object, parts = text[start] == "{", list[Part]()
    close, at = "}" if is_object else "]", _skip(text, start + 1)
    while text[at : at + 1] != close:
        part = _part(text, at, len(parts), depth, is_object)
        parts.append(part)
        at = _skip(text, part.node.end)
        if text[at : at + 1] == ",":
            at = _skip(text, at + 1)
        elif text[at : at + 1] != close:
            raise _wrong(text, at)
    values = {p.name: p.node.value for p in parts}
    if len(values) < len(parts):
        raise Invalid("a name stands twice in one object", where=_line(text, start))
    value: Any = values if is_object else [p.node.value for p in parts]
    return Node(start, at + 1, value, tuple(parts))


def _part(text: str, at: int, n: int, depth: int, is_object: bool) -> Part:
    if not is_object:
        return Part(n, at, _value(text, at, depth + 1))
    name = _STRING.match(text, at)
    colon = _skip(text, name.end()) if name else at
    if not name or text[colon : colon + 1] != ":":
        raise _wrong(text, colon)
    return Part(json.loads(name.group()), at, _value(text, _skip(text, colon + 1), depth + 1))


def _skip(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _is(node: Node, kind: type, path: Path) -> None:
    if not isinstance(node.value, kind):
        what = "an object" if kind is dict else "a list"
        raise Invalid(f"`{'.'.join(map(str, path)) or 'the file'}` is not {what}")


def _wrong(text: str, at: int) -> Invalid:
    return Invalid("this is not JSON", where=_line(text, at))


def _line(text: str, at: int) -> str:
    return f"line {text.count(chr(10), 0, at) + 1}"


# ---- writing


def _insert(text: str, node: Node, value: Any, name: str) -> str:
    """The text with one part more at the end of an object or array."""
    nl = "\r\n" if "\r\n" in text else "\n"
    if not node.parts:
        base = _indent(text, node.start)
        entry = name + _drawn(text, value, base + _unit(text))
        head = text[: node.end - 1].rstrip()
        return f"{head}{nl}{base}{_unit(text)}{entry}{nl}{base}{text[node.end - 1 :]}"
    last, first = node.parts[-1].node.end, node.parts[0].start
    if "\n" not in text[node.start : first]:
        return f"{text[:last]}, {name}{json.dumps(value, ensure_ascii=False)}{text[last:]}"
    indent = _indent(text, first)
    entry = f"{nl}{indent}{name}{_drawn(text, value, indent)}"
    comma = _skip(text, last)
    if text[comma : comma + 1] == ",":
        at = _end_of_line(text, comma + 1)
        return f"{text[:at]}{entry},{text[at:]}"
    at = _end_of_line(text, last)
    return f"{text[:last]},{text[last:at]}{entry}{text[at:]}"


def _cut(text: str, parent: Node, at: int) -> str:
    """The text without that part of an object or array."""
    part = parent.parts[at]
    start, end = len(text[: part.start].rstrip()), part.node.end
    comma = _skip(text, end)
    if text[comma : comma + 1] == ",":
        if text[comma + 1 : comma + 2] not in ("\r", "\n"):
            start = part.start
            comma += len(text[comma + 1 :]) - len(text[comma + 1 :].lstrip(" \t"))
        return text[:start] + text[comma + 1 :]
    if at:
        before = _skip(text, parent.parts[at - 1].node.end)
        return text[:before] + text[before + 1 : start] + text[end:]
    text, close = text[:start] + text[end:], parent.end - (end - start) - 1
    inside = text[parent.start + 1 : close]
    return text if inside.strip() else text[: parent.start + 1] + text[close:]


def _end_of_line(text: str, at: int) -> int:
    """Behind a remark that stands on the same line."""
    found = _SAME_LINE.match(text, at)
    return at + len(found.group().rstrip()) if found else at


def _indent(text: str, at: int) -> str:
    """The white space that the line of this place begins with."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip())]


def _unit(text: str) -> str:
    """How far the file sets each level in."""
    found = re.search(r"^([ \t]+)\S", text, re.MULTILINE)
    return found[1] if found else "  "


def _drawn(text: str, value: Any, indent: str) -> str:
    nl = "\r\n" if "\r\n" in text else "\n"
    lines = json.dumps(value, indent=_unit(text), ensure_ascii=False).split("\n")
    return f"{nl}{indent}".join(lines)
