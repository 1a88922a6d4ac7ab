"""Messages to group: labelled ones of a folder or made here, and copies of them, exact and near."""

from __future__ import annotations

import json
import random
import string
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

FEWEST = 2
_FILLERS = ["please", "just", "now", "really", "again", "today", "ok", "so"]
_NAMES = "card account order invoice ticket server booking parcel phone laptop report plan"
_THINGS = _NAMES.split()
_ASKED = {
    "where": "where is my {}|i can not find my {}|track the {} for me|has the {} arrived yet",
    "cancel": "cancel my {}|i do not want the {} any more|stop the {} from tomorrow on",
    "cost": "how much is a {}|what does the {} cost|the price of a new {}|is the {} expensive",
    "broken": "my {} is broken|the {} does not work|something is wrong with this {}",
    "change": "change the name on my {}|i need other details on the {}|update my {} address",
    "new": "i need another {}|order me a {}|can i get one more {}|send me a new {}",
    "who": "who is responsible for the {}|which person looks after my {}|name the {} owner",
    "when": "when does the {} expire|until what day is my {} good|how long will the {} last",
}


class Labelled(NamedTuple):
    """Messages of one set, and what each asks for."""

    name: str
    texts: Sequence[str]
    intents: Sequence[str]


def sets(data: Path | None) -> list[Labelled]:
    """Every labelled set of `intents/`, what is out of scope left out; else one made here."""
    if data is None:
        return [_made()]
    found = [_read(path) for path in sorted((data / "intents").glob("*.jsonl"))]
    return [one for one in found if len(set(one.intents)) >= FEWEST]


class Copied(NamedTuple):
    """Messages, and which message each of them is a copy of."""

    texts: Sequence[str]
    origins: Sequence[int]


def copies(texts: Sequence[str], many: int, seed: int = 1) -> Copied:
    """That many, half of them exact copies and half with one word or letter changed."""
    chance = random.Random(seed)
    origins = [chance.randrange(len(texts)) for _ in range(many)]
    made = [texts[at] if chance.random() < 0.5 else _edited(texts[at], chance) for at in origins]
    return Copied(made, origins)


def _edited(text: str, chance: random.Random) -> str:
    words = text.split() or [text]
    at, kind = chance.randrange(len(words)), chance.randrange(3)
    if kind == 0:
        words.insert(at, chance.choice(_FILLERS))
    elif kind == 1 and len(words) > 3:
        del words[at]
    else:
        place = chance.randrange(max(len(words[at]), 1))
        letter = chance.choice(string.ascii_lowercase)
        words[at] = words[at][:place] + letter + words[at][place + 1 :]
    return " ".join(words)


def _read(path: Path) -> Labelled:
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    kept = [row for row in rows if row.get("intent") and row.get("text")]
    return Labelled(path.stem, [row["text"] for row in kept], [row["intent"] for row in kept])


def _made() -> Labelled:
    rows = [
        (form.format(thing) + tail, intent)
        for intent, forms in _ASKED.items()
        for form in forms.split("|")
        for thing in _THINGS
        for tail in ("", " please", ", thanks")
    ]
    return Labelled("made", [text for text, _ in rows], [intent for _, intent in rows])
