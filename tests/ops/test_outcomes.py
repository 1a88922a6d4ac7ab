"""What was approved is looked at again later; what did harm is asked about, never just undone."""

from __future__ import annotations

from typing import Any

import pytest

from passdown.domain.proposal import Status
from passdown.domain.record import Life
from passdown.domain.scope import ALL
from passdown.testing import faults
from tests.desk import BOB, ROBOT, Desk
from tests.notes import Add


def look(at: Desk) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = at.call("outcomes")["outcomes"]
    return found


def later(at: Desk, *texts: str, days: int = 1) -> None:
    for n, text in enumerate(texts):
        at.say(text, f"later-{n}-{at.clock.now()}")
    at.clock.advance(days=days, seconds=1)


def test_it_is_looked_at_a_day_a_week_and_a_month_after_the_yes(on_each: Desk) -> None:
    id = on_each.agree(Add("tea"))
    assert on_each.call("outcomes")["looked_at"] == 0
    for days, ages in ((1, [1]), (6, [7]), (23, [30]), (365, [])):
        later(on_each, "note: tea", days=days)
        assert [row["days"] for row in look(on_each)] == ages
    with on_each.store.read(ALL) as tx:
        marks = [m for m in tx.queue.marks(id) if m.name == "outcome"]
        assert [m.detail["days"] for m in marks] == [1, 7, 30]
        assert len(tx.ledger.entries(name="promotion.outcome")) == 3
    assert faults(on_each.store) == []


def test_what_was_seen_since_counts_and_what_was_seen_before_does_not(at: Desk) -> None:
    at.say("note: tea", "before")
    at.agree(Add("tea"))
    later(at, "note: tea", "note: tea", "not tea")
    (row,) = look(at)
    assert (row["n"], row["score"]) == (3, pytest.approx(1 / 3, abs=1e-3))
    assert row["asked"] == ""


def test_where_nothing_was_seen_nothing_is_said(at: Desk) -> None:
    at.agree(Add("tea"))
    later(at)
    assert at.call("outcomes") == {"looked_at": 1, "outcomes": []}
    assert at.call("outcomes")["looked_at"] == 0


def test_what_did_harm_is_asked_about_and_stays_until_it_is_answered(on_each: Desk) -> None:
    on_each.agree(Add("tea"))
    later(on_each, "not tea", "not tea", "not tea")
    (row,) = look(on_each)
    assert row["score"] == -1
    asked = on_each.proposal(row["asked"])
    assert (asked.action, asked.status) == ("DROP", Status.PENDING)
    assert on_each.note("tea") is not None
    on_each.call("approve", BOB, id=asked.id)
    note = on_each.note("tea")
    assert note is None or note.life is Life.ARCHIVED


def test_dying_before_it_is_noted_asks_once(on_each: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    on_each.agree(Add("tea"))
    later(on_each, "not tea", "not tea", "not tea")

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dead:
        dead.setattr("passdown.stages.measure.outcomes.keep", dies)
        with pytest.raises(KeyboardInterrupt):
            on_each.call("outcomes")
    (row,) = look(on_each)
    (waits,) = on_each.call("pending", status="open")["proposals"]
    assert row["asked"] == waits["id"][:12]
    assert faults(on_each.store) == []


def test_two_words_against_it_are_too_few_to_ask(at: Desk) -> None:
    at.agree(Add("tea"))
    later(at, "not tea", "not tea")
    (row,) = look(at)
    assert (row["score"], row["asked"]) == (-1, "")


def test_what_its_users_said_counts(at: Desk) -> None:
    at.agree(Add("tea"))
    (id,) = (r["id"] for r in at.call("records", kind="note")["records"])
    at.call("feedback", ROBOT, id=id, verdict="harmful", session="s8")
    at.call("feedback", ROBOT, id=id, verdict="harmful", session="s9")
    later(at)
    (row,) = look(at)
    assert (row["n"], row["score"], bool(row["asked"])) == (4, -1, True)


def test_what_was_taken_back_is_not_looked_at(at: Desk) -> None:
    at.call("undo", id=at.agree(Add("tea")))
    later(at, "not tea", "not tea", "not tea")
    assert at.call("outcomes")["looked_at"] == 0


def test_a_similar_decision_tells_how_it_turned_out(at: Desk) -> None:
    at.agree(Add("run the login tests with pytest"))
    later(at, *["note: run the login tests with pytest"] * 2)
    look(at)
    asked = at.ask(Add("run the login tests with tox"))
    (found,) = at.call("ledger.similar", id=asked.id)["similar"]
    assert found["worked"] == "+1.00 over 2 after 1 d"
