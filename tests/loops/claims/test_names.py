"""Names have a record while an approved claim that stands holds them, whichever brought them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import pytest

from passdown.domain.errors import Conflict
from passdown.domain.record import Life
from passdown.domain.scope import ALL
from passdown.loops.claims import LOOP
from passdown.loops.themes import LOOP as THEMES
from passdown.stages.apply.undo import blast
from passdown.testing import World, faults, knowledge, person, transcript

SAID = (
    "Always start `billing_api` before you migrate the tables.",
    "Never restart `billing_api` while it takes payments.",
    "Always back `ledger_db` up before you deploy `billing_api`.",
)


@pytest.fixture
def world() -> Iterator[World]:
    with World(LOOP, THEMES) as found:
        found.read(*(transcript(f"s{n}", person(text)) for n, text in enumerate(SAID)))
        found.mine("claims")
        yield found


def approved(world: World) -> list[str]:
    """Yes to every claim; the proposals, the one that brought the name first."""
    ids = [str(asked["id"]) for asked in world.pending()]
    assert len(ids) == len(SAID)
    for id in ids:
        world.clock.advance(seconds=1)
        world.call("approve", id=id)
    return ids


def names(world: World) -> set[str]:
    with world.store.read(ALL) as tx:
        return {one.text for one in tx.knowledge.all("entity", lives=tuple(Life))}


def test_a_yes_that_needs_a_name_there_is_leaves_it_as_it_is(world: World) -> None:
    first, *_ = approved(world)
    with world.store.read(ALL) as tx:
        every = tx.knowledge.all("entity", lives=tuple(Life))
        (one,) = [one for one in every if one.text == "billing_api"]
        assert (one.version, one.made_by) == (1, first)
        assert len(tx.ledger.touched_after("entity", one.key, -1)) == len(SAID)


@pytest.mark.parametrize("order", list(permutations(range(len(SAID)))))
def test_a_name_goes_with_the_last_claim_that_holds_it(
    world: World, order: tuple[int, ...]
) -> None:
    before = knowledge(world.store)
    ids = approved(world)
    for n, place in enumerate(order, 1):
        assert world.call("undo", id=ids[place]) == {"undone": [ids[place]]}
        assert ("billing_api" in names(world)) is (n < len(ids))
        assert list(faults(world.store)) == []
    assert knowledge(world.store) == before


def test_what_an_undo_reaches_is_told_without_names_that_stay(world: World) -> None:
    ids = approved(world)
    with world.store.read(ALL) as tx:
        reached = [blast(tx, id).records for id in ids]
    kinds = [sorted(one.partition("/")[0] for one in those) for those in reached]
    assert sorted(kinds) == [["claim"], ["claim"], ["claim", "entity"]]


def test_another_name_rests_on_the_last_claim_that_holds_the_first(world: World) -> None:
    ids = approved(world)
    alias = {"action": "ALIAS", "name": "billing_api", "alias": "billing-api"}
    world.call("propose", loop="themes", payload=alias, text="These are one.")
    (asked,) = [one for one in world.pending() if one["loop"] == "themes"]
    world.call("approve", id=asked["id"])
    for id in ids[:-1]:
        world.call("undo", id=id)
    with pytest.raises(Conflict, match="1 later decisions"):
        world.call("undo", id=ids[-1])
    world.call("undo", id=ids[-1], closure=True)
    assert "billing_api" not in names(world)


@pytest.mark.parametrize("session", range(len(SAID)))
def test_a_name_stays_whole_when_one_of_its_sessions_is_forgotten(
    world: World, session: int
) -> None:
    approved(world)
    world.call("forget", session=f"s{session}", confirm=True)
    assert "billing_api" in names(world)
    assert ("ledger_db" in names(world)) is (session != 2)
    assert list(faults(world.store)) == []


def test_a_name_is_forgotten_with_all_of_its_sessions(world: World) -> None:
    approved(world)
    for n in range(len(SAID)):
        world.call("forget", session=f"s{n}", confirm=True)
    assert names(world) == set()


def test_what_another_name_brought_goes_with_it_and_leaves_a_claim_that_names_it_alone(
    world: World,
) -> None:
    alias = {"action": "ALIAS", "name": "billing_api", "alias": "billing-api"}
    world.call("propose", loop="themes", payload=alias, text="These are one.")
    (asked,) = [one for one in world.pending() if one["loop"] == "themes"]
    world.call("approve", id=asked["id"])
    ids = approved(world)
    world.call("undo", id=asked["id"])
    with world.store.read(ALL) as tx:
        every = tx.knowledge.all("entity", lives=tuple(Life))
    assert not [one for one in every if one.body["aliases"]]
    for id in ids:
        world.call("undo", id=id)
    assert names(world) == set()
