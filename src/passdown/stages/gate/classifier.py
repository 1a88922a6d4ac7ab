"""The first tier: how sure past decisions and the replay allow anybody to be. No model is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.stages.gate.advice import Advice
from passdown.text.calibrate import FEW
from passdown.text.stats import wilson

if TYPE_CHECKING:
    from passdown.domain.proposal import Proposal
    from passdown.text.calibrate import Curve

TIER = "classifier"
APPROVE, MODIFY, ESCALATE = "approve", "modify", "escalate"
AGAIN = "asked_before:"
"""The flag of a question that was answered before."""


def classify(p: Proposal, *, golden: float, curve: Curve | None = None) -> Advice:
    """Approve where it is at least `golden` sure and nothing speaks against it, else escalate. The
    same question on the same decisions is always classified the same."""
    sure, why = _sure(p, curve)
    against = _against(p)
    verdict = APPROVE if sure >= golden and not against else ESCALATE
    reasons = (*why, *against, f"{golden:.2f} is asked for")
    return Advice(TIER, verdict, round(sure, 4), "; ".join(reasons), {"reasons": list(reasons)})


def confident(advice: Advice) -> bool:
    """Whether it would say yes by itself."""
    return advice.verdict in (APPROVE, MODIFY)


def is_asked_again(p: Proposal) -> bool:
    """Whether somebody answered this before."""
    return any(flag.startswith(AGAIN) for flag in p.flags)


def _sure(p: Proposal, curve: Curve | None) -> tuple[float, list[str]]:
    """What the detector stated, as past decisions correct it, and no more than the replay
    bears out."""
    why = [f"the detector is {p.confidence:.2f} sure"]
    sure = p.confidence
    if curve is not None and curve.n >= FEW:
        sure = curve(sure)
        why.append(f"{curve.n} decisions on such questions make that {sure:.2f}")
    right, wrong = _counts(p)
    if right + wrong:
        low, high = wilson(right, right + wrong)
        sure = min(sure, high)
        why.append(f"replayed, {right} of {right + wrong} were right ({low:.2f} to {high:.2f})")
    return min(max(sure, 0.0), 1.0), why


def _against(p: Proposal) -> list[str]:
    found = []
    if _counts(p)[1]:
        found.append("what happened later speaks against it")
    if is_asked_again(p):
        found.append("it was answered before")
    return found


def _counts(p: Proposal) -> tuple[int, int]:
    right, wrong = (max(0, int(p.replay.get(name, 0))) for name in ("right", "wrong"))
    return right, wrong
