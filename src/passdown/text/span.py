"""The time a question names: `on 13 October 2023`, `in May`, `2023-10-13`."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMES = """january february march april may june july august september october november
december"""
_MONTHS = _NAMES.split()
_MONTH = "|".join(_MONTHS)
_ISO = re.compile(r"\b((?:19|20)\d\d)-(\d\d)(?:-(\d\d))?\b")
_NAMED = re.compile(
    rf"\b(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?)?(?P<month>{_MONTH})\b"
    r"(?:\s+(?P<later>\d{1,2})(?:st|nd|rd|th)?\b)?(?:,?\s+(?:of\s+)?(?P<year>(?:19|20)\d\d)\b)?"
)
# `may` and `march` are months only beside a number or behind what months stand behind.
_DOUBTFUL = ("march", "may")
_BEHIND = re.compile(
    r"\b(?:in|of|on|since|until|during|by|before|after|last|next|early|mid|late|this)[\s-]+$"
)

LATER = 10
"""Days after a time in which it is still spoken of."""

NEARLY, NEARLY_DAY = 0.5, 0.7
"""How well a text of these days fits, when a month is asked for and when a day is."""


class Span(NamedTuple):
    """A month or a day of it; of any year where `year` is 0, the whole month where `day` is."""

    month: int
    day: int = 0
    year: int = 0

    def fits(self, at: str) -> float:
        """1 for what was said then, less for what was said soon after, else 0."""
        try:
            said = date.fromisoformat(at[:10])
            first, last = self._days(said.year)
        except ValueError:
            return 0.0
        if first <= said <= last:
            return 1.0
        soon = timedelta(0) < said - last <= timedelta(days=LATER)
        return (NEARLY_DAY if self.day else NEARLY) if soon else 0.0

    def days(self) -> tuple[str, str]:
        """The first day on which it may be spoken of and the one behind the last, where its year
        is known; both empty where it is not, or where no such day is."""
        try:
            first, last = self._days(self.year)
            return first.isoformat(), (last + timedelta(days=LATER + 1)).isoformat()
        except ValueError:
            return "", ""

    def _days(self, year: int) -> tuple[date, date]:
        first = date(self.year or year, self.month, self.day or 1)
        last = first + timedelta(days=0 if self.day else 30)
        if last.month != first.month and not self.day:
            last -= timedelta(days=last.day)
        return first, last


def span(text: str) -> Span | None:
    """The month, or day, that the text names first; None when it names none."""
    if found := _ISO.search(text):
        year, month, day = (int(part or 0) for part in found.groups())
        return _known(Span(month, day, year))
    folded = text.casefold()
    for found in _NAMED.finditer(folded):
        if _is_month(folded[: found.start()], found.groupdict()):
            return _known(_named(found.groupdict()))
    return None


def _is_month(before: str, parts: Mapping[str, str | None]) -> bool:
    numbers = parts["day"] or parts["later"] or parts["year"]
    return bool(parts["month"] not in _DOUBTFUL or numbers or _BEHIND.search(before))


def _named(parts: Mapping[str, str | None]) -> Span:
    day, year = parts["day"] or parts["later"] or 0, parts["year"] or 0
    return Span(_MONTHS.index(str(parts["month"])) + 1, int(day), int(year))


def _known(found: Span) -> Span | None:
    return found if 1 <= found.month <= 12 and found.day <= 31 else None
