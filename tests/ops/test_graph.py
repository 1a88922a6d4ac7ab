"""The graph of names: who stands in how many records, and beside whom."""

from __future__ import annotations

from typing import Any

import pytest

from passdown.domain.change import Put
from passdown.domain.record import Record
from passdown.domain.scope import ALL
from passdown.ops import graph
from passdown.stages.apply.execute import execute
from tests.desk import Desk


def know(at: Desk, key: str, *names: str, **more: Any) -> None:
    record = Record("note", key, key, {"entities": list(names)}, **more)
    with at.store.write(ALL) as tx:
        execute(tx, f"made:{key}", [Put(record)], "alice")


def furnish(at: Desk) -> None:
    know(at, "one", "pytest", "make")
    know(at, "two", "make", "pytest", "uv")
    know(at, "three", "uv", scope="repo:web")
    know(at, "four")


def test_names_are_counted_and_paired(on_each: Desk) -> None:
    furnish(on_each)
    found = on_each.call("graph")
    assert [(n["name"], n["records"], n["links"]) for n in found["nodes"]] == [
        ("make", 2, 2),
        ("pytest", 2, 2),
        ("uv", 2, 2),
    ]
    assert found["edges"][0] == {"from": "make", "to": "pytest", "records": 2}
    assert found["records"] == 3


def test_more_than_is_looked_at_is_told_and_a_name_is_found_beyond_it(
    at: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnish(at)
    know(at, "the zebra runs `zap`", "zap", "pytest")
    at.call("index.follow")
    whole = at.call("graph")
    assert (whole["read"], whole["known"]) == (5, 5)
    monkeypatch.setattr(graph, "READ", 2)
    part = at.call("graph")
    assert (part["read"], part["known"]) == (2, 5)
    around = at.call("graph", around="zap")
    assert [node["name"] for node in around["nodes"]] == ["pytest", "zap"]


def test_one_scope_or_one_name_is_told_apart(at: Desk) -> None:
    furnish(at)
    assert [n["name"] for n in at.call("graph", scope="repo:web")["nodes"]] == ["uv"]
    near = at.call("graph", around="pytest")
    assert {n["name"] for n in near["nodes"]} == {"make", "pytest", "uv"}
    assert near["records"] == 2


def test_only_the_names_asked_for_are_shown_with_what_is_between_them(at: Desk) -> None:
    furnish(at)
    found = at.call("graph", limit=2)
    assert [n["name"] for n in found["nodes"]] == ["make", "pytest"]
    assert len(found["edges"]) == 1


def test_what_did_not_hold_then_is_left_out(at: Desk) -> None:
    know(
        at,
        "old",
        "nose",
        valid_from="2020-01-01T00:00:00.000Z",
        valid_to="2021-01-01T00:00:00.000Z",
    )
    know(at, "new", "pytest", valid_from="2021-01-01T00:00:00.000Z")
    assert [n["name"] for n in at.call("graph", as_of="2020-06-01")["nodes"]] == ["nose"]
    assert [n["name"] for n in at.call("graph", as_of="2022-06-01")["nodes"]] == ["pytest"]
