"""What a tier says of a question, in words and figures; by itself it decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.domain.proposal import Message, Verdict

if TYPE_CHECKING:
    from passdown.domain.proposal import Proposal
    from passdown.storage.port import Tx

ADVISED = "promotion.advised"


class Advice(NamedTuple):
    """One tier's turn: its verdict, how sure it is (None: it did not say), and why."""

    tier: str
    verdict: str
    confidence: float | None
    text: str
    detail: dict[str, Any]

    @property
    def facts(self) -> dict[str, Any]:
        """The turn as it is kept beside its words."""
        return {"verdict": self.verdict, "confidence": self.confidence, **self.detail}


def keep(tx: Tx, p: Proposal, advice: Advice, to: str) -> None:
    """Keep the turn with the question and tell the ledger, with what follows from it."""
    who = f"system:{advice.tier}"
    text, facts = advice.text, advice.facts
    tx.queue.say(Message(p.id, 0, tx.now, who, advice.tier, Verdict.ADVISE, text, facts))
    told = {"loop": p.loop, "tier": advice.tier, "text": text, "to": to, **facts}
    tx.ledger.append(ADVISED, who, p.id, told)
