"""The first tier where a model is it: what it is asked, and what its answer must be."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.stages.gate.arbiter import (
    LONGEST_DEFENSE,
    Bundle,
    blocks,
    payload_in,
    sure_in,
    unusable_answer,
)
from passdown.text.quote import block, cut
from passdown.text.safe import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

ESCALATE = "ESCALATE"
TOKENS = 2000
ATTEMPTS = 2
"""How often it is asked about one question: once more where its answer could not be used."""


class Pick(NamedTuple):
    """What it picked, in its shape; `payload` is None where the question stands as it is."""

    action: str
    confidence: float
    defense: str
    payload: dict[str, Any] | None = None


def menu(actions: Sequence[str]) -> tuple[str, ...]:
    """All that can be picked for a question of a loop with these actions."""
    return (*(action for action in actions if action != ESCALATE), ESCALATE)


def schema(actions: Sequence[str]) -> dict[str, Any]:
    """What it answers with; `payload` is JSON text, '' where the question stands as it is."""
    return {
        "type": "object",
        "properties": {
            "action": {"type": "string", "enum": list(menu(actions))},
            "confidence": {"type": "number", "minimum": 0, "maximum": 1},
            "defense": {"type": "string", "minLength": 1, "maxLength": LONGEST_DEFENSE},
            "payload": {"type": "string"},
        },
        "required": ["action", "confidence", "defense", "payload"],
        "additionalProperties": False,
    }


def prompt(bundle: Bundle, boundary: str, actions: Sequence[str], fault: str = "") -> str:
    """What it is asked. What others wrote stands in blocks, and nowhere else."""
    parts = blocks(bundle, ("question", "evidence", "precedents", "shape"), fault)
    parts.insert(3, ("menu", list(menu(actions))))
    text = files("passdown.stages.gate").joinpath("model.md").read_text(encoding="utf-8")
    quoted = bundle.guide + "\n".join(block(boundary, name, value) for name, value in parts)
    return text.replace("{{boundary}}", boundary).replace("{{blocks}}", quoted)


def read(value: Any, actions: Sequence[str]) -> Pick:
    """The answer in its shape; Unreadable says what is wrong with it."""
    if not isinstance(value, dict):
        raise unusable_answer("it is no object")
    action, defense = value.get("action"), value.get("defense")
    if action not in menu(actions):
        raise unusable_answer("its action is none of the menu")
    sure = sure_in(value)
    said = printable(defense).strip() if isinstance(defense, str) else ""
    if not said:
        raise unusable_answer("it has no defense")
    payload = payload_in(value["payload"]) if value.get("payload") else None
    if payload is not None and payload.get("action") != action:
        raise unusable_answer("its payload is of another action")
    return Pick(str(action), sure, cut(said, LONGEST_DEFENSE), payload)
