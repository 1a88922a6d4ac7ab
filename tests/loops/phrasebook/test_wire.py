"""What posters and scripts see of a phrase's question, and how they answer it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from passdown.domain.errors import Invalid, NotFound, PassdownError
from passdown.domain.proposal import STATUS_VALUES
from passdown.domain.scope import ALL
from tests.loops.phrasebook.log import BURN, LOOP, World, burns, read

WIRE = {
    "proposal_id",
    "cluster_size",
    "sample_questions",
    "proposed_pattern",
    "proposed_reply_template",
    "proposed_category",
    "confidence",
    "created_at",
    "status",
    "review_notes",
    "cluster_caller_session_ids",
    "synthesized",
    "haiku_synthesized",
    "synth_cost_usd",
    "replay",
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(LOOP) as found:
        read(found, burns(), tmp_path)
        found.mine("phrasebook")
        yield found


def asked(world: World) -> dict[str, Any]:
    (found,) = world.call("pending", loop="phrasebook")["proposals"]
    return dict(found)


def answer(world: World, verb: str, body: dict[str, Any], id: str = "") -> Any:
    id = id or asked(world)["proposal_id"]
    return world.call(f"promotions.{verb}", loop="phrasebook", id=id, body=body)


def test_the_sample_is_proposed_field_by_field(world: World) -> None:
    found = asked(world)
    assert found.keys() >= WIRE
    assert found["cluster_size"] == 6
    assert found["sample_questions"] == [BURN] * 3
    assert found["proposed_pattern"] == r"(?i)\bburn\b.*\btoday\b.*\bbudget\b"
    assert found["proposed_reply_template"] == BURN
    assert found["proposed_category"] == "cost_query"
    assert found["confidence"] == 1.0
    assert (found["status"], found["state"], found["review_notes"]) == ("pending", "human", "")
    assert found["cluster_caller_session_ids"] == [f"sess-{n}" for n in range(1, 7)]
    assert (found["synthesized"], found["haiku_synthesized"]) == (False, False)
    assert found["synth_cost_usd"] == 0.0
    assert (found["replay"]["right"], found["replay"]["wrong"]) == (6, 0)


def test_it_is_flagged_with_its_volatile_tokens_and_the_edit_that_is_offered(world: World) -> None:
    found = asked(world)
    assert found["stale_risk"] is True
    assert found["volatile_tokens"] == ["$42", "75%"]
    offered = "Burn is ${snapshot.burn} today; {snapshot.budget}% of budget used."
    assert found["offered_reply_template"] == offered
    text = json.dumps(world.call("show", id=found["id"])["card"], ensure_ascii=False)
    assert "stale_risk: $42, 75%" in text
    assert offered in text
    assert "No questions were kept" in text


def test_the_list_names_the_four_statuses_from_their_one_source(world: World) -> None:
    assert world.call("pending")["status_values"] == list(STATUS_VALUES)


def test_an_approval_with_overrides_is_validated_and_replayed_and_keeps_what_was_asked(
    world: World,
) -> None:
    notes = "  fine, but shorter  "
    body = {
        "pattern_override": r"(?i)\bburn\b",
        "reply_template_override": "Burn is ${snapshot.cost.today}.",
        "category_override": "status_query",
        "review_notes": notes,
    }
    done = answer(world, "approve", body)
    assert (done["status"], done["state"]) == ("approved", "executed")
    assert done["review_notes"] == notes.strip()
    assert done["payload"]["pattern"] == r"(?i)\bburn\b"
    assert done["original"]["reply"] == BURN
    assert done["replay"]["right"] == 6
    with world.store.read(ALL) as tx:
        (record,) = tx.knowledge.all("phrase")
    assert record.text == "Burn is ${snapshot.cost.today}."
    assert record.body["category"] == "status_query"


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ({"pattern_override": r"(?=a)b"}, "the pattern is refused"),
        ({"pattern_override": r"(a)\1"}, "the pattern is refused"),
        ({"reply_template_override": "Burn is {snapshot .x}"}, "no placeholder"),
        ({"category_override": "Cost Query!"}, "not a payload"),
        ({"shape": 1}, "unknown: shape"),
        ({"pattern_override": "a", "edit": {"action": "ADD"}}, "an override beside an edit"),
    ],
)
def test_what_can_be_no_phrase_is_refused_and_stays_open(
    world: World, body: dict[str, Any], what: str
) -> None:
    with pytest.raises(Invalid) as caught:
        answer(world, "approve", body)
    assert what in str(caught.value)
    assert asked(world)["state"] == "human"


def test_a_rejection_keeps_its_notes_verbatim(world: World) -> None:
    done = answer(world, "reject", {"review_notes": "No: it's $42 only today!"})
    assert (done["status"], done["review_notes"]) == ("rejected", "No: it's $42 only today!")


def test_a_proposal_of_another_loop_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        world.call("promotions.approve", loop="claims", id=asked(world)["id"], body={})


def test_an_approval_is_told_under_its_old_name_beside_the_person(world: World) -> None:
    id = asked(world)["id"]
    answer(world, "approve", {})
    with world.store.read(ALL) as tx:
        names = [one.name for one in tx.ledger.entries(subject=id)]
        (seam,) = tx.ledger.entries(name="phrasebook.updated")
        updated = tx.ledger.entries(name="phrase.updated")
    assert names[-2:] == ["promotion.approved", "phrasebook.updated"]
    assert seam.actor == "reviewer"
    assert seam.detail is not None
    assert seam.detail["actor"] == "kora_proposal_approved"
    assert len(updated) == 1


def test_nobody_but_a_person_approves_what_may_go_stale(world: World) -> None:
    world.call("controls.set", name="phrasebook.level", value="auto")
    world.mine("phrasebook")
    assert asked(world)["state"] == "human"
    with pytest.raises(PassdownError):
        world.app.call("approve", {"id": asked(world)["id"]}, _robot())


def _robot() -> Any:
    from passdown.testing import AGENT

    return AGENT
