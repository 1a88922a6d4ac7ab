"""Questions by their shape: what differs only in what it names, counted and found together."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from passdown.domain.proposal import Proposal, Status


class Group(NamedTuple):
    """Open questions of one shape: how many, and the least of their ids."""

    loop: str
    shape: str
    n: int
    first: str


class Alike(Protocol):
    """The port's view of questions that are alike; one that names nothing has no shape."""

    def waiting(self, loop: str, shape: str, *, limit: int) -> list[Proposal]:
        """Open ones of this shape, surest first, then id."""
        ...

    def many(self, loop: str, shape: str) -> int:
        """How many open ones have this shape."""
        ...

    def decided(
        self, loop: str, action: str, status: Status, confidence: float, *, limit: int
    ) -> list[Proposal]:
        """Those of this kind and status that were as sure as this or less, surest first."""
        ...

    def groups(self, loop: str, *, limit: int) -> list[Group]:
        """Open ones of a loop by shape, where several have the same: the largest first, then by
        shape."""
        ...

    def answers(self, loop: str, shape: str, by: str, *, most: int = 0) -> tuple[int, int]:
        """To how many of this shape this person said yes as they were asked; and to how many they
        said no, or yes to something else; of at most so many, those they said no to first."""
        ...
