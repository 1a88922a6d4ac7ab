"""What one reading did, counted as it goes: nothing is dropped without a number that says so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from passdown.domain.observation import ECHO
from passdown.text.signature import masked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from passdown.domain.errors import PassdownError
    from passdown.stages.observe.draw import Batch, Skipped
    from passdown.stages.observe.stamp import Stamped

KINDS = 20
"""Reasons for skipping that are told apart in one format; the rest are `other`."""

SHOWN = 100
"""Skipped lines and refused files named one by one; the rest are only counted."""


@dataclass(frozen=True, slots=True)
class Ingested:
    """What a reading found. `observations` are new ones, `known` were read before;
    `skipped` and `refused` name the first hundred of `skips` and `refusals`; `summary` is a row a
    format, with why lines were skipped."""

    files: int = 0
    unchanged: int = 0
    older: int = 0
    ignored: int = 0
    forgotten_files: int = 0
    forgotten: int = 0
    expired: int = 0
    passed_over: int = 0
    linked_out: int = 0
    torn: int = 0
    rewritten: int = 0
    sessions: int = 0
    observations: int = 0
    known: int = 0
    records: int = 0
    damaged: int = 0
    skips: int = 0
    skipped: tuple[Skipped, ...] = ()
    refusals: int = 0
    refused: tuple[dict[str, str], ...] = ()
    quarantined: int = 0
    echoes: int = 0
    redactions: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    unkept: dict[str, int] = field(default_factory=dict)
    formats: dict[str, dict[str, int]] = field(default_factory=dict)
    summary: tuple[dict[str, Any], ...] = ()
    bytes: int = 0
    seconds: float = 0.0
    note: str = ""
    next: str = ""


@dataclass(slots=True)
class Tally:
    """The numbers while they grow."""

    numbers: dict[str, int] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    refused: list[dict[str, str]] = field(default_factory=list)
    sessions: set[str] = field(default_factory=set)
    redactions: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    unkept: dict[str, int] = field(default_factory=dict)
    formats: dict[str, dict[str, int]] = field(default_factory=dict)
    reasons: dict[str, dict[str, int]] = field(default_factory=dict)

    def count(self, name: str, n: int = 1) -> None:
        """Raise one number."""
        self.numbers[name] = self.numbers.get(name, 0) + n

    def skip(self, format: str, skipped: Iterable[Skipped]) -> None:
        """Lines of this format that could not be read."""
        for one in skipped:
            self.count("skips")
            told = self.reasons.setdefault(format, {})
            why = masked(one.reason.partition(": ")[0]) or "unknown"
            add(told, {why if why in told or len(told) < KINDS else "other": 1})
            if len(self.skipped) < SHOWN:
                self.skipped.append(one)

    def refuse(self, error: PassdownError) -> None:
        """A file or folder that could not be read."""
        self.count("refusals")
        if len(self.refused) < SHOWN:
            self.refused.append(error.plain())

    def any(self, *names: str) -> bool:
        """Whether one of these numbers is not zero."""
        return any(self.numbers.get(name) for name in names)

    def took(
        self, batch: Batch, new: Iterable[Stamped], known: int, sessions: Iterable[str]
    ) -> None:
        """A batch was stored: how much of it was new, and how much was stored before."""
        items = list(new)
        for item, found in items:
            add(self.redactions, found)
            add(self.kinds, {kind(item.seen, item.meta, item.ok): 1})
            self.count("echoes", ECHO in item.flags)
            self.count("quarantined", any(flag != ECHO for flag in item.flags))
        numbers = {"bytes": batch.bytes, "records": batch.records, "observations": len(items)}
        skips = len(batch.skipped)
        for name, n in numbers.items():
            self.count(name, n)
        add(
            self.formats.setdefault(batch.format, {}),
            {"files": batch.last, **numbers, "skips": skips},
        )
        for name, n in (("known", known), ("damaged", batch.damaged), ("torn", batch.torn)):
            self.count(name, n)
        self.count("rewritten", batch.rewritten)
        self.sessions.update(sessions)
        self.skip(batch.format, batch.skipped)
        add(self.unkept, batch.unkept)

    def result(self, seconds: float) -> Ingested:
        """All of it, frozen."""
        return Ingested(
            **self.numbers,
            sessions=len(self.sessions),
            skipped=tuple(self.skipped),
            refused=tuple(self.refused),
            redactions=self.redactions,
            kinds=dict(sorted(self.kinds.items())),
            unkept=dict(sorted(self.unkept.items())),
            formats=self.formats,
            summary=tuple(self._summary()),
            seconds=round(seconds, 3),
            note=links_left(self.numbers.get("linked_out", 0)),
            next=self._next(),
        )

    def _next(self) -> str:
        """What to do where nothing was there to be read; else ''."""
        told = ("ignored", "forgotten_files", "linked_out", "refusals")
        if self.any("files", "unchanged", "older", *told):
            return ""
        if not self.any("passed_over"):
            return "There are no files: `passdown discover` tells where clients keep transcripts."
        return "No file is a transcript that a reader knows: name one file to be told why."

    def _summary(self) -> Iterator[dict[str, Any]]:
        """A row a format, the largest first."""
        for name, numbers in sorted(self.formats.items(), key=lambda f: (-f[1]["bytes"], f[0])):
            told = sorted(self.reasons.get(name, {}).items(), key=lambda r: (-r[1], r[0]))
            why = "; ".join(f"{n} {reason}" for reason, n in told)
            yield {"format": name, **numbers, "why": why}


def links_left(many: int) -> str:
    """That so many links were not followed, and what to do; '' for none."""
    if not many:
        return ""
    if many == 1:
        return "1 link leads out of what was named and was not followed: name where it ends"
    return f"{many:,} links lead out of what was named and were not followed: name where they end"


def add(into: dict[str, int], more: Mapping[str, int]) -> None:
    """Add numbers by name."""
    for name, n in more.items():
        into[name] = into.get(name, 0) + n


def kind(seen: str, meta: Mapping[str, Any], ok: bool | None) -> str:
    """What is counted together: the kind of observation, and what sets it apart."""
    parts = [str(seen), str(meta.get("kind", ""))]
    parts += ["error" if ok is False else "", "beside" if "beside" in meta else ""]
    parts += ["agent" if "agent" in meta else ""]
    return ":".join(part for part in parts if part)
