"""An undo with all that was built on it leaves the world as if none of it had been approved."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given, settings, strategies as st

from passdown.domain.errors import Conflict
from passdown.domain.record import Life
from passdown.domain.scope import ALL
from passdown.testing import faults
from tests.desk import BOB, Desk, desk
from tests.notes import Add, Drop, Join, Part, Revise, Reword, Rule

KEYS = st.sampled_from(["tea", "milk", "salt"])
STEPS = st.one_of(
    st.builds(Add, KEYS),
    st.builds(Reword, KEYS, st.sampled_from(["at four", "at five"])),
    st.builds(Revise, KEYS, st.just("one"), st.just("two")),
    st.builds(Drop, KEYS),
    st.builds(Join, KEYS, KEYS, st.sampled_from(["", "taste"])),
    st.builds(Part, KEYS, KEYS),
    st.builds(Rule, st.sampled_from(["wash up", "tea"])),
)


def world(at: Desk) -> tuple[dict[str, Any], set[tuple[Any, ...]]]:
    """What is known, without when and by whom it came to be."""
    with at.store.read(ALL) as tx:
        records = {
            r.key: (r.text, r.body, r.scope, r.life, r.trust, r.valid_to)
            for r in tx.knowledge.all(lives=tuple(Life))
        }
        edges = {(e.source, e.type, e.target, str(e.body)) for e in tx.knowledge.edges()}
    return records, edges


def approved(at: Desk, steps: list[Any]) -> list[tuple[Any, str]]:
    """Those of these that could be approved, in their order, each with its proposal."""
    done = []
    for step in steps:
        asked = at.file(step, at.say("because")).proposal
        if asked is None or not asked.open:
            continue
        try:
            at.call("approve", BOB, id=asked.id)
        except Conflict:
            continue
        done.append((step, asked.id))
    return done


@example([Join("tea", "tea", ""), Join("tea", "tea", "taste")], 0)
@settings(max_examples=150, deadline=None)
@given(st.lists(STEPS, min_size=2, max_size=9), st.integers(0, 99))
def test_a_closure_leaves_the_world_as_if_none_of_it_had_been_approved(
    steps: list[Any], place: int
) -> None:
    at, other = desk(), desk()
    done = approved(at, steps)
    if not done:
        return
    first = done[place % len(done)][1]
    told = at.call("impact", BOB, id=first)
    undone = set(at.call("undo", BOB, id=first, closure=True)["undone"])
    assert undone == {first, *told["dependents"]}
    rest = [step for step, id in done if id not in undone]
    assert [step for step, _ in approved(other, rest)] == rest
    assert world(at) == world(other)
    assert faults(at.store) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, min_size=1, max_size=8))
def test_undoing_everything_newest_first_leaves_nothing(steps: list[Any]) -> None:
    at = desk()
    before = world(at)
    for _, id in reversed(approved(at, steps)):
        assert at.call("undo", BOB, id=id)["undone"] == [id]
    assert world(at) == before
    assert faults(at.store) == []
