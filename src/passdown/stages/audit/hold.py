"""Each claim held against the change: verified, refuted, or not to be told; and what shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from passdown.stages.audit import hold_names, hold_packages, hold_shape, hold_tests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from passdown.stages.audit.change import Change, Proof
    from passdown.stages.audit.said import Said

VERIFIED, REFUTED, PARTIAL = "verified", "refuted", "partial"
UNVERIFIABLE, SUPERSEDED, NOT_RUN = "unverifiable", "superseded", "not_run"
RESULTS = (VERIFIED, REFUTED, PARTIAL, UNVERIFIABLE, SUPERSEDED, NOT_RUN)


@dataclass(frozen=True, slots=True)
class Held:
    """One claim and what became of it, in words that a reviewer can check."""

    claim: Said
    result: str
    why: str
    evidence: tuple[Proof, ...] = ()


_HOLDS: dict[str, Callable[[Said, Change], tuple[str, str, Sequence[Proof]]]] = {
    "adds_tests": hold_tests.adds,
    "n_tests": hold_tests.counted,
    "regression_test": hold_tests.regression,
    "tests_pass": hold_tests.unrun,
    "n_pass": hold_tests.unrun,
    "docs_only": hold_shape.only_docs,
    "test_only": hold_shape.only_tests,
    "type": hold_shape.typed,
    "no_api_change": hold_shape.no_api_change,
    "back_compat": hold_shape.back_compat,
    "no_behavior_change": hold_shape.no_behaviour_change,
    "changelog": hold_shape.changelog,
    "docs_updated": hold_shape.docs_updated,
    "n_files": hold_shape.n_files,
    "adds_symbol": hold_names.adds_symbol,
    "adds_file": hold_names.adds_file,
    "removes": hold_names.removes,
    "renames": hold_names.renames,
    "all_callers_updated": hold_names.callers_updated,
    "no_new_deps": hold_packages.no_new,
    "bump": hold_packages.bump,
}


def hold(claims: Iterable[Said], change: Change) -> tuple[Held, ...]:
    """What became of each claim."""
    change.load()
    return tuple(_held(claim, change) for claim in claims)


def _held(claim: Said, change: Change) -> Held:
    if claim.superseded:
        return Held(claim, SUPERSEDED, f"taken back later: {claim.superseded}")
    result, why, evidence = _HOLDS[claim.kind](claim, change)
    return Held(claim, result, why, tuple(evidence))
