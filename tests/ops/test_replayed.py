"""A yes after something was observed: what speaks for it is looked for in that alone, or anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from passdown.app import App, memory_app
from passdown.domain.actor import human
from passdown.domain.clock import later
from passdown.domain.observation import Observation, Seen, Session, Trust
from passdown.domain.scope import ALL
from passdown.loops.claims import LOOP
from passdown.testing import VirtualClock

ANN, BOB = human("ann"), human("bob")
RULE = "Our CI runs on Python 3.11 only."
AGAINST = "Our CI runs on Python 3.13 only."


def whole(*_: Any) -> None:
    """Nothing but a whole replay can tell."""


LOOPS = {"since": LOOP, "whole": replace(LOOP, grown=None), "declined": replace(LOOP, grown=whole)}


@pytest.fixture(params=sorted(LOOPS))
def app(request: pytest.FixtureRequest) -> App:
    return memory_app(VirtualClock(), loops={"claims": LOOPS[request.param]})


def say(app: App, session: str, text: str) -> None:
    clock = app.clock
    assert isinstance(clock, VirtualClock)
    clock.advance(days=1)
    facts = Session(session, "test", started_at=clock.now())
    at = later(clock.now(), seconds=1)
    item = Observation(session, f"{session}-{at}", Seen.PROMPT, text, at, trust=Trust.HUMAN)
    with app.store.write(ALL) as tx:
        tx.observations.add(facts, [item])


def flags(app: App, id: str) -> list[str]:
    return list(app.call("approve", {"id": id}, BOB)["flags"])


@pytest.mark.parametrize(
    ("said", "changed"),
    [([AGAINST], True), ([RULE], False), (["ls"], False), ([RULE, AGAINST], True)],
)
def test_the_verdict_is_that_of_a_whole_replay(app: App, said: list[str], changed: bool) -> None:
    id = app.call("add", {"text": RULE}, ANN)["proposal"]
    for n, text in enumerate(said):
        say(app, f"later-{n}", text)
    assert ("replay_changed" in flags(app, id)) is changed


def test_another_statement_of_the_same_person_changes_nothing(app: App) -> None:
    id = app.call("add", {"text": RULE}, ANN)["proposal"]
    say(app, "between", RULE)
    app.call("add", {"text": "The deploy key lives in the vault."}, ANN)
    say(app, "later", AGAINST)
    assert "replay_changed" in flags(app, id)


def test_a_past_that_was_forgotten_is_replayed_anew() -> None:
    asked: list[str] = []

    def told(*_: Any) -> None:
        asked.append("grown")

    app = memory_app(VirtualClock(), loops={"claims": replace(LOOP, grown=told)})
    say(app, "gone", RULE)
    id = app.call("add", {"text": "The deploy key lives in the vault."}, ANN)["proposal"]
    say(app, "later", "ls")
    app.call("forget", {"session": "gone", "confirm": True}, ANN)
    app.call("approve", {"id": id}, BOB)
    assert asked == []
