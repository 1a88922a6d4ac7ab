"""Every backend passes this folder. Here: what a transaction is."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

import pytest

from passdown.domain.actor import human
from passdown.domain.change import Image
from passdown.domain.entry import GENESIS, Activity
from passdown.domain.errors import Internal, NotPending, PassdownError, StoreError
from passdown.domain.job import Job
from passdown.domain.observation import Observation, Seen, Session, Source
from passdown.domain.proposal import Message, Proposal, Status, Verdict
from passdown.domain.record import Edge, Record
from passdown.domain.scope import ALL
from passdown.storage.migrate import SCHEMA
from passdown.storage.port import Store, Tx

AT = "2026-11-21T03:15:00.000Z"


def proposal(id: str = "a" * 32, **rest) -> Proposal:
    return Proposal(id, "loop", "ADD", {"text": id}, (1,), "system:loop", AT, "", **rest)


T = TypeVar("T")


def there(value: T | None) -> T:
    assert value is not None
    return value


def everything(tx: Tx) -> list[object]:
    """All that a store can be asked for."""
    return [
        tx.observations.sessions(),
        tx.observations.scan(flagged=True),
        tx.observations.sources(),
        tx.observations.counts(),
        tx.knowledge.all(),
        tx.knowledge.versions("claim", "1"),
        tx.knowledge.edges(),
        tx.index.position(),
        tx.index.search(["word"], limit=9),
        tx.index.vectors(["h"], "m"),
        tx.queue.all(list(Status)),
        tx.queue.messages("a" * 32),
        tx.ledger.entries(),
        tx.ledger.anchor(),
        tx.ledger.images("a" * 32),
        tx.ledger.activities(),
        tx.jobs.all(),
        tx.registry.people(),
        tx.registry.value("name"),
    ]


def fill(tx: Tx, n: str = "1") -> None:
    """Write something into every table."""
    id = n.rjust(32, "a")
    tx.observations.add(Session(f"s{n}", "f"), [Observation(f"s{n}", "u", Seen.PROMPT, "word")])
    tx.observations.put_source(Source(f"file{n}", "f", 1, 2, 3, "tail"))
    record = tx.knowledge.put(Record("claim", n, f"a word {n}"))
    tx.knowledge.link(Edge(record.id, "relates", record.id))
    tx.index.follow([record], [], tx.ledger.append("claim.updated", "me", record.id, {"n": n}).seq)
    tx.index.keep_vectors({f"h{n}": b"vector"}, "m")
    tx.queue.add(proposal(id))
    tx.queue.say(Message(id, 0, AT, "me", "human", Verdict.SAY, "why?"))
    tx.ledger.keep_image(Image(id, 1, "put", "claim", n, 1, None))
    tx.ledger.note(Activity(AT, "served", f"s{n}", (record.id,)))
    tx.jobs.add(Job(f"job{n}", "mine", f"key{n}"))
    tx.registry.see(human(f"person{n}"))
    tx.registry.keep(f"name{n}", "value")


def test_an_empty_store_answers_everything(store: Store):
    with store.read(ALL) as tx:
        zero = {"sessions": 0, "observations": 0, "flagged": 0, "sources": 0}
        found = everything(tx)
        assert found == [
            [], [], [], zero, [], [], [], 0, [], {}, [], [], [], (0, GENESIS), [], [], [], [], None
        ]  # fmt: skip
        assert tx.ledger.head() == (0, GENESIS)


def test_what_was_committed_is_there(store: Store):
    with store.write(ALL) as tx:
        fill(tx)
        written = everything(tx)
    with store.read(ALL) as tx:
        assert everything(tx) == written


def test_nothing_of_a_failed_transaction_is_kept(store: Store):
    with store.write(ALL) as tx:
        fill(tx)
        before = everything(tx)
    with suppress(ZeroDivisionError), store.write(ALL) as tx:
        fill(tx, "2")
        raise ZeroDivisionError
    with store.read(ALL) as tx:
        assert everything(tx) == before


def test_a_refused_statement_does_not_spoil_the_transaction_it_is_part_of(store: Store):
    with store.write(ALL) as tx:
        fill(tx)
        with pytest.raises(PassdownError):
            tx.queue.add(proposal("1".rjust(32, "a")))
        tx.registry.keep("after", "it")
    with store.read(ALL) as tx:
        assert tx.registry.value("after") == "it"


def test_a_crash_at_any_statement_leaves_the_store_as_it_was(make):
    class CrashError(BaseException):
        pass

    budget = [10**9]

    def hook(statement: str) -> None:
        budget[0] -= 1
        if budget[0] == 0:
            raise CrashError(statement)

    store = make(hook)
    with store.write(ALL) as tx:
        fill(tx)
    with store.read(ALL) as tx:
        before = everything(tx)
    crashes, done = 0, False
    while not done:
        budget[0] = crashes + 1
        try:
            with store.write(ALL) as tx:
                fill(tx, "2")
            done = True
        except CrashError:
            crashes += 1
            budget[0] = 10**9
            with store.read(ALL) as tx:
                assert everything(tx) == before
    budget[0] = 10**9
    assert crashes > 15
    with store.read(ALL) as tx:
        assert everything(tx) != before
        assert tx.registry.value("name2") == "value"


def test_the_hook_is_told_of_the_beginning_and_the_end(make):
    said: list[str] = []
    store = make(said.append)
    said.clear()
    with store.write(ALL) as tx:
        tx.registry.keep("a", "b")
    assert [s for s in said if s.startswith("BEGIN")]
    assert said[-1] == "COMMIT"


@pytest.mark.parametrize(
    "write",
    [
        lambda tx: tx.observations.add(Session("s", "f"), []),
        lambda tx: tx.observations.put_source(Source("k", "f", 1, 2, 3, "")),
        lambda tx: tx.observations.flag(1, ["echo"]),
        lambda tx: tx.observations.drop("s1"),
        lambda tx: tx.knowledge.put(Record("k", "2", "t")),
        lambda tx: tx.knowledge.remove("claim", "1", 1),
        lambda tx: tx.knowledge.link(Edge("a", "b", "c")),
        lambda tx: tx.knowledge.unlink(Edge("a", "b", "c")),
        lambda tx: tx.index.follow([], [], 1),
        lambda tx: tx.index.clear(),
        lambda tx: tx.index.keep_vectors({"h": b""}, "m"),
        lambda tx: tx.queue.add(proposal("2" * 32)),
        lambda tx: tx.queue.move(
            replace(proposal("1".rjust(32, "a")), status=Status.HUMAN), Status.PENDING
        ),
        lambda tx: tx.queue.say(Message("1".rjust(32, "a"), 0, AT, "me", "human", Verdict.SAY, "")),
        lambda tx: tx.ledger.append("a", "b", "c", {}),
        lambda tx: tx.ledger.erase("hash"),
        lambda tx: tx.ledger.keep_image(Image("p", 1, "put", "k", "1", 1, None)),
        lambda tx: tx.ledger.note(Activity(AT, "served", "s")),
        lambda tx: tx.jobs.add(Job("x", "n", "another")),
        lambda tx: tx.jobs.take("w", lease_seconds=1),
        lambda tx: tx.jobs.beat("job1", "w", lease_seconds=1),
        lambda tx: tx.jobs.finish("job1", "w", {}),
        lambda tx: tx.jobs.fail("job1", "w", "", retry_at=AT),
        lambda tx: tx.registry.see(human("x")),
        lambda tx: tx.registry.keep("a", "b"),
        lambda tx: tx.registry.add_token("h", human("x")),
        lambda tx: tx.registry.revoke("x"),
    ],
)
def test_a_write_while_reading_is_refused_and_changes_nothing(store: Store, write):
    with store.write(ALL) as tx:
        fill(tx)
        before = everything(tx)
    with store.read(ALL) as tx, pytest.raises(Internal, match="inside a read"):
        write(tx)
    with store.read(ALL) as tx:
        assert everything(tx) == before


def test_a_reader_sees_one_snapshot_whatever_is_written_meanwhile(store: Store):
    with store.read(ALL) as reader:
        assert reader.ledger.head()[0] == 0
        with store.write(ALL) as tx:
            fill(tx)
        assert reader.ledger.head()[0] == 0
        assert reader.knowledge.all() == []
    with store.read(ALL) as reader:
        assert reader.ledger.head()[0] == 1


def test_a_write_inside_a_write_is_refused_instead_of_waiting_for_itself(store: Store):
    with store.write(ALL) as tx:
        with pytest.raises(Internal, match="inside a write"), store.write(ALL):
            pass
        tx.registry.keep("a", "b")
    with store.read(ALL) as tx:
        assert tx.registry.value("a") == "b"


def test_a_transaction_cannot_be_used_after_its_end(store: Store):
    with store.write(ALL) as tx:
        knowledge = tx.knowledge
    with pytest.raises(Internal, match="after its end"):
        knowledge.all()


def test_a_closed_store_says_so(store: Store):
    store.close()
    with pytest.raises(StoreError, match="closed"), store.read(ALL):
        pass


def test_all_of_one_transaction_happens_at_one_time(store: Store, clock):
    with store.write(ALL) as tx:
        first = tx.now
        clock.move(5)
        assert tx.now == first
        assert tx.ledger.append("a", "b", "c", {}).at == first


def test_a_store_says_what_it_is(store: Store, backend: str):
    found = store.describe()
    assert (found["backend"], found["schema"], found["mended"]) == (backend, SCHEMA, [])
    assert found["bytes"] >= 0
    assert found["search"]
    assert found["where"]


def test_of_two_deciders_exactly_one_wins(store: Store):
    for trial in range(20):
        asked = proposal(f"{trial:032x}")
        with store.write(ALL) as tx:
            tx.queue.add(asked)
        outcomes: list[str] = []
        start = threading.Barrier(2)

        def decide(status: Status, asked=asked, outcomes=outcomes, start=start) -> None:
            with store.read(ALL) as tx:
                seen = there(tx.queue.get(asked.id))
            start.wait()
            try:
                with store.write(ALL) as tx:
                    tx.queue.move(replace(seen, status=status), Status.PENDING)
                    tx.ledger.append(f"promotion.{status}", "me", asked.id, {})
                outcomes.append(status)
            except NotPending:
                outcomes.append("late")

        deciders = [
            threading.Thread(target=decide, args=(status,))
            for status in (Status.EXECUTED, Status.REJECTED)
        ]
        for each in deciders:
            each.start()
        for each in deciders:
            each.join()
        with store.read(ALL) as tx:
            assert sorted(outcomes) == sorted(["late", there(tx.queue.get(asked.id)).status])
            assert len(tx.ledger.entries(subject=asked.id)) == 1


def test_forty_concurrent_updates_lose_none(store: Store):
    with store.write(ALL) as tx:
        tx.knowledge.put(Record("count", "1", "0"))

    def add_one() -> None:
        for _ in range(5):
            with store.write(ALL) as tx:
                found = there(tx.knowledge.get("count", "1"))
                tx.knowledge.put(replace(found, text=str(int(found.text) + 1)))
                tx.ledger.append("count.updated", "me", found.id, {})

    writers = [threading.Thread(target=add_one) for _ in range(8)]
    for each in writers:
        each.start()
    for each in writers:
        each.join()
    with store.read(ALL) as tx:
        assert there(tx.knowledge.get("count", "1")).text == "40"
        assert [v.version for v in tx.knowledge.versions("count", "1")] == list(range(1, 42))
        assert [e.seq for e in tx.ledger.entries()] == list(range(1, 41))
