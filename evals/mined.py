"""The loop's whole path on messages it never saw: from a reply log to phrases that answer.

Half of every labelled set is a log: each message answered as its intent is, what is out of scope
and what people wrote elsewhere answered in many ways. The loop pairs, clusters, looks at the
answers, derives patterns and gates, as it does in a cycle; nobody tells it an intent. What it
proposes, and its replay finds no fault with, answers the other half.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

from evals import Measured
from evals._asked import Said, is_kept_aside, messages
from evals.patterns import wilson_upper
from passdown.contract.loop import Finding
from passdown.domain.clock import later
from passdown.domain.observation import Observation, Seen, Session, Trust
from passdown.loops.phrasebook import LOOP
from passdown.loops.phrasebook.payload import Add
from passdown.stages.mine.past import Past
from passdown.stages.mine.vectors import Lexical, Vectors
from passdown.testing import World
from passdown.text.phrases import Phrase, PhraseSet

READS_DATA = True
NEEDS_DEV = True
NOW = "2026-03-08T00:00:00.000Z"
MOST_BACKGROUND = 5_000
ASKED, OUTSIDE, RIGHT, WRONG, FIRED_OUTSIDE, OTHERS = (
    "asked", "outside", "right", "wrong", "wrong_out_of_scope", "wrong_others",
)  # fmt: skip


def measure(data: Path | None) -> Measured:
    """Each labelled set as a log of its own."""
    known = messages(data)
    shown = [text for text in known.others if not is_kept_aside(text)][:MOST_BACKGROUND]
    unseen = [text for text in known.others if is_kept_aside(text)]
    total, figures, against = Counter[str](), dict[str, float](), dict[str, float | str]()
    for name, said in known.labelled.items():
        began = time.process_time()
        found = _mined([one for one in said if not is_kept_aside(one.text)], shown)
        against[f"{name}_cpu_s"] = round(time.process_time() - began, 1)
        against[f"{name}_phrases"] = len(found)
        tried = _tried(found, [one for one in said if is_kept_aside(one.text)], unseen)
        total += tried
        figures[f"coverage_{name}"] = _share(tried[RIGHT], tried[ASKED])
        figures[f"precision_{name}"] = _share(tried[RIGHT], tried[RIGHT] + tried[WRONG])
    every = len(unseen) + total[OUTSIDE]
    figures |= {
        "precision": _share(total[RIGHT], total[RIGHT] + total[WRONG]),
        "coverage": _share(total[RIGHT], total[ASKED]),
        FIRED_OUTSIDE: total[FIRED_OUTSIDE],
        OTHERS: total[OTHERS],
        "others": len(unseen),
        "wrong_at_most": round(wilson_upper(total[OTHERS] + total[FIRED_OUTSIDE], every), 6),
    }
    return Measured(figures, total[ASKED], against)


def _mined(said: Sequence[Said], shown: Sequence[str]) -> dict[str, Add]:
    """What the loop finds in a log of these, by a name of its own."""
    spoken = list(_log(said, shown))
    past = Past(
        NOW, [s for s, _ in spoken], [o for _, two in spoken for o in two], (), Vectors(Lexical())
    )
    with World(LOOP) as world:
        found = [one for one in LOOP.detect(past, world.app.settings) if isinstance(one, Finding)]
        replays = [LOOP.replay(one.payload, past, world.app.settings) for one in found]
    kept = [
        one.payload
        for one, replay in zip(found, replays, strict=True)
        if isinstance(one.payload, Add) and not replay.wrong
    ]
    return {str(n): payload for n, payload in enumerate(kept)}


def _log(said: Sequence[Said], shown: Sequence[str]) -> Iterator[tuple[Session, list[Observation]]]:
    """Questions and their replies, an hour or less apart, over six days."""
    rows = [*said, *(Said(text, "") for text in shown)]
    seqs = count(1)
    for n, one in enumerate(rows):
        at = later(NOW, seconds=-(n * 7919 % (6 * 86_400)) - 60)
        reply = (
            _reply(one.intent)
            if one.intent
            else f"About that I said {shown[n * 31 % len(shown)][:200]}"
        )
        session = Session(f"s{n}", "reply_log", started_at=at)
        asked = Observation(session.id, "q", Seen.PROMPT, one.text, at, Trust.HUMAN, seq=next(seqs))
        told = Observation(
            session.id, "r", Seen.REPLY, reply, at, meta={"model": "m"}, seq=next(seqs)
        )
        yield session, [asked, told]


def _reply(intent: str) -> str:
    return f"The answer to {intent.replace('_', ' ')} is on its page."


def _tried(found: dict[str, Add], said: Sequence[Said], unseen: Sequence[str]) -> Counter[str]:
    book = PhraseSet(
        Phrase(id, one.pattern, one.min_similarity, one.prototypes) for id, one in found.items()
    )
    tried = Counter[str]()
    for one in said:
        hit = book.best(one.text)
        tried[ASKED if one.intent else OUTSIDE] += 1
        if hit and one.intent:
            tried[RIGHT if found[hit.id].reply == _reply(one.intent) else WRONG] += 1
        elif hit:
            tried[FIRED_OUTSIDE] += 1
    tried[OTHERS] = sum(book.best(text) is not None for text in unseen)
    return tried


def _share(k: int, n: int) -> float:
    return round(k / n, 4) if n else 0.0
