"""Values that are asked for again and again become fields, once somebody agrees."""

from __future__ import annotations

from dataclasses import replace

from passdown.contract import Dropped, Finding
from passdown.domain.clock import later
from passdown.domain.scope import ALL
from passdown.domain.settings import Snapshot
from passdown.loops.snapshot_expand import LOOP
from passdown.loops.snapshot_expand.payload import KIND, AddField, Retire
from passdown.testing import START, Transcript, World, check_loop
from tests.loops.follow_on import burns, replied


def looked(*transcripts: Transcript, snapshots: tuple[Snapshot, ...] = ()) -> list[object]:
    with World(LOOP) as world:
        world.read(*transcripts)
        settings = replace(world.app.settings, snapshots=snapshots)
        return list(LOOP.detect(world.corpus(), settings))


def found(*transcripts: Transcript, snapshots: tuple[Snapshot, ...] = ()) -> list[AddField]:
    every = looked(*transcripts, snapshots=snapshots)
    return [one.payload for one in every if isinstance(one, Finding)]


def test_it_keeps_every_promise_of_the_contract() -> None:
    check_loop(LOOP, *burns())


def test_a_value_that_changes_and_no_field_gives_is_proposed() -> None:
    (payload,) = found(*burns())
    assert payload.field == "burn"
    assert payload.template == "Burn is ${snapshot.burn} today."
    assert payload.values == ("40", "41", "42")
    assert payload.asked == 6


def test_a_value_that_the_snapshot_held_each_time_is_not() -> None:
    held = tuple(Snapshot(later(START, days=n), {"cost": {"today": 40 + n}}) for n in range(6))
    assert found(*burns(), snapshots=held) == []
    assert found(*burns(), snapshots=(Snapshot("", {"cost": {"today": 40}}),)) != []


def test_a_value_that_never_changes_needs_no_field() -> None:
    rows = [replied(f"s{n}", "When does it open?", "It opens at 09:00.") for n in range(6)]
    assert found(*rows) == []


def test_what_is_asked_seldom_or_answered_otherwise_is_counted() -> None:
    several = [replied(f"s{n}", "How is it?", f"{'x' * (n + 1)} costs ${n}.") for n in range(6)]
    dropped = {one.reason for one in looked(*burns(4), *several) if isinstance(one, Dropped)}
    assert {"asked too seldom"} <= dropped


def test_answers_in_other_words_are_no_value() -> None:
    mixed = [
        replied(f"s{n}", "What is our burn today?", f"{'ab' * (n % 3 + 1)} ${n}") for n in range(6)
    ]
    assert found(*mixed) == []


def test_a_yes_makes_a_field_and_undo_takes_it_back() -> None:
    with World(LOOP) as world:
        world.read(*burns())
        world.mine(LOOP.name)
        (asked,) = world.pending()
        world.call("approve", id=asked["id"])
        with world.store.read(ALL) as tx:
            record = tx.knowledge.get(KIND, "burn")
        assert record is not None
        assert record.body["template"] == "Burn is ${snapshot.burn} today."
        world.clock.advance(days=1)
        world.mine(LOOP.name)
        assert world.pending() == []
        corpus, settings = world.corpus(), world.app.settings
        assert len(LOOP.changes(Retire("burn"), corpus, settings)) == 1
        assert LOOP.replay(Retire("burn"), corpus, settings).wrong == 0
        assert LOOP.card(Retire("burn"), (), LOOP.replay(Retire("burn"), corpus, settings)).question
        world.call("undo", id=asked["id"])
        with world.store.read(ALL) as tx:
            assert tx.knowledge.get(KIND, "burn") is None
