"""Messages to try patterns on: labelled ones, others of no intent, questions and replies."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

LONGEST = 300
MOST_OTHERS = 90_000
_SENTENCE = re.compile(r"(?<=[.?!])\s+|\n+")
_SPOKEN = re.compile(r"^\[[^\]]*\] <[^>]*> ")


class Said(NamedTuple):
    """A message and what it asks for; '' when that is outside of all that is asked."""

    text: str
    intent: str


class Answered(NamedTuple):
    """A question, the canned reply it got, and when."""

    question: str
    reply: str
    at: str


class Messages(NamedTuple):
    """Labelled sets by name, messages that belong to none, and questions with canned replies."""

    labelled: dict[str, list[Said]]
    others: list[str]
    answered: list[Answered]


def messages(data: Path | None) -> Messages:
    """Those of a folder of data, or a generated set."""
    if data is None:
        return _generated()
    labelled = {path.stem: _labelled(path) for path in sorted((data / "intents").glob("*.jsonl"))}
    known = {one.text for those in labelled.values() for one in those}
    others = (text for text in _others(data) if text not in known)
    return Messages(
        {name: those for name, those in labelled.items() if any(one.intent for one in those)},
        list(islice(dict.fromkeys(others), MOST_OTHERS)),
        sorted(_answered(data), key=lambda one: (one.at, one.question, one.reply)),
    )


def is_kept_aside(text: str) -> bool:
    """Half of all texts, whatever they are."""
    return blake2b(text.encode(), digest_size=1).digest()[0] & 1 == 1


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    if path.is_file():
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line) if line.startswith("{") else None
                if isinstance(row, dict):
                    yield row


def _labelled(path: Path) -> list[Said]:
    rows = (row for row in _rows(path) if row.get("text"))
    return [Said(row["text"], row.get("intent") or "") for row in rows]


def _others(data: Path) -> Iterator[str]:
    """What people wrote to agents and to each other, then sentences of documents and agents."""
    for row in _rows(data / "sessions" / "user_messages.jsonl"):
        yield row["text"]
    for path in sorted(data.glob("locomo*/turns.jsonl")):
        yield from (row["text"] for row in _rows(path))
    for row in _rows(data / "canned_qa" / "irc_disentangle.jsonl"):
        yield from (_SPOKEN.sub("", line) for line in row["lines"])
    for path in sorted(data.glob("themes/*.jsonl")):
        yield from _sentences(text for row in _rows(path) for text in row.values())
    for path in sorted(data.glob("sessions/*/*.jsonl")):
        yield from _sentences(text for row in _rows(path) for text in _texts(row))


def _sentences(values: Iterable[object]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            for sentence in _SENTENCE.split(value):
                if 20 < len(sentence) < LONGEST and " " in sentence:
                    yield sentence.strip()


def _texts(value: object, name: str = "") -> Iterator[str]:
    """What was said in a line of a transcript, wherever it stands."""
    if isinstance(value, str) and name in {"text", "content"}:
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one, name)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _texts(one, key)


def _answered(data: Path) -> Iterator[Answered]:
    for path in sorted((data / "canned_qa").glob("irc_*canned*.jsonl")):
        for row in _rows(path):
            if row.get("question") and row.get("canned"):
                at = f"{row.get('date', '')} {row.get('time', '')}"
                yield Answered(row["question"], row["canned"], at)


def _generated() -> Messages:
    """Forty intents, each with words of its own and words that all share, in many wordings."""
    chance = random.Random(7)
    words = [
        "".join(chance.choices("bdfgklmnprstvz", k=1) + chance.choices("aeiou", k=1))
        for _ in range(70)
    ]
    made = list(dict.fromkeys("".join(chance.choices(words, k=3)) for _ in range(3_000)))
    common, rare = made[:200], made[200:]

    def wording(own: list[str]) -> str:
        said = chance.sample(own, min(len(own), 2)) + chance.choices(common, k=chance.randint(2, 6))
        chance.shuffle(said)
        return " ".join(said)

    labelled = [
        Said(wording(rare[n * 4 : n * 4 + 4]), f"intent {n}") for n in range(40) for _ in range(80)
    ]
    labelled += [Said(wording(chance.sample(rare[200:], 2)), "") for _ in range(800)]
    others = [wording(chance.sample(rare[160:], 3)) for _ in range(70_000)]
    answered = [
        Answered(wording(rare[n * 4 : n * 4 + 4]), f"reply {n}", f"2026-01-{day + 1:02} 00:00")
        for n in range(20)
        for day in range(12)
    ]
    return Messages({"generated": labelled}, list(dict.fromkeys(others)), answered)
