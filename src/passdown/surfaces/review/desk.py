"""The reviewer's desk: a fixed order of cards, and decisions that can still be taken back.

Pure: every function returns the next desk. A decision leaves `unsent` in one of two ways: taken
back by the reviewer, or handed out to be sent. None gets lost between.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

BUFFER = 10
"""Decisions that can be taken back before any is sent."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A yes or a no to one proposal; `edit` is the payload to approve in place of its own."""

    id: str
    yes: bool
    reason: str = ""
    edit: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """Cards in the order in which they came; `place` at the end means that all were seen."""

    queue: tuple[str, ...]
    place: int = 0
    unsent: tuple[Decision, ...] = ()
    sent: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        """The proposal on top; '' when all were seen."""
        return self.queue[self.place] if self.place < len(self.queue) else ""

    @property
    def decided(self) -> frozenset[str]:
        """What has a decision, sent or not."""
        return self.sent | {d.id for d in self.unsent}

    @property
    def open(self) -> int:
        """How many cards have none."""
        return len(self.queue) - len(self.decided)

    def unsent_of(self, id: str) -> Decision | None:
        """The decision on this card that can still be taken back."""
        return next((d for d in self.unsent if d.id == id), None)


def decide(desk: Desk, decision: Decision) -> tuple[Desk, tuple[Decision, ...]]:
    """The desk with this decision and the next card on top, and what fell out of the buffer.

    A second decision on a card replaces the first; on a card whose decision was sent it is none.
    """
    if decision.id in desk.sent or decision.id not in desk.queue:
        return desk, ()
    kept = tuple(d for d in desk.unsent if d.id != decision.id)
    after, out = _hand_out(replace(desk, unsent=(*kept, decision)), keep=BUFFER)
    return _next_open(after), out


def take_back(desk: Desk) -> Desk:
    """The desk without the latest unsent decision, its card on top again."""
    if not desk.unsent:
        return desk
    *kept, last = desk.unsent
    return replace(desk, unsent=tuple(kept), place=desk.queue.index(last.id))


def send_all(desk: Desk) -> tuple[Desk, tuple[Decision, ...]]:
    """The desk with nothing unsent, and what is to be sent, in the order it was decided."""
    return _hand_out(desk, keep=0)


def move(desk: Desk, step: int) -> Desk:
    """The card that far away on top; nothing is decided by it."""
    return replace(desk, place=max(0, min(desk.place + step, len(desk.queue))))


def set_aside(desk: Desk) -> Desk:
    """The top card was settled elsewhere: it counts as decided, and the next one is on top."""
    return _next_open(replace(desk, sent=desk.sent | {desk.id}))


def reopen(desk: Desk, id: str) -> Desk:
    """The desk with this card undecided again: its decision was sent and refused."""
    return replace(desk, sent=desk.sent - {id})


def more(desk: Desk, ids: Iterable[str]) -> Desk:
    """The desk with these cards behind those it has, each once."""
    new = dict.fromkeys(i for i in ids if i not in desk.queue)
    return replace(desk, queue=(*desk.queue, *new))


def _hand_out(desk: Desk, *, keep: int) -> tuple[Desk, tuple[Decision, ...]]:
    count = max(0, len(desk.unsent) - keep)
    out = desk.unsent[:count]
    sent = desk.sent | {d.id for d in out}
    return replace(desk, unsent=desk.unsent[count:], sent=sent), out


def _next_open(desk: Desk) -> Desk:
    """The next undecided card below on top, or the end."""
    place = desk.place
    while place < len(desk.queue) and desk.queue[place] in desk.decided:
        place += 1
    return replace(desk, place=place)
