"""What a text must hold to match a pattern: words and pieces, read from the pattern itself.

The answer is a superset: a text without them cannot match, one with them may. What this reader of
RE2's syntax does not know counts as anything at all.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_WORDS = 64
"""Alternatives of one need; more say too little."""
MOST_DEEP = 40
SHORTEST_PIECE = 3

_REPEAT = re.compile(r"[*+?]|\{(\d+)(?:,(\d*))?\}")
_FLAGS = re.compile(r"\?[imsU]*(?:-[imsU]+)?([:)])")
_NAMED = re.compile(r"\?P?<\w+>")
_HEX = re.compile(r"x\{[0-9A-Fa-f]+\}|x[0-9A-Fa-f]{2}|[0-7]{1,3}")
_PROPERTY = re.compile(r"[pP](?:\{[^}]*\}|.)")
_BETWEEN = frozenset("bAzWs")


class Need(NamedTuple):
    """At least one of these words stands in the text, or one of these pieces does."""

    words: frozenset[str]
    pieces: frozenset[str] = frozenset()

    @property
    def many(self) -> int:
        """How many there are of them."""
        return len(self.words) + len(self.pieces)

    def met(self, words: set[str], text: str) -> bool:
        """Whether a text of these words holds one."""
        return not self.words.isdisjoint(words) or any(piece in text for piece in self.pieces)


Way = tuple[Need, ...]


def ways(pattern: str) -> list[Way]:
    """The ways in which a text can match, each with all that it needs; an empty one needs
    nothing."""
    try:
        branches = _Reader(pattern).branches()
    except _Unknown:
        return [()]
    return [tuple(_needs(branch, left=False, right=False)) for branch in branches]


class _Unknown(Exception):  # noqa: N818
    """Syntax that this reader does not follow."""


class _Atom(NamedTuple):
    """A letter, a place between words, a group, or anything; and whether it may be missing."""

    letter: str = ""
    between: bool = False
    group: tuple[tuple[_Atom, ...], ...] = ()
    repeated: bool = False


_ANY = _Atom()
_BOUND = _Atom(between=True)


class _Reader:
    """RE2's syntax, as far as literals are concerned."""

    def __init__(self, pattern: str) -> None:
        self.text, self.at, self.deep = pattern, 0, 0

    def branches(self) -> tuple[tuple[_Atom, ...], ...]:
        """The alternatives up to the end of the group or of the pattern."""
        self.deep += 1
        if self.deep > MOST_DEEP:
            raise _Unknown
        found: list[list[_Atom]] = [[]]
        while self.at < len(self.text) and self.text[self.at] != ")":
            if self.text[self.at] == "|":
                self.at += 1
                found.append([])
            else:
                found[-1].extend(self._repeated(self._one()))
        self.deep -= 1
        return tuple(map(tuple, found))

    def _one(self) -> list[_Atom]:
        char = self.text[self.at]
        self.at += 1
        if char == "(":
            return self._group()
        if char == "[":
            return self._class()
        if char == "\\":
            return self._escape()
        if char in "^$":
            return [_BOUND]
        return [_ANY] if char == "." else [_literal(char)]

    def _group(self) -> list[_Atom]:
        if flags := _FLAGS.match(self.text, self.at):
            self.at = flags.end()
            if flags[1] == ")":
                return []
        elif named := _NAMED.match(self.text, self.at):
            self.at = named.end()
        elif self.text.startswith("?", self.at):
            raise _Unknown
        branches = self.branches()
        if not self.text.startswith(")", self.at):
            raise _Unknown
        self.at += 1
        return [_Atom(group=branches)]

    def _class(self) -> list[_Atom]:
        """A class is anything; it ends at the first bracket that is not its own first one."""
        place = self.at + self.text.startswith("^", self.at)
        place += self.text.startswith("]", place)
        while place < len(self.text) and self.text[place] != "]":
            if self.text.startswith("[:", place):
                place = self.text.find(":]", place) + 1 or len(self.text)
            place += 2 if self.text.startswith("\\", place) else 1
        if place >= len(self.text):
            raise _Unknown
        self.at = place + 1
        return [_ANY]

    def _escape(self) -> list[_Atom]:
        rest = self.text[self.at : self.at + 1]
        if rest == "Q":
            end = self.text.find(r"\E", self.at)
            quoted = self.text[self.at + 1 : end if end >= 0 else len(self.text)]
            self.at = end + 2 if end >= 0 else len(self.text)
            return [_literal(char) for char in quoted]
        if found := _HEX.match(self.text, self.at) or _PROPERTY.match(self.text, self.at):
            self.at = found.end()
            return [_ANY]
        self.at += 1
        if not rest:
            raise _Unknown
        if rest in _BETWEEN:
            return [_BOUND]
        return [_ANY] if rest.isalnum() else [_literal(rest)]

    def _repeated(self, atoms: list[_Atom]) -> Iterator[_Atom]:
        """The last of these as often as it says."""
        repeat = _REPEAT.match(self.text, self.at)
        if repeat is None or not atoms:
            yield from atoms
            return
        self.at = repeat.end() + self.text.startswith("?", repeat.end())
        yield from atoms[:-1]
        sign = repeat.group()
        least = 1 if sign == "+" else int(repeat[1]) if repeat[1] else 0
        if not least:
            yield _ANY
        elif atoms[-1].between:
            yield _BOUND
        else:
            yield atoms[-1]._replace(repeated=True)


def _literal(char: str) -> _Atom:
    if not char.isascii():
        return _ANY
    return _Atom(letter=char.lower()) if char.isalnum() or char == "_" else _BOUND


def _needs(atoms: tuple[_Atom, ...], *, left: bool, right: bool) -> Iterator[Need]:
    """What these in a row need; `left` and `right` say whether a word ends there."""
    run, bound = "", left
    for place, atom in enumerate(atoms):
        if atom.letter:
            run += atom.letter
            if not atom.repeated:
                continue
        yield from _need(run, bound, atom.between)
        if atom.group:
            after = atoms[place + 1].between if place + 1 < len(atoms) else right
            alone = not atom.repeated
            yield from _either(atom.group, bound and not run and alone, after and alone)
        run, bound = "", atom.between
    yield from _need(run, bound, right)


def _need(run: str, left: bool, right: bool) -> Iterator[Need]:
    if run and left and right:
        yield Need(frozenset((run,)))
    elif len(run) >= SHORTEST_PIECE:
        yield Need(frozenset(), frozenset((run,)))


def _either(group: Iterable[tuple[_Atom, ...]], left: bool, right: bool) -> Iterator[Need]:
    """One need of all alternatives: the narrowest of each; none where one needs nothing."""
    words: set[str] = set()
    pieces: set[str] = set()
    several = [list(_needs(branch, left=left, right=right)) for branch in group]
    if len(several) == 1:
        yield from several[0]
        return
    for needs in several:
        if not needs:
            return
        one = min(needs, key=narrow)
        words |= one.words
        pieces |= one.pieces
    if len(words) + len(pieces) <= MOST_WORDS:
        yield Need(frozenset(words), frozenset(pieces))


def narrow(need: Need) -> tuple[int, int, list[str]]:
    """Fewer is narrower, and longer; one order among equals."""
    held = sorted(need.words | need.pieces)
    return len(held), -min(map(len, held), default=0), held
