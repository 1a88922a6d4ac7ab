"""A yes taken back: exactly, in order, and only when nothing stands on it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from passdown.domain.actor import agent
from passdown.domain.change import Put
from passdown.domain.entry import Activity
from passdown.domain.errors import Conflict, Forbidden, Invalid, NotFound
from passdown.domain.proposal import Status
from passdown.domain.record import Life, Record
from passdown.domain.scope import ALL
from passdown.stages.apply.execute import execute
from passdown.stages.apply.undo import blast, restore, undo
from passdown.testing import entries, knowledge, rebuild
from tests.desk import ALICE, BOB, Desk
from tests.notes import Add, Drop, Join, Part, Revise, Reword, Rule, Shout

SETTLED = [Add("tea"), Add("milk"), Add("salt"), Join("tea", "milk", "taste")]

EVERY = [
    Add("coffee"),
    Reword("tea", "Tea at four."),
    Revise("tea", "Tea at five.", "Tea at six."),
    Drop("salt"),
    Join("milk", "salt"),
    Part("tea", "milk"),
    Shout("soup"),
    Rule("eat"),
]


def settle(at: Desk) -> Desk:
    for payload in SETTLED:
        at.agree(payload)
    return at


@pytest.mark.parametrize("payload", EVERY, ids=lambda p: type(p).__name__)
def test_undo_puts_back_exactly_what_was(on_each: Desk, payload):
    settle(on_each)
    before = knowledge(on_each.store)
    id = on_each.agree(payload)
    assert knowledge(on_each.store) != before
    assert on_each.call("undo", id=id) == {"undone": [id]}
    assert knowledge(on_each.store) == before


def test_undo_is_told_and_leaves_the_decision_as_it_was(on_each: Desk):
    id = on_each.agree(Add("tea"))
    decided = on_each.proposal(id)
    on_each.clock.advance(hours=1)
    on_each.call("undo", BOB, id=id)
    assert on_each.proposal(id) == decided
    with on_each.store.read(ALL) as tx:
        (mark,) = tx.queue.marks(id)
        assert "bob" in tx.registry.people()
    assert (mark.name, mark.actor, mark.at) == ("undone", "bob", on_each.clock.now())
    assert on_each.events(id) == ["promotion.proposed", "promotion.approved", "promotion.undone"]


def test_a_created_record_is_taken_away_but_its_versions_stay(on_each: Desk):
    id = on_each.agree(Add("tea"))
    on_each.call("undo", id=id)
    assert on_each.note("tea") is None
    with on_each.store.read(ALL) as tx:
        versions = tx.knowledge.versions("note", "tea")
    assert [(r.version, r.life) for r in versions] == [(1, Life.ACTIVE), (2, Life.ARCHIVED)]


def test_nothing_is_undone_twice(on_each: Desk):
    id = on_each.agree(Add("tea"))
    on_each.call("undo", id=id)
    before = on_each.digest()
    with pytest.raises(Conflict, match="undone before"):
        on_each.call("undo", id=id)
    assert on_each.digest() == before


def test_only_an_approval_is_undone(at: Desk):
    open_, no = at.ask(Add("a")).id, at.ask(Add("b")).id
    at.call("reject", id=no, reason="no")
    for id in (open_, no):
        with pytest.raises(Invalid, match="only an approval"):
            at.call("undo", id=id)
    with pytest.raises(NotFound):
        at.call("undo", id="0" * 32)


def test_an_agent_undoes_nothing(at: Desk):
    id = at.agree(Add("tea"))
    before = at.digest()
    with pytest.raises(Forbidden):
        at.call("undo", agent(), id=id)
    assert at.digest() == before


def refused(at: Desk, id: str, *named: str) -> None:
    """An undo that names who stands on it, and does nothing."""
    before = at.digest()
    with pytest.raises(Conflict, match=f"{len(named)} later decisions depend") as caught:
        at.call("undo", id=id)
    for one in named:
        assert one[:12] in caught.value.where
    assert sorted(at.call("impact", id=id)["dependents"]) == sorted(named)
    assert at.digest() == before


def test_what_a_later_yes_changed_is_not_pulled_from_under_it(on_each: Desk):
    made = on_each.agree(Add("tea"))
    worded = on_each.agree(Reword("tea", "Tea at four."))
    refused(on_each, made, worded)


def test_the_closure_is_undone_newest_first(on_each: Desk):
    before = knowledge(on_each.store)
    made = on_each.agree(Add("tea"))
    worded = on_each.agree(Reword("tea", "Tea at four."))
    dropped = on_each.agree(Drop("tea"))
    answer = on_each.call("undo", id=made, closure=True)
    assert answer == {"undone": [dropped, worded, made]}
    assert knowledge(on_each.store) == before


def test_the_order_of_a_closure_is_that_of_the_ledger_not_of_the_clock(at: Desk):
    before = knowledge(at.store)
    made = at.agree(Add("tea"))
    at.clock.advance(days=-1)
    worded = at.agree(Reword("tea", "Tea at four."))
    assert at.call("undo", id=made, closure=True) == {"undone": [worded, made]}
    assert knowledge(at.store) == before


def test_once_what_stood_on_it_is_undone_it_can_be_undone(on_each: Desk):
    before = knowledge(on_each.store)
    made = on_each.agree(Add("tea"))
    worded = on_each.agree(Reword("tea", "Tea at four."))
    on_each.call("undo", id=worded)
    tea = on_each.note("tea")
    assert tea is not None
    assert tea.text == "tea"
    assert on_each.call("impact", id=made)["dependents"] == []
    on_each.call("undo", id=made)
    assert knowledge(on_each.store) == before


def test_a_link_to_a_record_stands_on_it(on_each: Desk):
    tea, milk = on_each.agree(Add("tea")), on_each.agree(Add("milk"))
    joined = on_each.agree(Join("tea", "milk"))
    refused(on_each, tea, joined)
    refused(on_each, milk, joined)
    assert on_each.call("undo", id=milk, closure=True) == {"undone": [joined, milk]}
    with on_each.store.read(ALL) as tx:
        assert tx.knowledge.edges() == []


def test_a_link_that_was_there_before_the_record_does_not_stand_on_it(on_each: Desk):
    joined = on_each.agree(Join("tea", "milk"))
    tea = on_each.agree(Add("tea"))
    assert on_each.call("impact", id=tea)["dependents"] == []
    on_each.call("undo", id=tea)
    on_each.call("undo", id=joined)


def test_who_parted_two_stands_on_who_joined_them(on_each: Desk):
    settle(on_each)
    before = knowledge(on_each.store)
    joined = on_each.agree(Join("milk", "salt"))
    parted = on_each.agree(Part("milk", "salt"))
    refused(on_each, joined, parted)
    on_each.call("undo", id=joined, closure=True)
    assert knowledge(on_each.store) == before


def test_an_edge_comes_back_with_its_body_and_the_ledger_tells_it(on_each: Desk):
    settle(on_each)
    before = knowledge(on_each.store)
    parted = on_each.agree(Part("tea", "milk"))
    on_each.call("undo", id=parted)
    assert knowledge(on_each.store) == before
    with on_each.store.read(ALL) as tx:
        hows = [e.detail and e.detail["how"] for e in tx.ledger.entries(name="edge.updated")]
    assert hows == ["link", "unlink", "restore"]


def test_impact_names_records_and_the_sessions_that_were_served_them(on_each: Desk):
    made = on_each.agree(Add("tea"))
    tea = on_each.note("tea")
    assert tea is not None
    with on_each.store.write(ALL) as tx:
        tx.ledger.note(Activity(tx.now, "served", "s7", (tea.id,)))
        tx.ledger.note(Activity(tx.now, "served", "s8", ("other",)))
    before = on_each.digest()
    reach = on_each.call("impact", id=made)
    assert (reach["records"], reach["sessions"]) == (["note/tea"], ["s7"])
    assert on_each.digest() == before


def test_the_ledger_alone_gives_the_records_and_edges(on_each: Desk):
    settle(on_each)
    for payload in EVERY:
        on_each.agree(payload)
    last = on_each.agree(Add("rice"))
    on_each.call("undo", id=last)
    parted = on_each.agree(Join("rice", "beans"))
    on_each.call("undo", id=parted)
    with on_each.store.read(ALL) as tx:
        built = rebuild(entries(tx))
        assert built.records == {r.id: r for r in tx.knowledge.all(lives=tuple(Life))}
        assert built.edges == {(e.source, e.type, e.target) for e in tx.knowledge.edges()}
        assert len(built.records) == 6


def test_what_was_undone_can_be_said_and_approved_again(on_each: Desk):
    on_each.call("undo", id=on_each.agree(Add("tea")))
    again = on_each.ask(Add("tea"), *[on_each.say("x", f"n{n}") for n in range(2)]).id
    on_each.call("approve", id=again)
    assert on_each.proposal(again).status is Status.EXECUTED
    on_each.call("undo", id=again)
    assert on_each.note("tea") is None


def test_impact_is_told_in_one_order_and_of_what_was_served_in_a_session(at: Desk):
    made = at.agree(Add("tea"))
    tea = at.note("tea")
    assert tea is not None
    later = [at.agree(Reword("tea", f"at {n}")) for n in range(6)]
    with at.store.write(ALL) as tx:
        for session in ("s9", "s5", "s7", "s1", ""):
            tx.ledger.note(Activity(tx.now, "served", session, (tea.id,)))
        tx.ledger.note(Activity(tx.now, "withheld", "s4", (tea.id,)))
        found = blast(tx, made)
    assert found.sessions == ("s1", "s5", "s7", "s9")
    assert found.dependents == tuple(sorted(later))


def test_the_records_of_an_impact_are_told_in_one_order(at: Desk):
    keys = ("e", "b", "d", "a", "c")
    with at.store.write(ALL) as tx:
        execute(tx, "p1", [Put(Record("note", key, key)) for key in keys], "alice")
    asked = at.ask(Add("tea"))
    with at.store.write(ALL) as tx:
        done = replace(asked, status=Status.EXECUTED, decided_by="bob", decided_at=tx.now)
        tx.queue.move(done, expect=Status.PENDING)
        execute(tx, asked.id, [Put(Record("note", f"{key}2", key)) for key in keys], "bob")
        found = blast(tx, asked.id)
    assert found.records == tuple(f"note/{key}2" for key in "abcde")


def test_what_stands_on_what_stands_on_it_is_reached_too(at: Desk):
    tea, _ = at.agree(Add("tea")), at.agree(Add("milk"))
    asked = at.ask(Reword("tea", "both"))
    with at.store.write(ALL) as tx:
        done = replace(asked, status=Status.EXECUTED, decided_by="bob", decided_at=tx.now)
        tx.queue.move(done, expect=Status.PENDING)
        both = [tx.knowledge.get("note", key) for key in ("tea", "milk")]
        execute(tx, asked.id, [Put(record) for record in both if record is not None], "bob")
    last = at.agree(Reword("milk", "cold"))
    assert set(at.call("impact", id=tea)["dependents"]) == {asked.id, last}


def test_a_record_that_is_gone_is_not_put_back(at: Desk):
    id = at.agree(Add("tea"))
    at.agree(Reword("tea", "at four"))
    with at.store.write(ALL) as tx:
        (image,) = tx.ledger.images(id)
        for before in (None, image.before):
            with pytest.raises(Conflict, match="note none is gone"):
                restore(tx, replace(image, key="none", before=before), BOB, id)


def test_nothing_that_depends_on_it_is_undone_unless_somebody_asks_for_that(at: Desk):
    first = at.agree(Add("tea"))
    later = at.agree(Reword("tea", "at four"))
    with at.store.write(ALL) as tx:
        with pytest.raises(Conflict, match="1 later decisions depend"):
            undo(tx, first, ALICE)
        assert undo(tx, later, ALICE) == [later]
