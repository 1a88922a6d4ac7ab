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
