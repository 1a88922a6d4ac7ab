"""The parts of passdown.testing that are no harness: clock, crashes, transcripts, state."""

from __future__ import annotations

import importlib
import sys

import pytest

from passdown.domain.errors import Forbidden, Unavailable
from passdown.domain.observation import Seen, Trust
from passdown.domain.scope import ALL
from passdown.testing import (
    AGENT,
    START,
    Crash,
    Fuse,
    VirtualClock,
    World,
    assistant,
    call,
    crash_after,
    crashes,
    digest,
    interleaved,
    keep,
    person,
    result,
    transcript,
)
from tests.notes import NOTES

PAST = (
    transcript("s1", person("note: tea"), assistant("noted"), repo="web"),
    transcript("s2", person("note: tea"), person("note: milk"), person("bye")),
)


def test_a_virtual_clock_stands_still_until_it_is_moved_either_way():
    clock = VirtualClock()
    assert clock.now() == clock.now() == START
    assert clock.advance(days=1, hours=1, seconds=0.5) == "2026-01-02T01:00:00.500Z"
    assert clock.advance(days=-1, hours=-1, seconds=-0.5) == START
    assert clock.set("2025-01-01T00:00:00.000Z") == clock.now() < START


def test_a_result_belongs_to_the_call_before_it_and_an_error_has_a_signature():
    told = transcript(
        "s", person("go"), call("Bash", "pytst"), result("bash: pytst: command not found", ok=False)
    )
    asked, run, failed = told.items
    assert (asked.seen, asked.trust, asked.tool, asked.call) == (Seen.PROMPT, Trust.HUMAN, "", "")
    assert (run.tool, run.call) == (failed.tool, failed.call) == ("Bash", "call-1")
    assert failed.signature
    assert not asked.signature
    assert [o.at for o in told.items] == sorted(o.at for o in told.items)


def test_a_transcripts_scope_is_the_repo_it_ran_in():
    assert {o.scope for o in PAST[0].items} == {"repo:web"}
    assert {o.scope for o in PAST[1].items} == {"global"}


@pytest.mark.parametrize("seed", range(20))
def test_interleaving_keeps_each_sessions_order_and_loses_nothing(seed: int):
    order = [(session.id, o.uid) for session, items in interleaved(PAST, seed) for o in items]
    for told in PAST:
        assert [uid for id, uid in order if id == told.session.id] == [o.uid for o in told.items]
    assert len(order) == 5


def test_a_world_mines_asks_decides_and_refuses_agents():
    with World(NOTES) as world:
        world.read(*PAST)
        (cycle,) = world.mine()["cycles"]
        assert (cycle["loop"], cycle["found"], cycle["fates"]) == ("notes", 2, {"filed": 2})
        first = world.pending()[0]["id"]
        with pytest.raises(Forbidden):
            world.call("approve", AGENT, id=first)
        world.call("approve", id=first)
        assert len(world.pending()) == 1


def test_worlds_share_nothing():
    with World(NOTES) as one, World(NOTES) as other:
        one.read(*PAST)
        assert list(other.corpus().observations()) == []


def test_a_world_in_memory_leaves_nothing_on_the_disk_when_it_is_forgotten():
    world = World(NOTES)
    home = world.app.home
    world.read(*PAST)
    world.mine()
    world.call("approve", id=world.pending()[0]["id"])
    world.call("brief", repo="web")
    assert list(home.rglob("*.jsonl"))
    del world
    assert not home.exists()


def test_the_digest_of_a_store_changes_with_every_part_of_it():
    from dataclasses import replace

    from passdown.domain.actor import human
    from passdown.domain.change import Image
    from passdown.domain.entry import Activity
    from passdown.domain.job import Job
    from passdown.domain.observation import Source
    from passdown.domain.proposal import Mark, Message, Proposal, Verdict
    from passdown.domain.record import Edge, Record

    asked = Proposal("a" * 32, "notes", "ADD", {}, (1,), "x", START, START)
    message = Message(asked.id, 0, START, "x", "human", Verdict.SAY, "hm")
    steps = [
        lambda tx: tx.observations.add(PAST[0].session, PAST[0].items),
        lambda tx: tx.observations.add(replace(PAST[0].session, model="m"), []),
        lambda tx: tx.observations.flag(1, ["echo"]),
        lambda tx: tx.observations.put_source(Source("k", "f", 1, 2, 3, "t")),
        lambda tx: tx.knowledge.put(Record("note", "k", "x")),
        lambda tx: tx.knowledge.put(Record("note", "k", "y", version=1)),
        lambda tx: tx.knowledge.link(Edge("a", "b", "c")),
        lambda tx: tx.queue.add(asked),
        lambda tx: tx.queue.attach(replace(asked, confidence=0.5)),
        lambda tx: tx.queue.say(message),
        lambda tx: tx.queue.mark(Mark(asked.id, "undone", START, "x")),
        lambda tx: tx.ledger.append("cycle.finished", "a", "b", {}),
        lambda tx: tx.ledger.keep_image(Image(asked.id, 0, "put", "note", "k", 1, None)),
        lambda tx: tx.ledger.note(Activity(START, "served", "s")),
        lambda tx: tx.jobs.add(Job("j", "effect:x", "key")),
        lambda tx: tx.registry.see(human("ann")),
    ]
    with World(NOTES) as world:
        seen = [digest(world.store)]
        for step in steps:
            with world.store.write(ALL) as tx:
                step(tx)
            seen.append(digest(world.store))
    assert len(set(seen)) == len(seen)


def test_a_fuse_lets_so_many_statements_pass_and_dies_once():
    fuse = crash_after(2)
    fuse("one")
    fuse("two")
    with pytest.raises(Crash, match="three"):
        fuse("three")
    fuse("four")
    assert fuse.statements == ["one", "two", "three", "four"]


def test_a_crash_is_swallowed_by_nobody():
    assert not issubclass(Crash, Exception)


def test_crashes_come_before_every_statement_until_one_run_gets_through():
    fuse, through = Fuse(), []

    def act() -> None:
        for n in range(4):
            fuse(str(n))
        through.append(True)

    assert list(crashes(fuse, act)) == [0, 1, 2, 3]
    assert through == [True]
    assert list(crashes(fuse, act, every=3)) == [0, 3]


@pytest.mark.parametrize("passed", range(12))
def test_a_world_that_crashed_is_as_before_or_after(passed: int):
    fuse = Fuse()
    with World(NOTES, on_statement=fuse) as world:
        world.read(*PAST)
        world.mine()
        id = world.pending()[0]["id"]
        before = digest(world.store)
        fuse.light(passed)
        with pytest.raises(Crash):
            world.call("approve", id=id)
        assert digest(world.store) == before
        world.call("approve", id=id)
        assert digest(world.store) != before


def test_keeping_the_same_twice_keeps_it_once():
    with World(NOTES) as world:
        for _ in range(2):
            keep(world.store, ((t.session, t.items) for t in PAST))
        assert len(list(world.corpus().observations())) == 5


def test_without_hypothesis_the_strategies_say_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    monkeypatch.delitem(sys.modules, "passdown.testing.strategies", raising=False)
    with pytest.raises(Unavailable, match=r"passdown\[testing\]"):
        importlib.import_module("passdown.testing.strategies")


def test_a_world_without_loops_knows_those_of_this_installation():
    with World() as world:
        assert "claims" in world.app.loops
        assert "notes" not in world.app.loops
