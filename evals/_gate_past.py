"""A store with a long past, in which questions are decided after more was observed."""

from __future__ import annotations

import random
import time
from dataclasses import replace

from passdown.app import App
from passdown.domain.actor import human
from passdown.domain.clock import from_seconds, to_seconds
from passdown.domain.observation import Observation, Seen, Session, Trust
from passdown.domain.scope import ALL

ASKER, PERSON = human("ann"), human("bob")
A_SESSION, SINCE = 50, 2
"""Observations of a session, and sessions since the questions were asked."""
SEEN = (Seen.PROMPT, Seen.REPLY, Seen.CALL, Seen.RESULT)
WORDS = [
    f"{a}{b}{n}" for a in ("ma", "lo", "ri", "te") for b in ("ne", "sa", "ku") for n in "12345"
]
ASKED = 20
BEGAN = to_seconds("2026-01-01T00:00:00.000Z")


def replayed(app: App, observations: int) -> tuple[list[float], float]:
    """The seconds a decision took with what was observed since, and one with a whole replay."""
    chance = random.Random(2)
    for n in range(observations // A_SESSION):
        _session(app, chance, f"s{n}", BEGAN + 3600 * n)
    ids = [_asked(app, n) for n in range(ASKED + 1)]
    now = to_seconds(app.clock.now())
    for n in range(SINCE):
        _session(app, chance, f"since{n}", now + n)
    spent = [_approved(app, id) for id in ids[:ASKED]]
    loops = {name: replace(loop, grown=None) for name, loop in app.loops.items()}
    with App(app.places, loops=loops) as same:
        return spent, _approved(same, ids[-1])


def _session(app: App, chance: random.Random, id: str, began: float) -> None:
    at = from_seconds(began)
    facts = Session(id, "made", started_at=at, ended_at=from_seconds(began + A_SESSION))
    items = [
        Observation(
            session=id,
            uid=f"{id}-{n}",
            seen=SEEN[n % 4],
            text=" ".join(chance.choices(WORDS, k=40)),
            at=from_seconds(began + n),
            trust=Trust.HUMAN if n % 4 == 0 else Trust.ASSISTANT,
        )
        for n in range(A_SESSION)
    ]
    with app.store.write(ALL) as tx:
        tx.observations.add(facts, items)


def _asked(app: App, n: int) -> str:
    text = f"Rule {n} holds in every branch of `repo-{n % 7}`."
    id: str = app.call("add", {"text": text}, ASKER)["proposal"]
    return id


def _approved(app: App, id: str) -> float:
    began = time.perf_counter()
    app.call("approve", {"id": id}, PERSON)
    return time.perf_counter() - began
