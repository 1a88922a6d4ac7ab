"""Real requests as far as their diffs tell, and what an audit says of each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from passdown.domain.errors import Unreadable
from passdown.stages.audit import facts, said
from passdown.stages.audit.change import Change
from passdown.stages.audit.facts import (
    ADDED,
    COPIED,
    DELETED,
    RENAMED,
    Facts,
    Hunk,
    Touched,
)
from passdown.stages.audit.finding import Finding
from passdown.stages.audit.judge import judge
from passdown.stages.audit.said import Said, Text
from passdown.stages.audit.verdict import Subject
from passdown.text.redact import Redactor

LONGEST = 1500
REQUESTS, COMMITS = "prs.jsonl", "direct_commits.jsonl"

_BACK = {ADDED: DELETED, DELETED: ADDED, COPIED: DELETED}
_FLIPPED = {"+": "-", "-": "+"}


class Request(NamedTuple):
    """A real request; `direct` is one that was committed without being asked for."""

    id: str
    repo: str
    change: Change
    texts: tuple[Text, ...]
    claims: tuple[Said, ...]
    reverted: bool = False
    direct: bool = False

    @property
    def text(self) -> str:
        """Its title and the beginning of its description."""
        title, body = (one.text for one in self.texts)
        return f"{title}\n{body[:LONGEST]}"

    @property
    def paths(self) -> frozenset[str]:
        """The files it touches."""
        return frozenset(file.path for file in self.change.facts.files)

    @property
    def size(self) -> int:
        """The lines that came and went."""
        return sum(len(file.added) + len(file.removed) for file in self.change.facts.files)


def requests(folder: Path) -> Iterator[Request]:
    """Every request and every direct commit whose diff is whole."""
    for name in (REQUESTS, COMMITS):
        path = folder / name
        for line in path.read_text().splitlines() if path.exists() else ():
            row: dict[str, Any] = json.loads(line)
            try:
                known = facts.read(row["diff"].encode("utf-8", "surrogateescape"))
            except Unreadable:
                continue  # a diff that was cut in the middle of a hunk
            texts = (Text("title", row["title"]), Text("body", row.get("description") or ""))
            yield Request(
                row["id"], row["repo"], Change(known), texts, said.claims(texts),
                bool(row.get("reverted")), name == COMMITS,
            )  # fmt: skip


def found(one: Request) -> tuple[Finding, ...]:
    """What an audit of its diff shows: claims, tests and gates, secrets; nothing is run."""
    subject = Subject(one.repo, "", "0" * 40)
    return judge(subject, one.texts, one.change, Redactor(b"k"), "").told


def undone(one: Request) -> Request:
    """The request applied in reverse under its own description."""
    return one._replace(change=back(one.change))


def back(change: Change) -> Change:
    """A change undone: what came goes, what went comes."""
    return Change(Facts(tuple(map(_back, change.facts.files))), change.after, change.before)


def _back(file: Touched) -> Touched:
    moved = file.how == RENAMED and file.old
    return Touched(
        path=file.old if moved else file.path,
        how=_BACK.get(file.how, file.how),
        old=file.path if moved else "",
        added=file.removed,
        removed=file.added,
        hunks=tuple(map(_flipped, file.hunks)),
        old_mode=file.new_mode,
        new_mode=file.old_mode,
        binary=file.binary,
    )


def _flipped(hunk: Hunk) -> Hunk:
    lines = tuple(_FLIPPED.get(line[:1], line[:1]) + line[1:] for line in hunk.lines)
    return Hunk(hunk.after, hunk.before, lines)
