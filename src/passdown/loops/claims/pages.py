"""Claims as lines of files: one a claim, each with its id, and what such a file says."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote

from passdown.contract.mirror import Misread
from passdown.domain.errors import Invalid
from passdown.domain.scope import GLOBAL, parse
from passdown.text.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from passdown.domain.record import Record
    from passdown.domain.scope import Scope

HEADINGS = {
    "fact": "Facts",
    "pitfall": "Pitfalls",
    "pattern": "Patterns",
    "tool-quirk": "Tool quirks",
    "question": "Open questions",
}
FILES = {name: f"global/{name}s.md" for name in HEADINGS}
FOLDERS = {"repo": "repos", "agent": "agents"}
NOTE = "<!-- Written by passdown. Change, add or remove lines, then run: passdown mirror pull -->"
WIDEST = 2000
LONGEST_NAME = 120
"""Characters of a file's name that are a scope's own; what is longer ends in its hash."""

_CATEGORIES = {heading.casefold(): name for name, heading in HEADINGS.items()}
_OF_FILE = {file: name for name, file in FILES.items()}
_BULLET = re.compile(r"[-*+]\s+")
_MARKED = re.compile(r"(.*?)\s*(?:\[pd:([0-9a-f]{12})\])?\s*", re.DOTALL)


class Shown(NamedTuple):
    """What a file shows of a claim."""

    text: str
    category: str
    scope: Scope


class Item(NamedTuple):
    """One line of a file; no category where no heading gives one, no id where none is named."""

    file: str
    line: int
    id: str
    shown: Shown


def shown(record: Record) -> Shown:
    """What a file shows of this record."""
    category = str(record.body.get("category", ""))
    known = category if category in HEADINGS else "fact"
    return Shown(one_line(record.text, WIDEST), known, record.scope)


def pages(records: Iterable[Record], names: Mapping[Scope, str]) -> dict[str, str]:
    """The files that say these records, by name."""
    groups: dict[tuple[str, str], list[tuple[Shown, str]]] = {}
    for record in records:
        one = shown(record)
        file = FILES[one.category] if one.scope == GLOBAL else names[one.scope]
        groups.setdefault((file, one.category), []).append((one, record.id))
    order = list(HEADINGS)
    found: dict[str, str] = {}
    for (file, category), lines in sorted(groups.items(), key=lambda g: order.index(g[0][1])):
        scope = lines[0][0].scope
        found.setdefault(file, f"# {_title(scope, category)}\n{NOTE}\n")
        found[file] += f"\n## {HEADINGS[category]}\n" if scope != GLOBAL else ""
        found[file] += "\n" + "".join(_lines(lines))
    return found


def _lines(lines: list[tuple[Shown, str]]) -> Iterator[str]:
    for one, id in sorted(lines, key=lambda line: (line[0].text.casefold(), line[1])):
        yield f"- {one.text} [pd:{id}]\n"


def _title(scope: Scope, category: str) -> str:
    family, _, name = scope.partition(":")
    if scope == GLOBAL:
        return f"{HEADINGS[category]}, everywhere"
    return f"{family.capitalize()} {one_line(name, WIDEST)}"


def names(scopes: Iterable[Scope]) -> dict[Scope, str]:
    """A file name for each repo and agent: nothing in it leads anywhere, and no two are one where
    a disk takes upper and lower case for the same."""
    plain = {scope: _name(scope) for scope in scopes if scope != GLOBAL}
    folded = Counter(name.casefold() for name in plain.values())
    return {
        scope: name if folded[name.casefold()] == 1 else _name(scope, hashed=True)
        for scope, name in sorted(plain.items())
    }


def _name(scope: Scope, *, hashed: bool = False) -> str:
    family, _, name = scope.partition(":")
    safe = quote(name, safe="").replace("~", "%7E")
    safe = f"%2E{safe[1:]}" if safe.startswith(".") else safe
    if hashed or len(safe) > LONGEST_NAME:
        digest = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:12]
        safe = f"{safe[:LONGEST_NAME]}~{digest}"
    return f"{FOLDERS[family]}/{safe}.md"


def scope_of(file: str, known: Mapping[str, Scope]) -> Scope | None:
    """The scope of a file's lines, by the files that are known or by its name; None when it is no
    file of claims."""
    if file in _OF_FILE:
        return GLOBAL
    if file in known:
        return known[file]
    folder, _, name = file.partition("/")
    family = next((f for f, place in FOLDERS.items() if place == folder), "")
    if not family or "/" in name or not name.endswith(".md"):
        return None
    try:
        scope = parse(f"{family}:{unquote(name[:-3], errors='strict')}")
    except (Invalid, UnicodeDecodeError):
        return None
    return scope if _name(scope) == file else None


def read(file: str, text: str, scope: Scope) -> Iterator[Item | Misread]:
    """The claims that a file's lines say, and the lines that say none."""
    category = _OF_FILE.get(file, "")
    for line, words in _joined(text.splitlines()):
        if words.startswith("#"):
            category = _CATEGORIES.get(words.lstrip("# ").casefold(), category)
        elif bullet := _BULLET.match(words):
            yield _item(file, line, words[bullet.end() :], category, scope)
        elif words:
            step = "Begin the line with `- `, or take it out."
            yield Misread(file, line, f"no claim: {one_line(words, 60)}", step)


def _joined(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Lines with their numbers; an indented one goes on with the bullet before it."""
    held: tuple[int, str] | None = None
    for number, line in enumerate(_without_comments(lines), 1):
        if held and line[:1].isspace() and line.strip() and not _BULLET.match(line.strip()):
            held = (held[0], f"{held[1]} {line.strip()}")
            continue
        if held:
            yield held
        held = (number, line.strip())
        if not _BULLET.match(held[1]):
            yield held
            held = None
    if held:
        yield held


def _without_comments(lines: Sequence[str]) -> Iterator[str]:
    """The lines, those of a comment blank; one that begins inside a line is text."""
    inside = False
    for line in lines:
        inside = inside or line.lstrip().startswith("<!--")
        yield "" if inside else line
        inside = inside and "-->" not in line


def _item(file: str, line: int, words: str, category: str, scope: Scope) -> Item:
    found = _MARKED.fullmatch(words)
    text, id = (found[1], found[2] or "") if found else (words, "")
    return Item(file, line, id, Shown(" ".join(text.split()), category, scope))
