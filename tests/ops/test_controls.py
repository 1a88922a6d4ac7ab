"""Knobs are turned by an admin, within their range, from one value to the next, and told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from passdown.app import open_app
from passdown.domain.actor import Proof, human
from passdown.domain.errors import Conflict, Forbidden, Invalid
from passdown.domain.scope import ALL
from passdown.testing import faults
from tests.desk import ALICE, BOB, ROBOT, Desk

REVIEWER = human("rita", Proof.TOKEN, admin=False)


def knob(at: Desk, name: str) -> dict[str, Any]:
    found: dict[str, Any] = at.call("controls.get", name=name)
    return found


def test_every_knob_says_what_it_is_and_who_may_turn_it(at: Desk) -> None:
    rows = {row["name"]: row for row in at.call("controls.list")["controls"]}
    assert rows["notes.level"]["class"] == "safety"
    assert rows["notes.level"]["range"] == "off | suggest | auto_safe | auto"
    assert rows["gate.max_open"]["who"] == "an admin, or an approved proposal"
    assert all(row["range"] and row["summary"] for row in rows.values())
    gate = at.call("controls.list", prefix="gate.")["controls"]
    assert {row["name"] for row in gate} == {name for name in rows if name.startswith("gate.")}


def test_a_turn_holds_from_the_next_call_on_and_is_told(on_each: Desk) -> None:
    told = on_each.call("controls.set", name="gate.max_open", value="7", reason="one of us left")
    assert (told["was"], told["value"]) == (2000, 7)
    found = knob(on_each, "gate.max_open")
    assert (found["value"], found["origin"]) == (7, "control")
    assert (found["set_by"]["actor"], found["set_by"]["reason"]) == ("alice", "one of us left")
    assert faults(on_each.store) == []


def test_turns_are_kept_in_order_with_what_was_before(at: Desk) -> None:
    for value in ("5", "6"):
        at.call("controls.set", BOB, name="gate.max_open", value=value)
    at.call("controls.set", name="notes.level", value="off")
    at.call("controls.reset", name="gate.max_open", reason="as it was")
    turns = [(t["name"], t["was"], t["value"]) for t in at.call("controls.history")["turns"]]
    assert turns == [
        ("gate.max_open", 2000, 5),
        ("gate.max_open", 5, 6),
        ("notes.level", "suggest", "off"),
        ("gate.max_open", 6, 2000),
    ]
    assert len(at.call("controls.history", name="notes.level")["turns"]) == 1
    assert knob(at, "gate.max_open")["value"] == 2000


def test_only_where_it_is_what_was_expected(at: Desk) -> None:
    at.call("controls.set", name="gate.max_open", value="5", expect="2000")
    with pytest.raises(Conflict, match="is 5, not 2000"):
        at.call("controls.set", name="gate.max_open", value="6", expect="2000")
    assert knob(at, "gate.max_open")["value"] == 5


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("gate.max_open", "0"),
        ("gate.max_open", "1.5"),
        ("gate.max_open", "many"),
        ("notes.level", "yolo"),
        ("mine.enabled", "maybe"),
        ("brief.min_confidence", "nan"),
    ],
)
def test_what_is_out_of_range_changes_nothing(at: Desk, name: str, value: str) -> None:
    before = knob(at, name)["value"]
    with pytest.raises(Invalid, match=name):
        at.call("controls.set", name=name, value=value)
    assert knob(at, name)["value"] == before
    assert at.call("controls.history")["turns"] == []


def test_a_knob_that_is_none_names_the_nearest(at: Desk) -> None:
    with pytest.raises(Invalid, match=r"gate\.max_opn") as caught:
        at.call("controls.set", name="gate.max_opn", value="1")
    assert "gate.max_open" in caught.value.next
    with pytest.raises(Invalid, match="no decision"):
        at.call("controls.reset", name="gate.max_open")


@pytest.mark.parametrize("actor", [ROBOT, REVIEWER])
@pytest.mark.parametrize("name", ["controls.set", "controls.reset"])
def test_only_an_admin_turns_one(at: Desk, name: str, actor: Any) -> None:
    at.call("controls.set", ALICE, name="gate.max_open", value="5")
    asked = {"name": "gate.max_open"} | ({"value": "6"} if name == "controls.set" else {})
    with pytest.raises(Forbidden):
        at.call(name, actor, **asked)
    assert knob(at, "gate.max_open")["value"] == 5


def test_a_pinned_one_is_shown_so_and_not_turned(tmp_path: Path) -> None:
    with open_app(store=str(tmp_path), flags={"gate.max_open": "9"}) as app:
        found = app.call("controls.get", {"name": "gate.max_open"}, ALICE)
        assert (found["value"], found["pinned"]) == (9, True)
        with pytest.raises(Conflict, match="pinned to 9 by flag"):
            app.call("controls.set", {"name": "gate.max_open", "value": "3"}, ALICE)


def test_a_level_that_nobody_granted_says_what_is_in_force(tmp_path: Path) -> None:
    with open_app(store=str(tmp_path)) as app:
        app.call("controls.set", {"name": "claims.level", "value": "auto_safe"}, ALICE)
        assert app.call("controls.get", {"name": "claims.level"}, ALICE)["note"] == ""
    for flags, level in (({"claims.level": "auto"}, "auto_safe"), ({"tuning.level": "auto"}, "")):
        with open_app(store=str(tmp_path), flags=flags) as app:
            (name,) = flags
            note = app.call("controls.get", {"name": name}, ALICE)["note"]
            assert note.startswith(f"{level or 'suggest'} is in force, for flag")
            assert f"`passdown controls set {name} auto`" in note


def test_another_process_has_it_too(tmp_path: Path) -> None:
    with open_app(store=str(tmp_path)) as one, open_app(store=str(tmp_path)) as other:
        assert other.settings.whole("gate.max_open") == 2000
        one.call("controls.set", {"name": "gate.max_open", "value": "3"}, ALICE)
        found = other.call("controls.get", {"name": "gate.max_open"}, ALICE)
        assert found["value"] == 3


def test_a_knob_is_no_knowledge(at: Desk) -> None:
    at.call("controls.set", name="gate.max_open", value="5")
    assert at.call("brief")["items"] == []
    with at.store.read(ALL) as tx:
        assert [r.key for r in tx.knowledge.all("control")] == ["gate.max_open"]
