"""A question that was answered, and how the answer turned out."""

from __future__ import annotations

from dataclasses import dataclass

from passdown.domain.clock import At


@dataclass(frozen=True, slots=True)
class Decided:
    """`stated` is how sure its finder was; `right` whether it was a yes that nobody took back;
    `score` how it turned out when that was looked at last, in [-1, 1], and `judged_at` when that
    or the taking back was. `alone` is what a tier decided by itself; `disputed` what spoke against
    it when it was asked: its replay, or an earlier answer."""

    id: str
    loop: str
    action: str
    title: str
    stated: float
    at: At
    yes: bool
    right: bool
    alone: bool = False
    disputed: bool = False
    evidence: tuple[int, ...] = ()
    score: float | None = None
    judged_at: At = ""

    @property
    def judged(self) -> bool:
        """Whether it is known what became of the yes."""
        return self.yes and bool(self.judged_at)

    @property
    def held(self) -> bool:
        """Whether the yes is known to have done no harm."""
        return self.judged and self.right and (self.score or 0.0) >= 0
