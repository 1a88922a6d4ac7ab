"""Ontologies in use: what is searched and briefed by them, and what is read into them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from passdown.domain.errors import Conflict, NotFound
from passdown.domain.observation import Seen
from passdown.domain.scope import ALL
from passdown.loops.ontology import LOOP
from passdown.testing import World
from tests.loops.ontology_gate.past import AUTH, BILLS, two_domains
from tests.loops.themes.past import approved, claim

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def world() -> Iterator[World]:
    """A store in which two domains were found and approved, the floor empty."""
    with World(LOOP, lived=approved) as made:
        made.read(*two_domains())
        for _ in range(3):
            made.clock.advance(hours=1)
            made.mine("ontology")
            for asked in made.pending():
                made.call("approve", id=asked["id"], reason="so")
        yield made


def domains(world: World) -> dict[str, str]:
    """The names of the two, by a concept of each."""
    found = (world.call("ontology.home", concept=one[0]) for one in (AUTH, BILLS))
    return {one["concept"]: one["ontology"] for one in found}


def test_two_domains_are_told_apart(world: World) -> None:
    auth, bills = domains(world).values()
    assert auth != bills
    assert world.call("ontology.show", name=auth)["members"] == sorted(AUTH)
    assert world.call("ontology.show", name=bills)["members"] == sorted(BILLS)
    assert world.call("ontology.show", name=auth)["claims"] == 9


def texts(found: Any) -> str:
    return json.dumps(found)


def test_a_search_can_be_of_one_ontology(world: World) -> None:
    auth, bills = domains(world).values()
    asked = {"query": "changed together", "limit": 20}
    every = world.call("search", **asked)["results"]
    of_auth = world.call("search", ontology=auth, **asked)["results"]
    of_bills = world.call("search", ontology=bills, **asked)["results"]
    assert of_auth
    assert of_bills
    assert "invoice_pdf" not in texts(of_auth)
    assert "login_form" not in texts(of_bills)
    assert len(every) == len(of_auth) + len(of_bills)


def test_a_brief_can_be_of_one_ontology(world: World) -> None:
    auth, _ = domains(world).values()
    told = world.call("brief", ontology=auth)["text"]
    assert "login_form" in told
    assert "invoice_pdf" not in told


def test_an_ontology_there_is_not_is_an_error_that_says_so(world: World) -> None:
    with pytest.raises(NotFound, match="no ontology"):
        world.call("search", query="changed", ontology="nowhere")
    with pytest.raises(NotFound, match="no ontology"):
        world.call("ingest", paths=["x"], ontology="nowhere")


def transcript(folder: Path, text: str) -> str:
    line = {
        "type": "user",
        "uuid": "6d1c3d2e-0000-4000-8000-000000000001",
        "sessionId": "directed",
        "cwd": "/srv/none",
        "timestamp": "2026-02-01T09:00:00.000Z",
        "message": {"role": "user", "content": text},
    }
    file = folder / "directed.jsonl"
    file.write_text(json.dumps(line) + "\n")
    return str(file)


SAID = "`warehouse_db` and `stock_api` are moved together, and `login_form` is told"


def read_into(world: World, folder: Path, name: str) -> None:
    world.call("ingest", paths=[transcript(folder, SAID)], ontology=name)
    with world.store.read(ALL) as tx:
        (one,) = tx.observations.scan(session="directed", kinds=(Seen.PROMPT,))
    claim(world.store, one)
    world.clock.advance(hours=1)


def test_new_names_of_what_is_read_into_an_ontology_are_at_home_there(
    world: World, tmp_path: Path
) -> None:
    world.call("ontology.add", name="shop")
    before = domains(world)[AUTH[0]]
    read_into(world, tmp_path, "SHOP")
    world.mine("ontology")
    for name in ("warehouse_db", "stock_api"):
        assert world.call("ontology.home", concept=name)["ontology"] == "shop"
    assert domains(world)[AUTH[0]] == before


def test_nothing_is_read_into_what_is_frozen(world: World, tmp_path: Path) -> None:
    auth, _ = domains(world).values()
    world.call("ontology.freeze", name=auth)
    with pytest.raises(Conflict, match="frozen"):
        world.call("ingest", paths=[transcript(tmp_path, SAID)], ontology=auth)


def test_the_floor_is_there_from_the_first_cycle_on(world: World) -> None:
    with world.store.read(ALL) as tx:
        (told,) = [
            e
            for e in tx.ledger.entries(name="ontology.updated")
            if (e.detail or {}).get("proposal", "").startswith("upkeep:")
        ]
    assert told.actor == "system:ontology"


def test_the_mirror_has_a_file_for_each_with_what_belongs_to_it(world: World) -> None:
    assert LOOP.mirror is not None
    files = LOOP.mirror(world.corpus())
    assert len(files) == 3
    (auth,) = [text for text in files.values() if "- `login_form`" in text]
    assert "invoice_pdf" not in auth
    assert auth.count("[pd:") == 10
    assert all(name.startswith("ontologies/") for name in files)


def test_an_ontology_holds_up_no_undo_of_what_brought_its_names(world: World) -> None:
    with world.store.read(ALL) as tx:
        ids = {one.id for kind in ("entity", "claim") for one in tx.knowledge.all(kind)}
        homes = tx.knowledge.edges(type="home")
    assert homes
    assert not ids & {edge.source for edge in homes}
