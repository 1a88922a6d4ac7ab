"""Sessions that somebody wrote with lessons and decoys in them, as three clients would keep them.

A script in `planted/` is read by its first sign: `P` a person says, `R` an assistant says, `$` a
command is run, `@` another tool is called, `>` what it answered, `!` what it answered when it
failed, `|` more of the same. `[fact-01]` says which lesson or decoy stands there.
"""

from __future__ import annotations

import random
import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from passdown.domain.clock import parse

SCRIPTS = Path(__file__).with_name("planted")
UNSEEN = SCRIPTS / "unseen"
"""More of the same, written after the detectors had been held against the first ones."""
FRESH = SCRIPTS / "fresh"
"""And more, written before the detectors were widened, of which only totals were looked at then."""
CATEGORIES = ("fact", "pitfall", "tool-quirk", "pattern", "question")
DECOY = "decoy"
_MARK = rf"(?:{'|'.join((*CATEGORIES, DECOY))})-\d\d"
_LINE = re.compile(rf"([PR$@>!|])(?:\[({_MARK}(?:,\s?{_MARK})*)\])? ?(.*?)(?: \[({_MARK})\])?$")
_SECRET = re.compile(r"\{secret:(\w+)\}")


class Turn(NamedTuple):
    """One thing said or done, what came of it, and what is planted there."""

    kind: str
    text: str
    marks: frozenset[str]
    output: str = ""
    failed: bool = False


class Script(NamedTuple):
    """One session: whose client kept it, when it began, and its turns."""

    id: str
    client: str
    at: str
    turns: tuple[Turn, ...]

    @property
    def repo(self) -> str:
        """The project it is about."""
        return self.id.rpartition("-")[0]

    @property
    def marks(self) -> frozenset[str]:
        """All that is planted in it."""
        return frozenset[str]().union(*(turn.marks for turn in self.turns))


class Lesson(NamedTuple):
    """What somebody should learn: the words its claim must hold, and in how many sessions."""

    id: str
    category: str
    words: tuple[str, ...]
    sessions: int


def lessons(folder: Path = SCRIPTS) -> list[Lesson]:
    """Everything that is planted and should be found."""
    told = tomllib.loads((folder / "lessons.toml").read_text())
    return [
        Lesson(id, id.rpartition("-")[0], tuple(one["words"]), one.get("sessions", 1))
        for id, one in told.items()
    ]


def decoys(folder: Path = SCRIPTS) -> list[str]:
    """Everything that is planted and must not be taken."""
    marks = frozenset[str]().union(*(script.marks for script in scripts(folder)))
    return sorted(mark for mark in marks if mark.startswith(DECOY))


def scripts(folder: Path = SCRIPTS) -> list[Script]:
    """Every session as it was written, with secrets that nobody ever had."""
    return [one for path in sorted(folder.glob("*.script")) for one in _scripts(path)]


def secrets() -> Mapping[str, str]:
    """What must never be told, by kind: made from a seed, so that none stands in a file."""
    kinds = ("aws", "github", "slack", "password", "block")
    return {kind: _secret(kind, random.Random(f"planted {kind}")) for kind in kinds}


def _scripts(path: Path) -> Iterator[Script]:
    for part in re.split(r"(?m)^== ", path.read_text())[1:]:
        head, _, body = part.partition("\n")
        id, client, at = head.split()
        yield Script(id, client, parse(f"{at}:00Z"), tuple(_turns(body)))


def _turns(body: str) -> Iterator[Turn]:
    turn: Turn | None = None
    for line in filter(None, body.splitlines()):
        found = _LINE.fullmatch(line)
        if found is None:
            raise ValueError(f"a planted line begins with none of P R $ @ > ! |: {line!r}")
        sign, first, text, last = found.groups()
        marks = frozenset(filter(None, re.split(r",\s?", f"{first or ''},{last or ''}")))
        text = _SECRET.sub(lambda kind: secrets()[kind[1]], text)
        if sign in "PR$@":
            if turn:
                yield turn
            turn = Turn(sign, text, marks)
        elif turn:
            turn = _more(turn, sign, text, marks)
    if turn:
        yield turn


def _more(turn: Turn, sign: str, text: str, marks: frozenset[str]) -> Turn:
    turn = turn._replace(marks=turn.marks | marks)
    if sign == "|":
        return turn._replace(text=f"{turn.text}\n{text}")
    output = f"{turn.output}\n{text}" if turn.output else text
    return turn._replace(output=output, failed=turn.failed or sign == "!")


def _secret(kind: str, chance: random.Random) -> str:
    def some(many: int, of: str = string.ascii_letters + string.digits) -> str:
        return "".join(chance.choices(of, k=many))

    upper = string.ascii_uppercase + string.digits
    made = {
        "aws": f"AKIA{some(16, string.ascii_uppercase + '234567')}",
        "github": f"ghp_{some(36)}",
        "slack": f"https://hooks.slack.com/services/T{some(9, upper)}/B{some(9, upper)}/{some(24)}",
        "password": some(20),
        "block": "\n".join(some(64) for _ in range(3)),
    }
    return made[kind]
