"""The second tier: what a model is asked about a question, and what its answer must be."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.domain.errors import Unreadable
from passdown.stages.gate.advice import Advice
from passdown.stages.gate.chain import Ruling
from passdown.text.quote import block, cut
from passdown.text.safe import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from passdown.domain.observation import Observation
    from passdown.domain.proposal import Proposal

TIER = "arbiter"
TOKENS = 2000
ATTEMPTS = 2
"""How often it is asked about one question: once more where its answer could not be used."""
MOST_EVIDENCE, LONGEST_EVIDENCE = 12, 1500
LONGEST_PAYLOAD, LONGEST_SAID, LONGEST_DEFENSE = 16_000, 600, 3000
PRECEDENTS = 6
BLOCKS = ("question", "evidence", "classifier", "precedents", "shape", "controls")
PAYLOADS = ("payload", "control")
"""Under which names a payload of its own is kept with its turn."""

ASKED = tuple(ruling.value for ruling in Ruling if ruling is not Ruling.UNUSABLE)
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "verdict": {"type": "string", "enum": list(ASKED)},
        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
        "defense": {"type": "string", "minLength": 1, "maxLength": LONGEST_DEFENSE},
        "payload": {"type": "string"},
    },
    "required": ["verdict", "confidence", "defense", "payload"],
    "additionalProperties": False,
}
"""What it answers with; `payload` is JSON text, '' unless the verdict takes one."""


class Verdict(NamedTuple):
    """What it said, in its shape; `payload` is None where the verdict takes none."""

    ruling: Ruling
    confidence: float
    defense: str
    payload: dict[str, Any] | None = None

    def advice(self, detail: Mapping[str, Any]) -> Advice:
        """The turn that is kept; a payload that a person may take is kept with it."""
        return Advice(TIER, self.ruling.value, self.confidence, self.defense, dict(detail))


class Bundle(NamedTuple):
    """All that is quoted to it; every part of it was written by others, but for the `guide`: what
    the loop tells of its questions. `context` is what it quotes besides."""

    question: Proposal
    evidence: Sequence[Observation]
    classifier: Mapping[str, Any]
    precedents: Sequence[Mapping[str, Any]]
    shape: Any
    controls: Any
    context: Any = None
    guide: str = ""


def prompt(bundle: Bundle, boundary: str, fault: str = "") -> str:
    """What it is asked. What others wrote stands in blocks, and nowhere else."""
    parts = blocks(bundle, BLOCKS, fault)
    quoted = bundle.guide + "\n".join(block(boundary, name, value) for name, value in parts)
    text = files("passdown.stages.gate").joinpath("arbiter.md").read_text(encoding="utf-8")
    return text.replace("{{boundary}}", boundary).replace("{{blocks}}", quoted)


def blocks(bundle: Bundle, names: Sequence[str], fault: str) -> list[tuple[str, Any]]:
    """What is quoted under each of these names; what was wrong before at the end."""
    every = {
        "question": _question(bundle.question),
        "evidence": [_said(o) for o in bundle.evidence[:MOST_EVIDENCE]],
        "classifier": dict(bundle.classifier),
        "precedents": [_precedent(one) for one in bundle.precedents[:PRECEDENTS]],
        "shape": bundle.shape,
        "controls": bundle.controls,
    }
    parts = [(name, every[name]) for name in names]
    if bundle.context is not None:
        parts.append(("context", bundle.context))
    return [*parts, ("fault", cut(fault, LONGEST_SAID))] if fault else parts


def read(value: Any) -> Verdict:
    """The answer in its shape; Unreadable says what is wrong with it."""
    if not isinstance(value, dict):
        raise unusable_answer("it is no object")
    ruling, defense = value.get("verdict"), value.get("defense")
    if ruling not in ASKED:
        raise unusable_answer("its verdict is none of those asked for")
    sure = sure_in(value)
    said = printable(defense).strip() if isinstance(defense, str) else ""
    if not said:
        raise unusable_answer("it has no defense")
    takes = ruling in (Ruling.MODIFY.value, Ruling.ADJUST_CONTROL.value)
    payload = payload_in(value.get("payload")) if takes else None
    return Verdict(Ruling(ruling), sure, cut(said, LONGEST_DEFENSE), payload)


def unusable(why: str) -> Verdict:
    """That nothing it said could be used."""
    return Verdict(Ruling.UNUSABLE, 0.0, f"its answer could not be used: {why}")


def sure_in(value: Mapping[str, Any]) -> float:
    """How sure an answer says that it is; Unreadable when it does not."""
    sure = value.get("confidence")
    if isinstance(sure, bool) or not isinstance(sure, int | float) or not 0 <= sure <= 1:
        raise unusable_answer("its confidence is no number from 0 to 1")
    return float(sure)


def payload_in(raw: Any) -> dict[str, Any]:
    """The object in a JSON text; Unreadable when there is none."""
    try:
        found = json.loads(raw) if isinstance(raw, str) else raw
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not found:
        raise unusable_answer("its verdict takes a payload, and that is no JSON object")
    return found


def _question(p: Proposal) -> dict[str, Any]:
    payload = json.dumps(p.payload, ensure_ascii=False, sort_keys=True)
    told = p.payload if len(payload) <= LONGEST_PAYLOAD else cut(payload, LONGEST_PAYLOAD)
    replay = {name: p.replay.get(name) for name in ("sentence", "right", "wrong")}
    facts = {"loop": p.loop, "action": p.action, "title": cut(p.title, LONGEST_SAID)}
    return {**facts, "scope": p.scope, "payload": told, "replay": replay, "flags": list(p.flags)}


def _said(o: Observation) -> dict[str, Any]:
    text = cut(o.text, LONGEST_EVIDENCE)
    return {"seq": o.seq, "by": o.trust.name.lower(), "session": o.session, "text": text}


def _precedent(one: Mapping[str, Any]) -> dict[str, Any]:
    names = ("near", "title", "action", "status", "decided_by", "reason", "confidence", "worked")
    return {n: cut(v, LONGEST_SAID) if isinstance(v := one.get(n), str) else v for n in names}


def unusable_answer(why: str) -> Unreadable:
    """That an answer does not fit, and why."""
    return Unreadable(why, where=TIER, next="It is asked once more; then the next tier decides.")
