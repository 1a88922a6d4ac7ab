"""What memory was worth is told by rows alone, and of too few judged notes nothing is told."""

from __future__ import annotations

from typing import Any

import pytest

from passdown.stages.audit.gain import ENOUGH, gains
from passdown.stages.audit.inference import is_blind
from passdown.stages.audit.keep import AUDIT, FEEDBACK

GAIN = {
    "prior_audits": 1, "specific_claims_matched": 6, "specific_claims_total": 6,
    "suppressed_by_human_dismissal": 1, "escalated_by_confirmed_history": 2, "cached_checks": 1,
    "duration_delta_ms": -4,
}  # fmt: skip


def audit(n: int, **more: Any) -> dict[str, Any]:
    fps = [{"fp": f"f{n}", "rule": "inference"}, {"fp": f"g{n}", "rule": "claims.removes"}]
    return {"kind": AUDIT, "audit_key": f"a{n}", "repo": "acme/shop", "fps": fps, **more}


def said(n: int, *, right: bool, rule: str = "inference", fp: str = "f") -> dict[str, Any]:
    return {"kind": FEEDBACK, "audit_key": f"a{n}", "fp": f"{fp}{n}", "rule": rule,
            "repo": "acme/shop", "verdict": "confirmed" if right else "dismissed"}  # fmt: skip


def arms(rows: list[dict[str, Any]]) -> dict[str, tuple[int, int, int]]:
    return {one["arm"]: (one["audits"], one["judged"], one["right"]) for one in gains(rows)["arms"]}


def trial(informed: int, blind: int, many: int) -> list[dict[str, Any]]:
    """So many audits of each arm, of which so many notes were right."""
    rows = []
    for n in range(many):
        rows += [audit(n, model={"knew": ["drift_context"], "withheld": []}),
                 said(n, right=n < informed),
                 audit(n + 1000, model={"knew": [], "withheld": ["drift_context"]}),
                 said(n + 1000, right=n < blind)]  # fmt: skip
    return rows


def test_what_was_cited_silenced_and_escalated_is_summed_once_an_audit() -> None:
    rows = [audit(1, gain=GAIN), audit(1, gain=GAIN), audit(2, gain={**GAIN, "prior_audits": 0}),
            audit(3), audit(4, gain=GAIN, repo="other/repo"), {"kind": "scenario"}]  # fmt: skip
    found = gains(rows, "acme/shop")
    assert (found["audits"], found["audits_that_knew_earlier_ones"]) == (3, 1)
    assert found["suppressed_by_human_dismissal"] == 2
    assert found["escalated_by_confirmed_history"] == 4
    assert gains(rows)["audits"] == 4
    assert gains([])["audits"] == 0


def test_only_audits_that_had_something_to_be_told_compare() -> None:
    rows = [audit(1, model={"knew": [], "withheld": []}), said(1, right=True), audit(2),
            audit(3, model={"knew": ["kb_neighbors"], "withheld": []}), said(3, right=False),
            said(3, right=True), said(3, right=False, rule="claims.removes", fp="g"),
            audit(4, model={"knew": [], "withheld": ["kb_neighbors"]})]  # fmt: skip
    assert arms(rows) == {"informed": (1, 1, 1), "blind": (1, 0, 0)}


@pytest.mark.parametrize(
    ("informed", "blind", "many", "told"),
    [
        (ENOUGH - 1, 0, ENOUGH - 1, f"not shown: {ENOUGH - 1} of {ENOUGH}"),
        (60, 20, 60, "more often"),
        (20, 60, 60, "less often"),
        (40, 35, 60, "no difference"),
    ],
)
def test_a_difference_is_told_of_enough_judged_notes_only(
    informed: int, blind: int, many: int, told: str
) -> None:
    assert told in gains(trial(informed, blind, many))["difference"]


def test_which_audits_are_blind_is_drawn_by_their_keys_and_is_the_share_that_was_asked_for() -> (
    None
):
    keys = [f"{n:016x}" for n in range(4000)]
    drawn = [one for one in keys if is_blind(one, 0.2)]
    assert 700 < len(drawn) < 900
    assert drawn == [one for one in keys if is_blind(one, 0.2)]
    assert not any(is_blind(one, 0.0) for one in keys)
