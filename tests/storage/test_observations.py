"""Sessions, observations and sources, in every backend."""

from __future__ import annotations

from dataclasses import replace

import pytest

from passdown.domain.errors import Invalid, Limit, NotFound
from passdown.domain.observation import ECHO, Observation, Seen, Session, Source
from passdown.domain.scope import ALL
from passdown.storage.port import Store

SESSION = Session("s", "jsonl", started_at="2026-11-21T03:00:00.000Z")


def seen(uid: str, **rest) -> Observation:
    return Observation(rest.pop("session", "s"), uid, rest.pop("seen", Seen.PROMPT), uid, **rest)


def test_observations_are_numbered_from_one_in_the_order_they_came(store: Store):
    with store.write(ALL) as tx:
        assert tx.observations.add(SESSION, [seen("b"), seen("a")]) == [1, 2]
        assert tx.observations.add(Session("t", "f"), [seen("b", session="t")]) == [3]
        assert [o.uid for o in tx.observations.scan()] == ["b", "a", "b"]


def test_a_second_reading_of_the_same_thing_is_no_second_observation(store: Store):
    with store.write(ALL) as tx:
        tx.observations.add(SESSION, [seen("a"), seen("b"), seen("a")])
        later = replace(SESSION, outcome="success")
        assert tx.observations.add(later, [seen("b"), seen("c")]) == [3]
        assert tx.observations.session("s") == later
        assert tx.observations.counts()["observations"] == 3


def test_a_uid_s_home_is_where_it_was_seen_first(store: Store):
    with store.write(ALL) as tx:
        tx.observations.add(SESSION, [seen("a"), seen("b")])
        tx.observations.add(Session("t", "f"), [seen("b", session="t"), seen("c", session="t")])
        assert tx.observations.homes(["a", "b", "c", "d"]) == {"a": "s", "b": "s", "c": "t"}
        assert tx.observations.homes([]) == {}


def test_reading_the_same_thing_a_thousand_times_costs_no_number(store: Store):
    many = [seen(str(n)) for n in range(1200)]
    with store.write(ALL) as tx:
        assert tx.observations.add(SESSION, many) == list(range(1, 1201))
    with store.write(ALL) as tx:
        assert tx.observations.add(SESSION, many) == []
        assert tx.observations.add(SESSION, [seen("new")]) == [1201]
        assert len(tx.observations.get(range(1, 2000))) == 1201


def test_a_number_is_never_given_twice_even_after_a_session_was_dropped(store: Store):
    with store.write(ALL) as tx:
        tx.observations.add(SESSION, [seen("a"), seen("b")])
        assert tx.observations.drop("s") == 2
        assert tx.observations.session("s") is None
        assert tx.observations.drop("s") == 0
        assert tx.observations.add(SESSION, [seen("a")]) == [3]


def test_an_observation_of_another_session_is_refused(store: Store):
    with store.write(ALL) as tx, pytest.raises(Invalid, match="another session"):
        tx.observations.add(SESSION, [seen("a", session="t")])


def test_sessions_come_newest_first_and_from_when_on(store: Store):
    starts = {"a": "2026-01-01", "b": "2026-03-01", "c": "2026-02-01", "d": ""}
    with store.write(ALL) as tx:
        for id, start in starts.items():
            tx.observations.add(Session(id, "f", started_at=start), [])
        assert [s.id for s in tx.observations.sessions()] == ["b", "c", "a", "d"]
        assert [s.id for s in tx.observations.sessions(limit=2)] == ["b", "c"]
        assert [s.id for s in tx.observations.sessions(since="2026-02-01")] == ["b", "c"]


