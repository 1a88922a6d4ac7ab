"""Changes become records, each with what it replaced, or nothing happens at all."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest

from passdown.domain.change import Emit, Link, Put, Retire, Unlink
from passdown.domain.errors import Conflict
from passdown.domain.job import JobState
from passdown.domain.observation import Trust
from passdown.domain.record import Edge, Life, Record
from passdown.domain.scope import ALL
from passdown.stages.apply.execute import BRING, CONFIRM, EDGE, PUT, execute
from tests.desk import ALICE, Desk
from tests.notes import Add, Drop, Join, Part, Revise, Reword, Shout

TEA = Record("note", "tea", "Tea is at four.", {"n": 1}, "repo:web", trust=3, confidence=0.5)


def apply(at: Desk, *changes, proposal: str = "p1") -> list[Record]:
    with at.store.write(ALL) as tx:
        return execute(tx, proposal, changes, "alice")


def images(at: Desk, proposal: str):
    with at.store.read(ALL) as tx:
        return tx.ledger.images(proposal)


def test_a_new_record_remembers_who_made_it_and_when(on_each: Desk):
    (made,) = apply(on_each, Put(TEA))
    now = on_each.clock.now()
    assert made == replace(TEA, made_by="p1", created_at=now, updated_at=now, version=1)
    assert on_each.note("tea") == made
    (image,) = images(on_each, "p1")
    assert (image.change, image.key, image.after, image.before) == ("put", "tea", 1, None)


def test_a_replaced_record_keeps_its_birth_and_its_image(on_each: Desk):
    (old,) = apply(on_each, Put(TEA))
    on_each.clock.advance(hours=1)
    (new,) = apply(on_each, Put(replace(old, text="At five.")), proposal="p2")
    assert (new.created_at, new.updated_at) == (old.created_at, on_each.clock.now())
    assert (new.version, new.made_by) == (2, "p2")
    (image,) = images(on_each, "p2")
    assert image.before is not None
    assert Record(**{**image.before, "life": Life(image.before["life"])}) == old


@pytest.mark.parametrize(
    "stale",
    [
        Put(TEA),
        Put(replace(TEA, version=7)),
        Put(replace(TEA, key="new", version=1)),
        Retire("note", "tea", 7),
        Retire("note", "gone", 1),
    ],
    ids=["made twice", "a later version", "no such version", "retire a later one", "retire none"],
)
def test_a_change_to_what_has_moved_is_a_conflict_and_nothing_happens(on_each: Desk, stale):
    apply(on_each, Put(TEA))
    before = on_each.digest()
    other = Put(Record("note", "coffee", "Coffee is at ten."))
    with pytest.raises(Conflict):
        apply(on_each, other, stale, proposal="p2")
    assert on_each.digest() == before


def test_a_retired_record_stays_but_says_since_when_and_by_what(on_each: Desk):
    (old,) = apply(on_each, Put(TEA))
    on_each.clock.advance(hours=1)
    change = Retire("note", "tea", 1, Life.SUPERSEDED, superseded_by="abc")
    (gone,) = apply(on_each, change, proposal="p2")
    assert (gone.life, gone.valid_to) == (Life.SUPERSEDED, on_each.clock.now())
    assert gone.body == {**old.body, "superseded_by": "abc"}
    with on_each.store.read(ALL) as tx:
        assert tx.knowledge.all("note") == []
        assert [r.version for r in tx.knowledge.versions("note", "tea")] == [1, 2]


def test_an_edge_that_a_second_yes_wants_too_stays_one_and_rests_on_the_first(on_each: Desk):
    edge = Edge("a", "joins", "b", {"why": "x"})
    apply(on_each, Link(edge))
    apply(on_each, Link(Edge("a", "joins", "b", {"why": "y"})), proposal="p2")
    (image,) = images(on_each, "p2")
    assert (image.change, image.before) == ("confirm", asdict(edge))
    with on_each.store.read(ALL) as tx:
        assert tx.knowledge.edges() == [edge]
        (first,) = tx.ledger.images("p1")
        assert tx.ledger.touched_after(first.kind, first.key, first.after) == ["p2"]


def test_an_edge_is_linked_once_and_told_once(on_each: Desk):
    edge = Edge("a", "joins", "b", {"why": "x"})
    assert apply(on_each, Link(edge), Link(edge)) == []
    assert [i.change for i in images(on_each, "p1")] == ["link"]
    with on_each.store.read(ALL) as tx:
        assert tx.knowledge.edges() == [edge]
        (told,) = tx.ledger.entries(name="edge.updated")
    assert told.subject == "a"
    assert told.detail == {
        "edge": {"source": "a", "type": "joins", "target": "b", "body": {"why": "x"}}
        | {"scope": "global"},
        "proposal": "p1",
        "how": "link",
    }


def test_what_is_unlinked_is_kept_as_it_stood_not_as_it_was_named(on_each: Desk):
    edge = Edge("a", "joins", "b", {"why": "x"}, "repo:web")
    apply(on_each, Link(edge))
    apply(on_each, Unlink(Edge("a", "joins", "b")), proposal="p2")
    (image,) = images(on_each, "p2")
    assert image.before is not None
    assert Edge(**image.before) == edge


def test_unlinking_what_is_not_there_is_nothing(on_each: Desk):
    before = on_each.digest()
    assert apply(on_each, Unlink(Edge("a", "joins", "b"))) == []
    assert on_each.digest() == before


def test_an_effect_is_queued_once_with_a_key_its_receiver_knows_again(on_each: Desk):
    id = on_each.agree(Shout("tea is ready"))
    with on_each.store.read(ALL) as tx:
        (job,) = tx.jobs.all()
    assert (job.name, job.key, job.state) == ("effect:shout", f"effect:{id}:1", JobState.QUEUED)
    assert job.detail["effect"] == "shout"
    assert job.detail["detail"] == {"text": "tea is ready"}
    assert job.detail["key"] == job.key


def test_two_effects_of_one_approval_are_two_jobs(at: Desk):
    apply(at, Emit("shout", {"n": 1}), Emit("shout", {"n": 2}))
    with at.store.read(ALL) as tx:
        assert sorted(j.key for j in tx.jobs.all()) == ["effect:p1:0", "effect:p1:1"]


def test_what_fails_queues_no_effect(at: Desk):
    at.agree(Add("tea"))
    id = at.ask(Shout("tea")).id
    with pytest.raises(Conflict):
        at.call("approve", id=id)
    with at.store.read(ALL) as tx:
        assert tx.jobs.all() == []


def test_every_verb_of_a_loop_does_what_it_says(on_each: Desk):
    on_each.agree(Add("tea"))
    on_each.agree(Add("milk"))
    on_each.agree(Reword("tea", "Tea at four."))
    on_each.agree(Revise("tea", "Tea at five.", "Tea at six."))
    on_each.agree(Join("tea", "milk", "taste"))
    tea = on_each.note("tea")
    assert tea is not None
    assert (tea.text, tea.version) == ("Tea at six.", 4)
    with on_each.store.read(ALL) as tx:
        assert [e.body for e in tx.knowledge.edges(tea.id)] == [{"why": "taste"}]
    on_each.agree(Part("tea", "milk"), ALICE)
    on_each.agree(Drop("milk"))
    with on_each.store.read(ALL) as tx:
        assert tx.knowledge.edges() == []
        assert [r.key for r in tx.knowledge.all("note")] == ["tea"]


@pytest.mark.parametrize(
    ("heard", "kept"), [([5], 5), ([5, 2], 2), ([1, 5, 5], 1)], ids=["person", "agent", "web"]
)
def test_a_record_is_trusted_no_more_than_the_least_it_rests_on(at: Desk, heard, kept: int):
    """Web text that an assistant sums up and a person nods at is still web text."""
    seqs = [at.say("x", f"s{n}", trust=Trust(trust)) for n, trust in enumerate(heard)]
    at.call("approve", id=at.ask(Add("tea"), *seqs).id)
    tea = at.note("tea")
    assert tea is not None
    assert tea.trust == kept


def test_a_record_that_claims_less_trust_keeps_it(at: Desk):
    (made,) = apply(at, Put(TEA))
    assert made.trust == TEA.trust


def test_what_was_done_to_a_record_is_kept_by_these_names() -> None:
    assert (EDGE, PUT, BRING, CONFIRM) == ("edge", "put", "bring", "confirm")
