"""A reply in a model's words: one question a finding, and nothing in it that nobody said."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from passdown.loops.phrasebook.payload import Retire
from passdown.text.hazard import hazards
from passdown.text.template import placeholders

if TYPE_CHECKING:
    from passdown.contract.loop import Finding
    from passdown.engines.port import Writer
    from passdown.loops.phrasebook.payload import Payload

PROMPT = Path(__file__).parent / "prompt.md"
LONGEST, TOKENS, SHOWN = 600, 300, 5
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"reply": {"type": "string", "maxLength": LONGEST}},
    "required": ["reply"],
    "additionalProperties": False,
}

_NUMBER = re.compile(r"\d+")
_LINK = re.compile(r"https?://\S+|\S+@\S+")


def reword(finding: Finding[Payload], writer: Writer) -> Finding[Payload]:
    """The finding with a reply in the model's words; where those say what nobody said it stays
    verbatim, and what the asking cost is told all the same."""
    payload = finding.payload
    if isinstance(payload, Retire):
        return finding
    answer = writer.write(_prompt(payload), schema=SCHEMA, max_tokens=TOKENS)
    cost = None if answer.micro_usd is None else answer.micro_usd / 1_000_000
    text = answer.value.get("reply", "") if isinstance(answer.value, dict) else ""
    asked = msgspec.structs.replace(payload, synth_cost_usd=cost)
    if isinstance(text, str) and sound(text.strip(), payload.reply):
        asked = msgspec.structs.replace(asked, reply=text.strip(), synthesized=True)
    return replace(finding, payload=asked)


def sound(text: str, template: str) -> bool:
    """Whether a model's reply says no number, link or placeholder that is not in the template, and
    all of its placeholders."""
    return (
        0 < len(text) <= LONGEST
        and set(placeholders(text)) == set(placeholders(template))
        and {*_NUMBER.findall(text)} <= {*_NUMBER.findall(template)}
        and {*_LINK.findall(text)} <= {*_LINK.findall(template)}
        and not hazards(text)
    )


def _prompt(payload: Payload) -> str:
    assert not isinstance(payload, Retire)
    questions = "\n".join(payload.prototypes[:SHOWN])
    text = PROMPT.read_text(encoding="utf-8")
    return text.replace("TEMPLATE", payload.reply).replace("QUESTIONS", questions)
