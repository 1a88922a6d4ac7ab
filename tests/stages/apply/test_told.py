"""What the ledger, the before-images and the outbox keep of each change, word for word: replay and
undo stand on these."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import pytest

from passdown.domain.change import Emit, Image, Link, Put, Retire, Unlink
from passdown.domain.errors import Conflict
from passdown.domain.job import Job
from passdown.domain.record import Edge, Life, Record
from passdown.domain.scope import ALL
from passdown.stages.apply.execute import execute
from passdown.stages.apply.outbox import deliver
from passdown.stages.apply.reach import reach, records_of
from passdown.stages.apply.standing import corroborate
from passdown.stages.apply.undo import applied, blast, is_undone
from tests.desk import BOB, Desk
from tests.notes import NOTES, Add, Join, Part, Reword, Shout

TEA = Record("note", "tea", "Tea is at four.", {"n": 1}, "repo:web", trust=3, confidence=0.5)
EDGE = Edge("note/tea", "joins", "note/milk", {"why": "taste"})


def applies(at: Desk, *changes: Any, proposal: str = "p1") -> list[Record]:
    with at.store.write(ALL) as tx:
        return execute(tx, proposal, changes, "alice")


def told(at: Desk, name: str) -> list[tuple[str, str, dict[str, Any] | None]]:
    """Every entry of this name: who, about what, and what it says."""
    with at.store.read(ALL) as tx:
        return [(e.actor, e.subject, e.detail) for e in tx.ledger.entries(name=name)]


def images(at: Desk, proposal: str) -> list[Image]:
    with at.store.read(ALL) as tx:
        return list(tx.ledger.images(proposal))


def test_a_put_is_told_and_its_image_kept(at: Desk) -> None:
    (made,) = applies(at, Put(TEA))
    detail = {"how": "put", "proposal": "p1", "record": asdict(made)}
    assert told(at, "note.updated") == [("alice", made.id, detail)]
    assert images(at, "p1") == [Image("p1", 0, "put", "note", "tea", 1, None)]


def test_what_is_retired_is_told_and_its_image_kept(at: Desk) -> None:
    (made,) = applies(at, Put(TEA))
    at.clock.advance(hours=1)
    retire = Retire("note", "tea", 1, superseded_by="note/milk")
    (gone,) = applies(at, retire, proposal="p2")
    assert (gone.life, gone.valid_to, gone.version) == (retire.life, at.clock.now(), 2)
    assert gone.body == {"n": 1, "superseded_by": "note/milk"}
    detail = {"how": "retire", "proposal": "p2", "record": asdict(gone)}
    assert told(at, "note.updated")[1] == ("alice", made.id, detail)
    assert images(at, "p2") == [Image("p2", 0, "retire", "note", "tea", 2, asdict(made))]


def test_what_is_retired_from_a_day_on_says_which(at: Desk) -> None:
    applies(at, Put(TEA))
    retire = Retire("note", "tea", 1, until="2025-12-01T00:00:00.000Z")
    (gone,) = applies(at, retire, proposal="p2")
    assert gone.valid_to == "2025-12-01T00:00:00.000Z"
    assert gone.body == {"n": 1}


def test_the_changes_of_one_approval_are_numbered(at: Desk) -> None:
    applies(at, Put(TEA), Link(EDGE), Put(replace(TEA, key="milk")))
    assert [(i.n, i.change, i.kind) for i in images(at, "p1")] == [
        (0, "put", "note"),
        (1, "link", "edge"),
        (2, "put", "note"),
    ]


@pytest.mark.parametrize(("change", "how"), [(Link(EDGE), "link"), (Unlink(EDGE), "unlink")])
def test_an_edge_is_told_and_its_image_kept(at: Desk, change: Any, how: str) -> None:
    if how == "unlink":
        applies(at, Link(EDGE), proposal="p0")
    applies(at, change)
    who, subject, detail = told(at, "edge.updated")[-1]
    assert (who, subject) == ("alice", "note/tea")
    assert detail == {"edge": asdict(EDGE), "proposal": "p1", "how": how}
    (image,) = images(at, "p1")
    key = '["note/tea", "joins", "note/milk"]'
    assert (image.change, image.kind, image.key, image.before) == (how, "edge", key, asdict(EDGE))
    with at.store.read(ALL) as tx:
        assert image.after == tx.ledger.entries(name="edge.updated")[-1].seq


def test_only_the_edge_that_is_named_goes(at: Desk) -> None:
    other = replace(EDGE, target="note/salt")
    applies(at, Link(other), Link(EDGE))
    applies(at, Unlink(replace(EDGE, body={})), proposal="p2")
    with at.store.read(ALL) as tx:
        assert tx.knowledge.edges() == [other]


def test_an_effect_is_a_job_with_all_its_courier_needs(at: Desk) -> None:
    applies(at, Put(TEA), Emit("shout", {"text": "tea"}))
    with at.store.read(ALL) as tx:
        (job,) = tx.jobs.all()
    detail = {"effect": "shout", "detail": {"text": "tea"}, "proposal": "p1", "key": "effect:p1:1"}
    assert (job.name, job.key, job.detail) == ("effect:shout", "effect:p1:1", detail)
    assert (job.run_at, job.created_at) == (at.clock.now(), at.clock.now())


def test_an_effect_goes_to_who_carries_it() -> None:
    job = Job("j", "effect:shout", "effect:p1:1", {"effect": "shout", "key": "effect:p1:1"})
    assert deliver(job, {"shout": lambda detail: {"heard": detail["key"]}}) == {
        "heard": "effect:p1:1"
    }
    with pytest.raises(KeyError, match="nobody carries the effect 'shout'"):
        deliver(job, {})


def test_an_undo_is_told_with_what_it_put_back(at: Desk) -> None:
    at.agree(Add("tea"))
    before = at.note("tea")
    id = at.agree(Reword("tea", "at four"))
    at.call("undo", BOB, id=id)
    now = at.note("tea")
    assert now is not None
    assert before is not None
    detail = {"how": "restore", "proposal": id, "record": asdict(now)}
    assert told(at, "note.updated")[-1] == ("bob", now.id, detail)
    taken = {"loop": "notes", "title": "Reword: at four"}
    assert told(at, "promotion.undone") == [("bob", id, taken)]
    assert replace(now, version=before.version) == before
    with at.store.read(ALL) as tx:
        (mark,) = tx.queue.marks(id)
        assert (mark.name, mark.at, mark.actor) == ("undone", at.clock.now(), "bob")
        assert is_undone(tx, id)
        assert "bob" in tx.registry.people()


def test_an_undo_of_what_made_a_record_is_told_with_the_record(at: Desk) -> None:
    id = at.agree(Add("tea"))
    made = at.note("tea")
    assert made is not None
    at.call("undo", BOB, id=id)
    detail = {"how": "remove", "proposal": id, "record": asdict(made)}
    assert told(at, "note.updated")[-1] == ("bob", made.id, detail)


@pytest.mark.parametrize(
    ("payload", "how"), [(Join("a", "b"), "remove"), (Part("a", "b"), "restore")]
)
def test_an_undo_of_an_edge_is_told(at: Desk, payload: Any, how: str) -> None:
    if how == "restore":
        at.agree(Join("a", "b", "taste"))
    id = at.agree(payload)
    at.call("undo", BOB, id=id)
    who, _, detail = told(at, "edge.updated")[-1]
    assert (who, (detail or {})["how"], (detail or {})["proposal"]) == ("bob", how, id)


def test_when_something_was_applied_is_its_place_in_the_ledger(at: Desk) -> None:
    id = at.agree(Add("tea"))
    with at.store.read(ALL) as tx:
        (entry,) = tx.ledger.entries(subject=id, name="promotion.approved")
        assert applied(tx, id) == entry.seq
        assert applied(tx, "nothing") == 0


def test_impact_of_an_edge_is_no_record(at: Desk) -> None:
    at.agree(Add("a"))
    id = at.agree(Join("a", "b"))
    with at.store.read(ALL) as tx:
        found = blast(tx, id)
    assert (found.proposal, found.records, found.dependents) == (id, (), ())


def test_a_long_list_of_what_depends_on_it_is_cut_short(at: Desk) -> None:
    first = at.agree(Add("tea"))
    later = [at.agree(Reword("tea", f"at {n}")) for n in range(12)]
    with pytest.raises(Conflict, match="12 later decisions depend on") as told:
        at.call("undo", BOB, id=first)
    assert len(told.value.where.split(", ")) == 10
    assert set(told.value.where.split(", ")) <= {id[:12] for id in later}


def test_evidence_that_joins_is_told(at: Desk) -> None:
    at.agree(Add("tea"))
    record = at.note("tea")
    assert record is not None
    at.clock.advance(hours=1)
    more = replace(record, body={"n": 2}, confidence=0.99, text="not taken", trust=0)
    with at.store.write(ALL) as tx:
        kept = corroborate(tx, NOTES, "tea", more, "system:notes")
        assert corroborate(tx, NOTES, "milk", more, "system:notes") is None
    assert kept is not None
    assert kept == replace(
        record, body={"n": 2}, confidence=0.99, updated_at=at.clock.now(), version=2
    )
    detail = {"how": "corroborate", "proposal": record.made_by, "record": asdict(kept)}
    assert told(at, "note.updated")[-1] == ("system:notes", record.id, detail)


def test_what_forgetting_reaches(at: Desk) -> None:
    """Lost is what rests on nothing else; gone what lost ones alone made; less what cites it."""
    one, two = at.say("one"), at.say("two", "s2")
    lost = at.ask(Add("tea"), one).id
    kept = at.ask(Add("milk"), one, two).id
    other = at.ask(Add("salt"), two).id
    for id in (lost, kept, other):
        at.call("approve", BOB, id=id)
    link = at.ask(Join("tea", "milk"), one).id
    at.call("approve", BOB, id=link)
    again = at.ask(Reword("salt", "coarse"), one).id
    at.call("approve", BOB, id=again)
    with at.store.read(ALL) as tx:
        found = reach(tx, [one])
        assert {p.id for p in found.lost} == {lost, link, again}
        assert [p.id for p in found.kept] == [kept]
        assert found.gone == (("note", "tea"),)
        assert found.less == (("note", "milk"), ("note", "salt"))
        assert records_of(tx, found.lost) == {("note", "tea"), ("note", "salt")}


def test_a_maker_that_was_taken_back_holds_no_record(at: Desk) -> None:
    one, two = at.say("one"), at.say("two", "s2")
    at.call("approve", BOB, id=at.ask(Add("tea"), one).id)
    later = at.ask(Reword("tea", "at four"), two).id
    at.call("approve", BOB, id=later)
    with at.store.read(ALL) as tx:
        assert reach(tx, [one]).gone == ()
    at.call("undo", BOB, id=later)
    with at.store.read(ALL) as tx:
        assert reach(tx, [one]).gone == (("note", "tea"),)


def test_what_rests_in_quarantine_besides_is_lost(at: Desk) -> None:
    one, two = at.say("one"), at.say("two", "s2")
    id = at.ask(Add("tea"), one, two).id
    with at.store.write(ALL) as tx:
        tx.observations.flag(two, ("injection",))
        assert [p.id for p in reach(tx, [one]).lost] == [id]
        assert reach(tx, [one]).gone == ()


def test_a_shout_that_is_undone_leaves_its_job_and_no_note(at: Desk) -> None:
    id = at.agree(Shout("tea"))
    at.call("undo", BOB, id=id)
    assert at.note("tea") is None
    with at.store.read(ALL) as tx:
        assert [job.key for job in tx.jobs.all()] == [f"effect:{id}:1"]
        assert tx.knowledge.all(lives=tuple(Life)) == []
