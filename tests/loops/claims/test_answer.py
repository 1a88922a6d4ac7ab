"""A question is closed by what answers it: unasked it is not asked, approved it is replaced."""

from __future__ import annotations

import pytest

from passdown.contract.loop import Finding
from passdown.domain.record import Life, Record
from passdown.domain.settings import Setting, Settings
from passdown.loops.claims import LOOP
from passdown.loops.claims.changes import claim_key
from passdown.loops.claims.detect import detect
from passdown.loops.claims.payload import Add, Answer, Payload
from tests.loops.claims.turned import turned
from tests.loops.world import World

ON = Settings({**turned("facts").values, "claims.questions": Setting(True)})
ASKED = "Which time zone do the billing exports use?"
SAID = "Remember that the billing exports use the time zone of Oslo."


def found(world: World) -> list[Finding[Payload]]:
    return list(detect(world.corpus(), ON))


def asking() -> World:
    world = World().session()
    world.says(ASKED)
    world.replies("I could not find that out.")
    return world


def approved(scope: str = "repo:web", life: Life = Life.ACTIVE) -> Record:
    body = {"category": "question"}
    key = claim_key(ASKED, scope)
    return Record("claim", key, ASKED, scope=scope, life=life, version=1, body=body)


def test_a_question_that_a_later_session_answers_is_not_asked() -> None:
    world = asking()
    assert [one.title for one in found(world)] == [ASKED]
    world.session().says(SAID)
    (one,) = found(world)
    assert isinstance(one.payload, Add)
    assert one.payload.category == "fact"


def test_what_was_said_before_it_was_asked_answers_nothing() -> None:
    world = World().session()
    world.says(SAID)
    world.session().says(ASKED)
    world.replies("I could not find that out.")
    assert ASKED in [one.title for one in found(world)]


def test_what_answers_an_approved_question_asks_to_take_its_place() -> None:
    world = World().session()
    world.says(SAID)
    question = approved()
    world.records = [question]
    (one,) = found(world)
    assert isinstance(one.payload, Answer)
    assert one.payload.target == question.key
    assert one.payload.nearest is not None
    assert one.payload.nearest.text == ASKED
    changes = LOOP.changes(one.payload, world.corpus(), ON)
    assert [type(change).__name__ for change in changes] == ["Put", "Retire", "Link"]


@pytest.mark.parametrize("record", [approved("repo:api"), approved(life=Life.ARCHIVED)])
def test_a_question_of_another_repo_or_one_that_is_closed_is_not_answered(record: Record) -> None:
    world = World().session()
    world.says(SAID)
    world.records = [record]
    (one,) = found(world)
    assert isinstance(one.payload, Add)


def test_what_was_answered_keeps_its_key_when_evidence_comes_in() -> None:
    world = World().session()
    world.says(SAID)
    world.records = [approved()]
    (before,) = found(world)
    world.session().says(SAID)
    (after,) = found(world)
    assert after.key == before.key


def test_without_the_switch_no_question_is_asked() -> None:
    assert list(detect(asking().corpus(), turned("facts"))) == []
