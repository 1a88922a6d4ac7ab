"""What a session is likely to need next: the names that came up together in its questions.

Kept in a file beside the store while the session lasts, names only, never a question's words.
"""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.domain.clock import to_seconds
from passdown.storage import spool

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from passdown.domain.clock import At

FOLDER = "live"
HALF = 5
"""Questions after which one counts half."""
MOST = 50
"""Names that are kept of one question."""
FORGOTTEN = 7 * 86_400
"""Seconds after which a session that nobody ended is over."""


class Salient(NamedTuple):
    """A name, how likely it is next, the names of the last question it came up with, and how
    often it came up."""

    entity: str
    score: float
    beside: tuple[str, ...]
    times: int


class Live(NamedTuple):
    """A session that goes on: when it began, and the names of each of its questions."""

    started_at: At
    facts: Mapping[str, Any]
    questions: tuple[tuple[str, ...], ...]


def rank(questions: Sequence[Sequence[str]], *, window: int, top_k: int) -> list[Salient]:
    """The names that came up beside those of the last question, latest and most often first; of
    the last `window` questions, and none of the last question itself."""
    recent = [tuple(dict.fromkeys(names)) for names in questions if names][-max(1, window) :]
    if not recent:
        return []
    focus = set(recent[-1])
    scores: dict[str, float] = {}
    beside: dict[str, dict[str, None]] = {}
    times: dict[str, int] = {}
    for age, names in enumerate(reversed(recent)):
        shared = [name for name in names if name in focus]
        for name in names:
            times[name] = times.get(name, 0) + 1
            scores[name] = scores.get(name, 0.0) + len(shared) * 0.5 ** (age / HALF)
            beside.setdefault(name, {}).update(dict.fromkeys(shared))
    found = [
        Salient(name, round(score, 6), tuple(sorted(beside[name])), times[name])
        for name, score in scores.items()
        if score and name not in focus
    ]
    return sorted(found, key=lambda one: (-one.score, -one.times, one.entity))[: max(0, top_k)]


def start(home: Path, session: str, at: At, facts: Mapping[str, str]) -> Live:
    """Begin a session, or go on with it; those that nobody ended are swept away."""
    _sweep(home, at)
    known = live(home, session)
    if known is None:
        spool.append(_folder(home, session), {"at": at, "name": "start", **facts})
    return live(home, session) or Live(at, facts, ())


def asked(home: Path, session: str, at: At, names: Sequence[str]) -> None:
    """Remember which names a question was about."""
    row = {"at": at, "name": "question", "entities": list(names)[:MOST]}
    spool.append(_folder(home, session), row)


def live(home: Path, session: str) -> Live | None:
    """The session as far as it went; None when it never began or is over."""
    rows = spool.peek(_folder(home, session))
    if not rows:
        return None
    facts = next((row for row in rows if row.get("name") == "start"), {})
    told = [row.get("entities") for row in rows if row.get("name") == "question"]
    questions = tuple(tuple(map(str, one)) for one in told if isinstance(one, list))
    return Live(str(rows[0].get("at", "")), facts, questions)


def end(home: Path, session: str) -> None:
    """Forget what the session asked about."""
    shutil.rmtree(_folder(home, session), ignore_errors=True)


def _folder(home: Path, session: str) -> Path:
    digest = hashlib.sha256(session.encode("utf-8", "replace")).hexdigest()
    return home / FOLDER / digest[:32]


def _sweep(home: Path, now: At) -> None:
    above = home / FOLDER
    for folder in sorted(above.iterdir()) if above.is_dir() else ():
        rows = spool.peek(folder)
        last = str(rows[-1].get("at", "")) if rows else ""
        if to_seconds(now) - to_seconds(last) > FORGOTTEN:
            shutil.rmtree(folder, ignore_errors=True)
