"""How the beginning of a file of JSON is built: which fields stand where, cut off or not."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

from passdown.stages.observe.readers.document import load

Outline: TypeAlias = dict[str, set[str]]
"""The short texts seen under each path, as in `messages[].role`; '[]' itself is a path where the
value is an array, whose elements' fields stand as if each stood alone."""

LINES = 40
"""Lines looked at."""
_BEGINS = (b"{", b"[")
_DEEP = 5
_SHORT = 60
_TOKEN = re.compile(rb'"((?:[^"\\]++|\\.)*+)"|[{}\[\],:]|[^\s{}\[\],:"]++|"', re.DOTALL)


def is_document(head: bytes) -> bool:
    """Whether a file that begins so is one value over many lines, not a value a line."""
    first, _, rest = head.strip().partition(b"\n")
    second = rest.partition(b"\n")[0]
    if first[:1] not in _BEGINS or not second:
        return False
    return len(first.strip()) == 1 or bool(load(first).reason and load(second).reason)


def mean(head: bytes, score: Callable[[Outline], float]) -> float:
    """The mean score of the values that the file begins with; what is no JSON scores nothing."""
    found = outlines(head)
    return sum(map(score, found)) / len(found) if found else 0.0


@lru_cache(2)
def outlines(head: bytes) -> tuple[Outline, ...]:
    """One of each of the first lines, or one of all there is of a document."""
    if head.strip()[:1] not in _BEGINS:
        return ()
    if is_document(head):
        return (outline(head),)
    lines = [line for line in head.split(b"\n") if line.strip()[:1] in _BEGINS][:LINES]
    # A damaged or cut line tells less, and an empty value nothing: left out where others tell more.
    sound = [line for line in lines if not load(line).reason]
    told = [found for line in sound or lines if (found := outline(line)).keys() - {"[]"}]
    return tuple(told)


def outline(raw: bytes) -> Outline:
    """What stands where in one value, as far as it goes."""
    walk = _Walk()
    for token in _TOKEN.finditer(raw):
        sign = token[0]
        if sign == b'"':
            break
        step = _STEPS.get(sign)
        if step is not None:
            step(walk)
        elif token[1] is not None:
            walk.text(token[1])
    return walk.found


class _Walk:
    """A way through JSON: the path and the kind of all that is open, and the field it is at."""

    def __init__(self) -> None:
        self.found: Outline = {}
        self.open: list[tuple[str, bool]] = []
        self.key = ""
        self.waits = False

    @property
    def here(self) -> str:
        """The path of what comes next; an array's elements have the array's."""
        if not self.open:
            return ""
        base, array = self.open[-1]
        return base if array else f"{base}.{self.key}" if base else self.key

    def object(self) -> None:
        """An object opens: a field's name comes next."""
        self.open.append((self.here, False))
        self.waits = True

    def array(self) -> None:
        """An array opens."""
        if self.open:
            self.open.append((f"{self.here}[]", True))
        else:
            self.found["[]"] = set()
            self.open.append(("", True))
        self.waits = False

    def close(self) -> None:
        """The innermost closes."""
        if self.open:
            self.open.pop()
        self.waits = False

    def next(self) -> None:
        """One more element or field."""
        self.waits = bool(self.open) and not self.open[-1][1]

    def value(self) -> None:
        """A field's name is over."""
        self.waits = False
        if len(self.open) <= _DEEP:
            self.found.setdefault(self.here, set())

    def text(self, raw: bytes) -> None:
        """A field's name, or a text under it."""
        if self.waits:
            self.key = raw.decode("utf-8", "replace")[:_SHORT]
        elif len(raw) <= _SHORT and 0 < len(self.open) <= _DEEP:
            self.found.setdefault(self.here, set()).add(raw.decode("utf-8", "replace"))


_STEPS: dict[bytes, Callable[[_Walk], None]] = {
    b"{": _Walk.object,
    b"[": _Walk.array,
    b"}": _Walk.close,
    b"]": _Walk.close,
    b",": _Walk.next,
    b":": _Walk.value,
}
