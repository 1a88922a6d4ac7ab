"""Who is held out to measure: drawn from the name alone, noted before anything is returned."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from passdown.domain.scope import ALL
from passdown.stages.serve.served import FOLDER, NOBODY, Trial
from tests.desk import ALICE, ROBOT, Desk
from tests.notes import Add


@given(st.text(min_size=1), st.floats(0, 0.5))
def test_the_same_name_is_always_on_the_same_side(unit: str, share: float):
    assert Trial(unit, share).held_out() is Trial(unit, share).held_out()
    if Trial(unit, share).held_out():
        assert Trial(unit, 0.5).held_out()


@pytest.mark.parametrize("share", [0.1, 0.2, 0.5])
def test_the_share_is_what_was_asked_for(share: float):
    held = sum(Trial(f"session:{n}", share).held_out() for n in range(5000))
    shadowed = sum(Trial("session:1", shadow=share).shadows(str(n)) for n in range(5000))
    for found in (held, shadowed):
        assert abs(found / 5000 - share) < 0.03


def test_nobody_is_held_out_unless_somebody_asked_for_it():
    assert not NOBODY.held_out()
    assert not any(Trial(f"s{n}").held_out() or Trial(f"s{n}").shadows("x") for n in range(500))


def told(at: Desk) -> dict[str, set[str]]:
    """Sessions by what is in the log of them."""
    found: dict[str, set[str]] = {}
    with at.store.read(ALL) as tx:
        for one in tx.ledger.activities():
            found.setdefault(one.name, set()).add(one.session)
    return found


def measured(at: Desk, monkeypatch: pytest.MonkeyPatch, **shares: float) -> None:
    for name, share in shares.items():
        monkeypatch.setenv(f"PASSDOWN_MEASURE_{name.upper()}", str(share))
    at.app._settings = None


def test_a_session_that_is_held_out_gets_no_brief(on_each: Desk, monkeypatch):
    on_each.agree(Add("tea is at four"))
    measured(on_each, monkeypatch, holdout=0.5)
    out, given_to = set[str](), set[str]()
    for n in range(20):
        served = on_each.call("brief", ROBOT, session=f"s{n}")
        (given_to if served["text"] else out).add(f"s{n}")
        assert bool(served["text"]) is bool(served["items"])
    on_each.call("drain")
    assert told(on_each) == {"withheld": out, "served": given_to, "assigned": out | given_to}
    with on_each.store.read(ALL) as tx:
        (first, *_) = tx.ledger.activities(name="withheld")
    assert first.detail == {"how": "brief", "unit": f"session:{first.session}", "holdout": 0.5}


def test_a_task_stays_on_its_side_however_often_it_is_tried(at: Desk, monkeypatch):
    at.agree(Add("tea is at four"))
    measured(at, monkeypatch, holdout=0.5)
    sides = {
        task: {
            bool(at.call("brief", ROBOT, task=t)["text"]) for t in (task, task.upper(), f" {task}")
        }
        for task in (f"fix test {n}" for n in range(12))
    }
    assert {len(side) for side in sides.values()} == {1}
    assert {True, False} == set().union(*sides.values())


def test_people_are_given_what_they_ask_for(at: Desk, monkeypatch):
    at.agree(Add("tea is at four"))
    measured(at, monkeypatch, holdout=0.5, shadow=0.5)
    assert all(at.call("brief", ALICE, session=f"s{n}")["text"] for n in range(12))


def test_a_shadow_item_is_left_out_and_noted(at: Desk, monkeypatch):
    for n in range(12):
        at.agree(Add(f"rule number {n} about thing{n}"))
    measured(at, monkeypatch, shadow=0.5)
    served = set(at.call("brief", ROBOT, session="s1")["items"])
    at.call("drain")
    with at.store.read(ALL) as tx:
        log = {a.name: set(a.items) for a in tx.ledger.activities()}
    assert set(log) == {"served", "shadow", "assigned"}
    assert log["served"] == served
    assert len(log["shadow"] | served) == 12
    assert not log["shadow"] & served


def test_it_is_noted_before_anything_is_returned(at: Desk, monkeypatch):
    at.agree(Add("tea is at four"))
    measured(at, monkeypatch, holdout=0.5)
    for n in range(8):
        at.call("brief", ROBOT, session=f"s{n}")
        last = (at.app.home / FOLDER / "spool.jsonl").read_text().splitlines()[-1]
        assert json.loads(last)["session"] == f"s{n}"
