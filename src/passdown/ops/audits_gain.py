"""The operation that tells what memory was worth to audits."""

from __future__ import annotations

from typing import Any

from passdown.ops.kinds import Name
from passdown.ops.operation import Ctx, Effect, Shell, operation


@operation(
    "audit.gain",
    Effect.READ,
    cli=Shell(
        rows="arms",
        columns=("arm", "audits", "notes", "judged", "right", "low", "high"),
        facts=(
            "audits",
            "audits_that_knew_earlier_ones",
            "suppressed_by_human_dismissal",
            "escalated_by_confirmed_history",
            "difference",
        ),
    ),
    example="passdown audit gain",
)
def audit_gain(ctx: Ctx, repo: Name = "") -> dict[str, Any]:
    """What memory was worth to audits: what it cited, silenced and escalated, and whether it helps.

    Whether a model's notes are right more often where it is shown what is known is told by the
    share of audits whose model is not (`audit.blind`), and by what people said of its notes.
    """
    from passdown.ops.auditing import outcomes
    from passdown.stages.audit.gain import gains
    from passdown.stages.audit.keep import rows

    return gains(rows(outcomes(ctx)), repo)
