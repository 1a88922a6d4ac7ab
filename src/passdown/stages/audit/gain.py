"""What memory was worth, by the rows alone: what it cited, silenced and escalated, and how often
people found a model right that was shown what is known, beside one that was not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from passdown.stages.audit.keep import AUDIT, FEEDBACK
from passdown.stages.audit.memory import DISMISSED
from passdown.text.stats import wilson

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Json: TypeAlias = dict[str, Any]

RULE = "inference"
SUMMED = (
    "specific_claims_matched", "specific_claims_total", "suppressed_by_human_dismissal",
    "escalated_by_confirmed_history", "cached_checks",
)  # fmt: skip
ENOUGH = 35
"""Judged notes of each arm below which nothing is said of the difference."""
INFORMED, BLIND = "informed", "blind"


def gains(rows: Iterable[Mapping[str, Any]], repo: str = "") -> Json:
    """What was gained, of one repository where one is named."""
    mine = [row for row in rows if repo in ("", row.get("repo"))]
    audits = {row["audit_key"]: row for row in mine
              if row.get("kind") == AUDIT and row.get("audit_key")}  # fmt: skip
    told = [row.get("gain") or {} for row in audits.values()]
    sums = {name: sum(int(one.get(name, 0)) for one in told) for name in SUMMED}
    arms = _arms(list(audits.values()), _judged(mine))
    return {
        "audits": len(audits),
        "audits_that_knew_earlier_ones": sum(bool(one.get("prior_audits")) for one in told),
        **sums,
        "arms": arms,
        "difference": _difference(arms),
    }


def _judged(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], bool]:
    """Of each note of a model that people judged whether it was right; the last word counts."""
    return {
        (str(row.get("audit_key")), str(row.get("fp"))): row.get("verdict") != DISMISSED
        for row in rows
        if row.get("kind") == FEEDBACK and row.get("rule") == RULE
    }


def _arms(
    audits: Sequence[Mapping[str, Any]], judged: Mapping[tuple[str, str], bool]
) -> list[Json]:
    """How a model did that was shown what is known, and how one did that was not."""
    found = []
    for arm in (INFORMED, BLIND):
        asked = [one for one in audits if _arm(one) == arm]
        notes = [(str(one["audit_key"]), str(fp.get("fp"))) for one in asked
                 for fp in one.get("fps", ()) if fp.get("rule") == RULE]  # fmt: skip
        said = [judged[one] for one in notes if one in judged]
        low, high = wilson(sum(said), len(said))
        found.append({
            "arm": arm, "audits": len(asked), "notes": len(notes), "judged": len(said),
            "right": sum(said), "low": round(low, 3), "high": round(high, 3),
        })  # fmt: skip
    return found


def _arm(audit: Mapping[str, Any]) -> str:
    """Where an audit belongs: one that had nothing to be told compares with neither."""
    model = audit.get("model") or {}
    if model.get("withheld"):
        return BLIND
    return INFORMED if model.get("knew") else ""


def _difference(arms: Sequence[Json]) -> str:
    """What follows, in a line; below a number of judged notes nothing does."""
    least = min(int(one["judged"]) for one in arms)
    if least < ENOUGH:
        return f"not shown: {least} of {ENOUGH} notes that are needed of each arm were judged"
    informed, blind = arms
    if informed["low"] > blind["high"]:
        return "notes are right more often where the model is shown what is known"
    if blind["low"] > informed["high"]:
        return "notes are right less often where the model is shown what is known"
    return "no difference is shown"
