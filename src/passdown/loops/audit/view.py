"""What the reviewer reads: how often the rule was right, and what it would do on yes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.contract.card import Card, Diff, Facts, Quote, Text
from passdown.loops.audit.payload import FilePlaybook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.contract.card import Block
    from passdown.contract.loop import Replay
    from passdown.domain.observation import Observation
    from passdown.loops.audit.payload import Payload

EXAMPLES = 3
FILE = "Should audits know “{}”?"
CHOICES = {
    "still_accurate": "Is “{}” still accurate?",
    "edit": "Should “{}” say this from now on?",
    "retire": "Should audits no longer know “{}”?",
}
"""What is asked of a playbook that is there."""
DOES = {
    "shadow": "is only noted",
    "info": "is told, and asks for nothing",
    "warn": "asks for changes",
    "block": "is in the way of merging",
}


def card(payload: Payload, observations: Sequence[Observation], replay: Replay) -> Card:
    """The question in one sentence, what it rests on, and what becomes of the rule."""
    if isinstance(payload, FilePlaybook):
        return _playbook(payload, observations)
    quotes = _quotes(observations)
    before, after = (f"{payload.rule} {DOES[one]}" for one in (payload.was, payload.to))
    found: tuple[Block, ...] = (
        Text(f"Replay: {replay.sentence}"),
        Diff("On yes", before, after),
        *quotes,
    )
    return Card(f"Should `{payload.rule}` {payload.to} instead of {payload.was}?", found)


def titled(payload: FilePlaybook) -> str:
    """The question about a playbook in a line, with what tells it from another of its title."""
    about = ", ".join((*payload.tools, *payload.applies_to))
    question = CHOICES.get(payload.choice, FILE).format(payload.title)
    return f"{question} ({about})" if about else question


def _playbook(payload: FilePlaybook, observations: Sequence[Observation]) -> Card:
    where = ", ".join(payload.applies_to) or "any path"
    facts = [("Applies to", where), ("Verified against", ", ".join(payload.tools) or "nothing")]
    words = (Text(payload.text), Facts(tuple(facts)))
    if payload.choice == "file":
        return Card(FILE.format(payload.title), words)
    others = [f"“{one}”" for one in CHOICES if one != payload.choice]
    hint = Text(f"Edited, this may as well say {' or '.join(others)}.")
    return Card(
        CHOICES[payload.choice].format(payload.title), (*_quotes(observations), *words, hint)
    )


def _quotes(observations: Sequence[Observation]) -> tuple[Quote, ...]:
    return tuple(
        Quote(one.text, "auditor", one.at, one.session, one.seq) for one in observations[:EXAMPLES]
    )
