"""A record is contested while an open question attacks it, and evidence joins it, without a yes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from passdown.contract.loop import Loop
from passdown.domain.observation import Trust
from passdown.domain.record import Life, Record
from passdown.domain.scope import ALL
from passdown.stages.apply.standing import corroborate, settle
from passdown.testing import entries, faults, rebuild
from tests.desk import Desk
from tests.notes import NOTES, Add, Drop, Reword

FIGHT: Loop[Any] = replace(NOTES, attacks=frozenset({"DROP", "REWORD"}))


@pytest.fixture
def tea(at: Desk) -> Desk:
    """A note, and a question whether it should go, whose payload names it as its target."""
    at.agree(Add("tea"))
    return at


def attack(at: Desk, *evidence: int, scope: str = "global", by: Drop | Reword | None = None) -> str:
    asked = at.ask(by or Drop("tea"), *evidence, scope=scope)
    with at.store.write(ALL) as tx:
        found = tx.queue.get(asked.id)
        assert found is not None
        tx.queue.attach(replace(found, payload={**found.payload, "target": "tea"}))
    return asked.id


def settled(at: Desk, id: str) -> Record | None:
    with at.store.write(ALL) as tx:
        found = tx.queue.get(id)
        assert found is not None
        return settle(tx, FIGHT, found, "system:gate")


def life(at: Desk) -> Life:
    found = at.note("tea")
    assert found is not None
    return found.life


def test_an_open_question_contests_and_a_closed_one_relieves(tea: Desk):
    before = tea.note("tea")
    id = attack(tea)
    settled(tea, id)
    assert life(tea) is Life.CONTESTED
    tea.call("reject", id=id, reason="no")
    settled(tea, id)
    after = tea.note("tea")
    assert before is not None
    assert after is not None
    assert replace(after, version=before.version) == before


def test_settling_twice_changes_nothing(tea: Desk):
    id = attack(tea)
    assert settled(tea, id) is not None
    assert settled(tea, id) is None


def test_it_stays_contested_while_another_question_attacks_it(tea: Desk):
    first, second = attack(tea), attack(tea, by=Reword("tea", "green tea"))
    for id, expected in ((first, Life.CONTESTED), (second, Life.ACTIVE)):
        settled(tea, id)
        tea.call("reject", id=id, reason="no")
        settled(tea, id)
        assert life(tea) is expected


@pytest.mark.parametrize(
    ("trust", "expected"),
    [
        (Trust.HUMAN, Life.CONTESTED),
        (Trust.TOOL, Life.CONTESTED),
        (Trust.ASSISTANT, Life.ACTIVE),
        (Trust.AGENT, Life.ACTIVE),
        (Trust.WEB, Life.ACTIVE),
    ],
)
def test_only_what_is_trusted_enough_contests_what_a_person_said(tea: Desk, trust, expected):
    settled(tea, attack(tea, tea.say("not so", trust=trust)))
    assert life(tea) is expected


def test_what_is_said_of_one_repo_contests_nothing_of_all_repos(tea: Desk):
    seq = tea.say("not so", "s2", scope="repo:web")
    settled(tea, attack(tea, seq, scope="repo:web"))
    assert life(tea) is Life.ACTIVE


def test_a_question_of_another_kind_contests_nothing(tea: Desk):
    id = tea.ask(Add("milk")).id
    assert settled(tea, id) is None


def test_contesting_is_in_the_ledger_and_the_records_follow_from_it(tea: Desk):
    settled(tea, attack(tea))
    with tea.store.read(ALL) as tx:
        built = rebuild(entries(tx))
        assert built.records == {r.id: r for r in tx.knowledge.all(lives=tuple(Life))}
    assert faults(tea.store) == []


# ---- each condition alone


def told(at: Desk) -> list[str]:
    with at.store.read(ALL) as tx:
        return [(e.detail or {})["how"] for e in tx.ledger.entries(name="note.updated")]


def test_contesting_and_relieving_are_told_by_these_words(tea: Desk):
    id = attack(tea)
    settled(tea, id)
    tea.call("reject", id=id, reason="no")
    settled(tea, id)
    assert told(tea) == ["put", "contest", "relieve"]


def test_a_loop_that_attacks_nothing_contests_nothing(tea: Desk):
    id = attack(tea)
    settled(tea, id)
    with tea.store.write(ALL) as tx:
        assert settle(tx, NOTES, tea.proposal(id), "system:gate") is None
    assert life(tea) is Life.CONTESTED


@pytest.mark.parametrize("target", ["", "none"])
def test_what_names_no_record_contests_none(tea: Desk, target: str):
    asked = tea.proposal(attack(tea))
    with tea.store.write(ALL) as tx:
        asked = replace(asked, payload={**asked.payload, "target": target})
        assert settle(tx, FIGHT, tx.queue.attach(asked), "system:gate") is None
    assert told(tea) == ["put"]


def test_what_names_nothing_relieves_not_even_a_record_called_none(tea: Desk):
    with tea.store.write(ALL) as tx:
        tx.knowledge.put(Record("note", "None", "x", life=Life.CONTESTED))
    assert settled(tea, tea.ask(Drop("tea")).id) is None


@pytest.mark.parametrize("gone", [Life.ARCHIVED, Life.SUPERSEDED])
def test_what_is_out_of_service_is_not_contested(tea: Desk, gone: Life):
    id = attack(tea)
    with tea.store.write(ALL) as tx:
        record = tx.knowledge.get("note", "tea")
        assert record is not None
        tx.knowledge.put(replace(record, life=gone))
        found = tx.queue.get(id)
        assert found is not None
        assert settle(tx, FIGHT, found, "system:gate") is None
    assert life(tea) is gone


def test_a_question_about_another_record_contests_not_this(tea: Desk):
    tea.agree(Add("milk"))
    other, this = tea.proposal(attack(tea, by=Drop("milk"))), attack(tea)
    with tea.store.write(ALL) as tx:
        tx.queue.attach(replace(other, payload={**other.payload, "target": "milk"}))
    settled(tea, this)
    tea.call("reject", id=this, reason="no")
    settled(tea, this)
    assert life(tea) is Life.ACTIVE


def another(at: Desk, id: str, **how: Any) -> None:
    """One more open question like this, but for these facts; then this one is answered."""
    asked = at.proposal(id)
    with at.store.write(ALL) as tx:
        tx.queue.add(replace(asked, id=f"{id}x", fingerprint="x", version=1, **how))
    at.call("reject", id=id, reason="no")
    settled(at, id)


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({}, Life.CONTESTED),
        ({"action": "ADD"}, Life.ACTIVE),
        ({"loop": "other"}, Life.ACTIVE),
        ({"evidence": ()}, Life.ACTIVE),
        ({"scope": "repo:web"}, Life.ACTIVE),
    ],
    ids=lambda how: str(how),
)
def test_what_else_is_open_keeps_it_contested_only_where_it_attacks(
    tea: Desk, how: dict[str, Any], expected: Life
):
    id = attack(tea)
    settled(tea, id)
    another(tea, id, **how)
    assert life(tea) is expected


def test_what_rests_in_part_on_little_trust_or_on_quarantine_attacks_no_more_than_that(tea: Desk):
    sound, poor = tea.say("not so"), tea.say("no", "s2", trust=Trust.WEB)
    id = attack(tea, sound, poor)
    assert settled(tea, id) is None
    with tea.store.write(ALL) as tx:
        tx.observations.flag(poor, ("injection",))
    assert settled(tea, id) is not None
    with tea.store.write(ALL) as tx:
        tx.observations.flag(sound, ("injection",))
    settled(tea, id)
    assert life(tea) is Life.ACTIVE


def test_an_attack_counts_however_many_are_surer(tea: Desk):
    id = attack(tea)
    asked = tea.proposal(id)
    with tea.store.write(ALL) as tx:
        for n in range(120):
            sure = replace(asked, id=f"{id}{n}", fingerprint=str(n), action="ADD", confidence=1.0)
            tx.queue.add(replace(sure, version=1))
    settled(tea, id)
    assert life(tea) is Life.CONTESTED


# ---- evidence


def joined(at: Desk, change: Record) -> Record | None:
    with at.store.write(ALL) as tx:
        return corroborate(tx, NOTES, "tea", change, "system:notes")


def test_evidence_changes_what_it_stands_on_and_how_sure_it_is_and_nothing_else(tea: Desk):
    before = tea.note("tea")
    assert before is not None
    more = replace(
        before, text="coffee", scope="repo:x", trust=1, body={"sessions": ["s9"]}, confidence=0.8
    )
    after = joined(tea, more)
    assert after is not None
    assert (after.text, after.scope, after.trust) == (before.text, before.scope, before.trust)
    assert (after.body, after.confidence) == ({"sessions": ["s9"]}, 0.8)
    assert faults(tea.store) == []


def test_evidence_for_a_record_that_moved_on_does_not_join_it(tea: Desk):
    before = tea.note("tea")
    assert before is not None
    assert joined(tea, replace(before, confidence=0.8)) is not None
    assert joined(tea, replace(before, confidence=0.9)) is None


def test_what_was_joined_can_still_be_undone(tea: Desk):
    before = tea.note("tea")
    assert before is not None
    joined(tea, replace(before, confidence=0.8))
    tea.call("undo", id=before.made_by)
    assert tea.note("tea") is None
