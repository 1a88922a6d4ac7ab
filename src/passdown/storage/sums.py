"""What measuring is made of, counted by the store without a look at each thing that is counted."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from passdown.domain.clock import At


class Answered(NamedTuple):
    """Answers of one kind to what had been stated as this sure: how many there are, in fifths that
    chance has made."""

    loop: str
    action: str
    stated: float
    right: bool
    fifths: tuple[int, ...]


class Stated(NamedTuple):
    """One action of a loop, and how sure it was stated to be right."""

    action: str
    stated: float


class Met(NamedTuple):
    """Kinds of errors: how often a session met one, each once a session, and how many there are.
    The first session that met a kind did not repeat it, every other one did."""

    times: int
    kinds: int


class Sums(Protocol):
    """The port's view of what is only counted."""

    def events(
        self, names: Sequence[str], *, since: str, loop: str = ""
    ) -> dict[tuple[str, str], int]:
        """Ledger entries about questions by day and name, from that day on; of one loop's when
        named."""
        ...

    def approved(self, *, since: At) -> int:
        """Proposals that were carried out from then on."""
        ...

    def known(self, *, until: At, without: str) -> int:
        """Active records made until then, but for those of one kind."""
        ...

    def records(self) -> int:
        """Active records."""
        ...

    def told(self, name: str, *, since: At, until: At, without: str, verdict: str = "") -> int:
        """How many of those records an activity of this name was about from then on; of one
        verdict when it is given."""
        ...

    def arm(self, name: str) -> int:
        """Sessions that have an activity of this name."""
        ...

    def met(self) -> Met:
        """The errors of all sessions."""
        ...

    def repeats(self, name: str) -> int:
        """How many kinds of errors the sessions of an arm met that an earlier session had met."""
        ...

    def outcomes(self) -> dict[str, int]:
        """Sessions by how they ended."""
        ...

    def span(self) -> tuple[At, At]:
        """When the first session began and when the last one ended; '' where there is none."""
        ...

    def answered(self, loop: str = "", of: Collection[Stated] = ()) -> list[Answered]:
        """What people answered, by kind, stated confidence and whether it was a yes that stands; of
        some kinds and confidences when given. A yes that was taken back counts as none, also where
        no person had given it; what was forgotten is left out."""
        ...


# ---- what every backend says the same

SYSTEM = "system:"
"""How the names of those begin who are no person."""
UNDONE = "promotion.undone"

ABOVE = ("3", "6", "9", "c")
"""With which digit an id begins, at the least, in each fifth but the first."""

Answers: TypeAlias = "dict[tuple[str, str, float, bool], list[int]]"


def fifth(id: str) -> int:
    """In which fifth an id is; ids are random."""
    return bisect_right(ABOVE, id[:1])


def answers(counts: Answers) -> list[Answered]:
    """Those that are any, in their order."""
    return [Answered(*of, tuple(some)) for of, some in sorted(counts.items()) if any(some)]


def having(verdict: str) -> str:
    """What the detail of an activity with this verdict has in it."""
    return f'"verdict":"{verdict}"'
