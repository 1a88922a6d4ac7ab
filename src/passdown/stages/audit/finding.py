"""A finding: one thing of a change that somebody should look at, and what shows it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from passdown.stages.audit.kinds import BY_NAME
from passdown.stages.audit.said import CHECKBOX, INTERMEDIATE
from passdown.text.earned import BLOCK, INFO, LEVELS, WARN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from passdown.stages.audit.change import Proof
    from passdown.stages.audit.hold import Held

NEW, RECURRING, FIXED, SUPPRESSED = "new", "recurring", "fixed", "suppressed"
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. `fp` says which one it is, whatever commit it is met in; `digest` what it rests
    on, so that one that was dismissed comes back when the evidence is another."""

    rule: str
    check: str
    severity: str
    message: str
    fp: str
    confidence: float = 1.0
    locations: tuple[Proof, ...] = ()
    claims: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()
    state: str = NEW
    reason: str = ""
    most: str = BLOCK

    @property
    def digest(self) -> str:
        """What it rests on: the lines that show it, by their text."""
        shown = sorted(f"{one.path}|{_normal(one.text)}" for one in self.locations)
        return digest("evidence", self.message, *shown)


def digest(*parts: str) -> str:
    """A short name for these texts together."""
    return hashlib.sha256("|".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def at(
    rule: str, check: str, severity: str, message: str, proof: Proof, symbol: str = ""
) -> Finding:
    """A finding at one line, known again by that line's text and not by its number."""
    fp = digest(rule, proof.path, _normal(proof.text), symbol)
    return Finding(rule, check, severity, message[:SHOWN], fp, locations=(proof,))


def of_claims(held: Iterable[Held]) -> Iterator[Finding]:
    """What is to be said of claims that do not hold."""
    for one in held:
        if one.result == "refuted":
            yield _refuted(one)
        elif one.result == "partial" and one.claim.kind == "removes":
            rule = "claims.removes_leftover"
            yield Finding(
                rule, "claims", INFO, f"says “{_said(one)}”: {one.why}"[:SHOWN],
                digest(rule, one.claim.key), .5, one.evidence, (one.claim.key,), most=INFO,
            )  # fmt: skip


def capped(found: Iterable[Finding], ladder: Mapping[str, str]) -> Iterator[Finding]:
    """Each weighing what its rule has earned, where that was decided; never more than it may."""
    for one in found:
        yield replace(one, severity=lower(ladder.get(one.rule, one.severity), one.most))


def lower(severity: str, most: str) -> str:
    """The lesser of two."""
    return min(severity, most, key=LEVELS.index)


def _refuted(held: Held) -> Finding:
    claim = held.claim
    rule = f"claims.{claim.kind}"
    severity = BY_NAME[claim.kind].cap
    if claim.modality == CHECKBOX and claim.kind == "adds_tests":
        severity = WARN
    if claim.modality == INTERMEDIATE:
        severity = INFO
    message = f"says “{_said(held)}”: {held.why}"
    return Finding(
        rule, "claims", severity, message[:SHOWN], digest(rule, claim.key), 1.0, held.evidence,
        (claim.key,), most=INFO if claim.modality == INTERMEDIATE else BLOCK,
    )  # fmt: skip


def _said(held: Held) -> str:
    text = held.claim.words
    return text if len(text) <= 80 else f"{text[:79]}…"


def _normal(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
