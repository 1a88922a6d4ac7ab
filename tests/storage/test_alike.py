"""Questions by their shape, and the queue narrowed, in every backend."""

from __future__ import annotations

from dataclasses import replace

from passdown.domain.proposal import Proposal, Status
from passdown.domain.scope import ALL, Sight
from passdown.storage.narrow import Narrow
from passdown.storage.port import Store
from passdown.text.shape import shape

AT = "2026-11-21T03:15:00.000Z"


def asked(n: int, title: str = "", **how: object) -> Proposal:
    made = Proposal(
        f"{n:032x}", "loop", "ADD", {}, (), "me", AT, AT, "global", title or f"run `job{n}`"
    )
    return replace(made, **how)  # type: ignore[arg-type] # whatever a test says of it


SHAPE = shape("ADD", "global", "run `job1`")


def test_what_names_nothing_has_no_shape_and_what_names_something_keeps_its_sentence() -> None:
    assert shape("ADD", "global", "tea is early") == ""
    assert shape("ADD", "global", "run `a`") == shape("ADD", "global", "run `b c`") == SHAPE
    assert len({SHAPE, shape("DROP", "global", "run `a`"), shape("ADD", "repo:a", "run `a`")}) == 3


def test_open_ones_of_a_shape_come_surest_first(store: Store) -> None:
    with store.write(ALL) as tx:
        for n, sure in enumerate((0.2, 0.9, 0.5)):
            tx.queue.add(asked(n, confidence=sure))
        tx.queue.add(asked(7, "run `job7` twice"))
        tx.queue.add(asked(8, status=Status.REJECTED))
        tx.queue.add(asked(9, "no name"))
        found = tx.alike.waiting("loop", SHAPE, limit=2)
        assert [p.confidence for p in found] == [0.9, 0.5]
        assert tx.alike.waiting("other", SHAPE, limit=2) == []


def test_groups_are_the_largest_first_and_what_stands_alone_is_none(store: Store) -> None:
    with store.write(ALL) as tx:
        for n in range(3):
            tx.queue.add(asked(n))
        for n in range(3, 8):
            tx.queue.add(asked(n, f"use `{n}` instead"))
        tx.queue.add(asked(8, "only `one`"))
        found = tx.alike.groups("loop", limit=5)
        assert [(g.n, g.first) for g in found] == [(5, f"{3:032x}"), (3, f"{0:032x}")]
        assert found[1].shape == SHAPE
        assert tx.alike.groups("loop", limit=1) == found[:1]
    with store.read(Sight(("repo:a",))) as tx:
        assert tx.alike.groups("loop", limit=5) == []


def test_a_yes_to_something_else_counts_as_the_other_answer(store: Store) -> None:
    done = {"status": Status.EXECUTED, "decided_by": "ann"}
    with store.write(ALL) as tx:
        tx.queue.add(asked(1, **done))
        tx.queue.add(asked(2, **done, original={"text": "was"}))
        tx.queue.add(asked(3, status=Status.REJECTED, decided_by="ann"))
        tx.queue.add(asked(4, status=Status.REJECTED, decided_by="bob"))
        assert tx.alike.answers("loop", SHAPE, "ann") == (1, 2)
        assert tx.alike.answers("loop", SHAPE, "bob") == (0, 1)
        assert tx.alike.answers("loop", SHAPE, "ann", most=1) == (0, 1)


def test_decided_ones_as_sure_or_less_come_surest_first_equals_among_them(store: Store) -> None:
    with store.write(ALL) as tx:
        for n, sure in enumerate((0.9, 0.8, 0.8, 0.3)):
            tx.queue.add(asked(n, confidence=sure, status=Status.REJECTED))
        tx.queue.add(asked(8, confidence=0.8))
        tx.queue.add(asked(9, confidence=0.8, status=Status.REJECTED, action="DROP"))
        found = tx.alike.decided("loop", "ADD", Status.REJECTED, 0.8, limit=9)
        assert [p.id for p in found] == [f"{n:032x}" for n in (1, 2, 3)]
        assert tx.alike.decided("loop", "ADD", Status.REJECTED, 0.8, limit=1) == found[:1]
    with store.read(Sight(("repo:a",))) as tx:
        assert tx.alike.decided("loop", "ADD", Status.REJECTED, 0.8, limit=9) == []


def test_a_title_that_changes_takes_its_shape_along(store: Store) -> None:
    with store.write(ALL) as tx:
        tx.queue.add(asked(1))
        tx.queue.attach(asked(1, "say `x`"))
        assert tx.alike.waiting("loop", SHAPE, limit=9) == []
        assert len(tx.alike.waiting("loop", shape("ADD", "global", "say `x`"), limit=9)) == 1


def test_the_queue_is_narrowed_in_its_own_order(store: Store) -> None:
    every = [
        asked(1, value=5.0, confidence=0.9, scope="repo:a"),
        asked(2, value=4.0, confidence=0.4, flags=("replay_changed",)),
        asked(3, value=3.0, confidence=0.8, created_at="2026-11-01T00:00:00.000Z"),
        asked(4, value=2.0, confidence=0.7, flags=("audit:would_reject", "x")),
    ]
    wanted = {
        Narrow(scope="repo:a"): [1],
        Narrow(flag="replay_changed"): [2],
        Narrow(flag="audit:"): [4],
        Narrow(flagged=True): [2, 4],
        Narrow(least=0.8): [1, 3],
        Narrow(until="2026-11-02"): [3],
        Narrow(least=0.5, flagged=True): [4],
        Narrow(scope="repo:b"): [],
    }
    with store.write(ALL) as tx:
        for one in every:
            tx.queue.add(one)
        for narrow, numbers in wanted.items():
            ids = [f"{n:032x}" for n in numbers]
            assert [p.id for p in tx.queue.best("loop", narrow=narrow)] == ids
            by_lot = tx.queue.best("loop", before="f", narrow=narrow)
            assert [p.id for p in by_lot] == ids
        assert [p.id for p in tx.queue.best("loop", before="f", limit=9)] == [p.id for p in every]
        assert (tx.queue.waiting("loop"), tx.queue.waiting("none")) == (4, 0)
