"""A phrase that people are answered otherwise by now: asked anew, and how that turned out.

Each test goes through whole cycles of the loop: read, mine, decide, look how it turned out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from passdown.domain.clock import later
from passdown.domain.scope import ALL
from tests.loops.phrasebook.log import LOOP, START, World, read, row

ASKED = "How is the burn rate?"
FIRST = "Ask the finance team about the burn rate."
MOVED = later(START, days=20)
SLOTTED = "We burnt ${snapshot.spend.usd} so far."


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A phrase in service, and six days on which people were told a sum instead."""
    days = [later(MOVED, days=n) for n in range(6)]
    told = [{"at": at, "spend": {"usd": 40 + n}} for n, at in enumerate(days)]
    (tmp_path / "now.json").write_text(json.dumps(told))
    monkeypatch.setenv("PASSDOWN_SNAPSHOT_FILE", str(tmp_path / "now.json"))
    with World(LOOP) as found:
        go(found, later(START, days=1))
        answer(found, tmp_path, "first", [(FIRST, START)] * 6)
        found.mine("phrasebook")
        (one,) = found.pending()
        found.call("approve", id=one["id"])
        go(found, later(MOVED, days=6))
        since = [
            (f"We burnt ${40 + n} so far.", later(at, seconds=60)) for n, at in enumerate(days)
        ]
        answer(found, tmp_path, "since", since)
        yield found


def go(world: World, at: str) -> None:
    from passdown.domain.clock import to_seconds

    world.clock.advance(seconds=to_seconds(at) - to_seconds(world.clock.now()))


def answer(world: World, folder: Path, name: str, replies: list[tuple[str, str]]) -> None:
    rows = [row(text, f"{name}-{n}", at, ASKED) for n, (text, at) in enumerate(replies)]
    read(world, rows, folder, name)


def updated(world: World) -> dict[str, Any]:
    (found,) = world.mine("phrasebook")["cycles"]
    assert found["failure"] == ""
    (one,) = world.pending()
    assert one["action"] == "UPDATE"
    return dict(one)


def turned_out(world: World) -> list[dict[str, Any]]:
    return list(world.call("outcomes")["outcomes"])


def test_another_answer_to_a_known_question_is_asked_with_its_slots(world: World) -> None:
    one = updated(world)
    assert one["proposed_reply_template"] == SLOTTED
    assert (one["stale_risk"], one["payload"]["was"]["reply"]) == (False, FIRST)
    world.call("approve", id=one["id"])
    with world.store.read(ALL) as tx:
        (record,) = tx.knowledge.all("phrase")
    assert (record.text, record.version) == (SLOTTED, 2)
    assert world.call("match", message=ASKED)["reply"] == "We burnt $45 so far."


def test_the_next_cycle_finds_nothing_to_ask_of_what_was_changed(world: World) -> None:
    world.call("approve", id=updated(world)["id"])
    (found,) = world.mine("phrasebook")["cycles"]
    assert (found["found"], found["dropped"]) == (0, {"answered by a phrase": 1})
    assert world.pending() == []


def test_a_change_that_still_holds_turns_out_well(world: World, tmp_path: Path) -> None:
    one = updated(world)
    world.call("approve", id=one["id"])
    after = [
        ("We burnt $61 so far.", later(world.clock.now(), seconds=60 * n)) for n in range(1, 5)
    ]
    world.clock.advance(days=1, hours=1)
    answer(world, tmp_path, "after", after)
    outcome = {one["proposal"]: one for one in turned_out(world)}[one["id"]]
    assert (outcome["score"], outcome["n"]) == (1.0, 4)


def test_a_change_that_people_are_answered_otherwise_turns_out_badly_and_is_asked_about(
    world: World, tmp_path: Path
) -> None:
    one = updated(world)
    world.call("approve", id=one["id"])
    other = "Nobody tracks that any more, sorry."
    after = [(other, later(world.clock.now(), seconds=60 * n)) for n in range(1, 5)]
    world.clock.advance(days=1, hours=1)
    answer(world, tmp_path, "after", after)
    outcome = {one["proposal"]: one for one in turned_out(world)}[one["id"]]
    assert (outcome["score"], outcome["n"]) == (-1.0, 4)
    (asked,) = world.pending()
    assert asked["action"] == "RETIRE"
