"""How long a search takes through its operation, with scope and validity, and a brief: stores of
1,000, 10,000, 100,000 and 1,000,000 claims, up to --size thousands, and 100,000 turns of sessions,
each asked 200 questions of three to five words, frequent ones among them; the largest also through
the index beside it, where tantivy is installed. Milliseconds of CPU time in one process that is
warm; a question takes what it took in the middle of five rounds, for what else a machine does is
no matter of the question's.

How good the plan is: of the ten best of all records that have any of the words, the share that is
found.
"""

from __future__ import annotations

import gc
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from evals import Measured
from passdown.app import App, open_app
from passdown.domain.actor import human
from passdown.domain.change import Put
from passdown.domain.observation import Observation, Seen, Session
from passdown.domain.record import Record
from passdown.domain.scope import ALL
from passdown.stages.apply.execute import execute
from passdown.storage import plan
from passdown.storage.sql import index

READS_DATA = False
SIZE = 100
"""Thousands of claims of the largest store."""

MOST_TURNS = 100_000
QUESTIONS, ROUNDS = 200, 5
AT_ONCE = 2000
ACTOR = human("speed")
SYLLABLES = [a + b for a in "bcdfghklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "or", "el")]


def measure(_: Path | None, thousands: float = SIZE) -> Measured:
    """One store a size; the turns beside the largest of at most 100,000."""
    figures: dict[str, float] = {}
    largest = int(thousands * 1000)
    for size in [*(n for n in (1_000, 10_000, 100_000) if n < largest), largest]:
        named = f"{size // 1000}k" if size < 10**6 else f"{size / 10**6:g}m"
        with TemporaryDirectory(prefix="passdown-search-") as folder:
            store = str(Path(folder, "store"))
            with open_app(store=store) as app:
                figures |= _filled(app, size, named)
            gc.collect()  # who is asked has not filled the store that it answers from
            with open_app(store=store) as app:
                figures |= _of_claims(app, size, named)
                if size == min(largest, MOST_TURNS):
                    figures |= _of_turns(app, size, named)
            if size == largest and find_spec("tantivy"):
                figures |= _beside(store, size, named)
    figures["mb_at_most"] = round(getrusage(RUSAGE_SELF).ru_maxrss / 1024)
    return Measured(figures, QUESTIONS)


def _filled(app: App, size: int, named: str) -> dict[str, float]:
    spent = _cpu(lambda: _fill(app, size))
    followed = _cpu(lambda: app.call("index.follow", {}, ACTOR))
    return {
        f"indexed_a_second_{named}": round(size / followed),
        f"stored_a_second_{named}": round(size / spent),
    }


def _of_claims(app: App, size: int, named: str) -> dict[str, float]:
    asked = list(_questions(random.Random(3)))
    found = _timed(app, "search", [{"query": q, "repo": "web"} for q in asked])
    briefs = _timed(app, "brief", [{"repo": "web", "task": q} for q in asked])
    return {
        **_quantiles(f"search_{named}", found),
        **_quantiles(f"brief_{named}", briefs),
        **({f"found_of_ten_{named}": _of_ten(app, asked[:50])} if size <= 10**5 else {}),
    }


def _of_ten(app: App, asked: Sequence[str]) -> float:
    """The share of the ten best of all that any word finds."""
    ours = [_ids(app, question) for question in asked]
    with (
        patch.object(plan, "MOST", 10**9),
        patch.object(plan, "STEPS", 10**9),
        patch.object(index, "LOOKED_AT", 10**9),
    ):
        best = [_ids(app, question) for question in asked]
    both = sum(len(a & b) for a, b in zip(ours, best, strict=True))
    return round(both / sum(map(len, best)), 4)


def _ids(app: App, query: str) -> set[str]:
    found = app.call("search", {"query": query, "repo": "web"}, ACTOR)["results"]
    return {row["id"] for row in found}


def _beside(store: str, size: int, named: str) -> dict[str, float]:
    with open_app(store=store, flags={"search.index": "tantivy"}) as app:
        followed = _cpu(lambda: app.call("index.follow", {}, ACTOR))
        if app.store.describe()["search"] != "tantivy":
            raise RuntimeError("the index beside the store was not made")
        asked = [{"query": q, "repo": "web"} for q in _questions(random.Random(3))]
        found = _quantiles(f"tantivy_{named}", _timed(app, "search", asked))
    return {**found, f"tantivy_indexed_a_second_{named}": round(size / followed)}


def _of_turns(app: App, size: int, named: str) -> dict[str, float]:
    _speak(app, size)
    heard = _cpu(lambda: app.call("index.follow", {}, ACTOR))
    asked = [{"query": q, "in": "sessions"} for q in _questions(random.Random(4))]
    found = _quantiles(f"turns_{named}", _timed(app, "search", asked))
    return {**found, f"heard_a_second_{named}": round(size / heard)}


def _timed(app: App, name: str, every: Sequence[dict[str, Any]]) -> list[float]:
    for params in every:  # once to warm what a process keeps
        app.call(name, params, ACTOR)
    rounds = [[_cpu(partial(app.call, name, one, ACTOR)) for one in every] for _ in range(ROUNDS)]
    return [statistics.median(spent) for spent in zip(*rounds, strict=True)]


def _cpu(what: Callable[[], object]) -> float:
    began = time.process_time()
    what()
    return time.process_time() - began


def _quantiles(named: str, spent: Sequence[float]) -> dict[str, float]:
    ordered = sorted(spent)
    return {
        f"{named}_p50_ms": round(statistics.median(ordered) * 1000, 2),
        f"{named}_p95_ms": round(ordered[int(len(ordered) * 0.95)] * 1000, 2),
    }


# ---- what is searched


def _fill(app: App, size: int) -> None:
    chance = random.Random(7)
    for start in range(0, size, AT_ONCE):
        puts = [Put(_claim(n, chance)) for n in range(start, min(start + AT_ONCE, size))]
        with app.store.write(ALL) as tx:
            execute(tx, f"made-{start}", puts, "speed")


def _claim(n: int, chance: random.Random) -> Record:
    text = f"{' '.join(_words(chance, 13)).capitalize()} {n}."
    category = chance.choice(("fact", "pitfall", "pattern", "tool-quirk"))
    scope = chance.choice(("global", "repo:web", "repo:api"))
    until = "2020-01-01T00:00:00.000Z" if chance.random() < 0.05 else ""
    return Record("claim", f"made-{n}", text, {"category": category}, scope=scope, valid_to=until)


def _speak(app: App, size: int) -> None:
    chance = random.Random(8)
    for start in range(0, size, AT_ONCE):
        id = f"s{start}"
        said = [
            Observation(id, f"{n}", Seen.REPLY, " ".join(_words(chance, 30)), "2026-01-01")
            for n in range(start, min(start + AT_ONCE, size))
        ]
        with app.store.write(ALL) as tx:
            tx.observations.add(Session(id, "made"), said)


def _words(chance: random.Random, many: int) -> list[str]:
    """Words as often as words are: the tenth a tenth as often as the first."""
    return [_word(int(20_000 ** chance.random())) for _ in range(many)]


def _word(n: int) -> str:
    parts, left = [], n + len(SYLLABLES)
    while left:
        left, part = divmod(left, len(SYLLABLES))
        parts.append(SYLLABLES[part])
    return "".join(parts)


def _questions(chance: random.Random) -> Iterator[str]:
    for _ in range(QUESTIONS):
        yield " ".join(_words(chance, chance.randint(3, 5)))
