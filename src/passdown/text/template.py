"""Replies with placeholders: what they say now, and what in them goes out of date.

A placeholder is `{snapshot.NAME}` with the dotted name of one value of a snapshot.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.text.tokens import STOP_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = "snapshot"
DEEPEST = 8

_PLACE = re.compile(rf"\{{({ROOT}(?:\.[A-Za-z0-9_\-]+)+)\}}")
_AMOUNT = r"\d[\d,]*(?:\.\d+)?"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_VOLATILE = re.compile(
    rf"(?P<money>[$€£¥]\s?(?P<sum>{_AMOUNT})\b|(?P<sums>{_AMOUNT})\s?(?:usd|eur|gbp|dollars|euros)\b)"
    rf"|(?P<percent>(?P<share>{_AMOUNT})\s?(?:%|percent\b))"
    r"|(?P<date>\b\d{4}-\d{2}-\d{2}(?:[t ]\d{2}:\d{2}(?::\d{2})?z?)?\b"
    rf"|\b{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s\d{{4}})?\b|\b\d{{1,2}}\s{_MONTH}(?:\s\d{{4}})?\b)"
    r"|(?P<clock>\b\d{1,2}:\d{2}(?::\d{2})?(?:\s?[ap]m)?\b)",
    re.IGNORECASE,
)
_NUMBER = re.compile(rf"(?<![\w.]){_AMOUNT}(?!\w)")
_WORD = re.compile(r"[a-z][a-z_]+")
_CLAUSE = re.compile(r"[;,.!?\n](?=\s|$)")


class Token(NamedTuple):
    """A part of a text that may be out of date tomorrow: where it stands with its unit, and where
    the value alone does."""

    start: int
    end: int
    first: int
    last: int
    text: str


class Rendered(NamedTuple):
    """A reply as it would be said, and the placeholders for which there is no value."""

    text: str
    missing: tuple[str, ...]


def placeholders(template: str) -> tuple[str, ...]:
    """The names in the template, each once, in order."""
    return tuple(dict.fromkeys(found[1] for found in _PLACE.finditer(template)))


def render(template: str, snapshot: Mapping[str, Any]) -> Rendered:
    """The template with its placeholders filled; one without a value stays as it is."""
    values = leaves(snapshot)
    missing = tuple(name for name in placeholders(template) if name not in values)
    return Rendered(_PLACE.sub(lambda found: values.get(found[1], found[0]), template), missing)


def leaves(snapshot: Mapping[str, Any]) -> dict[str, str]:
    """Every value of a snapshot as text, by the name a placeholder gives it, in order."""
    return dict(sorted(_leaves(ROOT, snapshot, DEEPEST)))


def volatile(text: str) -> list[Token]:
    """Sums, shares, dates and times of day, in order; none that stands in a placeholder."""
    taken = [found.span() for found in _PLACE.finditer(text)]
    return [
        token
        for token in map(_token, _VOLATILE.finditer(text))
        if not any(start < token.end and token.start < end for start, end in taken)
    ]


def masked(text: str) -> str:
    """The text without its values: what is equal says the same of other numbers."""
    return _NUMBER.sub("#", _put(text, {token: "#" for token in volatile(text)}, whole=True))


def numbers(text: str) -> list[str]:
    """The numbers that stand alone in a text, in order."""
    return _NUMBER.findall(text)


def slotted(text: str) -> str:
    """The text with a placeholder for each volatile value, named after a word beside it."""
    named: dict[Token, str] = {}
    used: set[str] = set()
    for token in volatile(text):
        name = _name(text, token)
        number = 2
        while name in used:
            name, number = f"{name.rstrip('0123456789_')}_{number}", number + 1
        used.add(name)
        named[token] = f"{{{ROOT}.{name}}}"
    return _put(text, named)


def _put(text: str, values: Mapping[Token, str], *, whole: bool = False) -> str:
    for token in sorted(values, reverse=True):
        start, end = (token.start, token.end) if whole else (token.first, token.last)
        text = text[:start] + values[token] + text[end:]
    return text


def _token(found: re.Match[str]) -> Token:
    inner = next((name for name in ("sum", "sums", "share") if found[name]), None)
    first, last = found.span(inner) if inner else found.span()
    return Token(found.start(), found.end(), first, last, found[0])


def _name(text: str, token: Token) -> str:
    """A word of the same clause: the nearest before, else the first after."""
    before = _CLAUSE.split(text[: token.start].lower())[-1]
    after = _CLAUSE.split(text[token.end :].lower())[0]
    near = [*reversed(_WORD.findall(before)), *_WORD.findall(after)]
    return next((word for word in near if word not in STOP_WORDS), "value")


def _leaves(name: str, value: Any, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        if depth:
            for key, inner in value.items():
                yield from _leaves(f"{name}.{key}", inner, depth - 1)
    elif isinstance(value, bool):
        yield name, "yes" if value else "no"
    elif isinstance(value, int):
        yield name, str(value)
    elif isinstance(value, float):
        yield name, f"{value:.15g}"
    elif isinstance(value, str):
        yield name, value
