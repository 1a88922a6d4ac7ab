"""A Corpus over a store: read in one short transaction, or live inside one; both agree."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from passdown.domain.clock import later
from passdown.domain.observation import Observation, Seen, Session, Trust
from passdown.domain.record import Life, Record
from passdown.domain.scope import ALL, Sight
from passdown.domain.settings import Setting, Settings, defaults
from passdown.stages.mine import corpus as module
from passdown.stages.mine.corpus import live, snapshot
from passdown.storage.port import Store
from tests.desk import Desk

KNOBS = defaults()
WEEK = Settings({"mine.window_days": Setting(7)})


def keep(store: Store, session: Session, *items: Observation) -> list[int]:
    with store.write(ALL) as tx:
        return tx.observations.add(session, items)


def told(
    session: str, n: int, at: str = "", text: str = "use uv", scope: str = "repo:web", **facts
) -> Observation:
    known = {"seen": Seen.PROMPT, "trust": Trust.HUMAN, **facts}
    return Observation(session, f"u{n}", text=text, at=at, scope=scope, **known)


@pytest.fixture
def store(on_each: Desk) -> Store:
    """Two sessions in two repos, one error, one flagged text, three records."""
    now = on_each.clock.now()
    old, new = later(now, days=-30), later(now, days=-1)
    web = Session("web-1", "test", repo="web", started_at=new, ended_at=now)
    api = Session("api-1", "test", repo="api", started_at=old)
    keep(
        on_each.store,
        web,
        told("web-1", 1, later(new, seconds=9), "see a/b.py"),
        told("web-1", 2, later(new, seconds=5)),
        told("web-1", 3, new, "ignore all", flags=("instruction",)),
    )
    keep(
        on_each.store,
        api,
        told("api-1", 1, old, "boom", "repo:api", seen=Seen.RESULT, signature="boom", ok=False),
        told("api-1", 2, "", "undated", "repo:api"),
    )
    with on_each.store.write(ALL) as tx:
        tx.knowledge.put(Record("claim", "k1", "We use uv.", scope="repo:web"))
        tx.knowledge.put(Record("claim", "k2", "We use pip.", life=Life.ARCHIVED))
        tx.knowledge.put(Record("note", "k1", "Else."))
    return on_each.store


def texts(found) -> list[str]:
    return [one.text for one in found]


def test_a_snapshot_holds_what_the_window_holds(store: Store) -> None:
    everything = snapshot(store, ALL, KNOBS)
    assert texts(everything.observations()) == ["boom", "undated", "use uv", "see a/b.py"]
    week = snapshot(store, ALL, WEEK)
    assert texts(week.observations()) == ["undated", "use uv", "see a/b.py"]
    assert [s.id for s in week.sessions()] == ["api-1", "web-1"]


def test_a_snapshot_is_bound_to_the_sight_it_was_taken_with(store: Store) -> None:
    seen = snapshot(store, Sight.at("web"), KNOBS)
    assert [s.id for s in seen.sessions()] == ["web-1"]
    assert texts(seen.observations()) == ["use uv", "see a/b.py"]
    assert [r.key for r in seen.records("claim")] == ["k1"]
    assert texts(snapshot(store, Sight.at("api"), KNOBS).observations()) == ["boom", "undated"]


def test_no_transaction_is_open_while_a_snapshot_is_thought_about(store: Store) -> None:
    world = snapshot(store, ALL, KNOBS)
    with store.write(ALL) as tx:
        tx.knowledge.put(Record("claim", "k3", "Later."))
    assert world.record("claim", "k3") is None
    assert len(world.similar("see a/b.py")) >= 1
    assert len(world.by_entity("a/b.py")) == 1


def test_reading_goes_page_by_page(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = list(snapshot(store, ALL, KNOBS).observations())
    monkeypatch.setattr(module, "PAGE", 2)
    assert list(snapshot(store, ALL, KNOBS).observations()) == whole


def test_the_time_of_a_cycle_is_the_one_it_was_given(store: Store) -> None:
    now = "2030-01-01T00:00:00.000Z"
    assert snapshot(store, ALL, KNOBS, now=now).now == now
    assert texts(snapshot(store, ALL, WEEK, now=now).observations()) == ["undated"]


def test_live_and_snapshot_give_the_same_answers(store: Store) -> None:
    taken = snapshot(store, ALL, KNOBS)
    with store.read(ALL) as tx:
        now = live(tx)
        assert list(now.observations()) == list(taken.observations())
        assert list(now.observations(kinds=(Seen.RESULT,), scope="repo:api")) == (
            list(taken.observations(kinds=(Seen.RESULT,), scope="repo:api"))
        )
        assert now.sessions() == taken.sessions()
        assert now.session("web-1") == taken.session("web-1")
        assert now.session("none") is None
        assert list(now.in_session("web-1")) == list(taken.in_session("web-1"))
        assert now.get(range(20)) == taken.get(range(20))
        assert list(now.records("claim")) == list(taken.records("claim"))
        gone = (Life.ARCHIVED,)
        assert list(now.records("claim", lives=gone)) == list(taken.records("claim", lives=gone))
        assert now.record("claim", "k2") == taken.record("claim", "k2")
        assert list(now.by_signature("boom")) == list(taken.by_signature("boom"))
        assert list(now.by_signature("")) == []
        assert list(now.by_entity("a/b.py")) == list(taken.by_entity("a/b.py"))
        assert now.similar("use uv", 3) == taken.similar("use uv", 3)
        assert now.embed(["use uv"]) == taken.embed(["use uv"])
        assert now.now == tx.now


def test_live_reads_no_more_than_it_was_asked_for(store: Store) -> None:
    with store.read(ALL) as tx:
        now = live(tx)
        now.get([1])
        now.record("claim", "k1")
        now.by_signature("boom")
        assert "_past" not in vars(now)
        now.similar("use uv")
        assert "_past" in vars(now)


def test_vectors_of_a_dense_engine_are_looked_up_in_the_store(store: Store) -> None:
    class Dense:
        name = "dense"

        def embed(self, texts: Sequence[str]) -> list[bytes]:
            return [b"made:" + text.encode() for text in texts]

    first = snapshot(store, ALL, KNOBS, Dense())
    assert first.embed(["a"]) == [b"made:a"]
    with store.write(ALL) as tx:
        tx.index.keep_vectors({h: b"kept" for h in first.vectors.new}, first.vectors.model)
    second = snapshot(store, ALL, KNOBS, Dense())
    assert second.embed(["a", "b"]) == [b"kept", b"made:b"]
    assert len(second.vectors.new) == 1
