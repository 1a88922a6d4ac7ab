"""What was read in sessions: two readings before any detector ran, one of others later, and
verdicts on findings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from evals._planted import CATEGORIES

HERE = Path(__file__).with_name("labels")
WIDE = ("pattern", "tool-quirk")
"""Taught by a whole session: the same command failed or ran several times in it, one is marked."""


class Label(NamedTuple):
    """What one observation teaches; hashes, not ids."""

    session: str
    observation: str
    category: str


class Reading(NamedTuple):
    """The sessions that somebody read, and what they teach."""

    sessions: frozenset[str]
    labels: frozenset[Label]


class Verdict(NamedTuple):
    """What somebody who read the evidence says of a finding. Junk is narration, a hedge, or of one
    task only; something else can be wrong too."""

    category: str
    right: bool
    junk: bool


class Rests(NamedTuple):
    """What kind of claim a finding asks for, and the session and uid of all it rests on."""

    category: str
    on: frozenset[tuple[str, str]]


def key_of(category: str, text: str) -> str:
    """A finding, without its words."""
    return _hash(f"{category}\n{text}")


def _rows(name: str) -> list[dict[str, Any]]:
    """A file of labels; its first row says how it was made."""
    return [json.loads(line) for line in (HERE / f"{name}.jsonl").read_text().splitlines()]


@cache
def reading(name: str) -> Reading:
    """One of the readings: `a` or `b` of the same sessions, or `c` of others."""
    _, *rows = _rows(f"reading_{name}")
    labels = (
        Label(row["session"], one["observation"], one["category"])
        for row in rows
        for one in row["lessons"]
    )
    return Reading(frozenset(row["session"] for row in rows), frozenset(labels))


@cache
def judged() -> dict[str, Verdict]:
    """Every verdict there is, by the key of its finding."""
    _, *rows = _rows("judged")
    return {r["finding"]: Verdict(r["category"], r["right"], r["junk"]) for r in rows}


def agreement() -> dict[str, float | str]:
    """How far the two readings agree whether a session teaches a category: Cohen's kappa; and the
    share of the marked observations that both marked alike."""
    a, b = reading("a"), reading("b")
    every = sorted(a.sessions & b.sessions)
    said: dict[str, float | str] = {}
    for kind in CATEGORIES:
        pairs = [(_teaches(a, one, kind), _teaches(b, one, kind)) for one in every]
        said[f"kappa_{kind.replace('-', '_')}"] = round(kappa(pairs), 3)
    said["sessions_read"] = len(every)
    said["labels_in_both"] = len(a.labels & b.labels)
    said["labels_in_one"] = len(a.labels ^ b.labels)
    return said


def kappa(pairs: Sequence[tuple[bool, bool]]) -> float:
    """Cohen's kappa of two readers' yes and no; 1 where neither ever says yes."""
    alike = sum(a == b for a, b in pairs) / len(pairs)
    first, second = (sum(p[n] for p in pairs) / len(pairs) for n in (0, 1))
    chance = first * second + (1 - first) * (1 - second)
    return 1.0 if chance == 1 else (alike - chance) / (1 - chance)


def lost_and_found(findings: Iterable[Rests]) -> dict[str, float | str]:
    """How many labels of both readings were found, and how many findings in sessions that were read
    a reading has: the readers did not mark all that is right, so this is a lower bound."""
    a, b = reading("a"), reading("b")
    found = [Rests(one.category, _hashed(one.on)) for one in findings]
    within = [one for one in found if {session for session, _ in one.on} & a.sessions]
    said: dict[str, float | str] = {}
    for kind in CATEGORIES:
        both = [label for label in a.labels & b.labels if label.category == kind]
        hits = sum(any(_hits(one, label) for one in found) for label in both)
        loose = sum(any(_rests(one, label) for one in found) for label in both)
        mine = [one for one in within if one.category == kind]
        right = sum(any(_hits(one, label) for label in a.labels | b.labels) for one in mine)
        said[f"labels_found_{kind.replace('-', '_')}"] = (
            f"{hits} of {len(both)}, {loose} in any category; {right} of {len(mine)} labelled"
        )
    return said


def found_elsewhere(findings: Iterable[Rests]) -> dict[str, float | str]:
    """How many labels of the later reading, of other sessions, were found in any category."""
    read = reading("c")
    found = [Rests(one.category, _hashed(one.on)) for one in findings]
    hits = sum(any(_rests(one, label) for one in found) for label in read.labels)
    return {
        "labels_found_elsewhere": f"{hits} of {len(read.labels)}",
        "sessions_read_elsewhere": len(read.sessions),
    }


def _hits(one: Rests, label: Label) -> bool:
    return one.category == label.category and _rests(one, label)


def _rests(one: Rests, label: Label) -> bool:
    if label.category in WIDE:
        return any(session == label.session for session, _ in one.on)
    return (label.session, label.observation) in one.on


def _hashed(on: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    return frozenset((_hash(session), _hash(f"{session}\n{uid}")) for session, uid in on)


def _teaches(read: Reading, session: str, kind: str) -> bool:
    return any(one.session == session and one.category == kind for one in read.labels)


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]
