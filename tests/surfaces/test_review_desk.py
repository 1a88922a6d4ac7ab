"""The reviewer's desk and keys: no decision is lost, none is sent that was taken back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from passdown.surfaces.review import desk as desks
from passdown.surfaces.review.desk import BUFFER, Decision, Desk
from passdown.surfaces.review.screen import keys_of

IDS = tuple(f"{n:02d}aa" for n in range(14))


# ---- the desk


class Reviewing(RuleBasedStateMachine):
    """Any order of keys: what was decided is unsent, sent or taken back, and never two of them."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk(IDS)
        self.made: dict[str, Decision] = {}
        self.sent: list[Decision] = []

    @precondition(lambda self: self.desk.id)
    @rule(yes=st.booleans())
    def decide(self, yes: bool) -> None:
        decision = Decision(self.desk.id, yes)
        if decision.id not in self.desk.sent:
            self.made[decision.id] = decision
        self.desk, out = desks.decide(self.desk, decision)
        self.sent += out

    @rule()
    def take_back(self) -> None:
        if self.desk.unsent:
            self.made.pop(self.desk.unsent[-1].id)
        self.desk = desks.take_back(self.desk)

    @rule(step=st.integers(-3, 3))
    def move(self, step: int) -> None:
        self.desk = desks.move(self.desk, step)

    @rule()
    def pause(self) -> None:
        self.desk, out = desks.send_all(self.desk)
        self.sent += out

    @rule(ids=st.lists(st.sampled_from([*IDS, "new1", "new2"])))
    def more_arrive(self, ids: list[str]) -> None:
        before = self.desk.queue
        self.desk = desks.more(self.desk, ids)
        assert self.desk.queue[: len(before)] == before

    @invariant()
    def each_decision_is_unsent_or_sent_once(self) -> None:
        together = [*self.sent, *self.desk.unsent]
        assert sorted(d.id for d in together) == sorted(self.made)
        assert {d.id: d for d in together} == self.made

    @invariant()
    def the_buffer_is_bounded_and_the_order_kept(self) -> None:
        assert len(self.desk.unsent) <= BUFFER
        assert len(set(self.desk.queue)) == len(self.desk.queue)
        assert 0 <= self.desk.place <= len(self.desk.queue)


TestReviewing = Reviewing.TestCase
TestReviewing.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def decided(count: int) -> tuple[Desk, list[Decision]]:
    desk, sent = Desk(IDS), list[Decision]()
    for _ in range(count):
        desk, out = desks.decide(desk, Decision(desk.id, yes=True))
        sent += out
    return desk, sent


def test_ten_decisions_wait_and_the_eleventh_sends_the_first() -> None:
    assert decided(10)[1] == []
    assert [d.id for d in decided(11)[1]] == [IDS[0]]


def test_undo_brings_the_card_back_on_top() -> None:
    desk = desks.take_back(decided(3)[0])
    assert (desk.id, len(desk.unsent)) == (IDS[2], 2)


def test_undo_with_nothing_unsent_changes_nothing() -> None:
    assert desks.take_back(Desk(IDS)) == Desk(IDS)


def test_a_second_decision_on_a_card_replaces_the_first() -> None:
    desk = desks.move(decided(1)[0], -1)
    desk, out = desks.decide(desk, Decision(IDS[0], yes=False, reason="wrong"))
    assert (out, [d.yes for d in desk.unsent]) == ((), [False])


def test_what_was_sent_is_not_decided_again() -> None:
    desk, _ = desks.send_all(decided(1)[0])
    assert desks.decide(desk, Decision(IDS[0], yes=False)) == (desk, ())


def test_a_card_that_was_refused_is_open_again() -> None:
    desk, (first,) = desks.send_all(decided(1)[0])
    assert IDS[0] not in desks.reopen(desk, first.id).decided


# ---- keys


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        (b"a", ["a"]),
        (b"ax ?", ["a", "x", "space", "?"]),
        (b"\x1b[A\x1b[B\x1b[5~\x1b[6~\x1bOA", ["up", "down", "page up", "page down", "up"]),
        (b"\x1b", ["escape"]),
        (b"\r\x7f\x03\x13\x04", ["enter", "backspace", "interrupt", "send", "q"]),
        (b"\x1b[200~aaaa\x1b[201~x", ["paste", "x"]),
        (b"\x1b[200~aaaa", ["paste"]),
        ("ä日".encode(), ["ä", "日"]),
        (b"\x1b[1;5C\x01\x1b[", []),
        (b"", []),
    ],
)
def test_bytes_are_read_as_keys(typed: bytes, keys: list[str]) -> None:
    assert keys_of(typed) == keys


@given(st.binary(max_size=40))
def test_any_bytes_are_some_keys(typed: bytes) -> None:
    assert all(key.isprintable() for key in keys_of(typed))
