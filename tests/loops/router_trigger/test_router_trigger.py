"""Words that always precede one route become a trigger, once somebody agrees."""

from __future__ import annotations

import pytest

from passdown.contract import Dropped, Finding
from passdown.domain.errors import Invalid
from passdown.domain.scope import ALL
from passdown.loops.router_trigger import LOOP
from passdown.loops.router_trigger.payload import KIND, AddTrigger, Retire
from passdown.testing import Transcript, World, check_loop
from passdown.text.phrases import compiled
from tests.loops.follow_on import replied, routes


def looked(*transcripts: Transcript) -> list[object]:
    with World(LOOP) as world:
        world.read(*transcripts)
        return list(LOOP.detect(world.corpus(), world.app.settings))


def found(*transcripts: Transcript) -> list[AddTrigger]:
    return [one.payload for one in looked(*transcripts) if isinstance(one, Finding)]


def test_it_keeps_every_promise_of_the_contract() -> None:
    check_loop(LOOP, *routes())


def test_words_of_one_route_alone_are_proposed() -> None:
    billing, deploys = found(*routes())
    assert (billing.route, deploys.route) == ("billing", "deploys")
    fires = compiled(billing.pattern).search
    assert fires("where is the invoice of week 30?")
    assert not fires("please restart the staging cluster number 30")


def test_where_all_took_one_route_nothing_is() -> None:
    (only,) = looked(*(one for one in routes() if one.session.id.startswith("billing")))
    assert isinstance(only, Dropped)
    assert only.title == "billing"


def test_words_that_two_routes_share_are_no_trigger() -> None:
    shared = [replied(f"x{n}", "help me please", "Done.", route="ab"[n % 2]) for n in range(12)]
    assert {one.reason for one in looked(*shared) if isinstance(one, Dropped)} == {
        "no words tell it"
    }


def test_what_a_phrase_answered_or_was_not_sent_says_nothing() -> None:
    quick = [
        replied(f"q{n}", "buy me a pony", "No.", route="ponies", short_circuit=True)
        for n in range(6)
    ]
    assert {one.route for one in found(*routes(), *quick)} == {"billing", "deploys"}


def test_a_yes_makes_a_trigger_which_is_not_asked_again() -> None:
    with World(LOOP) as world:
        world.read(*routes())
        world.mine(LOOP.name)
        for asked in world.pending():
            world.call("approve", id=asked["id"])
        with world.store.read(ALL) as tx:
            records = tx.knowledge.all(KIND)
        assert {one.body["route"] for one in records} == {"billing", "deploys"}
        world.clock.advance(days=1)
        world.mine(LOOP.name)
        assert world.pending() == []
        corpus, settings = world.corpus(), world.app.settings
        retire = Retire(records[0].key)
        assert len(LOOP.changes(retire, corpus, settings)) == 1
        replay = LOOP.replay(retire, corpus, settings)
        assert "fire no more" in LOOP.card(retire, (), replay).question


def test_a_pattern_that_cannot_be_quick_is_refused_with_the_reason() -> None:
    with World(LOOP) as world, pytest.raises(Invalid, match="refused"):
        LOOP.changes(AddTrigger("(?=a)", "billing"), world.corpus(), world.app.settings)
