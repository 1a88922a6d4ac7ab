"""What a changelog says of a name between two versions: one line, to be shown beside what was found
by other means. It never decides anything."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from passdown.stages.audit import names
from passdown.text.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LONGEST, MOST_LINES = 2_000_000, 60_000
WIDTH = 160
FILE = re.compile(r"(?:^|/)(?:CHANGE(?:S|LOG)|HISTORY|NEWS|RELEASE[-_]?NOTES)(?:\.\w+)?\Z", re.I)
"""How a file of news is called."""
_VERSION = re.compile(
    r"^(?:#{1,4}\s*)?(?:\*\*)?(?:[A-Za-z][\w-]*\s+){0,2}[\[(`]?v?(\d+(?:\.\d+)+(?:[-.]?(?:a|b|rc|dev|"
    r"post|alpha|beta)\.?\d*)?)[\])`]?(?=$|[\s:(,*\u2013\u2014-])"
)
_RULED = re.compile(r"^\s*([=\-~^*\"'`#+])\1{2,}\s*$")
_ITEM = re.compile(r"^(\s*)[-*+•]\s+")
_HEADING = re.compile(r"^#{2,5}\s+(.*)|^\*\*(.+?)\*\*:?\s*$")
_TELLS = re.compile(
    r"\b(?:remov|delet|drop|deprecat|renam|replac|no longer|break|instead|superse|require|chang)",
    re.I,
)


class Note(NamedTuple):
    """What the news of one version say."""

    version: str
    text: str

    def __str__(self) -> str:
        return f"{self.version}: {self.text}"


def note(text: str, old: str, new: str, words: Sequence[str]) -> Note | None:
    """The item of the versions after `old`, up to `new`, that tells what became of the last of
    these words, best with all of them; None where none does."""
    best: tuple[int, Note] | None = None
    for version, items in _sections(text[:LONGEST]):
        if not order(old) < order(version) <= order(new):
            continue
        for heading, item in items:
            points = _points(heading, item, words)
            if points and (best is None or points > best[0]):
                best = points, Note(version, one_line(item, WIDTH))
    return best[1] if best else None


def order(version: str) -> tuple[tuple[int, ...], int, tuple[tuple[int, str], ...]]:
    """Versions as they follow each other; what comes before a release does so here, too."""
    head = re.match(r"[\d.]*", version)
    numbers = [int(one) for one in re.findall(r"\d+", head[0] if head else "")]
    while numbers and not numbers[-1]:
        numbers.pop()
    rest = version[head.end() if head else 0 :].casefold().strip(".-_+")
    kind = 0 if re.match(r"dev|a|b|c|rc|pre", rest) else int(bool(rest)) + 1
    parts = tuple((int(one), "") if one.isdigit() else (-1, one)
                  for one in re.findall(r"\d+|[a-z]+", rest))  # fmt: skip
    return tuple(numbers), kind, parts


def _points(heading: str, item: str, words: Sequence[str]) -> int:
    """How well an item tells of the last word; 0 where it may mean anything else by it."""
    if not words or not _names(item, words[-1]):
        return 0
    if not _TELLS.search(f"{heading} {item}"):
        return 0
    return 1 + sum(_names(item, word) for word in words[:-1])


def _names(item: str, word: str) -> bool:
    """Whether a text names it as code, or by a word that is none of a language."""
    bare = re.escape(word)
    code = rf"`[^`\n]*(?<![\w-]){bare}(?![\w-])[^`\n]*`|(?<![\w.-]){bare}(?:\(\)|=)"
    if re.search(code, item):
        return True
    plain = names.distinctive(word) or word.startswith("--")
    return plain and bool(re.search(rf"(?<![\w-]){bare}(?![\w-])", item))


def _sections(text: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Each version with its items, and the heading that each stands under."""
    version, heading = "", ""
    items: list[tuple[str, str]] = []
    rows = text.splitlines()[:MOST_LINES]
    for n, row in enumerate(rows):
        if found := _version(row, rows[n + 1] if n + 1 < len(rows) else ""):
            if version:
                yield version, items
            version, items, heading = found, [], ""
        elif named := _HEADING.match(row):
            heading = named[1] or named[2] or ""
        elif n + 1 < len(rows) and row.strip() and _RULED.match(rows[n + 1]):
            heading = row.strip()
        elif _ITEM.match(row):
            items.append((heading, _ITEM.sub("", row).strip()))
        elif row.strip() and items and row.startswith((" ", "\t")):
            items[-1] = (items[-1][0], f"{items[-1][1]} {row.strip()}"[:2000])
    if version:
        yield version, items


def _version(row: str, after: str) -> str:
    """The version that a row is the heading of; '' for any other row."""
    found = _VERSION.match(row)
    if found is None or len(row) > 120:
        return ""
    marked = row.startswith(("#", "**", "[")) or _RULED.match(after)
    return found[1] if marked else ""
