"""What stands is counted as by looking at each question and each record, in every backend, whatever
became of them meanwhile."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from passdown.domain.proposal import OPEN, TRANSITIONS, Proposal, Status
from passdown.domain.record import Life, Record
from passdown.domain.scope import ALL, Sight
from passdown.storage.migrate import SCHEMA
from passdown.storage.port import Store, Tx
from tests.storage.released import path_of

AT = "2026-11-21T03:15:00.000Z"
ASKED = Proposal("", "one", "ADD", {}, (), "me", AT, AT, "global", "a question")
SCOPES = ("global", "repo:a", "who:ann")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.sampled_from(("one", "other")), st.sampled_from(SCOPES)),
        st.tuples(st.just("move"), st.integers(0, 9), st.sampled_from(Status)),
        st.tuples(st.just("put"), st.integers(0, 3), st.sampled_from(SCOPES)),
        st.tuples(st.just("live"), st.integers(0, 3), st.sampled_from(Life)),
        st.tuples(st.just("remove"), st.integers(0, 3), st.none()),
        st.tuples(st.just("erase"), st.sampled_from(("proposals", "records")), st.none()),
    ),
    max_size=24,
)


@given(STEPS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_what_stands_is_counted_as_by_looking_at_each(
    store: Store, steps: list[tuple[str, object, object]]
) -> None:
    with store.write(ALL) as tx:
        _emptied(tx)
        asked: list[str] = [p.id for p in tx.queue.all(tuple(Status), limit=1000)]
        for what, which, how in steps:
            _step(tx, asked, what, which, how)
    for sight in (ALL, Sight(("repo:a",)), Sight(("global", "who:ann"))):
        with store.read(sight) as tx:
            agree(tx)


@pytest.mark.parametrize("schema", range(1, SCHEMA + 1))
def test_what_a_backup_brings_is_counted(store: Store, schema: int) -> None:
    store.restore(path_of(schema))
    with store.read(ALL) as tx:
        assert tx.queue.counts()
        assert tx.knowledge.counts()
        agree(tx)


def agree(tx: Tx) -> None:
    """What is counted is what a look at each says."""
    every = tx.queue.all(tuple(Status), limit=1000)
    assert tx.queue.counts() == Counter((p.loop, p.status) for p in every)
    for loop in ("", "one"):
        waits = [p for p in every if p.status in OPEN and loop in ("", p.loop)]
        assert tx.queue.waiting(loop) == len(waits)
    known = tx.knowledge.all()
    assert tx.knowledge.counts() == Counter(record.kind for record in known)
    assert tx.sums.records() == len(known)


def _emptied(tx: Tx) -> None:
    for record in tx.knowledge.all(lives=tuple(Life)):
        tx.knowledge.remove(record.kind, record.key, record.version)


def _step(tx: Tx, asked: list[str], what: str, which: object, how: object) -> None:
    if what == "ask":
        asked.append(f"{len(asked):032x}")
        tx.queue.add(replace(ASKED, id=asked[-1], loop=str(which), scope=str(how)))
    elif what == "move" and asked:
        one = tx.queue.get(asked[int(str(which)) % len(asked)])
        assert one is not None
        assert isinstance(how, Status)
        if how in TRANSITIONS[one.status]:
            tx.queue.move(replace(one, status=how), one.status)
    elif what == "erase":
        for row in tx.erasure.page(str(which), limit=2):
            tx.erasure.rewrite(row._replace(values={**row.values, "scope": "repo:a"}))
    elif what in ("put", "live", "remove"):
        _record(tx, f"k{which}", what, how)


def _record(tx: Tx, key: str, what: str, how: object) -> None:
    there = tx.knowledge.get("claim", key)
    if what == "put" and there is None:
        tx.knowledge.put(Record("claim", key, "x", created_at=AT, scope=str(how)))
    elif what == "put" and there is not None:
        tx.knowledge.put(replace(there, scope=str(how)))
    elif what == "live" and isinstance(how, Life) and there is not None:
        tx.knowledge.put(replace(there, life=how))
    elif what == "remove" and there is not None:
        tx.knowledge.remove("claim", key, there.version)
