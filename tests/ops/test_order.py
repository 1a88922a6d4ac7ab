"""A person is asked what is worth most first, and every tenth place is drawn by lot."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from passdown.contract import Replay
from passdown.domain.clock import new_id
from passdown.domain.errors import Invalid
from passdown.domain.scope import ALL
from passdown.ops.order import DRAWN, KEPT, PAUSE, USUAL, pace
from passdown.stages.propose.worth import worth
from tests.desk import ALICE, BOB, Desk
from tests.notes import Add


def fill(at: Desk, values: list[float], loop: str = "notes") -> list[str]:
    """Open questions of these values; their ids, which are random."""
    like = at.ask(Add("like"))
    with at.store.write(ALL) as tx:
        made = [
            replace(like, id=new_id(), fingerprint=new_id(), value=value, loop=loop)
            for value in values
        ]
        for p in made:
            tx.queue.add(p)
        tx.queue.move(replace(like, status=type(like.status)("rejected")), like.status)
    return [p.id for p in made]


def page(at: Desk, **asked: Any) -> dict[str, Any]:
    found: dict[str, Any] = at.call("pending", order="value", **asked)
    return found


def ids(rows: list[dict[str, Any]], *, lot: bool) -> list[str]:
    return [row["id"] for row in rows if row["lot"] is lot]


def test_what_would_help_more_and_is_less_sure_is_asked_first() -> None:
    often, once = Replay("", right=20), Replay("", right=1)
    assert worth(0.7, often) > worth(0.7, once)
    assert worth(0.7, once) > worth(0.97, once)
    assert worth(0.7, once) > worth(0.1, once)
    assert worth(0.7, Replay("", right=3, wrong=3)) < worth(0.7, Replay("", right=3))
    assert worth(0.0, often) == 0 < worth(1.0, often)


def test_the_queue_is_in_the_order_of_value_but_for_every_tenth_place(on_each: Desk) -> None:
    made = fill(on_each, [n / 100 for n in range(100)])
    rows = page(on_each, limit=1000)["proposals"]
    assert {row["id"] for row in rows} == set(made)
    drawn = [p for p in made if p < DRAWN]
    assert ids(rows, lot=True) == sorted(drawn)
    assert ids(rows, lot=False) == [p for p in reversed(made) if p >= DRAWN]
    places = [n for n, row in enumerate(rows, 1) if row["lot"]]
    assert all(n % 10 == 0 or n > len(rows) - 10 for n in places[: 100 // 11 - len(drawn)])


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    values=st.lists(st.sampled_from([0.0, 0.5, 1 / 3, 1.0]) | st.floats(0, 3), max_size=25),
    most=st.integers(1, 9),
)
def test_pages_together_hold_each_question_once(at: Desk, values: list[float], most: int) -> None:
    with at.store.read(ALL) as tx:
        before = {p.id for p in tx.queue.all(limit=10_000)}
    made = fill(at, values)
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        found = page(at, limit=most, after=after)
        seen += [row["id"] for row in found["proposals"]]
        after = found["next"]
    assert sorted(seen) == sorted({*made, *before})


def test_a_page_goes_on_where_the_last_was_decided_meanwhile(at: Desk) -> None:
    fill(at, [n / 30 for n in range(30)])
    whole = [row["id"] for row in page(at, limit=100)["proposals"]]
    first = page(at, limit=7)
    for row in first["proposals"]:
        at.call("reject", id=row["id"], reason="no")
    rest = page(at, limit=100, after=first["next"])["proposals"]
    assert {row["id"] for row in rest} == set(whole[7:])


def test_loops_are_merged_by_what_a_second_is_worth(at: Desk) -> None:
    slow = [p for p in fill(at, [1.0] * 5, "slow") if p >= DRAWN]
    quick = [p for p in fill(at, [0.6] * 5, "quick") if p >= DRAWN]
    for loop, took in (("slow", 30), ("quick", 3)):
        _teach(at, loop, took)
    rows = ids(page(at)["proposals"], lot=False)
    assert rows == sorted(quick) + sorted(slow)


def _teach(at: Desk, loop: str, seconds: int) -> None:
    from passdown.ops.order import answered

    for _ in range(8):
        at.clock.advance(seconds=seconds)
        with at.store.write(ALL) as tx:
            answered(tx, ALICE, loop)


def test_how_long_an_answer_takes_is_learnt_from_those_given_in_a_row(on_each: Desk) -> None:
    def seconds() -> float:
        with on_each.store.read(ALL) as tx:
            assert pace(tx, BOB, "notes") == USUAL
            return pace(tx, ALICE, "notes")

    assert seconds() == USUAL
    for n in range(KEPT + 9):
        on_each.clock.advance(seconds=9 if n % 2 else 11)
        on_each.call("reject", id=on_each.ask(Add(f"n{n}")).id, reason="no")
        if n == 20:
            on_each.clock.advance(seconds=PAUSE)
    assert seconds() in (9, 11)


def test_an_order_or_a_place_that_is_none_is_refused(at: Desk) -> None:
    with pytest.raises(Invalid, match="no order"):
        at.call("pending", order="age")
    with pytest.raises(Invalid, match="no place"):
        page(at, after="abc")
    assert page(at)["proposals"] == []
