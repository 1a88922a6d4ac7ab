"""index.json, the pages beside it and the store say the same, after whatever happens to them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from passdown.domain.scope import ALL
from passdown.up.run import SAMPLES
from tests.shelf import Shelf

LINE = re.compile(r"- (.+) \[pd:([0-9a-f]{12})\]")
FIELDS = {
    *("id", "fact", "category", "repo", "agent", "confidence"),
    *("status", "source_session", "first_seen", "last_seen"),
}


@pytest.fixture
def shelf(tmp_path: Path):
    made = Shelf(tmp_path)
    yield made
    made.app.close()


def consistent(shelf: Shelf) -> list[dict[str, Any]]:
    """The facts of the index, once everything in it agrees with itself, the pages and the store."""
    shelf.mirror()
    index = json.loads(shelf.text("index.json"))
    facts: list[dict[str, Any]] = index["facts"]
    agrees_with_itself(index)
    assert {(f["id"], f["fact"], page_of(f)) for f in facts} == on_pages(shelf)
    with shelf.app.store.read(ALL) as tx:
        records = {r.id: r for r in tx.knowledge.all("claim")}
        sessions = {s.id for s in tx.observations.sessions(limit=10_000)}
    active = {f["id"] for f in facts if f["status"] == "active"}
    assert active == records.keys()
    for fact in facts:
        if fact["id"] in records:
            of_record(fact, records[fact["id"]])
        assert fact["source_session"] in sessions | {""}
    assert index["last_updated"] >= max((r.updated_at for r in records.values()), default="")
    return facts


def agrees_with_itself(index: dict[str, Any]) -> None:
    facts = index["facts"]
    assert set(index) == {"version", "last_updated", "total_facts", "facts"}
    assert index["total_facts"] == len(facts) == len({f["id"] for f in facts})
    assert [f["id"] for f in facts] == sorted(f["id"] for f in facts)
    for fact in facts:
        assert set(fact) == FIELDS
        assert fact["first_seen"] <= fact["last_seen"] <= index["last_updated"]
        assert 0 <= fact["confidence"] <= 1


def of_record(fact: dict[str, Any], record: Any) -> None:
    scope = f"agent:{fact['agent']}" if fact["agent"] else f"repo:{fact['repo']}"
    assert record.scope == (scope if scope != "repo:global" else "global")
    assert (fact["fact"], fact["category"]) == (record.text, record.body["category"])
    assert (fact["confidence"], fact["status"]) == (record.confidence, record.life.value)


def page_of(fact: dict[str, Any]) -> str:
    if fact["agent"]:
        return f"agents/{fact['agent']}.md"
    if fact["repo"] != "global":
        return f"repos/{fact['repo']}.md"
    return f"global/{fact['category']}s.md"


def on_pages(shelf: Shelf) -> set[tuple[str, str, str]]:
    """Every line of every page: id, text, page."""
    pages = {n: c.decode() for n, c in shelf.files().items() if n.endswith(".md")}
    found = [(n, LINE.fullmatch(row)) for n, text in pages.items() for row in text.splitlines()]
    return {(line[2], line[1], name) for name, line in found if line}


def test_an_empty_store_has_an_empty_index(shelf: Shelf) -> None:
    assert consistent(shelf) == []


def test_the_index_agrees_after_every_step_of_a_stores_life(shelf: Shelf) -> None:
    shelf.clock.set("2026-06-01T00:00:00.000Z")
    shelf.call("ingest", paths=[str(SAMPLES)])
    shelf.call("mine")
    shelf.approve_all()
    mined = {f["id"] for f in consistent(shelf)}
    assert mined

    tests = shelf.know("Run the tests with uv run pytest.")
    shelf.know("The login page needs a cookie.", "repo:web")
    shelf.know("Answer in British English.", "agent:robot")
    grown = consistent(shelf)
    assert {f["id"] for f in grown} > mined

    shelf.edit("global/facts.md", "uv run pytest", "./run test")
    shelf.edit("repos/web.md", "- The login page needs a cookie.", "- The login page needs a key.")
    shelf.pull()
    shelf.approve_all()
    edited = consistent(shelf)
    assert tests not in {f["id"] for f in edited}
    assert len(edited) == len(grown)

    executed = shelf.call("pending", status="approved", limit=1000)["proposals"]
    last = max(executed, key=lambda p: p["decided_at"])
    shelf.call("undo", id=last["id"], closure=True)
    consistent(shelf)

    said = next(f["source_session"] for f in edited if f["id"] in mined)
    shelf.call("forget", session=said, confirm=True)
    assert said not in {f["source_session"] for f in consistent(shelf)}


def test_two_stores_with_one_history_have_one_index(tmp_path: Path) -> None:
    found = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        shelf = Shelf(tmp_path / name)
        shelf.know("Run the tests with uv run pytest.")
        shelf.know("The login page needs a cookie.", "repo:web")
        consistent(shelf)
        found.append({n: c for n, c in shelf.files().items() if n != "ledger.txt"})
        shelf.app.close()
    assert found[0] == found[1]
