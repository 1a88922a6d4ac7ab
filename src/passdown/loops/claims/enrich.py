"""The optional tier: what a model names in a session, kept only where the transcript shows it."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from passdown.contract.loop import Dropped
from passdown.domain.errors import Unreadable
from passdown.domain.observation import Observation, Seen
from passdown.loops.claims.item import finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.contract.loop import Finding
    from passdown.engines.port import Writer
    from passdown.loops.claims.payload import Payload

PROMPT = Path(__file__).with_name("prompt.md")
CHUNK = 24_000
"""Characters of a transcript that are asked about at once."""
MOST_TOKENS = 2000
"""Of one answer."""
SHOWN = {Seen.PROMPT: 4000, Seen.REPLY: 3000, Seen.CALL: 1500, Seen.RESULT: 2000}
"""Characters shown of each; what agents note and what programs report is not shown."""

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "fact": {"type": "string"},
                    "category": {"enum": ["fact", "pitfall", "pattern", "tool-quirk", "question"]},
                    "repo": {"type": "string"},
                    "confidence": {"type": "number", "minimum": 0, "maximum": 1},
                    "quotes": {"type": "array", "items": {"type": "string"}, "minItems": 1},
                },
                "required": ["fact", "category", "repo", "confidence", "quotes"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["items"],
    "additionalProperties": False,
}

_NOT_IN_A_NAME = re.compile(r"[^\w./@-]+")


def enrich(
    observations: Sequence[Observation], writer: Writer
) -> Iterator[Finding[Payload] | Dropped]:
    """What the model names in these sessions; an item without its receipts is dropped."""
    for _, items in groupby(observations, key=lambda one: one.session):
        for part in parts([one for one in items if one.minable and one.seen in SHOWN]):
            yield from _of_part(part, writer)


def rendered(repo: str, transcript: str) -> str:
    """The prompt for this part of a transcript. Each line of it begins with a bar, and the marks
    around it are made from it: nothing in it can stand outside."""
    body = "\n".join(f"| {line}" for line in transcript.splitlines())
    mark = hashlib.sha256(body.encode("utf-8", "replace")).hexdigest()[:12]
    block = f"<transcript {mark}>\n{body}\n</transcript {mark}>"
    place = _NOT_IN_A_NAME.sub("-", repo)[:100] or "global"
    return _template().replace("{{repo}}", place).replace("{{transcript}}", block)


def parts(items: Sequence[Observation]) -> Iterator[list[Observation]]:
    """The session in order, in parts that are asked about at once: the first ones stay the same
    when it goes on."""
    part: list[Observation] = []
    size = 0
    for one in items:
        longer = min(len(one.text), SHOWN[one.seen])
        if part and size + longer > CHUNK:
            yield part
            part, size = [], 0
        part.append(one)
        size += longer
    if part:
        yield part


def _of_part(part: Sequence[Observation], writer: Writer) -> Iterator[Finding[Payload] | Dropped]:
    family, _, name = part[0].scope.partition(":")
    repo = _NOT_IN_A_NAME.sub("-", name)[:100] if family == "repo" else ""
    transcript = "\n".join(_shown(place, one) for place, one in enumerate(part, 1))
    try:
        answer = writer.write(rendered(repo, transcript), schema=SCHEMA, max_tokens=MOST_TOKENS)
    except Unreadable:
        yield Dropped("unreadable")
        return
    items = answer.value.get("items") if isinstance(answer.value, dict) else None
    if not isinstance(items, list):
        yield Dropped("unreadable")
        return
    for item in items:
        yield finding(item, part, repo)


def _shown(place: int, one: Observation) -> str:
    who = {
        Seen.PROMPT: "person",
        Seen.REPLY: "assistant",
        Seen.CALL: f"call {one.tool}",
        Seen.RESULT: f"answer {one.tool}" + (" failed" if one.ok is False else ""),
    }[one.seen]
    return f"[{place}] {' '.join(who.split())}: {_cut(one.text, SHOWN[one.seen])}"


def _cut(text: str, most: int) -> str:
    """The text, or where it is too long its beginning and its end."""
    if len(text) <= most:
        return text
    head = most * 2 // 3
    return f"{text[:head]}\n[...]\n{text[head - most :]}"


@cache
def _template() -> str:
    return PROMPT.read_text(encoding="utf-8")
