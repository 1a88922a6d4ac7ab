"""Proposals and what was said about them, in every backend."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from passdown.domain.errors import Conflict, NotFound, NotPending
from passdown.domain.proposal import (
    FINAL,
    OPEN,
    TRANSITIONS,
    Mark,
    Message,
    Proposal,
    Status,
    Verdict,
)
from passdown.domain.scope import ALL, Sight
from passdown.storage.port import Store

AT = "2026-11-21T03:15:00.000Z"


def asked(id: str, **rest) -> Proposal:
    what = {"payload": {"t": 1}, "evidence": (1, 2), "created_at": AT, "deadline": ""} | rest
    return Proposal(id.ljust(32, "0"), loop="loop", action="ADD", proposed_by="system:loop", **what)


def said(id: str, text: str) -> Message:
    return Message(id.ljust(32, "0"), 0, AT, "me", "human", Verdict.SAY, text)


def test_an_id_is_given_once(store: Store):
    with store.write(ALL) as tx:
        tx.queue.add(asked("a"))
        with pytest.raises(Conflict):
            tx.queue.add(asked("a", title="another"))
        assert tx.queue.get(asked("a").id) == asked("a")


def test_a_prefix_must_be_long_enough_and_fit_only_one(store: Store):
    one, two = asked("abcdef1"), asked("abcdef2")
    with store.write(ALL) as tx:
        tx.queue.add(one)
        tx.queue.add(two)
        assert tx.queue.get("abcdef1") == one
        assert tx.queue.get(two.id) == two
        for nothing in ("abcdef", "abcde", "a", "", "%%%%%%", "abcdef_", "ABCDEF1", "abcdef3"):
            assert tx.queue.get(nothing) is None


def test_a_move_stores_the_decision_and_the_next_version(store: Store):
    with store.write(ALL) as tx:
        tx.queue.add(asked("a"))
        edited = replace(
            asked("a"), status=Status.EXECUTED, payload={"t": 2}, original={"t": 1}, action="EDIT",
            decided_by="me", decided_at=AT, reason="so", title="new", flags=("f",), confidence=0.5,
        )  # fmt: skip
        done = tx.queue.move(edited, Status.PENDING)
        assert done == replace(edited, version=2)
        assert tx.queue.get(done.id) == done


def test_what_a_proposal_is_never_changes(store: Store):
    with store.write(ALL) as tx:
        first = asked("a", fingerprint="f", scope="repo:a")
        tx.queue.add(first)
        other = replace(
            first, loop="x", proposed_by="x", created_at="x", scope="global", fingerprint="x"
        )
        assert tx.queue.attach(other) == replace(first, version=2)


@pytest.mark.parametrize(("expect", "to"), list(product(Status, Status)))
def test_only_the_table_decides_what_follows_what(store: Store, expect: Status, to: Status):
    with store.write(ALL) as tx:
        tx.queue.add(asked("a", status=expect))
        wanted = asked("a", status=to)
        if to in TRANSITIONS[expect]:
            assert tx.queue.move(wanted, expect).status is to
            return
        with pytest.raises(NotPending):
            tx.queue.move(wanted, expect)
        assert tx.queue.get(wanted.id) == asked("a", status=expect)


def test_a_move_from_another_status_or_version_comes_too_late(store: Store):
    with store.write(ALL) as tx:
        tx.queue.add(asked("a"))
        tx.queue.move(asked("a", status=Status.HUMAN), Status.PENDING)
        rejected = asked("a", status=Status.REJECTED)
        for late in (rejected, replace(rejected, version=3)):
            with pytest.raises(NotPending):
                tx.queue.move(late, Status.HUMAN)
        with pytest.raises(NotPending):
            tx.queue.move(replace(rejected, version=2), Status.PENDING)
        assert tx.queue.move(replace(rejected, version=2), Status.HUMAN).version == 3


def test_a_proposal_nobody_knows_cannot_be_moved_or_spoken_of(store: Store):
    with store.write(ALL) as tx:
        with pytest.raises(NotFound):
            tx.queue.move(asked("a", status=Status.HUMAN), Status.PENDING)
        with pytest.raises(NotFound):
            tx.queue.attach(asked("a"))
        with pytest.raises(NotFound):
            tx.queue.say(said("a", "?"))
        with pytest.raises(NotFound):
            tx.queue.mark(Mark(asked("a").id, "undone", AT, "me"))
        assert tx.queue.messages(asked("a").id) == []


def test_attaching_keeps_the_status_and_notices_who_was_first(store: Store):
    with store.write(ALL) as tx:
        tx.queue.add(asked("a"))
        more = tx.queue.attach(asked("a", evidence=(1, 2, 3), confidence=0.7, digest="d"))
        assert (more.status, more.version, more.confidence) == (Status.PENDING, 2, 0.7)
        with pytest.raises(Conflict):
            tx.queue.attach(asked("a"))
        with pytest.raises(NotPending):
            tx.queue.attach(replace(more, status=Status.HUMAN))
        done = tx.queue.move(replace(more, status=Status.EXPIRED), Status.PENDING)
        for late in (more, done):
            with pytest.raises(NotPending):
                tx.queue.attach(late)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    confidences=st.lists(
        st.sampled_from([0.0, 0.1, 0.5, 1 / 3, 1.0]) | st.floats(0, 1), max_size=12
    ),
    page=st.integers(1, 5),
)
def test_pages_together_are_the_whole_queue_in_order(make, confidences, page):
    store = make()
    with store.write(ALL) as tx:
        for n, confidence in enumerate(confidences):
            tx.queue.add(asked(f"{n:x}", confidence=confidence))
        whole = tx.queue.all(limit=100)
        assert whole == sorted(whole, key=lambda p: (-p.confidence, p.id))
        pages, after = [], ""
        while got := tx.queue.all(limit=page, after=after):
            assert len(got) <= page
            pages += got
            after = got[-1].id
        assert pages == whole
    store.close()


def test_a_page_goes_on_where_the_last_was_decided_meanwhile(store: Store):
    with store.write(ALL) as tx:
        for n in range(4):
            tx.queue.add(asked(str(n)))
        first = tx.queue.all(limit=2)
        tx.queue.move(replace(first[-1], status=Status.REJECTED), Status.PENDING)
        assert [p.id[0] for p in tx.queue.all(after=first[-1].id)] == ["2", "3"]
        assert tx.queue.all(after="unknown") == []


def test_the_queue_is_filtered_by_status_and_loop(store: Store):
    with store.write(ALL) as tx:
        for n, status in enumerate(Status):
            tx.queue.add(asked(str(n), status=status))
        other = replace(asked("9"), loop="other")
        tx.queue.add(other)
        assert {p.status for p in tx.queue.all()} == OPEN
        assert {p.status for p in tx.queue.all(sorted(FINAL))} == FINAL
        assert tx.queue.all(loop="other") == [other]
        assert tx.queue.all([Status.EXECUTED], loop="other") == []
        counted = {("loop", status): 1 for status in Status}
        assert tx.queue.counts() == counted | {("other", Status.PENDING): 1}


def test_a_fingerprint_finds_the_newest_that_asked_this(store: Store):
    with store.write(ALL) as tx:
        tx.queue.add(replace(asked("2", fingerprint="f"), created_at="2026-01-01"))
        tx.queue.add(replace(asked("1", fingerprint="f"), created_at="2026-01-02"))
        tx.queue.add(asked("3", fingerprint="g"))
        found = tx.queue.by_fingerprint("f")
        assert found is not None
        assert found.id[0] == "1"
        assert tx.queue.by_fingerprint("none") is None


def test_what_is_due_is_open_and_past_its_deadline(store: Store):
    with store.write(ALL) as tx:
        for id, deadline, status in (
            ("1", "2026-01-02", Status.PENDING),
            ("2", "2026-01-01", Status.HUMAN),
            ("3", "2026-01-04", Status.PENDING),
            ("4", "2026-01-01", Status.EXECUTED),
            ("5", "", Status.PENDING),
            ("6", "2026-01-03", Status.ARBITER),
        ):
            tx.queue.add(replace(asked(id, status=status), deadline=deadline))
        assert [p.id[0] for p in tx.queue.due("2026-01-03")] == ["2", "1", "6"]
        assert [p.id[0] for p in tx.queue.due("2026-01-03", limit=1)] == ["2"]


def test_turns_and_marks_are_kept_in_order_for_each_proposal(store: Store):
    with store.write(ALL) as tx:
        tx.queue.add(asked("a"))
        tx.queue.add(asked("b"))
        turns = [tx.queue.say(said("a", text)) for text in ("why?", "because", "well")]
        assert [turn.n for turn in turns] == [1, 2, 3]
        assert tx.queue.say(said("b", "other")).n == 1
        assert tx.queue.messages(asked("a").id) == turns
        for name in ("outcome", "undone", "outcome"):
            tx.queue.mark(Mark(asked("a").id, name, AT, "me", {"n": name}))
        assert [m.name for m in tx.queue.marks(asked("a").id)] == ["outcome", "undone", "outcome"]
        assert tx.queue.marks(asked("b").id) == []


def test_of_no_loop_the_best_of_each_is_given(store: Store):
    with store.write(ALL) as tx:
        assert tx.queue.best("") == []
        for n, loop in enumerate(["themes", "claims", "claims", "audit"]):
            tx.queue.add(replace(asked(f"a{n}"), loop=loop, value=float(n)))
        gone = replace(asked("b"), loop="phrases")
        tx.queue.add(gone)
        tx.queue.move(replace(gone, status=Status.EXPIRED), expect=gone.status)
    with store.read(ALL) as tx:
        found = [(one.loop, one.value) for one in tx.queue.best("")]
        assert found == [("audit", 3.0), ("claims", 2.0), ("themes", 0.0)]
    with store.read(Sight(("repo:other",))) as tx:
        assert tx.queue.best("") == []


def test_a_list_of_any_status_holds_those_of_it_and_of_all_everything_in_order(store: Store):
    with store.write(ALL) as tx:
        for n, status in enumerate(Status):
            tx.queue.add(asked(f"{n}", status=status, confidence=n / 10))
        for status in Status:
            assert [one.status for one in tx.queue.all((status,))] == [status]
        assert [one.status for one in tx.queue.all(tuple(Status))] == [*Status][::-1]
        assert [one.status for one in tx.queue.all(tuple(Status), limit=2)] == [*Status][:-3:-1]
