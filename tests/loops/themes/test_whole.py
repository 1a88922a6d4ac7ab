"""From what people said to a page: through the gate, with the loop of claims before this one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from passdown.domain.record import Life, Record
from passdown.domain.scope import ALL
from passdown.loops.claims import LOOP as CLAIMS
from passdown.loops.themes import LOOP
from passdown.testing import World, person, transcript

SAID = (
    ("Always start `billing_api` before you migrate `ledger_db`.",),
    (
        "Never restart `ledger_db` while `billing_api` takes payments.",
        "Always back up `ledger_db` before you deploy `billing_api`.",
    ),
    (
        "Always use the read replica of `ledger_db` for the reports of `billing_api`.",
        "Never point the load tests of `billing_api` at the real `ledger_db`.",
    ),
)
NAMES = ["billing_api", "ledger_db"]


@pytest.fixture
def world() -> Iterator[World]:
    """Five statements over three sessions, each approved; nothing else in the store."""
    with World(CLAIMS, LOOP) as found:
        found.read(*(transcript(f"s{n}", *map(person, texts)) for n, texts in enumerate(SAID)))
        found.mine("claims")
        answer(found)
        yield found


def answer(world: World) -> list[str]:
    """Yes to all that is asked."""
    ids = [str(asked["id"]) for asked in world.pending()]
    for id in ids:
        world.clock.advance(seconds=1)
        world.call("approve", id=id)
    return ids


def records(world: World, kind: str) -> list[Record]:
    with world.store.read(ALL) as tx:
        return tx.knowledge.all(kind, lives=tuple(Life))


def test_what_people_said_in_three_sessions_is_one_theme(world: World) -> None:
    assert len(records(world, "claim")) == 5
    (found,) = world.call("themes.detect")["clusters"]
    assert sorted(found["entity_ids"]) == NAMES
    assert (found["session_count"], found["claim_count"]) == (3, 5)
    assert sorted(found["claim_ids"]) == sorted(one.id for one in records(world, "claim"))


def test_names_have_records_that_nobody_is_told(world: World) -> None:
    every = records(world, "entity")
    assert {*NAMES} <= {one.text for one in every}
    assert {one.life for one in every} == {Life.ARCHIVED}
    found = world.call("search", query="billing_api ledger_db", limit=50)["results"]
    assert {one["kind"] for one in found} == {"claim"}
    brief = world.call("brief")
    assert not {one.id for one in every} & {*brief["items"]}


def test_a_session_that_ends_names_the_page_that_rests_on_it(world: World) -> None:
    world.mine("themes")
    (asked,) = world.pending()
    for session in ("s0", "s1", "s2"):
        assert asked["id"] in world.call("session.end", session=session)["proposal_ids"]


def test_the_page_of_a_session_is_no_theme_and_no_part_of_one(world: World) -> None:
    before = world.call("themes.detect")
    world.call("session.crystallize", session="s0")
    assert world.call("themes.detect") == before


def test_a_page_is_about_its_names_and_goes_with_an_undo(world: World) -> None:
    world.mine("themes")
    (id,) = answer(world)
    (page,) = records(world, "theme")
    related = world.call("get", id=page.id)["related"]
    assert sorted(one["text"] for one in related if one["type"] == "is_about") == NAMES
    world.call("undo", id=id)
    assert all(one.life is not Life.ACTIVE for one in records(world, "theme"))
    (claim, *_) = records(world, "claim")
    assert world.call("get", id=claim.id)["related"] == []


def test_how_two_names_are_related_is_proposed_and_approved(world: World) -> None:
    given = {"action": "RELATE", "source": "billing_api", "type": "uses", "target": "ledger_db"}
    world.call("propose", loop="themes", payload=given, text="It uses it.")
    answer(world)
    (source,) = [one for one in records(world, "entity") if one.text == "billing_api"]
    (edge,) = world.call("get", id=source.id)["related"]
    assert (edge["type"], edge["text"], edge["back"]) == ("uses", "ledger_db", False)


def test_a_grant_makes_no_page(world: World) -> None:
    world.call("controls.set", name="themes.level", value="auto")
    world.mine("themes")
    assert records(world, "theme") == []
    assert len(world.pending()) == 1


def test_themes_that_are_switched_off_are_neither_told_nor_asked(world: World) -> None:
    world.call("controls.set", name="themes.enabled", value="no")
    assert world.call("themes.detect")["clusters"] == []
    (cycle,) = world.mine("themes")["cycles"]
    assert not cycle["enabled"]
    assert world.pending() == []
