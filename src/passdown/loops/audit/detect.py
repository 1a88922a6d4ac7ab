"""Detector: rules that people bear out, or do not, so often that they should weigh otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.contract.loop import Finding
from passdown.loops.audit.payload import DemoteRule, PromoteRule
from passdown.loops.audit.rules import level, said
from passdown.text.earned import LEVELS, fallen, mean, offered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.contract.corpus import Corpus
    from passdown.domain.settings import Settings
    from passdown.loops.audit.payload import Level, Payload

MOST_EVIDENCE = 200


def detect(corpus: Corpus, settings: Settings) -> Iterator[Finding[Payload]]:
    """At most one step of each rule, where enough people spoke."""
    for rule, record in sorted(said(corpus).items()):
        if record.usual not in LEVELS:
            continue
        now = level(corpus, rule, record.usual)
        right, n = len(record.right), record.n
        down, up = fallen(now, right, n), offered(now, right, n)
        if down != now:
            yield _finding(rule, now, down, (*record.wrong, *record.right), mean(right, n))
        elif up:
            yield _finding(rule, now, up, (*record.right, *record.wrong), mean(right, n))


def _finding(rule: str, was: str, to: str, seqs: tuple[int, ...], sure: float) -> Finding[Payload]:
    more = LEVELS.index(to) > LEVELS.index(was)
    kind = PromoteRule if more else DemoteRule
    return Finding(
        payload=kind(rule, _level(was), _level(to)),
        evidence=tuple(sorted(seqs[:MOST_EVIDENCE])),
        key=f"{rule} {was} to {to}",
        title=f"Let `{rule}` {to} instead of {was}?",
        confidence=round(sure if more else 1 - sure, 3),
    )


def _level(name: str) -> Level:
    if name not in LEVELS:
        raise ValueError(f"{name!r} is no weight")
    return name  # type: ignore[return-value]  # one of the four, as was just seen
