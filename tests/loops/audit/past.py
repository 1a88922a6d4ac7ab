"""Findings of audits that people judged, as events tell of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.domain.actor import human

if TYPE_CHECKING:
    from passdown.testing import World

ANN = human("ann")
RULE = "claims.docs_updated"


def told(n: int, verdict: str, rule: str = RULE) -> dict[str, object]:
    """One person's word about one finding."""
    return {
        "source": "auditor", "event_kind": "audit_feedback", "ok": True, "verdict": verdict,
        "output_summary": f"{verdict}: {rule}", "rule": rule, "usual": "info",
        "fp": f"f{n}", "audit_key": f"a{n}", "event_id": f"{rule} {n} {verdict}",
    }  # fmt: skip


def judged(world: World) -> None:
    """Enough of one rule's findings that were right for it to be asked about."""
    for n in range(12):
        event = told(n, "confirmed" if n else "dismissed")
        world.app.call("event", {"event": event}, ANN)
