"""The phrasebook loop's own part of a cycle over very many replies, in a process of its own."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from evals._messages import Labelled, copies
from passdown.contract.loop import Dropped, Finding
from passdown.domain.clock import later
from passdown.domain.observation import Observation, Seen, Session, Trust
from passdown.loops.phrasebook import LOOP
from passdown.stages.mine.past import Past
from passdown.stages.mine.vectors import Lexical, Vectors
from passdown.testing import World

NOW = "2026-03-08T00:00:00.000Z"
DAYS = 6
FEWER = 8
"""So many times fewer replies are read for comparison."""
_SPOKEN = "About that I said: {}"


def cycled(sets: Sequence[Labelled], many: int) -> dict[str, float]:
    """What detection and the replays of what it found take, and how it grows with the replies."""
    texts = [text for one in sets for text in one.texts]
    intents = [f"{one.name} {intent}" for one in sets for intent in one.intents]
    less, more = _alone(texts, intents, max(many // FEWER, 1)), _alone(texts, intents, many)
    return more | {"cycle_growth": round(more["cycle_cpu_s"] / less["cycle_cpu_s"] / FEWER, 3)}


def _alone(texts: Sequence[str], intents: Sequence[str], many: int) -> dict[str, float]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as one:
        return one.submit(_cycle, texts, intents, many).result()


def _cycle(texts: Sequence[str], intents: Sequence[str], many: int) -> dict[str, float]:
    past = Past(NOW, *_log(texts, intents, many), (), Vectors(Lexical()))
    with World(LOOP) as world:
        settings, before = world.app.settings, _memory()
        began, wall = time.process_time(), time.perf_counter()
        found = list(LOOP.detect(past, settings))
        detected = time.process_time() - began
        asked = [one for one in found if isinstance(one, Finding)]
        for one in asked:
            LOOP.replay(one.payload, past, settings)
    dropped = sum(one.n for one in found if isinstance(one, Dropped))
    return {
        "cycle_messages": many,
        "cycle_detect_cpu_s": round(detected, 1),
        "cycle_cpu_s": round(time.process_time() - began, 1),
        "cycle_s": round(time.perf_counter() - wall, 1),
        "cycle_found": len(asked),
        "cycle_dropped": dropped,
        "cycle_log_gb": round(before, 3),
        "cycle_memory_gb": round(_memory() - before, 3),
    }


def _log(
    texts: Sequence[str], intents: Sequence[str], many: int
) -> tuple[list[Session], list[Observation]]:
    """Copies of the messages, exact and near, over some days: half of the intents answered alike,
    the others in words of their own."""
    made = copies(texts, many)
    spread = DAYS * 86_400
    sessions = [
        Session(f"s{n}", "reply_log", started_at=later(NOW, seconds=-(n * 7919 % spread) - 60))
        for n in range(many)
    ]
    told = [
        one
        for n, session in enumerate(sessions)
        for one in _pair(n, session, made.texts[n], _reply(intents[made.origins[n]], n, made.texts))
    ]
    return sessions, told


def _reply(intent: str, n: int, texts: Sequence[str]) -> str:
    if sum(map(ord, intent)) % 2:
        return f"The answer to {intent.replace('_', ' ')} is on its page."
    return _SPOKEN.format(texts[n * 31 % len(texts)])


def _pair(n: int, session: Session, question: str, reply: str) -> Iterator[Observation]:
    id, at = session.id, session.started_at
    yield Observation(id, "q", Seen.PROMPT, question, at, Trust.HUMAN, seq=2 * n + 1)
    yield Observation(id, "r", Seen.REPLY, reply, at, meta={"model": "m"}, seq=2 * n + 2)


def _memory() -> float:
    """The most memory this process ever had, in gigabytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9
