"""A model is asked session by session, the newest first, and whatever a loop does ends no cycle."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from passdown.contract.loop import Dropped, Finding
from passdown.domain.errors import Limit, NotFound, Unavailable
from passdown.domain.observation import Observation
from passdown.domain.settings import defaults
from passdown.engines.replay import ReplayWriter
from passdown.stages.mine.asked import OF_A_SESSION, Asked, asked
from passdown.stages.mine.budget import Budget
from passdown.stages.mine.run import mine
from tests.desk import desk
from tests.loops.world import World
from tests.notes import NOTES

Step = Callable[[str], Any]
WRITER = ReplayWriter({})


def world() -> World:
    made = World()
    for n in range(4):
        made.session().says(f"number {n}")
    return made


def enriching(step: Step) -> Any:
    def enrich(seen: Sequence[Observation], writer: Any) -> Iterator[Any]:
        yield from step(seen[0].session)

    return replace(NOTES, enrich=enrich)


def run(step: Step, budget: Budget | None = None, until: str = "") -> Asked:
    budget = budget or Budget(600)
    return asked(enriching(step), world().corpus(), WRITER, budget, until=until)


def named(session: str) -> list[Any]:
    return [Finding(session, (1,), session, session, 0.5), Dropped("no receipt"), Dropped("x")]


def raising(error: Exception, at: str = "s3") -> Step:
    def step(session: str) -> Iterator[Any]:
        yield from named(session)
        if session == at:
            raise error

    return step


def test_the_newest_session_is_asked_about_first_and_what_is_dropped_is_counted() -> None:
    found = run(named)
    assert [one.key for one in found.findings] == ["s4", "s3", "s2", "s1"]
    assert found.dropped == {"no receipt": 4, "x": 4}
    assert (found.sessions, found.left_out, found.failures) == (4, 0, [])


def test_a_session_that_goes_on_is_left() -> None:
    last = world().observations[-1].at
    assert run(named, until=last).sessions == 4
    assert run(named, until=world().observations[-2].at).sessions == 3


def test_time_that_is_used_up_leaves_the_rest_out() -> None:
    found = run(named, Budget(0))
    assert (found.sessions, found.left_out) == (0, 4)


@pytest.mark.parametrize(
    ("error", "keys", "left_out"),
    [
        (Limit("no more", where=OF_A_SESSION), ["s4", "s3", "s2", "s1"], 0),
        (NotFound("no recorded answer"), ["s4", "s3", "s2", "s1"], 0),
        (Limit("no more", where="engine.day_micro_usd"), ["s4", "s3"], 3),
        (Unavailable("down"), ["s4", "s3"], 3),
        (ZeroDivisionError("a fault"), ["s4", "s3"], 3),
    ],
)
def test_what_was_named_is_kept_whatever_ends_the_asking(
    error: Exception, keys: list[str], left_out: int
) -> None:
    found = run(raising(error))
    assert [one.key for one in found.findings] == keys
    assert found.left_out == left_out
    assert len(found.failures) == 1
    assert str(error) in found.failures[0]


def test_a_merge_that_raises_leaves_what_was_detected() -> None:
    def merge(detected: Any, found: Any, corpus: Any) -> Iterator[Any]:
        raise ZeroDivisionError("a fault")

    at = desk()
    at.say("note: tea")
    loop = replace(enriching(named), merge=merge)
    knobs = defaults(NOTES.settings)
    alone = mine(at.store, NOTES, knobs, at.clock)
    mined = mine(at.store, loop, knobs, at.clock, writer=WRITER)
    at.close()
    assert mined.findings == alone.findings != ()
    assert "merge raised ZeroDivisionError: a fault" in mined.failure
    assert mined.sessions_asked == 1


def test_a_loop_that_merges_nothing_has_both() -> None:
    at = desk()
    at.say("note: tea")
    replayed = replace(enriching(named), replay=lambda *_: NOTES.replay)
    mined = mine(at.store, replayed, defaults(NOTES.settings), at.clock, writer=WRITER)
    at.close()
    assert {one.finding.key for one in mined.findings} >= {"s1"}
    assert len(mined.findings) == 2
