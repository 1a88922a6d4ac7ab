"""Which claims themes are made of, the names in them, and the sessions they count for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from passdown.domain.scope import ALL
from passdown.domain.settings import Setting, defaults
from passdown.loops.themes import LOOP
from passdown.loops.themes.claims import eligible
from passdown.testing import World
from tests.loops.themes.past import MARK, PAIR, approved, kept, say, sessions

KNOBS = defaults(LOOP.settings)


@pytest.fixture
def world() -> Iterator[World]:
    with World(LOOP, lived=approved) as found:
        yield found


def test_tags_and_links_are_names_and_colours_and_numbers_are_not(world: World) -> None:
    record = say(world, "The #Billing uses [[Ledger design|the design]], not #12 or a#b", "s1")
    found = eligible(world.corpus(), KNOBS)[record.key].names
    assert "#billing" in found
    assert "Ledger design" in found
    assert not {"#12", "#b"} & {*found}


def test_handles_are_names_only_where_that_is_wanted(world: World) -> None:
    text = "Ask @jane_d about `ledger_db`, not jane@corp.example"
    values = {**KNOBS.values, "themes.handles": Setting(True)}
    record = say(world, text, "s1")
    assert "@jane_d" not in eligible(world.corpus(), KNOBS)[record.key].names
    found = eligible(world.corpus(), replace(KNOBS, values=values))[record.key].names
    assert [name for name in found if name.startswith("@")] == ["@jane_d"]


def test_what_rests_on_quarantined_text_alone_is_not_eligible(world: World) -> None:
    record = say(world, "`billing_api` writes to `ledger_db`", "s1", flags=("injection",))
    assert record.body["quotes"]
    assert eligible(world.corpus(), KNOBS) == {}


def test_what_ceased_to_hold_is_not_eligible(world: World) -> None:
    record = say(world, "`billing_api` writes to `ledger_db`", "s1")
    with world.store.write(ALL) as tx:
        kept(tx, replace(record, valid_to=world.clock.now()))
    assert eligible(world.corpus(), KNOBS) == {}


def test_sessions_that_came_out_of_one_another_count_once(world: World) -> None:
    world.read(*sessions())
    (found,) = world.call("themes.detect")["clusters"]
    assert found["session_count"] == 3
    with world.store.write(ALL) as tx:
        for n in (1, 2):
            now = tx.observations.session(f"t{n}")
            assert now is not None
            tx.observations.add(replace(now, parent="t0"), [])
    assert world.call("themes.detect")["clusters"] == []


def test_another_name_of_a_thing_counts_as_naming_it(world: World) -> None:
    texts = [PAIR[0].replace("ledger_db", "LEDGER_DB"), *PAIR[1:]]
    world.read(*sessions(texts))
    assert world.call("themes.detect")["clusters"] == []
    world.mine("themes")
    (asked,) = world.pending()
    assert (asked["action"], asked["payload"]["alias"]) == ("ALIAS", "LEDGER_DB")
    world.clock.advance(seconds=1)
    world.call("approve", id=asked["id"])
    (found,) = world.call("themes.detect")["clusters"]
    assert sorted(found["entity_ids"]) == ["billing_api", "ledger_db"]
    assert found["claim_count"] == 5
    world.mine("themes")
    assert [one["action"] for one in world.pending()] == ["FILE"]
    world.call("undo", id=asked["id"])
    assert world.call("themes.detect")["clusters"] == []


def test_marked_sentences_are_claims_of_these_stores(world: World) -> None:
    world.read(*sessions())
    with world.store.read(ALL) as tx:
        assert {one.text for one in tx.knowledge.all("claim")} == {*PAIR}
    assert all(MARK not in text for text in PAIR)