def test_a_scan_is_paged_and_filtered(store: Store):
    with store.write(ALL) as tx:
        tx.observations.add(SESSION, [seen(str(n), at=f"2026-01-0{n}") for n in range(1, 6)])
        call = seen("x", session="t", seen=Seen.CALL, at="2026-01-03")
        tx.observations.add(Session("t", "f"), [call])

        def found(**how) -> list[str]:
            return [o.uid for o in tx.observations.scan(**how)]

        assert found(limit=2) == ["1", "2"]
        assert found(after=2, limit=2) == ["3", "4"]
        assert found(kinds=[Seen.CALL]) == ["x"]
        assert found(kinds=[Seen.CALL, Seen.PROMPT], after=4) == ["5", "x"]
        assert found(since="2026-01-03") == ["3", "4", "5", "x"]
        assert found(session="t") == ["x"]
        assert found(session="t", kinds=[Seen.PROMPT]) == []


def test_what_is_flagged_is_shown_only_when_asked_for(store: Store):
    with store.write(ALL) as tx:
        one, two = tx.observations.add(
            SESSION, [seen("a", signature="E"), seen("b", signature="E", flags=("quarantine",))]
        )
        assert [o.seq for o in tx.observations.scan()] == [one]
        assert [o.seq for o in tx.observations.scan(flagged=True)] == [one, two]
        assert [o.seq for o in tx.observations.by_signature("E")] == [one]
        assert [o.seq for o in tx.observations.get([two, one])] == [one, two]
        tx.observations.flag(one, [ECHO])
        tx.observations.flag(two, [])
        assert [o.seq for o in tx.observations.by_signature("E")] == [two]
        assert tx.observations.get([one])[0].flags == (ECHO,)


def test_flagging_what_is_not_there_is_an_error(store: Store):
    with store.write(ALL) as tx, pytest.raises(NotFound):
        tx.observations.flag(7, [ECHO])


def test_no_signature_matches_nothing(store: Store):
    with store.write(ALL) as tx:
        tx.observations.add(SESSION, [seen("a"), seen("b", signature="E")])
        assert tx.observations.by_signature("") == []
        assert [o.uid for o in tx.observations.by_signature("E", limit=1)] == ["b"]


def test_counts_say_how_many_of_each(store: Store):
    with store.write(ALL) as tx:
        tx.observations.add(
            SESSION, [seen("a"), seen("b", seen=Seen.CALL), seen("c", flags=("echo",))]
        )
        tx.observations.put_source(Source("k", "f", 1, 2, 3, ""))
        assert tx.observations.counts() == {
            "sessions": 1, "observations": 3, "flagged": 1, "sources": 1, "call": 1, "prompt": 2
        }  # fmt: skip


def test_a_name_no_index_can_hold_is_refused_alike_everywhere(store: Store):
    with store.write(ALL) as tx:
        tx.observations.add(Session("s" * 800, "f"), [])
        with pytest.raises(Limit, match="800 bytes"):
            tx.observations.add(Session("s" * 801, "f"), [])
        with pytest.raises(Limit, match="800 bytes"):
            tx.observations.put_source(Source("é" * 401, "f", 1, 2, 3, ""))
        assert tx.observations.session("s" * 5000) is None


def test_what_came_last_can_be_asked_for_first(store: Store):
    with store.write(ALL) as tx:
        tx.observations.add(SESSION, [seen("a"), seen("b"), seen("c")])
        tx.observations.add(Session("t", "f"), [seen("d", session="t")])
        assert [o.uid for o in tx.observations.scan(newest=True, limit=2)] == ["d", "c"]
        last = tx.observations.scan(newest=True, session="s", limit=2)
        assert [o.uid for o in last] == ["c", "b"]


def test_sessions_of_one_format_are_told_from_others(store: Store):
    with store.write(ALL) as tx:
        for id, format in (("a", "event"), ("b", "jsonl"), ("c", "event")):
            tx.observations.add(Session(id, format, started_at=f"2026-01-0{ord(id) - 96}"), [])
        assert [s.id for s in tx.observations.sessions(format="event")] == ["c", "a"]
        assert [s.id for s in tx.observations.sessions(format="event", since="2026-01-02")] == ["c"]
        assert tx.observations.sessions(format="nope") == []
