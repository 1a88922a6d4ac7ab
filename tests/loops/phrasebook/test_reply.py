"""What a reply takes from a snapshot, what in it goes stale, and what it says as things stand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from passdown.domain.clock import later
from passdown.testing import PERSON
from passdown.text.template import leaves, masked, placeholders, render, slotted, volatile
from tests.loops.phrasebook.log import BURN, LOOP, START, World, burns, read, row


def asked(world: World, rows: list[dict[str, Any]], folder: Path) -> dict[str, Any]:
    read(world, rows, folder)
    (found,) = world.mine("phrasebook")["cycles"]
    assert found["failure"] == ""
    (one,) = world.pending()
    return dict(one)


def snapshot(monkeypatch: pytest.MonkeyPatch, folder: Path, what: Any) -> Path:
    path = folder / "now.json"
    path.write_text(json.dumps(what))
    monkeypatch.setenv("PASSDOWN_SNAPSHOT_FILE", str(path))
    return path


def test_values_that_the_snapshot_explains_become_placeholders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = {"cost": {"today": 42}, "budget": {"used_percent": 75}}
    path = snapshot(monkeypatch, tmp_path, now)
    with World(LOOP) as world:
        one = asked(world, burns(), tmp_path)
        template = (
            "Burn is ${snapshot.cost.today} today; {snapshot.budget.used_percent}% of budget used."
        )
        assert one["proposed_reply_template"] == template
        assert (one["stale_risk"], one["volatile_tokens"]) == (False, [])
        shown = json.dumps(world.call("preview", id=one["id"])["card"])
        assert f'["Says now", "{BURN}"]' in shown
        assert '["Would not resolve", "none"]' in shown
        path.write_text(json.dumps({"cost": {"today": 50}}))
        shown = json.dumps(world.call("preview", id=one["id"])["card"])
        assert "Burn is $50 today" in shown
        assert '["Would not resolve", "snapshot.budget.used_percent"]' in shown


def test_values_that_vary_with_earlier_snapshots_become_placeholders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = [later(START, days=n) for n in range(6)]
    history = [{"at": at, "spend": {"usd": 40 + n}, "mood": n} for n, at in enumerate(days)]
    snapshot(monkeypatch, tmp_path, history)
    rows = [
        row(f"We burnt ${40 + n} so far.", f"s{n}", later(at, seconds=60), "How is the burn rate?")
        for n, at in enumerate(days)
    ]
    with World(LOOP) as world:
        one = asked(world, rows, tmp_path)
    assert one["proposed_reply_template"] == "We burnt ${snapshot.spend.usd} so far."
    assert one["stale_risk"] is False


def test_numbers_that_vary_unexplained_are_flagged_and_the_last_reply_is_proposed(
    tmp_path: Path,
) -> None:
    rows = [
        row(f"There are {n + 3} open tickets.", f"s{n}", later(START, seconds=n), "Open tickets?")
        for n in range(6)
    ]
    with World(LOOP) as world:
        one = asked(world, rows, tmp_path)
    assert one["proposed_reply_template"] == "There are 8 open tickets."
    assert one["volatile_tokens"] == ["8"]


@pytest.mark.parametrize("text", ["[1]", "[]", "nonsense", '[{"a": 1}]'])
def test_a_snapshot_that_says_nothing_is_a_warning(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot(monkeypatch, tmp_path, {}).write_text(text)
    with World(LOOP) as world:
        assert world.app.settings.snapshot == {}
        (warning,) = world.app.settings.warnings
    assert warning.startswith("snapshot.file: ")


def test_sums_shares_dates_and_times_go_stale_and_other_numbers_do_not() -> None:
    text = "At 14:05 on 2026-03-02, March 3 or 4 May: $1,200.50, 3 EUR, 7 %, port 8080, v1.2."
    found = [one.text for one in volatile(text)]
    assert found == ["14:05", "2026-03-02", "March 3", "4 May", "$1,200.50", "3 EUR", "7 %"]


def test_texts_that_differ_in_values_only_read_the_same() -> None:
    assert masked("Burn is $42, 7% of 3 plans.") == masked("Burn is $9.50, 81% of 12 plans.")
    assert masked("See v1.2 of x1.") == "See v1.2 of x1."


def test_a_slot_is_named_after_a_word_beside_it_once() -> None:
    text = "Burn was $1; burn is $2; $3"
    assert slotted(text).count("{snapshot.burn}") == 1
    assert len(set(placeholders(slotted(text)))) == 3


def test_a_placeholder_without_a_value_stays_and_is_named() -> None:
    found = render("{snapshot.a.b} {snapshot.c} {x}", {"a": {"b": 1.5}, "c": None})
    assert found.text == "1.5 {snapshot.c} {x}"
    assert found.missing == ("snapshot.c",)


def test_what_is_filled_in_is_not_read_for_placeholders_again() -> None:
    now = {"a": "{snapshot.b}", "b": "no"}
    assert render("{snapshot.a}", now).text == "{snapshot.b}"


def test_a_snapshot_is_read_to_a_bounded_depth() -> None:
    deep: dict[str, Any] = {}
    for _ in range(2000):
        deep = {"a": deep, "on": True}
    assert len(leaves(deep)) < 20
    assert leaves({"on": True, "n": 0.5}) == {"snapshot.n": "0.5", "snapshot.on": "yes"}


def test_nobody_needs_to_be_a_person_to_look(tmp_path: Path) -> None:
    with World(LOOP) as world:
        one = asked(world, burns(), tmp_path)
        assert world.call("show", PERSON, id=one["id"])["card"]["question"].startswith("Should")
