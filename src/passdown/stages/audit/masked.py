"""Lines by which a failure no longer counts, where that lets a check pass. That one may fail which
checks nothing, as when a container that may be gone is removed, weakens nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from passdown.text import sorts
from passdown.text.earned import BLOCK, INFO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.stages.audit.facts import Hunk, Line, Touched

_ENDS = re.compile(r"\s*\|\|\s*(?:true|:|exit 0)\s*(?:$|[\"'#;].*)|\s*--exit-zero\b")
_STATES = re.compile(r"\bcontinue-on-error:\s*true\b|\ballow_failure:\s*true\b|"
                     r"^\s*(?:-\s+)?if:\s*(?:\$\{\{\s*)?false\b|\bset \+e\b")  # fmt: skip
_NAMED = re.compile(
    r"(?:^|[\s/_]|run-)(?:tests?|lint|checks?|verify|audit|typecheck)(?:\.\w+)?(?:\s|$)"
)
_TIDIES = re.compile(
    r"^(?:-\s+)?(?:run:\s*)?(?:sudo\s+)?(?:rm|rmdir|mkdir|docker|podman|kill|pkill|echo|cat|grep|"
    r"git|which|command|curl|cp|mv|ls|umount|ip|iptables)\b"
)
NO_LONGER, NOT = "a failure here no longer fails", "a failure here does not fail"


def masked(file: Touched, checks: re.Pattern[str]) -> Iterator[tuple[Line, str, str]]:
    """Each such line that came, with its weight: what gates changes is weakened by more of them
    than another script, where only a check can be."""
    gate = sorts.ci(file.path)
    if not gate and not file.path.endswith((".sh", "Makefile")):
        return
    had = {line.text.strip() for line in file.removed}
    for line in file.added:
        told = line.text.strip()
        if told in had or not (_ENDS.search(told) or _STATES.search(told)):
            continue
        bare = _ENDS.sub("", told)
        if _checks(bare, checks) or (gate and _weakened(file, line, bare, had, checks)):
            yield line, BLOCK, NO_LONGER
        elif gate and not _TIDIES.match(told):
            yield line, INFO, NOT


def _checks(told: str, checks: re.Pattern[str]) -> bool:
    """Whether a line checks something, by the tool that it runs or the name of its script; of
    several commands the last is the one that may fail."""
    last = re.split(r";|&&", told)[-1].strip()
    if checks.match(told) or checks.match(last):
        return True
    return not _TIDIES.match(last) and bool(_NAMED.search(last))


def _weakened(file: Touched, line: Line, bare: str, had: set[str], checks: re.Pattern[str]) -> bool:
    """Whether it is said of what was there before, or of what checks something."""
    if not _STATES.search(line.text):
        return bare in had and not _TIDIES.match(bare)
    hunk = next(one for one in file.hunks if one.after <= line.n < one.after + _length(one))
    rows = [row for row in hunk.lines if row[:1] in ("+", " ")]
    at = line.n - hunk.after
    owner = _owner(rows, at)
    step = rows[owner : _end(rows, owner, at)] if owner is not None else []
    new = owner is not None and rows[owner].startswith("+")
    return not new or any(_checks(row[1:].strip(), checks) for row in step)


def _length(hunk: Hunk) -> int:
    return sum(row[:1] in ("+", " ") for row in hunk.lines)


def _owner(rows: list[str], at: int) -> int | None:
    """The row that opens the step or the job that a row speaks of; None for one that is not
    shown."""
    deep = _deep(rows[at])
    if rows[at][1:].lstrip().startswith("- "):
        return at
    for n in range(at - 1, -1, -1):
        text = rows[n][1:]
        if text.strip() and not text.lstrip().startswith("#") and _deep(rows[n]) < deep:
            return n
    return None


def _end(rows: list[str], owner: int, at: int) -> int:
    """Where the step or the job of a row ends."""
    deep = _deep(rows[owner])
    for n in range(at + 1, len(rows)):
        if rows[n][1:].strip() and _deep(rows[n]) <= deep:
            return n
    return len(rows)


def _deep(row: str) -> int:
    return len(row[1:]) - len(row[1:].lstrip())
