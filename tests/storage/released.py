"""Stores as each released schema left them: a backup per schema, which every later one must read.

A schema that is to be released adds its own: `python -m tests.storage.released`.
"""

from __future__ import annotations

from pathlib import Path

from passdown.domain.actor import human
from passdown.domain.change import Image
from passdown.domain.clock import At
from passdown.domain.entry import Activity
from passdown.domain.job import Job
from passdown.domain.observation import Observation, Pointer, Seen, Session, Source, Trust
from passdown.domain.proposal import Mark, Message, Proposal, Status, Verdict
from passdown.domain.record import Edge, Life, Record
from passdown.domain.scope import ALL
from passdown.storage.memory import open_memory
from passdown.storage.migrate import SCHEMA
from passdown.storage.port import Store, Tx

FOLDER = Path(__file__).parent / "schemas"
AT: At = "2026-11-21T03:15:00.000Z"
ID = "0193a0000000700080000000000000aa"


class Fixed:
    """A clock that stands still, so that the file is the same whenever it is made."""

    def now(self) -> At:
        return AT


def path_of(schema: int) -> Path:
    """The backup of a released schema."""
    return FOLDER / f"{schema:04}.backup"


def write_everything(tx: Tx) -> None:
    """At least one row in every table that lasts."""
    pointer = Pointer("a.jsonl", 10, 20, "ab" * 32)
    item = Observation(
        "s", "u", Seen.RESULT, "it failed", AT, Trust.TOOL, "repo:app", "bash", "c1", False,
        "E <n>", pointer, ("echo",), {"k": [1, None]},
    )  # fmt: skip
    tx.observations.add(Session("s", "jsonl", "agent", repo="app", started_at=AT), [item])
    tx.observations.put_source(Source("a.jsonl", "jsonl", 1, 2**64 - 1, 30, "tail", {"m": 1}, AT))
    record = tx.knowledge.put(Record("claim", "k", "Clear the cache", {"quote": "é"}, made_by=ID))
    tx.knowledge.put(Record("claim", "old", "gone", life=Life.SUPERSEDED, confidence=0.25))
    tx.knowledge.link(Edge(record.id, "supersedes", record.id, {"why": "x"}, "repo:app"))
    asked = Proposal(ID, "loop", "ADD", {"text": "t"}, (1,), "system:loop", AT, AT, title="t")
    tx.queue.add(asked)
    tx.queue.say(Message(ID, 0, AT, "ann", "human", Verdict.SAY, "why?"))
    tx.queue.mark(Mark(ID, "undone", AT, "ann", {"n": 1}))
    tx.ledger.append("promotion.proposed", "system:loop", ID, {"text": "t"})
    erased = tx.ledger.append("promotion.approved", "ann", ID, {"secret": "x"})
    tx.ledger.erase(erased.body)
    tx.ledger.keep_image(Image(ID, 1, "put", "claim", "k", 1, {"text": "before"}))
    tx.ledger.note(Activity(AT, "served", "s", (record.id,), {"n": 1}))
    tx.jobs.add(Job("j", "mine", "key", {"a": 1}))
    tx.registry.see(human("ann"))
    tx.registry.add_token("hash", human("ann"))
    tx.registry.keep("name", "value")
    tx.registry.forget(["mark"])


def told(store: Store) -> list[object]:
    """What was written, as today's code reads it."""
    with store.read(ALL) as tx:
        return [
            tx.observations.sessions(),
            tx.observations.scan(flagged=True),
            tx.observations.sources(),
            tx.knowledge.all(lives=list(Life)),
            tx.knowledge.versions("claim", "k"),
            tx.knowledge.edges(),
            tx.queue.all(list(Status)),
            tx.queue.messages(ID),
            tx.queue.marks(ID),
            tx.ledger.entries(),
            tx.ledger.anchor(),
            tx.ledger.images(ID),
            tx.ledger.activities(),
            tx.jobs.all(),
            tx.registry.people(),
            sorted({holder.name for holder, _ in tx.registry.holders()}),
            tx.registry.value("name"),
        ]


def made() -> Store:
    """A store of the last schema, with everything in it."""
    store = open_memory(Fixed())
    with store.write(ALL) as tx:
        write_everything(tx)
    return store


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    made().backup(path_of(SCHEMA))
