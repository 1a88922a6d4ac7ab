"""Four figures, each with its n; below what they need they say that there is not enough."""

from __future__ import annotations

from typing import Any

import pytest

from passdown.domain.clock import later
from passdown.domain.entry import Activity
from passdown.domain.observation import Observation, Seen, Session, Trust
from passdown.domain.record import Record
from passdown.domain.scope import ALL
from passdown.stages.measure import metrics as module
from passdown.stages.measure.metrics import metrics
from tests.desk import Desk
from tests.notes import Add


def told(at: Desk) -> dict[str, Any]:
    with at.store.read(ALL) as tx:
        found: dict[str, Any] = metrics(tx)
    return found


def session(at: Desk, id: str, *signatures: str, outcome: str = "", days: float = 0) -> None:
    """A session that met these errors, so many days ago."""
    began = later(at.clock.now(), days=-days)
    errors = [
        Observation(id, f"{id}-{n}", Seen.RESULT, s, began, Trust.TOOL, ok=False, signature=s)
        for n, s in enumerate(signatures)
    ]
    with at.store.write(ALL) as tx:
        tx.observations.add(Session(id, "test", started_at=began, outcome=outcome), errors)


def note(at: Desk, name: str, session: str, *items: str, **detail: Any) -> None:
    with at.store.write(ALL) as tx:
        tx.ledger.note(Activity(at.clock.now(), name, session, items, detail))


def test_an_empty_store_has_not_enough_of_anything(on_each: Desk) -> None:
    found = told(on_each)
    assert found["at"] == on_each.clock.now()
    for name in ("velocity", "hit_rate", "task_completion"):
        figure = found[name]
        assert (figure["value"], figure["n"], figure["status"]) == (None, 0, "not enough data")
    assert found["error_reduction"]["status"] == "not enough data: no holdout"
    assert found["error_reduction"]["descriptive"] == {"repeat_error_rate": None, "n": 0}


def test_velocity_counts_what_was_approved_in_a_week(on_each: Desk) -> None:
    on_each.agree(Add("tea is at four"))
    on_each.clock.advance(days=8)
    for text in ("milk comes first", "no sugar"):
        on_each.agree(Add(text))
    on_each.ask(Add("coffee is at ten"))
    velocity = told(on_each)["velocity"]
    assert (velocity["value"], velocity["n"], velocity["status"]) == (round(2 / 7, 4), 3, "ok")


def test_a_hit_is_what_was_known_for_a_month_and_helped_lately(on_each: Desk) -> None:
    with on_each.store.write(ALL) as tx:
        made = [
            tx.knowledge.put(Record("note", f"k{n}", f"Number {n}.", created_at=tx.now))
            for n in range(40)
        ]
    on_each.clock.advance(days=31)
    with on_each.store.write(ALL) as tx:
        young = tx.knowledge.put(Record("note", "young", "New.", created_at=tx.now))
    for one in (*made[:10], young):
        note(on_each, "served", "s1", one.id)
        note(on_each, "feedback", "s1", one.id, verdict="helpful")
    note(on_each, "feedback", "s1", made[20].id, verdict="stale")
    found = told(on_each)["hit_rate"]
    assert (found["value"], found["n"], found["count"], found["served"]) == (0.25, 40, 10, 10)
    assert found["low"] < 0.25 < found["high"]
    on_each.clock.advance(days=31)
    assert told(on_each)["hit_rate"]["count"] == 0


def test_completion_is_told_of_clear_ends_only(on_each: Desk) -> None:
    for n in range(30):
        session(on_each, f"s{n}", outcome="committed" if n % 3 else "corrected")
    for n in range(9):
        session(on_each, f"u{n}")
    found = told(on_each)["task_completion"]
    assert (found["value"], found["n"], found["status"]) == (round(20 / 30, 4), 30, "ok")


def test_errors_that_come_again_are_described_and_not_compared(on_each: Desk) -> None:
    session(on_each, "a", "boom", "bang", days=3)
    session(on_each, "b", "boom", days=2)
    session(on_each, "c", "boom", "crash", days=1)
    found = told(on_each)["error_reduction"]
    assert found["value"] is None
    assert found["descriptive"] == {"repeat_error_rate": 0.4, "n": 5}


def test_a_reduction_is_told_once_both_arms_are_large_enough(
    on_each: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ENOUGH", 4)
    session(on_each, "first", "boom", "bang", days=50)
    for n in range(4):
        session(on_each, f"given{n}", *(["boom"] if n == 0 else []), days=40 - n)
        note(on_each, "served", f"given{n}", "k")
    for n in range(3):
        session(on_each, f"held{n}", "boom", "bang", days=30 - n)
        note(on_each, "withheld", f"held{n}", "k")
    found = told(on_each)["error_reduction"]
    assert (found["value"], found["status"]) == (None, "not enough data")
    session(on_each, "held3", "boom", "bang", days=20)
    note(on_each, "withheld", "held3", "k")
    found = told(on_each)["error_reduction"]
    assert found["arms"] == {"served": 4, "withheld": 4}
    assert (found["value"], found["status"]) == (round(1 - 0.25 / 2, 4), "ok")
