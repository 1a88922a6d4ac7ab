"""Reply logs as transcripts: a question, the reply to it, and the route it came by."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from passdown.domain.clock import At, later
from passdown.testing import START, Transcript, assistant, person, transcript


def replied(session: str, question: str, reply: str, *, at: At = START, **meta: Any) -> Transcript:
    """One question and its reply, with what is known of the reply."""
    made = transcript(session, person(question), assistant(reply), at=at)
    asked, answered = made.items
    return Transcript(made.session, (asked, replace(answered, meta=meta)))


def burns(many: int = 6, start: At = START) -> list[Transcript]:
    """The same question on several days, with another value each time."""
    return [
        replied(
            f"burn{n}",
            "What is our burn today?",
            f"Burn is ${40 + n} today.",
            at=later(start, days=n),
        )
        for n in range(many)
    ]


def routes(many: int = 6, start: At = START) -> list[Transcript]:
    """Questions of two routes."""
    asked = {
        "billing": "Where is the invoice of week {}?",
        "deploys": "Please restart the staging cluster number {}",
    }
    return [
        replied(f"{route}{n}", text.format(n), "Done.", at=later(start, seconds=n), route=route)
        for route, text in asked.items()
        for n in range(many)
    ]
