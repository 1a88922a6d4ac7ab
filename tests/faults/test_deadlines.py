"""By its deadline every question is closed: whatever tier it waits for, whatever was said of it,
and though the process that closes it dies before any statement."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from passdown.domain.errors import PassdownError
from passdown.domain.proposal import FINAL, Status
from passdown.domain.scope import ALL
from passdown.testing import Crash, Fuse, VirtualClock, faults
from tests.bench import TRUSTED, Scripted, arbitrates, bench, says, sets
from tests.desk import ALICE, BOB, ROBOT, Desk, desk
from tests.notes import Add, Drop, Reword, Rule

ASKED = {
    "that nobody looked at": lambda at: at.ask(Add("tea")).id,
    "that was talked about": lambda at: talked(at),
    "that was approved by one of two": lambda at: seconded(at),
    "that waits for an arbiter": lambda at: waits(at),
    "that an arbiter passed on": lambda at: passed(at),
    "of an agent": lambda at: at.ask(Add("tea"), by="agent:robot").id,
    "whose evidence is gone": lambda at: bare(at),
}


def talked(at: Desk) -> str:
    id = at.ask(Add("tea")).id
    at.call("say", BOB, id=id, text="at four?")
    at.clock.advance(days=13, seconds=86_000)
    at.call("say", ROBOT, id=id, text="yes")
    return id


def seconded(at: Desk) -> str:
    at.call("controls.set", name="gate.policy_people", value="2")
    id = at.ask(Rule("tea")).id
    at.call("approve", ALICE, id=id)
    return id


def waits(at: Desk) -> str:
    sets(at, level="auto", chain="arbiter,human", golden_path_confidence="0.99")
    asked = at.ask(Add("tea"))
    with at.store.write(ALL) as tx:
        tx.queue.move(replace(asked, status=Status.ARBITER), expect=asked.status)
    return asked.id


def passed(at: Desk) -> str:
    sets(at, level="auto", chain="arbiter,human", golden_path_confidence="0.99")
    id = at.ask(Add("tea")).id
    arbitrates(at)
    assert at.proposal(id).status is Status.HUMAN
    return id


def bare(at: Desk) -> str:
    seq = at.say("because")
    id = at.ask(Add("tea"), seq).id
    with at.store.write(ALL) as tx:
        tx.observations.flag(seq, ("injection",))
    return id


@pytest.mark.parametrize("kind", ASKED)
@pytest.mark.parametrize("backend", ["memory", "sqlite"])
def test_a_question_is_closed_by_its_deadline(kind: str, backend: str, tmp_path: Path) -> None:
    writer = Scripted([says("ESCALATE_HUMAN")])
    at = bench(writer, backend, tmp_path, loops={"notes": TRUSTED})
    id = ASKED[kind](at)
    assert at.proposal(id).open
    left = at.proposal(id).deadline
    while at.clock.now() < left:
        at.call("expire")
        assert at.proposal(id).open or at.clock.now() >= left
        at.clock.advance(hours=6)
    at.call("expire")
    assert at.proposal(id).status is Status.EXPIRED
    assert at.note("tea") is None
    assert faults(at.store) == []
    at.close()


PAYLOADS = st.one_of(
    st.builds(Add, st.sampled_from(["tea", "milk", "salt"])),
    st.builds(Reword, st.just("tea"), st.just("at four")),
    st.builds(Drop, st.just("tea")),
    st.builds(Rule, st.just("wash up")),
)
DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["ask", "approve", "reject", "say", "wait"]), PAYLOADS, st.integers(0, 9)
    ),
    max_size=15,
)


@settings(max_examples=60, deadline=None)
@given(DEEDS, st.integers(-1, 40))
def test_whatever_happened_nothing_is_open_after_its_deadline(deeds: Any, dies: int) -> None:
    fuse = Fuse()
    at = desk(clock=VirtualClock(), on_statement=fuse)
    for deed, payload, place in deeds:
        done(at, deed, payload, place)
    at.clock.advance(days=15)
    fuse.light(dies)
    with suppress(Crash):
        at.call("expire")
    fuse.put_out()
    assert faults(at.store) == []
    at.call("expire")
    with at.store.read(ALL) as tx:
        assert tx.queue.all(limit=1000) == []
        assert {p.status for p in tx.queue.all(tuple(Status), limit=1000)} <= FINAL
    assert faults(at.store) == []


def done(at: Desk, deed: str, payload: Any, place: int) -> None:
    if deed == "ask":
        at.file(payload, at.say("because"))
    if deed == "wait":
        at.clock.advance(days=place)
    with at.store.read(ALL) as tx:
        every = sorted(p.id for p in tx.queue.all(limit=1000))
    if deed in ("approve", "reject", "say") and every:
        more: dict[str, dict[str, str]] = {
            "approve": {},
            "reject": {"reason": "no"},
            "say": {"text": "why?"},
        }
        with suppress(PassdownError):
            at.call(deed, BOB, id=every[place % len(every)], **more[deed])
