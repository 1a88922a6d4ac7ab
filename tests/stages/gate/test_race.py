"""Two people at once: exactly one decides."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from passdown.domain.errors import Conflict, NotPending, PassdownError
from passdown.domain.proposal import Status
from passdown.domain.scope import ALL
from passdown.stages.measure.verify import verify
from passdown.testing import VirtualClock, faults
from tests.desk import ALICE, BOB, Desk, desk
from tests.notes import Add, Rule

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


OTHER = {"action": "ADD", "text": "x"}
PAIRS: dict[str, tuple[tuple[str, dict[str, Any]], tuple[str, dict[str, Any]]]] = {
    "two yeses": (("approve", {}), ("approve", {})),
    "two noes": (("reject", {"reason": "no"}), ("reject", {"reason": "no"})),
    "a yes and other words": (("approve", {}), ("approve", {"edit": OTHER})),
    "a yes and the deadline": (("approve", {}), ("expire", {})),
}


def of_two(one: Desk, other: Desk, pair: str) -> None:
    """Let two go at one question at once; it has one end, told once, and its records are of it."""
    (first, how), (second, also) = PAIRS[pair]
    id = one.ask(Add("tea")).id
    if second == "expire":
        one.clock.advance(days=14, seconds=-0.001)
    else:
        also = {"id": id, **also}

    def rival() -> object:
        if second == "expire":
            other.clock.advance(seconds=0.002)
        return other.call(second, BOB, **also)

    answers = at_once(lambda: one.call(first, ALICE, id=id, **how), rival)
    refused = [a for a in answers if isinstance(a, PassdownError)]
    assert all(isinstance(a, NotPending) for a in refused)
    assert len(refused) == 1 or second == "expire"
    decided = one.proposal(id)
    assert not decided.open
    with one.store.read(ALL) as tx:
        assert len(tx.queue.messages(id)) == 1
        noted = tx.knowledge.all("note")
    assert len(noted) == (decided.status is Status.EXECUTED)
    assert len([e for e in one.events(id) if e != "promotion.proposed"]) == 1
    assert faults(one.store) == []


@pytest.mark.parametrize("pair", PAIRS)
def test_of_any_two_on_one_file_exactly_one_wins(pair: str, tmp_path: Path):
    for n in range(5):
        one, other = two_on_a_disk(tmp_path / str(n))
        of_two(one, other, pair)
        one.close()
        other.close()


@pytest.mark.parametrize("pair", PAIRS)
def test_of_any_two_on_a_server_exactly_one_wins(pair: str, tmp_path: Path, postgres_dsn: str):
    clock = VirtualClock()
    one, other = (desk("postgres", tmp_path, postgres_dsn, clock=clock) for _ in range(2))
    of_two(one, other, pair)
    one.close()
    other.close()


def test_of_two_undos_at_once_exactly_one_is_done(tmp_path: Path):
    one, other = two_on_a_disk(tmp_path)
    for n in range(TRIALS // 6):
        id = one.agree(Add(f"tea {n}"))
        answers = at_once(
            partial(one.call, "undo", ALICE, id=id),
            partial(other.call, "undo", BOB, id=id),
        )
        assert [type(a) for a in answers if isinstance(a, PassdownError)] == [Conflict]
        assert one.events(id).count("promotion.undone") == 1
    assert faults(one.store) == []
    one.close()
    other.close()


def test_of_two_last_yeses_at_once_one_decides_and_nobody_counts_twice(tmp_path: Path):
    """Two are needed: whoever comes second decides, however close they come."""
    one, other = two_on_a_disk(tmp_path)
    one.call("controls.set", name="gate.policy_people", value="2")
    for n in range(TRIALS // 6):
        id = one.ask(Rule(f"tea {n}")).id
        answers = at_once(
            partial(one.call, "approve", ALICE, id=id),
            partial(other.call, "approve", BOB, id=id),
        )
        assert sorted(a["state"] for a in answers if isinstance(a, dict)) == ["executed", "pending"]
        assert one.events(id).count("promotion.approved") == 1
        assert one.events(id).count("promotion.seconded") == 1
    one.close()
    other.close()


def two_on_a_disk(home: Path) -> tuple[Desk, Desk]:
    """Two stores on one file, with one clock."""
    clock = VirtualClock()
    return desk("sqlite", home, clock=clock), desk("sqlite", home, clock=clock)


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
