"""Whether each record of a decision can be read as one: numbered, listed, complete, answered."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path

PARTS = ("**Decided**", "**Instead of**", "**Would change our mind**")
OPEN = "## Open questions, answered"
SHORTEST = 200
"""Characters below which a question is waved off, not answered."""
_NAME = re.compile(r"(\d{4})-[a-z0-9-]+\.md")
_LISTED = re.compile(r"^(\d+)\. \[(.+)\]\((.+)\)$", re.MULTILINE)
_QUESTION = re.compile(r"^\*\*(.+\?)\*\*(.*?)(?=^\*\*|^## |\Z)", re.MULTILINE | re.DOTALL)
_ACTION = re.compile(r"`([A-Z_]+)`")


def faults(folder: Path) -> list[str]:
    """What is wrong with the records in a folder and with its list of them, in words."""
    records = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
    numbered = [fault for n, path in enumerate(records, 1) for fault in _numbered(n, path)]
    return [*numbered, *_listed(folder, records), *(f for p in records for f in _whole(p))]


def _numbered(n: int, path: Path) -> Iterator[str]:
    found = _NAME.fullmatch(path.name)
    if found is None or int(found[1]) != n:
        yield f"{path.name}: is number {n} of the records, its name says otherwise"


def _listed(folder: Path, records: Collection[Path]) -> Iterator[str]:
    """The list names each record by its number and title, and no other."""
    told = [(int(n), title, name) for n, title, name in _LISTED.findall(_text(folder, "README.md"))]
    there = [(n, title_of(path), path.name) for n, path in enumerate(records, 1)]
    yield from (f"README.md: does not list {name} as {n}. {title}" for n, title, name in
                (one for one in there if one not in told))  # fmt: skip
    yield from (f"README.md: lists {name}, which is not so" for n, title, name in
                (one for one in told if one not in there))  # fmt: skip


def _whole(path: Path) -> Iterator[str]:
    """It says what was decided, what else there was, and what would change it, in this order."""
    text = path.read_text()
    at = [text.find(part) for part in PARTS]
    if -1 in at or at != sorted(at):
        yield f"{path.name}: says not, or not in this order: {', '.join(PARTS)}"
    if OPEN not in text:
        return
    answers = questions(text)
    if not answers:
        yield f"{path.name}: no question under {OPEN!r}"
    yield from (f"{path.name}: no answer to {one!r}" for one, said in answers.items()
                if len(said) < SHORTEST)  # fmt: skip


def title_of(path: Path) -> str:
    """A record's title."""
    return path.read_text().partition("\n")[0].removeprefix("# ")


def questions(text: str) -> dict[str, str]:
    """The questions that were open, each with its answer."""
    section = text.partition(OPEN)[2]
    return {asked: " ".join(said.split()) for asked, said in _QUESTION.findall(section)}


def actions(path: Path) -> list[str]:
    """The actions that a record decides on, in the order of its first paragraph."""
    first = path.read_text().partition(PARTS[0])[2].partition(". ")[0]
    return _ACTION.findall(first)


def _text(folder: Path, name: str) -> str:
    path = folder / name
    return path.read_text() if path.is_file() else ""
