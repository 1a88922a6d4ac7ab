"""Questions are routed by what they are about: listed by ontology, and to whom it is assigned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from passdown.domain.actor import agent, human
from passdown.domain.errors import Forbidden, Invalid, NotFound
from passdown.loops.claims import LOOP as CLAIMS
from passdown.loops.ontology import LOOP
from passdown.ops import review
from passdown.testing import World
from tests.loops.ontology_gate.past import AUTH, BILLS, two_domains
from tests.loops.themes.past import approved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.contract.loop import Loop

ANN, BOB = human("ann"), human("bob")


@pytest.fixture
def world() -> Iterator[World]:
    """Two domains, and a question about a name of each, beside one about nothing known."""
    loops: tuple[Loop[Any], ...] = (CLAIMS, LOOP)
    with World(*loops, lived=approved) as made:
        made.read(*two_domains())
        for _ in range(3):
            made.clock.advance(hours=1)
            made.mine("ontology")
            for asked in made.pending():
                made.call("approve", id=asked["id"], reason="so")
        for name in (AUTH[0], BILLS[0], "tea_room"):
            ask(made, name)
        yield made


def ask(world: World, name: str, day: str = "Friday") -> str:
    """A question of another loop that holds this name."""
    text = f"Never touch `{name}` on a {day}."
    claim = {"action": "ADD", "text": text, "category": "fact", "scope": "global"}
    more = {"confidence": 0.7, "entities": [name]}
    asked = world.call("propose", agent("robot"), loop="claims", payload=claim | more, text=text)
    return str(asked["proposal"])


def home(world: World, concept: str) -> str:
    return str(world.call("ontology.home", concept=concept)["ontology"])


def titles(world: World, actor: Any = ANN, **asked: Any) -> str:
    found = world.call("pending", actor, order="value", **asked)["proposals"]
    return " ".join(one["title"] for one in found)


def actions(world: World, **asked: Any) -> list[str]:
    found = world.call("pending", ANN, order="value", loop="ontology", **asked)["proposals"]
    return sorted(one["action"] for one in found)


def test_a_list_can_be_of_the_questions_about_one_ontology(world: World) -> None:
    told = titles(world, ontology=home(world, AUTH[0]))
    assert AUTH[0] in told
    assert BILLS[0] not in told
    assert "tea_room" not in told
    assert "tea_room" in titles(world, ontology="primordial")
    assert "tea_room" in titles(world)


def test_a_question_of_this_loop_is_about_all_that_it_would_change(world: World) -> None:
    auth, bills = home(world, AUTH[0]), home(world, BILLS[0])
    world.call("ontology.rename", ontology=auth, name="Doors")
    world.call("ontology.move", into=bills, concept=[AUTH[1]])
    assert actions(world, ontology=auth) == ["RENAME", "SPLIT_INTO_EXISTING"]
    assert actions(world, ontology=bills) == ["SPLIT_INTO_EXISTING"]
    assert actions(world, ontology="primordial") == []


def test_who_is_assigned_sees_theirs_and_others_do_not(world: World) -> None:
    world.call("ontology.assign", name=home(world, AUTH[0]), reviewers=["ann", "eve"])
    world.call("ontology.assign", name=home(world, BILLS[0]), reviewers=["bob"])
    assert AUTH[0] in titles(world, ANN, mine=True)
    assert BILLS[0] not in titles(world, ANN, mine=True)
    assert BILLS[0] in titles(world, BOB, mine=True)
    assert titles(world, human("zoe"), mine=True) == ""
    assert "tea_room" in titles(world, human("zoe"))


def test_an_assignment_is_kept_told_and_taken_back(world: World) -> None:
    auth = home(world, AUTH[0])
    done = world.call("ontology.assign", name=auth, reviewers=["eve", "ann", "ann"])
    assert done["changes"] == 1
    assert world.call("ontology.show", name=auth)["reviewers"] == ["ann", "eve"]
    again = world.call("ontology.assign", name=auth, reviewers=["ann", "eve"])
    assert again["changes"] == 0
    renamed = world.call("ontology.rename", ontology=auth, name="Doors")["proposal"]
    world.call("approve", BOB, id=renamed, reason="so")
    assert world.call("ontology.show", name="Doors")["reviewers"] == ["ann", "eve"]
    world.call("ontology.assign", name="Doors")
    assert world.call("ontology.show", name="Doors")["reviewers"] == []
    assert titles(world, ANN, mine=True) == ""


def test_only_an_admin_assigns(world: World) -> None:
    with pytest.raises(Forbidden):
        world.call("ontology.assign", agent("robot"), name="primordial", reviewers=["robot"])
    with pytest.raises(Forbidden):
        world.call("ontology.assign", human("ann", admin=False), name="primordial")


def test_pages_of_what_is_narrowed_hold_each_question_once(world: World) -> None:
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Saturday"):
        ask(world, AUTH[0], day)
    auth, seen, after = home(world, AUTH[0]), list[str](), ""
    while after is not None:
        found = world.call("pending", ANN, order="value", ontology=auth, limit=3, after=after)
        seen += [one["id"] for one in found["proposals"]]
        after = found["next"]
    whole = world.call("pending", ANN, order="value", ontology=auth)["proposals"]
    assert sorted(seen) == sorted(one["id"] for one in whole)
    assert len(seen) == len(set(seen)) > 3


def test_a_page_may_hold_none_and_lead_to_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in ("Monday", "Tuesday", "Wednesday"):
        ask(world, AUTH[0], day)
    auth = home(world, AUTH[0])
    whole = world.call("pending", ANN, order="value", ontology=auth)
    assert whole["next"] is None
    monkeypatch.setattr(review, "LOOKED_AT", 1)
    seen, after = list[str](), ""
    while after is not None:
        found = world.call("pending", ANN, order="value", ontology=auth, after=after)
        assert len(found["proposals"]) <= 1
        seen += [one["id"] for one in found["proposals"]]
        after = found["next"]
    assert seen == [one["id"] for one in whole["proposals"]]


def test_who_is_assigned_nothing_is_told_so_at_once(world: World) -> None:
    ask(world, AUTH[0], "Monday")
    found = world.call("pending", ANN, order="value", mine=True)
    assert (found["proposals"], found["next"]) == ([], None)


def test_what_cannot_be_asked_is_refused(world: World) -> None:
    with pytest.raises(NotFound, match="no ontology"):
        titles(world, ontology="nowhere")
    with pytest.raises(Invalid, match="by value"):
        world.call("pending", ANN, mine=True)
