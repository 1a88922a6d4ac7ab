"""Counts of claims that come, change and go are what counting all of them anew gives."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
from hypothesis import given, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from passdown.text.counts import Counts, Rows, changed, counted
from passdown.text.recurrence import Mention, detect, judged

TIMES = [f"2026-11-{day:02}T00:00:00.000Z" for day in range(1, 10)]
IDS = st.integers(0, 40).map("claim{}".format)
TOLD = st.builds(
    Mention,
    IDS,
    st.lists(st.sampled_from(["a", "b", "c", "é", "\U0001f600", "\ufffd"]), max_size=5).map(tuple),
    st.lists(st.integers(0, 9).map("session{}".format), max_size=3).map(tuple),
    st.sampled_from(TIMES),
)


def plain(counts: Counts) -> dict[str, Any]:
    """All there is to counts, with the types of its arrays."""
    told: dict[str, Any] = {}
    for name in Counts.__slots__:
        part = getattr(counts, name)
        arrays = (part.indptr, part.values) if isinstance(part, Rows) else (part,)
        told[name] = [(str(one.dtype), one.tolist()) for one in arrays]
    return told


class Claims(RuleBasedStateMachine):
    """Claims come, are told otherwise and go, in any order; the counts follow."""

    def __init__(self) -> None:
        super().__init__()
        self.there: dict[str, Mention] = {}
        self.counts = counted([])

    @rule(told=st.lists(TOLD, max_size=12, unique_by=lambda one: one.claim_id), gone=st.sets(IDS))
    def change(self, told: list[Mention], gone: set[str]) -> None:
        gone = {id for id in gone if id not in {one.claim_id for one in told}}
        self.counts = changed(self.counts, told, sorted(gone))
        for id in gone:
            self.there.pop(id, None)
        self.there.update((one.claim_id, one) for one in told)

    @rule()
    def lose_all(self) -> None:
        self.counts = changed(self.counts, [], list(self.there))
        self.there.clear()

    @invariant()
    def it_is_what_counting_all_gives(self) -> None:
        every = list(self.there.values())
        assert plain(self.counts) == plain(counted(every))
        for fdr in (0.05, 1.0):
            assert judged(self.counts, fdr=fdr) == detect(every, fdr=fdr)


TestClaims = Claims.TestCase
TestClaims.settings = settings(max_examples=40, stateful_step_count=12, deadline=None)


def large(seed: int, many: int = 600) -> list[Mention]:
    """Claims of themes, of noise, and some that list more than counts."""
    chance = random.Random(seed)
    themes = [[f"theme{n}.{k}" for k in range(4)] for n in range(8)]
    noise = [f"other{n:03}" for n in range(120)]
    told = []
    for n in range(many):
        names = chance.sample(themes[n % 8], 3) if n % 2 else chance.choices(noise, k=2)
        names += noise if n % 97 == 0 else []
        sessions = tuple(f"session{chance.randrange(40)}" for _ in range(chance.randint(1, 2)))
        told.append(Mention(f"claim{n:04}", tuple(names), sessions, chance.choice(TIMES)))
    return told


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000))
def test_themes_are_the_same_after_any_changes(seed: int) -> None:
    chance = random.Random(seed)
    every = {one.claim_id: one for one in large(seed)}
    counts = counted(one for one in every.values() if chance.random() < 0.7)
    for _ in range(3):
        fresh = [one for one in large(seed + 1) if chance.random() < 0.1]
        gone = [id for id in every if chance.random() < 0.05]
        counts = changed(
            counts, fresh, [id for id in gone if id not in {f.claim_id for f in fresh}]
        )
    counts = changed(counts, list(every.values()))
    extra = set(counts.claim_ids.tolist()) - every.keys()
    assert not extra
    found = judged(counts)
    assert found == detect(every.values())
    assert found


def test_what_changed_nothing_gives_the_counts_there_were() -> None:
    counts = counted(large(1))
    assert changed(counts, [], ["nobody"]) is counts
    assert changed(counts, [Mention("nobody", (), ("session1",), TIMES[0])]) is counts


def test_a_claim_that_names_nothing_any_more_is_gone() -> None:
    every = large(2)
    without = Mention(every[0].claim_id, (), every[0].sessions, every[0].at)
    assert plain(changed(counted(every), [without])) == plain(counted(every[1:]))


def test_ids_are_in_the_order_of_their_characters_and_nothing_is_cut() -> None:
    names = ("b", "a\x00", "a", "é", "\U0001f600", "\uffff")
    counts = counted([Mention("one", names, ("s",), TIMES[0])])
    assert counts.entity_ids.tolist() == sorted(names)
    assert np.array_equal(counts.entities.values, np.arange(len(names)))
