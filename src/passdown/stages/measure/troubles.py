"""What failed in a session, and whether the very same call worked later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from passdown.domain.observation import Seen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from passdown.domain.observation import Observation


@dataclass(frozen=True, slots=True)
class Trouble:
    """One error, as often as it came: where it was first, what was called, what it said, and
    where the same call worked at last (0: it never did)."""

    seq: int
    tool: str
    call: str
    error: str
    times: int
    seqs: tuple[int, ...]
    again: int = 0


def troubles(items: Sequence[Observation]) -> list[Trouble]:
    """The errors of one session's observations, which are in order, by what came first."""
    calls = {o.call: o for o in items if o.seen is Seen.CALL and o.call}
    worked = _worked(items, calls)
    groups: dict[tuple[str, str], list[Observation]] = {}
    for one in items:
        if one.ok is False and one.seen in (Seen.RESULT, Seen.REPLY, Seen.EVENT):
            groups.setdefault((one.tool, one.signature or _first_line(one.text)), []).append(one)
    return [_trouble(group, calls, worked) for group in groups.values()]


def _trouble(
    group: list[Observation], calls: dict[str, Observation], worked: dict[tuple[str, str], int]
) -> Trouble:
    first, last = group[0], group[-1]
    asked, latest = calls.get(first.call), calls.get(last.call)
    again = worked.get((latest.tool, latest.text), 0) if latest else 0
    return Trouble(
        first.seq,
        first.tool,
        _first_line(asked.text) if asked else "",
        _telling_line(first.text),
        len(group),
        tuple(one.seq for one in group),
        again if again > last.seq else 0,
    )


def _worked(
    items: Iterable[Observation], calls: dict[str, Observation]
) -> dict[tuple[str, str], int]:
    """The last success of each call, by its tool and words."""
    found: dict[tuple[str, str], int] = {}
    for one in items:
        asked = calls.get(one.call) if one.seen is Seen.RESULT and one.ok else None
        if asked:
            found[asked.tool, asked.text] = one.seq
    return found


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")[:300]


def _telling_line(text: str) -> str:
    """The line that says most: the first one that speaks of an error, else the first."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = (line for line in lines if "error" in line.lower() or "not found" in line.lower())
    # `Exit code 1` alone says less than whatever follows it.
    rest = (line for line in lines if not line.lower().startswith("exit code"))
    return next(telling, next(rest, lines[0] if lines else ""))[:300]
