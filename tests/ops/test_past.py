"""What was decided teaches: what is alike, how sure to be, and the whole of it to take away."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from passdown.domain.entry import GENESIS, body_hash, chain_hash
from passdown.domain.errors import Forbidden, Invalid, NotFound
from tests.desk import BOB, ROBOT, Desk
from tests.notes import Add


def groups(at: Desk, **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = at.call("ledger.calibrate", **asked)["groups"]
    return found


def decided(at: Desk, text: str, *, yes: bool = True) -> str:
    id = at.ask(Add(text)).id
    at.clock.advance(seconds=1)
    at.call("approve" if yes else "reject", BOB, id=id, reason="so")
    return id


def test_the_nearest_decisions_are_of_both_sides(at: Desk) -> None:
    for n in range(5):
        decided(at, f"run the login tests with pytest, way {n}")
    against = decided(at, "run the login tests with nose", yes=False)
    decided(at, "water boils at a hundred degrees")
    asked = at.ask(Add("run the login tests with tox"))
    found = at.call("ledger.similar", id=asked.id, limit=4)["similar"]
    assert len(found) == 4
    assert against in {p["id"] for p in found}
    assert [p["near"] for p in found] == sorted((p["near"] for p in found), reverse=True)
    assert not any("boils" in p["title"] for p in found)


def test_a_decision_that_was_taken_back_says_so(at: Desk) -> None:
    id = decided(at, "run the login tests with pytest")
    at.call("undo", BOB, id=id)
    asked = at.ask(Add("run the login tests with tox"))
    (found,) = at.call("ledger.similar", id=asked.id)["similar"]
    assert (found["status"], found["worked"]) == ("approved", "taken back")


def test_nothing_like_it_is_said_to_be_nothing(at: Desk) -> None:
    asked = at.ask(Add("water boils at a hundred degrees"))
    assert at.call("ledger.similar", id=asked.id)["similar"] == []
    with pytest.raises(NotFound):
        at.call("ledger.similar", id="abcdef")


def test_few_decisions_are_counted_and_show_nothing_else(at: Desk) -> None:
    decided(at, "one")
    decided(at, "two", yes=False)
    (found,) = groups(at)
    assert (found["loop"], found["action"], found["n"], found["right"]) == ("notes", "ADD", 2, 1)
    assert "n too small: 2 of the 35" in found["note"]
    assert found["threshold"] is found["ece"] is found["brier"] is None
    assert found["reliability"] == []


def test_34_yeses_offer_no_threshold_and_35_do(at: Desk) -> None:
    for n in range(34):
        decided(at, f"note {n}")
    assert groups(at)[0]["threshold"] is None
    decided(at, "note 34")
    (found,) = groups(at)
    assert (found["threshold"]["n"], found["threshold"]["right"]) == (35, 35)
    assert "passdown trust" in found["note"]


def test_a_yes_that_was_taken_back_counts_as_wrong(at: Desk) -> None:
    ids = [decided(at, f"note {n}") for n in range(3)]
    at.call("undo", BOB, id=ids[1])
    assert (groups(at)[0]["n"], groups(at)[0]["right"]) == (3, 2)


def test_what_nobody_answered_teaches_nothing(at: Desk) -> None:
    at.ask(Add("left alone"))
    at.clock.advance(days=15)
    at.call("expire")
    at.ask(Add("open"))
    assert groups(at) == []
    assert groups(at, loop="notes") == []


def test_a_target_is_a_share(at: Desk) -> None:
    with pytest.raises(Invalid, match="target"):
        at.call("ledger.calibrate", target=1.0)


def test_an_exported_ledger_can_be_verified_by_itself(at: Desk, tmp_path: Path) -> None:
    decided(at, "tea")
    decided(at, "no milk", yes=False)
    path = tmp_path / "ledger.jsonl"
    told = at.call("ledger.export", to=str(path))
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert told["entries"] == len(rows) >= 4
    prev = GENESIS
    for row in rows:
        assert row["body"] == body_hash(row["detail"])
        assert row["prev"] == prev
        who = row["at"], row["actor"], row["name"], row["subject"]
        prev = chain_hash(row["seq"], *who, row["body"], prev)
        assert prev == row["hash"]
    assert told["head"] == prev
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_export_replaces_nothing_and_is_not_for_agents(at: Desk, tmp_path: Path) -> None:
    there = tmp_path / "notes.txt"
    there.write_text("mine")
    with pytest.raises(Invalid, match="exists"):
        at.call("ledger.export", to=str(there))
    assert there.read_text() == "mine"
    with pytest.raises(Invalid, match="no folder"):
        at.call("ledger.export", to=str(tmp_path / "nowhere" / "ledger.jsonl"))
    with pytest.raises(Forbidden):
        at.call("ledger.export", ROBOT, to=str(tmp_path / "other"))
