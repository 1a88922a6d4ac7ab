"""The past in memory: one order, whatever order it came in, and indexes that agree with it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from passdown.domain.observation import Observation, Seen, Session
from passdown.domain.record import Life, Record
from passdown.stages.mine import past as past_module
from passdown.stages.mine.past import Past
from passdown.stages.mine.vectors import Lexical, Vectors

NOW = "2026-06-01T00:00:00.000Z"


def past(
    sessions: list[Session], observations: list[Observation], records: list[Record] | None = None
) -> Past:
    return Past(NOW, sessions, observations, records or [], Vectors(Lexical()))


def at(minute: int) -> str:
    return f"2026-03-02T09:{minute:02d}:00.000Z"


def seen(session: str, seq: int, minute: int = -1, text: str = "", **facts) -> Observation:
    known = {"seen": Seen.PROMPT, **facts}
    when = at(minute) if minute >= 0 else ""
    return Observation(session, f"u{seq}", text=text or f"t{seq}", at=when, seq=seq, **known)


EARLY, LATE = Session("b", "x", started_at=at(1)), Session("a", "x", started_at=at(2))


def seqs(found) -> list[int]:
    return [one.seq for one in found]


def test_sessions_come_by_start_then_id_and_observations_with_them() -> None:
    twin = Session("c", "x", started_at=at(1))
    world = past([LATE, twin, EARLY], [seen("a", 1, 3), seen("c", 2, 2), seen("b", 3, 1)])
    assert [s.id for s in world.sessions()] == ["b", "c", "a"]
    assert seqs(world.observations()) == [3, 2, 1]
    assert world.size == 3
    assert world.now == NOW


def test_a_session_read_in_two_parts_is_in_the_order_of_its_times() -> None:
    world = past([EARLY], [seen("b", 1, 9), seen("b", 2, 8), seen("b", 3, 9)])
    assert seqs(world.in_session("b")) == [2, 1, 3]


def test_where_times_are_missing_the_order_of_storage_holds() -> None:
    world = past([EARLY], [seen("b", 2, 1), seen("b", 1, 9), seen("b", 3)])
    assert seqs(world.in_session("b")) == [1, 2, 3]


def test_what_is_flagged_or_of_no_known_session_is_not_in_it() -> None:
    world = past([EARLY], [seen("b", 1, 1, flags=("echo",)), seen("gone", 2, 1), seen("b", 3, 2)])
    assert seqs(world.observations()) == [3]
    assert world.get([3, 1, 2, 3]) == list(world.in_session("b"))
    assert world.in_session("gone") == ()


def test_observations_are_chosen_by_time_kind_and_scope() -> None:
    items = [
        seen("b", 1, 1),
        seen("b", 2, 5, scope="repo:web"),
        seen("b", 3, 6, seen=Seen.REPLY),
        seen("b", 4, 7),
    ]
    world = past([EARLY], items)
    assert seqs(world.observations(since=at(5))) == [2, 3, 4]
    assert seqs(world.observations(kinds=(Seen.PROMPT,))) == [1, 2, 4]
    assert seqs(world.observations(scope="repo:web")) == [2]


def test_what_has_no_time_is_in_every_window() -> None:
    assert seqs(past([EARLY], [seen("b", 1)]).observations(since=at(5))) == [1]


def test_sessions_and_records_are_found_by_name() -> None:
    records = [
        Record("claim", "2", "two"),
        Record("claim", "1", "one"),
        Record("claim", "3", "gone", life=Life.ARCHIVED),
        Record("theme", "1", "other"),
    ]
    world = past([EARLY], [], records)
    assert world.session("b") == EARLY
    assert world.session("z") is None
    assert [r.key for r in world.records("claim")] == ["1", "2"]
    assert [r.key for r in world.records("claim", lives=(Life.ARCHIVED,))] == ["3"]
    assert world.record("claim", "3") == records[2]
    assert world.record("claim", "9") is None


def test_an_error_is_found_by_its_signature() -> None:
    items = [
        seen("a", 1, 3, signature="boom"),
        seen("b", 2, 2, signature="boom"),
        seen("b", 3, 2, signature="bang"),
        seen("b", 4, 2),
    ]
    world = past([LATE, EARLY], items)
    assert seqs(world.by_signature("boom")) == [2, 1]
    assert seqs(world.by_signature("")) == []
    assert seqs(world.by_signature("other")) == []


def test_a_name_is_found_wherever_it_is_mentioned() -> None:
    items = [
        seen("b", 1, 1, "see config/flags.toml and `config/flags.toml`"),
        seen("b", 2, 2, "cat config/flags.toml", seen=Seen.CALL),
        seen("b", 3, 3, "nothing of the sort"),
    ]
    assert seqs(past([EARLY], items).by_entity("config/flags.toml")) == [1, 2]
    assert seqs(past([EARLY], items).by_entity("nowhere")) == []


def test_the_nearest_texts_come_first_and_only_spoken_ones() -> None:
    items = [
        seen("b", 1, 1, "the importer writes readings to the table"),
        seen("b", 2, 2, "the importer reads"),
        seen("b", 3, 3, "the importer reads", seen=Seen.RESULT),
        seen("b", 4, 4, "something else entirely"),
        seen("b", 5, 5, "the importer reads", seen=Seen.REPLY),
    ]
    world = past([EARLY], items)
    found = world.similar("The importer reads.", 3)
    assert seqs(one for one, _ in found) == [2, 5, 1]
    assert found[0][1] > 0.99
    assert found[0][1] >= found[1][1] >= found[2][1]
    assert len(world.similar("the importer reads", 1)) == 1
    assert world.similar("zebra", 5) == []
    assert world.similar("", 5) == []
    assert world.similar("the importer reads", 0) == []


def test_of_very_many_texts_those_with_the_rarest_words_are_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(past_module, "ENOUGH", 2)
    monkeypatch.setattr(past_module, "FEWEST", 1)
    items = [seen("b", n, n, "the importer reads") for n in range(1, 6)]
    items += [seen("b", n, n, "the gauge reads") for n in (6, 7)]
    world = past([EARLY], items)
    assert seqs(one for one, _ in world.similar("the gauge reads", 2)) == [6, 7]
    assert seqs(one for one, _ in world.similar("the importer reads", 2)) == [4, 5]


def test_vectors_are_the_same_whenever_they_are_asked_for() -> None:
    world = past([EARLY], [])
    one, two = world.embed(["alpha", "beta"])
    assert world.embed(["beta", "alpha"]) == [two, one]
    assert world.embed([]) == []


STORED = st.lists(
    st.builds(
        seen,
        st.sampled_from(["a", "b"]),
        st.integers(1, 40),
        st.integers(0, 59),
        st.sampled_from(["use uv", "see a/b.py", "see `a/b.py` and use uv", "zebra"]),
        signature=st.sampled_from(["", "boom"]),
        flags=st.sampled_from([(), ("echo",)]),
    ),
    max_size=20,
    unique_by=lambda o: o.seq,
)


@given(STORED, st.randoms(use_true_random=False))
def test_every_answer_is_the_same_whatever_order_it_came_in(items, random) -> None:
    shuffled = list(items)
    random.shuffle(shuffled)
    one, two = past([EARLY, LATE], items), past([LATE, EARLY], shuffled)
    assert list(one.observations()) == list(two.observations())
    assert list(one.by_signature("boom")) == list(two.by_signature("boom"))
    assert list(one.by_entity("a/b.py")) == list(two.by_entity("a/b.py"))
    assert one.similar("use uv", 5) == two.similar("use uv", 5)
    assert [o.seq for o in one.get(range(50))] == sorted(o.seq for o in items if not o.flags)


@given(STORED)
def test_every_index_answers_what_a_look_at_everything_would(items) -> None:
    world = past([EARLY, LATE], items)
    every = list(world.observations())
    assert list(world.by_signature("boom")) == [o for o in every if o.signature == "boom"]
    assert list(world.by_entity("a/b.py")) == [o for o in every if "a/b.py" in o.text]
    assert all(replace(o, flags=()) == o for o in every)
