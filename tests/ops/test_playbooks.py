"""Playbooks are found by words, and by meaning where a model is named; that it is away is said, and
harms nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from passdown.app import App
from passdown.loops.audit import LOOP
from passdown.stages.audit import keep
from passdown.testing import VirtualClock
from tests.desk import Desk, places
from tests.ops.test_audit import audited, filed
from tests.ops.test_meaning import embedded
from tests.stages.audit.repo import commit, init, run

REPO = "acme/shop"
FLEET = "Automobile vehicle maintenance belongs in the daemon queue."
CHANGE = {"fleet/car.py": "def restart_service_car(): ...\n"}


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    place = init(tmp_path / "repo")
    commit(place, {"readme.md": "A shop.\n"})
    run(place, "remote", "add", "origin", f"https://git.example.com/{REPO}.git")
    return place


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "desk"


def at(home: Path) -> Desk:
    clock = VirtualClock()
    flags = {"audit.observer": ""}
    app = App(places(str(home / "store.db"), home), clock=clock, flags=flags, loops={"audit": LOOP})
    return Desk(app, clock)


@pytest.fixture
def desk(home: Path) -> Iterator[Desk]:
    made = at(home)
    yield made
    made.close()


def past(desk: Desk, many: int = 30) -> None:
    """So many earlier changes of the repository, of other things."""
    for n in range(many):
        row: dict[str, Any] = {
            "kind": keep.AUDIT, "id": f"k{n}", "audit_key": f"k{n}", "repo": REPO, "claims": [],
            "pr_number": n + 1, "paths": [f"area{n}/file{n}.py"], "symbols": [f"thing_{n}"],
            "audited_at": "2026-01-01T00:00:00Z", "fps": [], "head_sha": "0" * 40,
        }  # fmt: skip
        keep.note(desk.app.places.root / keep.OUTCOMES, row)


def known(verdict: dict[str, Any]) -> list[str]:
    return [one["title"] for one in verdict["kb"]["playbooks"]]


def reason(verdict: dict[str, Any]) -> str:
    return str(next(one["reason"] for one in verdict["checks"] if one["name"] == "kb_query"))


def test_a_playbook_in_other_words_is_found_by_its_meaning_where_a_model_is_named(
    home: Path, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = at(home)
    past(bare)
    filed(bare, "Fleet", FLEET)
    filed(bare, "Boats", "Keep the harbour ledger dry.")
    by_words = audited(bare, repo, "one", CHANGE, "Nothing.", 101)
    bare.close()
    assert known(by_words) == []
    with embedded(monkeypatch) as model:
        desk = at(home)
        by_meaning = audited(desk, repo, "two", {**CHANGE, "x.txt": "x\n"}, "Nothing.", 102)
        asked = len(model.requests)
        audited(desk, repo, "three", {**CHANGE, "y.txt": "y\n"}, "Nothing.", 103)
        desk.close()
        again = [request["input"] for request in model.requests[asked:]]
    assert known(by_meaning) == ["Fleet"]
    assert "nearer in meaning" in by_meaning["kb"]["playbooks"][0]["why"]
    assert reason(by_meaning).startswith("prior") or not reason(by_meaning)
    assert sum(map(len, again)) <= 2, "what is known already is not asked for again"


def test_of_unrelated_changes_hardly_any_brings_a_playbook_by_its_meaning(
    home: Path, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with embedded(monkeypatch):
        desk = at(home)
        past(desk, 60)
        filed(desk, "Fleet", FLEET)
        found = []
        for n in range(10):
            files = {f"other{n}/part{n}.py": f"def item_{n}(): ...\n"}
            found.append(audited(desk, repo, f"b{n}", files, "Nothing.", 200 + n))
        desk.close()
    assert [known(one) for one in found] == [[]] * 10


def test_an_embedder_that_is_away_is_missed_loudly_and_harmlessly(
    home: Path, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with embedded(monkeypatch, status=500) as model:
        desk = at(home)
        past(desk)
        filed(desk, "Fleet", FLEET, applies_to="fleet/**")
        first = audited(desk, repo, "one", CHANGE, "Nothing.", 101)
        asked = len(model.requests)
        second = audited(desk, repo, "two", {**CHANGE, "x.txt": "x\n"}, "Nothing.", 102)
        desk.close()
        assert len(model.requests) == asked, "one that failed just now is left alone"
    for one in (first, second):
        assert known(one) == ["Fleet"]
        assert (one["status"], one["overall"]) == ("complete", "approve")
        assert "by words only" in reason(one)


def test_nothing_is_asked_of_an_embedder_before_chance_can_be_told(
    home: Path, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with embedded(monkeypatch) as model:
        desk = at(home)
        past(desk, 5)
        filed(desk, "Fleet", FLEET)
        found = audited(desk, repo, "one", CHANGE, "Nothing.", 101)
        desk.close()
        assert model.requests == []
    assert known(found) == []


def test_playbooks_are_searched_by_words_with_nothing_configured(desk: Desk) -> None:
    filed(desk, "Money", "Round invoice totals with Decimal.")
    filed(desk, "Boats", "Keep the harbour ledger dry.")
    found = desk.call("audit.search", query="how are invoice totals rounded?")
    assert [one["title"] for one in found["results"]] == ["Money"]
    assert (found["mode"], found["note"]) == ("lexical", "")
    assert desk.call("audit.search", query="zebra crossings")["results"] == []


def test_a_search_whose_embedder_is_away_says_so(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with embedded(monkeypatch, status=500):
        desk = at(home)
        filed(desk, "Money", "Round invoice totals with Decimal.")
        found = desk.call("audit.search", query="invoice totals")
        desk.close()
    assert [one["title"] for one in found["results"]] == ["Money"]
    assert found["mode"] == "lexical"
    assert "words only" in found["note"]
