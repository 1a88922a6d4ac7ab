"""Records, their versions and relations, in every backend."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from passdown.domain.errors import Conflict
from passdown.domain.record import Edge, Life, Record
from passdown.domain.scope import ALL, Sight
from passdown.storage.port import Store, Tx
from passdown.storage.wanted import Wanted


def test_each_write_makes_the_next_version_and_all_are_kept(store: Store, clock):
    with store.write(ALL) as tx:
        one = tx.knowledge.put(Record("claim", "k", "first"))
        two = tx.knowledge.put(replace(one, text="second"))
        tx.knowledge.remove("claim", "k", two.version)
        assert tx.knowledge.get("claim", "k") is None
        again = tx.knowledge.put(Record("claim", "k", "third"))
        gone = replace(two, life=Life.ARCHIVED, updated_at=clock.now(), version=3)
        assert (one.version, two.version, again.version) == (1, 2, 4)
        assert tx.knowledge.versions("claim", "k") == [one, two, gone, again]
        assert tx.knowledge.versions("claim", "other") == []


def test_a_stale_write_is_a_conflict_and_changes_nothing(store: Store):
    with store.write(ALL) as tx:
        one = tx.knowledge.put(Record("claim", "k", "first"))
        two = tx.knowledge.put(replace(one, text="second"))
        for stale in (one, replace(two, version=0), replace(two, version=9)):
            with pytest.raises(Conflict):
                tx.knowledge.put(stale)
        with pytest.raises(Conflict):
            tx.knowledge.put(Record("claim", "unknown", "", version=1))
        for version in (0, 1, 9):
            with pytest.raises(Conflict):
                tx.knowledge.remove("claim", "k", version)
        assert tx.knowledge.get("claim", "k") == two
        assert tx.knowledge.versions("claim", "k") == [one, two]


def test_only_active_records_are_listed_unless_asked_otherwise(store: Store):
    with store.write(ALL) as tx:
        for n, life in enumerate(Life):
            tx.knowledge.put(Record("claim", str(n), "", life=life))
        tx.knowledge.put(Record("alias", "9", ""))

        def keys(*args, **how) -> list[str]:
            return [r.key for r in tx.knowledge.all(*args, **how)]

        assert keys() == ["9", "0"]
        assert keys("claim") == ["0"]
        assert keys("claim", lives=list(Life)) == ["0", "1", "2", "3"]
        assert keys("claim", lives=[Life.ARCHIVED, Life.CONTESTED]) == ["1", "3"]
        assert keys(lives=list(Life), limit=2) == ["9", "0"]
        assert tx.knowledge.counts() == {"alias": 1, "claim": 1}


def test_records_come_by_kind_and_key_in_the_order_of_code_points(store: Store):
    names = ["a", "B", "b", "_", "é", "z", "中", "a b", "a-b"]
    with store.write(ALL) as tx:
        for name in names:
            tx.knowledge.put(Record("k", name, ""))
        assert [r.key for r in tx.knowledge.all("k")] == sorted(names)
        every = tx.knowledge.all("k")
        assert tx.knowledge.by_ids(reversed([r.id for r in every])) == every
        assert tx.knowledge.by_ids([every[0].id] * 3 + ["none"]) == every[:1]


def test_a_thousand_records_can_be_asked_for_at_once(store: Store):
    with store.write(ALL) as tx:
        ids = [tx.knowledge.put(Record("k", str(n), "")).id for n in range(1001)]
        assert len(tx.knowledge.by_ids(ids)) == 1001


def test_a_prefix_finds_at_most_ten_and_is_no_pattern(store: Store):
    with store.write(ALL) as tx:
        ids = sorted(tx.knowledge.put(Record("k", str(n), "")).id for n in range(300))
        start = max({id[0] for id in ids}, key=lambda c: sum(id.startswith(c) for id in ids))
        found = [r.id for r in tx.knowledge.find(start)]
        assert found == [id for id in ids if id.startswith(start)][:10]
        assert [r.id for r in tx.knowledge.find(ids[7])] == [ids[7]]
        for nothing in ("", "%", "_" * 12, "\U0010ffff", "zz"):
            assert tx.knowledge.find(nothing) == []


def test_edges_are_found_from_both_ends_and_by_type(store: Store):
    ab, bc, ac = Edge("a", "x", "b"), Edge("b", "x", "c"), Edge("a", "y", "c", {"w": 1})
    with store.write(ALL) as tx:
        for edge in (bc, ac, ab):
            assert tx.knowledge.link(edge)
        assert not tx.knowledge.link(replace(ab, body={"other": 1}))
        assert tx.knowledge.edges() == [ab, ac, bc]
        assert tx.knowledge.edges("b") == [ab, bc]
        assert tx.knowledge.edges("c", "y") == [ac]
        assert tx.knowledge.edges(type="x") == [ab, bc]
        assert tx.knowledge.unlink(ab)
        assert not tx.knowledge.unlink(ab)
        assert tx.knowledge.edges("a") == [ac]
        like = [Edge("a", "x", "b"), Edge("a", "x", "c"), Edge("a", "y", "b"), Edge("z", "x", "b")]
        for edge in like:
            tx.knowledge.link(edge)
        assert tx.knowledge.unlink(like[0])
        assert tx.knowledge.edges("a") == [like[1], like[2], ac]
        assert tx.knowledge.edges("z") == [like[3]]


def test_any_history_of_writes_leaves_what_a_dictionary_would_hold(store: Store):
    keys = st.sampled_from("abc")

    class History(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.held: dict[str, Record] = {}
            self.past: dict[str, list[Record]] = {}
            with store.write(ALL) as tx:
                for record in tx.knowledge.all("h", lives=list(Life)):
                    tx.knowledge.remove("h", record.key, record.version)
                self.past = {k: tx.knowledge.versions("h", k) for k in "abc"}

        @rule(key=keys, text=st.text(max_size=5), life=st.sampled_from(Life))
        def put(self, key: str, text: str, life: Life) -> None:
            version = self.held[key].version if key in self.held else 0
            with store.write(ALL) as tx:
                new = tx.knowledge.put(Record("h", key, text, life=life, version=version))
            self.held[key] = new
            self.past[key].append(new)

        @rule(key=keys, wrong=st.integers(1, 3))
        def put_stale(self, key: str, wrong: int) -> None:
            version = (self.held[key].version if key in self.held else 0) + wrong
            with store.write(ALL) as tx, pytest.raises(Conflict):
                tx.knowledge.put(Record("h", key, "stale", version=version))

        @rule(key=keys)
        def remove(self, key: str) -> None:
            if key in self.held:
                with store.write(ALL) as tx:
                    tx.knowledge.remove("h", key, self.held.pop(key).version)
                    self.past[key].append(tx.knowledge.versions("h", key)[-1])

        @invariant()
        def holds(self) -> None:
            with store.read(ALL) as tx:
                assert {r.key: r for r in tx.knowledge.all("h", lives=list(Life))} == self.held
                for key in "abc":
                    assert tx.knowledge.versions("h", key) == self.past[key]
                    numbers = [r.version for r in self.past[key]]
                    assert numbers == list(range(1, len(numbers) + 1))

    run_state_machine_as_test(
        History,
        settings=settings(
            max_examples=8, stateful_step_count=12, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


# ---- what a brief chooses from


NOW = "2026-11-21T00:00:00.000Z"


def keys(tx: Tx, limit: int = 10, **how) -> list[str]:
    wanted = Wanted(how.pop("scope", "global"), NOW, **how)
    assert tx.knowledge.many(wanted, limit=limit) == len(tx.knowledge.best(wanted, limit=limit))
    return [record.key for record in tx.knowledge.best(wanted, limit=limit)]


def test_the_best_of_a_scope_are_the_surest_and_most_trusted_then_the_newest(store: Store):
    rows: list[tuple[str, dict[str, Any]]] = [
        ("a", {"confidence": 0.8, "trust": 3, "updated_at": "2026-01-02"}),
        ("b", {"confidence": 0.9, "trust": 2, "updated_at": "2026-01-03"}),
        ("c", {"confidence": 0.8, "trust": 4, "updated_at": "2026-01-01"}),
        ("d", {"confidence": 0.3, "trust": 5}),
    ]
    with store.write(ALL) as tx:
        for key, facts in rows:
            tx.knowledge.put(Record("claim", key, key, **facts))
        assert keys(tx) == ["c", "b", "a", "d"]
        assert keys(tx, limit=2) == ["c", "b"]
        assert keys(tx, above=0.8) == ["b"]


def test_only_active_valid_records_of_the_scope_are_chosen_from(store: Store):
    facts: list[dict[str, Any]] = [
        {},
        {"scope": "repo:a"},
        {"life": Life.SUPERSEDED},
        {"valid_from": "2026-11-22"},
        {"valid_to": NOW},
        {"valid_from": NOW, "valid_to": "2026-11-22"},
    ]
    with store.write(ALL) as tx:
        for n, each in enumerate(facts):
            tx.knowledge.put(Record("claim", str(n), "x", **each))
        tx.knowledge.put(Record("control", "k", "x"))
        assert sorted(keys(tx)) == ["0", "5", "k"]
        assert sorted(keys(tx, without=("control", "none"))) == ["0", "5"]
        assert keys(tx, scope="repo:a") == ["1"]
    with store.read(Sight.at("b")) as tx:
        assert keys(tx, scope="repo:a") == []
        assert "0" in keys(tx)


def test_open_questions_are_chosen_apart_from_what_only_mentions_one(store: Store):
    bodies = [{"category": "question"}, {"category": "fact"}, {"note": '"category":"question"'}]
    with store.write(ALL) as tx:
        for n, body in enumerate(bodies):
            tx.knowledge.put(Record("claim", str(n), "x", body))
        assert keys(tx, asks=True) == ["0"]
        assert sorted(keys(tx)) == ["1", "2"]
