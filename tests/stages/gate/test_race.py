"""Two people at once: exactly one decides."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Barrier, Thread

import pytest

from passdown.domain.errors import NotPending, PassdownError
from passdown.domain.proposal import Status
from passdown.domain.scope import ALL
from passdown.stages.measure.verify import verify
from tests.desk import ALICE, BOB, Desk, desk
from tests.notes import Add

TRIALS = 60


def at_once(*calls: Callable[[], object]) -> list[object]:
    """What each call gave or raised, all let go at the same moment."""
    gate, answers = Barrier(len(calls)), [object()] * len(calls)

    def run(n: int, call: Callable[[], object]) -> None:
        gate.wait()
        try:
            answers[n] = call()
        except PassdownError as error:
            answers[n] = error

    threads = [Thread(target=run, args=(n, call)) for n, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def decide_twice(one: Desk, other: Desk, id: str) -> list[object]:
    return at_once(
        lambda: one.call("approve", ALICE, id=id),
        lambda: other.call("reject", BOB, id=id, reason="no"),
    )


def check(at: Desk, id: str, answers: list[object]) -> None:
    """One answer, one NotPending; one verdict, one event, and a record only after a yes."""
    lost = [a for a in answers if isinstance(a, PassdownError)]
    assert [type(a) for a in lost] == [NotPending]
    decided = at.proposal(id)
    won = Status.EXECUTED if isinstance(answers[0], dict) else Status.REJECTED
    assert decided.status is won
    assert (at.note(str(decided.payload["text"])) is not None) is (won is Status.EXECUTED)
    with at.store.read(ALL) as tx:
        assert len(tx.queue.messages(id)) == 1
    ends = [e for e in at.events(id) if e != "promotion.proposed"]
    assert len(ends) == 1


@pytest.mark.parametrize("backend", ["memory", "sqlite"])
def test_of_approve_and_reject_at_once_exactly_one_wins(backend: str, tmp_path: Path):
    at = desk(backend, tmp_path)
    for n in range(TRIALS):
        id = at.ask(Add(f"tea {n}")).id
        check(at, id, decide_twice(at, at, id))
    with at.store.read(ALL) as tx:
        assert verify(tx).ok
    at.close()


def test_of_two_processes_stores_exactly_one_wins(tmp_path: Path):
    """Two stores on one file share no lock of this process."""
    one, other = desk("sqlite", tmp_path), desk("sqlite", tmp_path)
    for n in range(TRIALS // 3):
        id = one.ask(Add(f"tea {n}")).id
        check(one, id, decide_twice(one, other, id))
    one.close()
    other.close()


def test_of_two_on_a_server_exactly_one_wins(tmp_path: Path, postgres_dsn: str):
    one, other = (desk("postgres", tmp_path, postgres_dsn) for _ in range(2))
    for n in range(TRIALS // 3):
        id = one.ask(Add(f"tea {n}")).id
        check(one, id, decide_twice(one, other, id))
    one.close()
    other.close()


@pytest.mark.parametrize("backend", ["memory", "sqlite"])
def test_forty_yeses_at_once_lose_none(backend: str, tmp_path: Path):
    at = desk(backend, tmp_path)
    ids = [at.ask(Add(f"tea {n}")).id for n in range(40)]
    answers = at_once(*(lambda id=id: at.call("approve", id=id) for id in ids))
    assert all(isinstance(a, dict) for a in answers)
    with at.store.read(ALL) as tx:
        assert len(tx.knowledge.all("note")) == 40
        assert verify(tx).ok
    at.close()
