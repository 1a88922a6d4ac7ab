"""The page of a session, to the letter: ids, times, counts and tools, and nobody's words."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import pytest

from passdown.domain.observation import Observation, Seen, Session
from passdown.domain.record import Life, Record
from passdown.domain.scope import ALL
from passdown.stages.apply.crystal import crystallise, forget_page, page_key
from tests.desk import Desk

ID = "7a8ede88-0000-4000-8000-000000000001"
BARE = "7a8ede88000040008000000000000002"
SESSION = Session(
    ID,
    "test",
    repo="web",
    started_at="2026-01-01T00:00:00.000Z",
    ended_at="2026-01-01T01:00:00.000Z",
)


def one(seq: int, seen: Seen, **facts: Any) -> Observation:
    return Observation(ID, str(seq), seen, "anybody's words", seq=seq, **facts)


ITEMS = (
    one(9, Seen.RESULT, tool="Bash", ok=False, flags=("injection",)),
    one(4, Seen.CALL, tool="Read"),
    one(5, Seen.CALL, tool="Bash", ok=True),
    one(6, Seen.CALL, tool="Bash", ok=False),
    one(7, Seen.CALL, tool="a name of its own"),
    one(8, Seen.PROMPT, flags=("echo", "injection")),
)
BODY = {
    "session": ID,
    "started_at": "2026-01-01T00:00:00.000Z",
    "ended_at": "2026-01-01T01:00:00.000Z",
    "observations": 6,
    "first_seq": 4,
    "last_seq": 9,
    "seen": {"prompt": 1, "call": 4, "result": 1},
    "errors": 2,
    "flagged": 2,
    "tools": {"Bash": 2, "Read": 1, "other": 1},
    "proposals": [ID, BARE],
}
TEXT = (
    f"Session {ID}: 2026-01-01T00:00:00.000Z to 2026-01-01T01:00:00.000Z;"
    " prompt 1, call 4, result 1; tools: Bash 2, Read 1, other 1; 2 errors, 2 proposals."
)


def page(at: Desk, session: Session = SESSION, items: Any = ITEMS, proposals: Any = ()) -> Record:
    with at.store.write(ALL) as tx:
        return crystallise(tx, session, iter(items), proposals, "alice")


def told(at: Desk) -> list[Any]:
    with at.store.read(ALL) as tx:
        return [(e.actor, e.subject, e.detail) for e in tx.ledger.entries(name="session.updated")]


def test_a_page_says_what_was_counted_and_nothing_that_was_said(at: Desk) -> None:
    made = page(at, proposals=[BARE, ID, "anybody's words", f"{ID} and more"])
    assert made.body == BODY
    assert list(made.body["tools"]) == ["Bash", "Read", "other"]
    assert made.text == TEXT
    assert (made.kind, made.key, made.scope) == ("session", page_key(ID), "repo:web")
    assert (made.life, made.version) == (Life.ARCHIVED, 1)
    assert made.created_at == made.updated_at == at.clock.now()


def test_the_ledger_is_told_of_the_page_as_it_is_kept(at: Desk) -> None:
    made = page(at)
    detail = {"how": "crystallise", "proposal": "", "record": asdict(made)}
    assert told(at) == [("alice", made.id, detail)]


def test_a_page_of_nothing_says_so(at: Desk) -> None:
    made = page(at, Session("anybody's words", "test"), ())
    assert made.body == {
        **dict.fromkeys(("session", "started_at", "ended_at"), ""),
        **dict.fromkeys(("observations", "first_seq", "last_seq", "errors", "flagged"), 0),
        "seen": {},
        "tools": {},
        "proposals": [],
    }
    key = page_key("anybody's words")
    assert made.text == (
        f"Session {key}: unknown to unknown; nothing seen; tools: none; 0 errors, 0 proposals."
    )
    assert made.scope == "global"


@pytest.mark.parametrize("time", ["yesterday", "2026-01-01", "2026-01-01T00:00:00Z"])
def test_what_is_no_stored_time_is_left_out(at: Desk, time: str) -> None:
    made = page(at, replace(SESSION, started_at=time, ended_at=time))
    assert (made.body["started_at"], made.body["ended_at"]) == ("", "")


def test_a_page_that_says_the_same_is_not_written_again(at: Desk) -> None:
    first = page(at)
    at.clock.advance(seconds=9)
    assert page(at) == first
    assert len(told(at)) == 1


def test_a_page_is_brought_up_to_date_and_stays_as_old_as_it_is(at: Desk) -> None:
    first = page(at)
    at.clock.advance(seconds=9)
    second = page(at, items=ITEMS[1:])
    assert second.body["observations"] == 5
    assert (second.created_at, second.updated_at) == (first.created_at, at.clock.now())
    assert (first.version, second.version) == (1, 2)
    assert len(told(at)) == 2


def test_a_key_is_made_of_any_id_and_of_each_another() -> None:
    keys = [page_key(id) for id in ("s1", "s2", "\ud800", "")]
    assert [len(key) for key in keys] == [12] * 4
    assert len(set(keys)) == 4
    assert keys[0] == "e8bc163c82ee"


def test_a_forgotten_page_goes_with_all_its_versions(at: Desk) -> None:
    kept = page(at, Session(BARE, "test"))
    page(at)
    page(at, items=ITEMS[1:])
    with at.store.write(ALL) as tx:
        forget_page(tx, ID)
        assert tx.knowledge.versions("session", page_key(ID)) == []
        assert tx.knowledge.get("session", kept.key) == kept
