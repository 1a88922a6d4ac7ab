"""What each operation that decides asks for, does and answers, to the letter."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from msgspec import Struct

from passdown.contract.loop import Seam
from passdown.domain.errors import Conflict, Forbidden, Invalid, NotFound
from passdown.domain.observation import Trust
from passdown.domain.proposal import STATUS_VALUES, Status
from passdown.domain.record import Life
from passdown.domain.scope import ALL
from tests.bench import bench
from tests.desk import ALICE, BOB, Desk
from tests.notes import NOTES, Add, Drop, Reword, Rule

FIGHT = replace(NOTES, attacks=frozenset({"DROP"}), seam=Seam("note.heard", "a listener"))
EDIT = {"action": "ADD", "text": "coffee", "scope": "global"}


def contested(**loop: Any) -> tuple[Desk, str, str]:
    """A note that an open question contests: the desk, the question, and who made the note."""
    at = bench(loops={"notes": replace(FIGHT, **loop)})
    made = at.agree(Add("tea"))
    asked = at.ask(Drop("tea"))
    with at.store.write(ALL) as tx:
        tx.queue.attach(replace(asked, payload={**asked.payload, "target": "tea"}))
        from passdown.stages.apply.standing import settle

        found = tx.queue.get(asked.id)
        assert found is not None
        settle(tx, FIGHT, found, "system:gate")
    assert life(at) is Life.CONTESTED
    return at, asked.id, made


def life(at: Desk) -> Life:
    found = at.note("tea")
    assert found is not None
    return found.life


# ---- lists


def many(at: Desk, n: int, loop: str = "notes") -> None:
    """So many open questions, put in as they are."""
    asked = at.ask(Add("tea"))
    with at.store.write(ALL) as tx:
        for k in range(n - 1):
            tx.queue.add(replace(asked, id=f"{asked.id}{k}", fingerprint=str(k), loop=loop))


@pytest.mark.parametrize(("limit", "n"), [(0, 1), (1, 1), (2, 2), (3, 3)])
@pytest.mark.parametrize("order", ["confidence", "value"])
def test_a_page_has_one_row_at_least_and_as_many_as_are_asked_for(
    at: Desk, limit: int, n: int, order: str
) -> None:
    many(at, 4)
    assert len(at.call("pending", limit=limit, order=order)["proposals"]) == n


def test_a_page_has_a_thousand_rows_at_most_and_a_hundred_when_nobody_says(at: Desk) -> None:
    many(at, 1002)
    assert len(at.call("pending", limit=5000)["proposals"]) == 1000
    assert len(at.call("pending")["proposals"]) == 100


def test_by_value_every_question_comes_once_page_after_page(at: Desk) -> None:
    for n in range(7):
        at.ask(Add(f"tea {n}"))
    seen, after = [], ""
    while after is not None:
        page = at.call("pending", order="value", limit=3, after=after)
        assert page["status_values"] == list(STATUS_VALUES)
        assert all(isinstance(row["lot"], bool) for row in page["proposals"])
        seen += [row["id"] for row in page["proposals"]]
        after = page["next"]
    assert len(seen) == len(set(seen)) == 7


def test_by_value_the_questions_of_one_loop_or_of_all(at: Desk) -> None:
    many(at, 3, "other")
    loops = [row["loop"] for row in at.call("pending", order="value")["proposals"]]
    assert sorted(loops) == ["notes", "other", "other"]
    only = at.call("pending", order="value", loop="notes")["proposals"]
    assert [row["loop"] for row in only] == ["notes"]


def test_another_order_is_refused(at: Desk) -> None:
    with pytest.raises(Invalid, match="no order 'age'"):
        at.call("pending", order="age")


@pytest.mark.parametrize(
    ("status", "found"),
    [
        ("pending", {"pending", "arbiter", "human"}),
        ("open", {"pending", "arbiter", "human"}),
        ("approved", {"executed"}),
        ("rejected", {"rejected", "failed"}),
        ("expired", {"expired"}),
        *((s, {s}) for s in ("arbiter", "human", "executed", "failed")),
    ],
)
def test_a_status_lists_these_states(at: Desk, status: str, found: set[str]) -> None:
    asked = at.ask(Add("tea"))
    with at.store.write(ALL) as tx:
        for state in Status:
            p = replace(asked, id=f"{asked.id}{state}", fingerprint=state.value)
            tx.queue.add(p)
            if state is not Status.PENDING:
                tx.queue.move(replace(p, status=state), expect=Status.PENDING)
    rows = at.call("pending", status=status)["proposals"]
    assert {row["state"] for row in rows} == found


# ---- one question


@pytest.mark.parametrize("name", ["show", "approve", "preview", "reject"])
def test_what_nobody_asked_is_not_found(at: Desk, name: str) -> None:
    more = {"reason": "no"} if name == "reject" else {}
    with pytest.raises(NotFound):
        at.call(name, id="0" * 32, **more)


def test_what_was_forgotten_shows_who_decided_and_no_card(at: Desk) -> None:
    id = at.ask(Add("a secret word")).id
    at.call("reject", BOB, id=id, reason="no")
    at.call("forget", session="s1", confirm=True)
    shown = at.call("show", id=id)
    assert shown["card"]["question"].startswith("This was forgotten; who decided")
    assert (shown["card"]["blocks"], shown["decided_by"]) == ([], "bob")


def test_what_was_said_and_what_became_of_it_are_shown(at: Desk) -> None:
    id = at.agree(Add("tea"))
    at.call("undo", id=id)
    shown = at.call("show", id=id)
    assert [mark["name"] for mark in shown["marks"]] == ["undone"]
    assert [turn["verdict"] for turn in shown["messages"]] == ["approve"]


def test_a_preview_is_of_the_words_that_are_asked_about(at: Desk) -> None:
    at.say("note: coffee", "s7")
    id = at.ask(Add("tea"), at.say("note: tea")).id
    plain, other = at.call("preview", id=id), at.call("preview", id=id, edit=EDIT)
    assert plain["card"]["question"] == "Add: tea?"
    assert other["card"]["question"] == "Add: coffee?"
    assert (plain["replay"]["right"], other["replay"]["right"]) == (1, 1)
    assert [one["record"]["key"] for one in other["changes"]] == ["coffee"]


# ---- yes


def test_a_yes_answers_with_what_it_made(at: Desk) -> None:
    told = at.call("approve", BOB, id=at.ask(Add("tea")).id, reason="so")
    assert (told["state"], told["decided_by"], told["reason"]) == ("executed", "bob", "so")
    assert [record["text"] for record in told["records"]] == ["tea"]
    with at.store.read(ALL) as tx:
        assert tx.ledger.entries(name="note.updated")[-1].actor == "bob"


def test_a_yes_to_other_words_keeps_both_and_their_replay(at: Desk) -> None:
    at.say("note: coffee", "s7")
    id = at.ask(Add("tea"), at.say("x")).id
    told = at.call("approve", id=id, edit=EDIT)
    assert (told["payload"]["text"], told["original"]["text"]) == ("coffee", "tea")
    assert at.proposal(id).replay["right"] == 1
    assert at.note("tea") is None


def test_an_answer_is_the_action_that_is_approved(at: Desk) -> None:
    id = at.ask(Rule("tea")).id
    assert at.call("approve", id=id, answer="add")["payload"]["action"] == "ADD"
    other = {"action": "RULE", "text": "coffee"}
    told = at.call("approve", id=at.ask(Rule("milk")).id, answer="add", edit=other)
    assert (told["payload"]["action"], told["payload"]["text"]) == ("ADD", "coffee")
    with pytest.raises(Invalid, match="KEEP_BOTH"):
        at.call("approve", id=at.ask(Add("salt")).id, answer="keep-both")


def test_an_edit_and_a_turn_are_two_answers(at: Desk) -> None:
    id = at.ask(Add("tea")).id
    at.call("say", BOB, id=id, text="So?", edit=EDIT)
    with pytest.raises(Invalid, match="an edit and a turn"):
        at.call("approve", id=id, turn=1, edit=EDIT)
    assert at.call("approve", id=id, turn=1)["payload"]["text"] == "coffee"


def test_a_record_is_trusted_as_little_as_what_it_rests_on(at: Desk) -> None:
    id = at.ask(Add("tea"), at.say("x", trust=Trust.AGENT)).id
    at.call("approve", id=id)
    tea = at.note("tea")
    assert tea is not None
    assert tea.trust == Trust.AGENT


def test_a_yes_without_a_reason_is_kept_without_one(at: Desk) -> None:
    id = at.ask(Add("tea")).id
    assert at.call("approve", id=id)["reason"] == ""
    assert at.proposal(id).reason == ""


def test_what_cannot_be_carried_out_fails_with_its_code(at: Desk) -> None:
    id = at.ask(Reword("none", "x")).id
    with pytest.raises(Conflict):
        at.call("approve", BOB, id=id)
    found = at.proposal(id)
    assert (found.status, found.failure_code, found.decided_by) == ("failed", "conflict", "bob")
    assert found.reason.startswith("no note none")


def test_an_edit_that_cannot_be_carried_out_leaves_the_question_open(at: Desk) -> None:
    id = at.ask(Add("tea")).id
    with pytest.raises(Conflict):
        at.call("approve", id=id, edit={"action": "REWORD", "key": "none", "text": "x"})
    assert at.proposal(id).open


def test_a_call_that_is_wrong_leaves_the_question_open(at: Desk) -> None:
    id = at.ask(Rule("be kind")).id
    with at.store.write(ALL) as tx:
        found = tx.queue.get(id)
        assert found is not None
        tx.queue.attach(replace(found, payload={"action": "NONE"}))
    with pytest.raises(Invalid):
        at.call("approve", id=id)
    assert at.proposal(id).open


def test_what_failed_contests_no_more() -> None:
    def fails(payload: Any, corpus: Any, settings: Any) -> Any:
        if isinstance(payload, Drop):
            raise Conflict("no")
        return NOTES.changes(payload, corpus, settings)

    at, id, _ = contested(changes=fails)
    with at.store.write(ALL) as tx:
        found = tx.queue.get(id)
        assert found is not None
        tx.queue.attach(replace(found, payload={"action": "DROP", "key": "tea"}))
    with pytest.raises(Conflict):
        at.call("approve", id=id)
    assert at.proposal(id).status is Status.FAILED


class Strike(Struct, frozen=True, tag_field="action", tag="DROP"):
    """Shall this note go?"""

    target: str


def strikes(raised: Exception | None) -> tuple[Desk, str]:
    """A note that a question contests to which a yes changes nothing, or raises this."""

    def changes(payload: Any, corpus: Any, settings: Any) -> Any:
        if not isinstance(payload, Strike):
            return NOTES.changes(payload, corpus, settings)
        if raised:
            raise raised
        return []

    at, id, _ = contested(payload=Add | Strike, changes=changes)
    return at, id


def test_a_yes_relieves_what_was_contested_and_what_it_left_as_it_was() -> None:
    at, id = strikes(None)
    assert at.call("approve", id=id)["state"] == "executed"
    assert life(at) is Life.ACTIVE


@pytest.mark.parametrize(("check", "code"), [("", "conflict"), ("dangling", "dangling")])
def test_a_yes_that_failed_is_kept_under_the_check_that_failed_and_relieves(
    check: str, code: str
) -> None:
    at, id = strikes(Conflict("no", check=check))
    with pytest.raises(Conflict):
        at.call("approve", id=id)
    assert (at.proposal(id).status, at.proposal(id).failure_code) == (Status.FAILED, code)
    assert life(at) is Life.ACTIVE


@pytest.mark.parametrize("name", ["approve", "reject"])
def test_who_stated_a_rule_does_not_confirm_it_though_nobody_else_is_known(
    at: Desk, name: str
) -> None:
    rule, note = at.ask(Rule("be kind"), by="alice").id, at.ask(Add("tea"), by="alice").id
    with pytest.raises(Forbidden):
        at.call(name, ALICE, id=rule, reason="so")
    assert at.proposal(rule).open
    at.call(name, ALICE, id=note, reason="so")
    assert at.proposal(note).flags == ("self_confirmed",)


def test_the_first_yes_of_two_answers_with_who_said_it(at: Desk) -> None:
    at.call("controls.set", name="gate.policy_people", value="2")
    id = at.ask(Rule("be kind")).id
    told = at.call("approve", BOB, id=id, reason="so")
    assert (told["records"], told["approved_by"], told["people"]) == ([], ["bob"], 2)
    assert told["state"] == "pending"
    assert at.call("approve", BOB, id=at.ask(Add("tea")).id)["state"] == "executed"


# ---- what follows


def test_a_no_relieves_what_was_contested() -> None:
    at, id, _ = contested()
    told = at.call("reject", BOB, id=id, reason="so", loop="notes")
    assert (told["state"], told["reason"], told["decided_by"]) == ("rejected", "so", "bob")
    assert life(at) is Life.ACTIVE


def test_an_expiry_relieves_what_was_contested() -> None:
    at, id, _ = contested()
    at.clock.advance(days=15)
    assert at.call("expire") == {"expired": [id]}
    assert life(at) is Life.ACTIVE


def test_an_undo_settles_what_was_attacked_again() -> None:
    at, id, _ = contested()
    with at.store.write(ALL) as tx:
        found = tx.queue.get(id)
        assert found is not None
        done = replace(found, status=Status.EXECUTED, decided_by="bob", decided_at=tx.now)
        tx.queue.move(done, expect=Status.PENDING)
    assert at.call("undo", id=id) == {"undone": [id]}
    assert life(at) is Life.ACTIVE


def test_an_undo_without_its_closure_is_refused(at: Desk) -> None:
    first = at.agree(Add("tea"))
    later = at.agree(Reword("tea", "at four"))
    with pytest.raises(Conflict):
        at.call("undo", id=first)
    assert at.call("undo", id=first, closure=True) == {"undone": [later, first]}


def test_an_undo_is_of_who_asks_for_it(at: Desk) -> None:
    id = at.agree(Add("tea"))
    at.call("undo", BOB, id=id)
    with at.store.read(ALL) as tx:
        assert tx.ledger.entries(name="promotion.undone")[-1].actor == "bob"


def test_a_yes_is_told_under_the_further_name_of_its_loop() -> None:
    at, _, made = contested()
    with at.store.read(ALL) as tx:
        (told,) = tx.ledger.entries(name="note.heard", subject=made)
    assert told.actor == "alice"


def test_where_nothing_is_due_nothing_is_written(at: Desk) -> None:
    at.ask(Add("tea"))
    before = at.digest()
    assert at.call("expire") == {"expired": []}
    assert at.digest() == before


def test_impact_says_what_an_undo_would_reach(at: Desk) -> None:
    id = at.agree(Add("tea"))
    later = at.agree(Reword("tea", "at four"))
    told = at.call("impact", id=id)
    assert (told["proposal"], told["dependents"]) == (id, [later])
    assert told["records"] == ["note/tea"]
