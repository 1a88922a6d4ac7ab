"""The operator's phrasebook: read at once, changed through the gate alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from passdown.domain.errors import Invalid, NotFound
from tests.loops.phrasebook.log import BURN, LOOP, World, burns, read

KEY = "burn-is-42-today-75-of-budget-used"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(LOOP) as found:
        read(found, burns(), tmp_path)
        found.mine("phrasebook")
        found.call("approve", id=found.pending()[0]["id"])
        yield found


def phrase(world: World) -> dict[str, Any]:
    (found,) = world.call("phrases.list")["phrases"]
    return dict(found)


def test_the_list_and_one_phrase_say_what_is_answered(world: World) -> None:
    found = phrase(world)
    assert found["key"].startswith(KEY)
    assert (found["reply"], found["enabled"], found["category"]) == (BURN, True, "cost_query")
    assert world.call("phrasebook.list") == world.call("phrases.list")
    shown = world.call("phrases.show", phrase="burn-is")
    assert (shown["says_now"], shown["unresolved"]) == (BURN, [])
    with pytest.raises(NotFound):
        world.call("phrases.show", phrase="nothing")


def test_an_edit_is_a_question_and_changes_nothing_until_it_is_approved(world: World) -> None:
    filed = world.call("phrases.edit", phrase="burn-is", reply="Burn: {snapshot.burn}.")
    assert filed["fate"] == "filed"
    assert phrase(world)["reply"] == BURN
    (one,) = world.pending()
    assert (one["action"], one["proposed_by"]) == ("UPDATE", "reviewer")
    world.call("approve", id=one["id"])
    assert phrase(world)["reply"] == "Burn: {snapshot.burn}."
    assert world.call("phrases.show", phrase="burn-is")["unresolved"] == ["snapshot.burn"]


def test_a_disabled_phrase_answers_nothing_until_it_is_enabled(world: World) -> None:
    assert world.call("match", message=BURN)["answered"]
    world.call("approve", id=world.call("phrases.disable", phrase="burn-is")["proposal"])
    assert phrase(world)["enabled"] is False
    assert not world.call("match", message=BURN)["answered"]
    back = world.call("phrases.edit", phrase="burn-is", enable=True)
    world.call("approve", id=back["proposal"])
    assert world.call("match", message=BURN)["answered"]


def test_the_export_says_each_phrase_whole(world: World) -> None:
    found = world.call("phrases.export")
    assert found["version"] == 1
    (one,) = found["phrases"]
    assert one["pattern"].startswith("(?i)")
    assert one["prototypes"] == [BURN]


@pytest.mark.parametrize(
    ("edit", "what"),
    [
        ({}, "nothing would change"),
        ({"pattern": "(?<=x)y"}, "the pattern is refused"),
        ({"pattern": "x*"}, "the pattern is refused"),
        ({"category": "No Such"}, "not a phrase"),
        ({"min_similarity": 3.0}, "not a phrase"),
        ({"reply": "{snapshot..x}"}, "no placeholder"),
    ],
)
def test_what_can_be_no_phrase_is_refused_before_it_is_asked(
    world: World, edit: dict[str, Any], what: str
) -> None:
    with pytest.raises(Invalid) as caught:
        world.call("phrases.edit", phrase="burn-is", **edit)
    assert what in str(caught.value)
    assert world.pending() == []


def test_what_a_person_finds_harmful_is_asked_to_be_retired(world: World) -> None:
    filed = world.call("feedback", id=phrase(world)["id"], verdict="harmful", reason="it is $50")
    (one,) = world.pending()
    assert (one["id"], one["action"]) == (filed["proposal"], "RETIRE")
    world.call("approve", id=one["id"])
    assert world.call("phrases.list")["phrases"] == []
    assert not world.call("match", message=BURN)["answered"]


def test_an_undo_brings_the_phrase_back(world: World) -> None:
    filed = world.call("phrases.edit", phrase="burn-is", reply="Other.")
    world.call("approve", id=filed["proposal"])
    world.call("undo", id=filed["proposal"])
    assert phrase(world)["reply"] == BURN


def test_the_card_of_an_edit_says_what_would_be_other_and_nothing_else(world: World) -> None:
    filed = world.call("phrases.edit", phrase="burn-is", reply="Burn: {snapshot.burn}.", reason="x")
    card = world.call("show", id=filed["proposal"])["card"]
    assert card["question"].startswith("Should the phrase burn-is")
    (diff,) = [block for block in card["blocks"] if block["type"] == "diff"]
    assert (diff["before"], diff["after"]) == (BURN, "Burn: {snapshot.burn}.")
    off = world.call("phrases.disable", phrase="burn-is")["proposal"]
    assert "nothing until it is enabled" in world.call("show", id=off)["card"]["question"]


def test_what_was_said_before_an_edit_counts_for_the_phrase(world: World) -> None:
    filed = world.call("phrases.edit", phrase="burn-is", reply="Burn: see the page.")
    before = world.call("preview", id=filed["proposal"])["replay"]
    assert (before["right"], before["wrong"]) == (6, 0)
    world.call("approve", id=filed["proposal"])
    retire = {"action": "RETIRE", "target": phrase(world)["key"]}
    asked = world.call("propose", loop="phrasebook", payload=retire, text="not needed")
    again = world.call("preview", id=asked["proposal"])["replay"]
    assert (again["right"], again["wrong"]) == (0, 6)


def test_an_approval_may_change_one_field_and_keep_the_rest(tmp_path: Path) -> None:
    with World(LOOP) as found:
        read(found, burns(), tmp_path)
        found.mine("phrasebook")
        (asked,) = found.pending()
        edit = {"reply": "See the page."}
        assert "stale_risk" in str(found.call("preview", id=asked["id"])["card"])
        assert "stale_risk" not in str(found.call("preview", id=asked["id"], edit=edit)["card"])
        found.call("approve", id=asked["id"], edit=edit)
        assert phrase(found)["reply"] == "See the page."
        shown = found.call("phrases.show", phrase="burn-is")
        assert (shown["prototypes"], shown["verbatim"]) == ([BURN], BURN)
