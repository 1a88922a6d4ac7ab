"""An arbitration that dies before any of its statements: the next one goes on from there, and the
question is decided once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from passdown.domain.proposal import OPEN, Status
from passdown.testing import Crash, Fuse, VirtualClock, crashes, faults
from tests.bench import Scripted, bench, says, sets, turns
from tests.desk import Desk
from tests.notes import Add
from tests.postgres import PostgresServer

ANSWERS = {
    "approve": (says("APPROVE"), Status.EXECUTED),
    "modify": (says("MODIFY", action="ADD", text="green tea", scope="global"), Status.EXECUTED),
    "reject": (says("REJECT"), Status.REJECTED),
    "escalate": (says("ESCALATE_HUMAN"), Status.HUMAN),
}


def ready(at: Desk) -> str:
    """A question for the arbiter, which may decide it."""
    sets(at, level="auto", chain="arbiter,human", golden_path_confidence="0.9")
    return at.ask(Add("tea")).id


def check(at: Desk, id: str, end: Status) -> None:
    """All of it is there, once."""
    assert faults(at.store) == []
    assert at.proposal(id).status is end
    assert [turn.tier for turn in turns(at, id)][:2] == ["classifier", "arbiter"]
    assert sum(turn.tier == "arbiter" for turn in turns(at, id)) == 1
    kept = at.note("tea") or at.note("green tea")
    assert (kept is not None) is (end is Status.EXECUTED)


@pytest.mark.parametrize("name", ANSWERS)
def test_dying_before_any_statement_the_next_sweep_goes_on(name: str) -> None:
    answer, end = ANSWERS[name]
    died = 0
    while True:
        clock, fuse = VirtualClock(), Fuse()
        at = bench(Scripted([answer]), clock=clock, on_statement=fuse)
        id = ready(at)
        fuse.light(died)
        try:
            at.call("arbitrate")
        except Crash:
            fuse.put_out()
        else:
            fuse.put_out()
            check(at, id, end)
            break
        died += 1
        assert faults(at.store) == []
        assert at.proposal(id).status in (*OPEN, end)
        at.call("arbitrate")
        check(at, id, end)
        at.close()
    assert died >= 20


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
def test_a_process_that_dies_again_and_again_gets_there(
    backend: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    dsn = ""
    if backend == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        dsn = server.fresh()
    clock, fuse = VirtualClock(), Fuse()
    writer = Scripted([says("APPROVE")])

    def opened() -> Desk:
        return bench(writer, backend, tmp_path, dsn, clock=clock, on_statement=fuse)

    at = opened()
    id = ready(at)

    def act() -> Any:
        at.call("arbitrate")

    died = 0
    for _ in crashes(fuse, act):
        died += 1
        at.close()
        at = opened()
        assert faults(at.store) == []
    assert died >= 10
    check(at, id, Status.EXECUTED)
    at.close()
