"""What rests on what is to be forgotten: each condition alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from passdown.domain.change import Link, Put, Retire
from passdown.domain.proposal import Status
from passdown.domain.record import Edge, Record
from passdown.domain.scope import ALL
from passdown.stages.apply.execute import execute
from passdown.stages.apply.reach import Reach, reach
from tests.desk import BOB, Desk
from tests.notes import Add, Drop, Reword

if TYPE_CHECKING:
    from passdown.domain.proposal import Proposal


def note(key: str) -> Put:
    return Put(Record("note", key, key))


def by_hand(at: Desk, *changes: Any) -> None:
    with at.store.write(ALL) as tx:
        execute(tx, "by-hand:1", changes, "alice")


def does(at: Desk, p: Proposal, *changes: Any) -> None:
    """A yes to this question that made these changes."""
    with at.store.write(ALL) as tx:
        done = replace(p, status=Status.EXECUTED, decided_by="bob", decided_at=tx.now)
        tx.queue.move(done, expect=Status.PENDING)
        execute(tx, p.id, changes, "bob")


def reached(at: Desk, *seqs: int) -> Reach:
    with at.store.read(ALL) as tx:
        return reach(tx, seqs)


def test_of_several_changes_of_a_lost_question_only_what_it_put_goes(at: Desk) -> None:
    seq = at.say("one")
    by_hand(at, note("salt"))
    edge = Edge("a", "joins", "b")
    more = [note(key) for key in ("e", "d", "c", "b", "a")]
    does(at, at.ask(Add("tea"), seq), *more, Link(edge), Retire("note", "salt", 1))
    found = reached(at, seq)
    assert found.gone == tuple(("note", key) for key in "abcde")
    assert found.less == (("note", "salt"),)


def test_what_was_only_taken_out_of_service_does_not_go(at: Desk) -> None:
    seq = at.say("one")
    by_hand(at, note("tea"))
    at.call("approve", BOB, id=at.ask(Drop("tea"), seq).id)
    assert reached(at, seq).gone == ()
    assert reached(at, seq).less == (("note", "tea"),)


def test_what_was_begun_by_hand_goes_with_what_the_lost_question_put_into_it(at: Desk) -> None:
    seq = at.say("one")
    by_hand(at, note("tea"))
    at.call("approve", BOB, id=at.ask(Reword("tea", "at four"), seq).id)
    assert reached(at, seq).gone == (("note", "tea"),)


def test_who_only_retired_it_or_put_another_is_no_other_maker(at: Desk) -> None:
    one, two = at.say("one"), at.say("two", "s2")
    at.call("approve", BOB, id=at.ask(Add("tea"), one).id)
    does(at, at.ask(Drop("tea"), two), note("milk"), Retire("note", "tea", 1))
    assert reached(at, one).gone == (("note", "tea"),)


def test_a_maker_that_was_forgotten_holds_no_record(at: Desk) -> None:
    one, two = at.say("one"), at.say("two", "s2")
    at.call("approve", BOB, id=at.ask(Add("tea"), one).id)
    at.call("approve", BOB, id=at.ask(Reword("tea", "at four"), two).id)
    assert reached(at, one).gone == ()
    at.call("forget", session="s2", confirm=True)
    assert reached(at, one).gone == (("note", "tea"),)


def test_what_cites_it_is_told_in_one_order(at: Desk) -> None:
    seq = at.say("one")
    by_hand(at, *(note(key) for key in "ebdac"))
    does(at, at.ask(Drop("tea"), seq), *(Retire("note", key, 1) for key in "dbeca"))
    assert reached(at, seq).less == tuple(("note", key) for key in "abcde")


def test_what_was_put_and_then_retired_by_the_same_yes_was_made_by_it(at: Desk) -> None:
    seq = at.say("one")
    does(at, at.ask(Add("x"), seq), note("tea"), Retire("note", "tea", 1))
    assert reached(at, seq).gone == (("note", "tea"),)


def test_who_only_retired_what_another_brought_does_not_hold_it(at: Desk) -> None:
    one, two = at.say("one"), at.say("two", "s2")
    does(at, at.ask(Add("x"), one), replace(note("name"), shared=True))
    does(at, at.ask(Add("y"), two), Retire("note", "name", 1))
    assert reached(at, one).gone == (("note", "name"),)
    assert reached(at, two).gone == ()


def test_who_wants_what_was_put_by_hand_did_not_make_it_whatever_else_was_brought(
    at: Desk,
) -> None:
    seq = at.say("one")
    by_hand(at, note("name"))
    does(at, at.ask(Add("x"), seq), *(replace(note(k), shared=True) for k in ("name", "other")))
    assert reached(at, seq).gone == (("note", "other"),)
    assert reached(at, seq).less == (("note", "name"),)
