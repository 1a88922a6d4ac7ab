"""Proposals as files: where each stands, that they follow the ledger, and that they come back."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from passdown.app import App
from passdown.ops import projection
from passdown.testing import PERSON, VirtualClock
from tests.desk import places
from tests.loops.phrasebook.log import LOOP, burns, row

STATES = ("approved", "expired", "pending", "rejected")


class Shop:
    """A store on disk with one question in it."""

    def __init__(self, home: Path) -> None:
        self.home, self.clock = home, VirtualClock("2026-03-03T09:00:00.000Z")
        url = str(home / "store" / "store.db")
        self.app = App(places(url, home / "store"), clock=self.clock, loops={"phrasebook": LOOP})
        self.root = home / "store" / "promotions"

    def call(self, name: str, **params: Any) -> Any:
        return self.app.call(name, params, PERSON)

    def read(self, name: str, rows: list[dict[str, Any]]) -> None:
        path = self.home / name
        path.write_text("".join(json.dumps(one) + "\n" for one in rows))
        self.call("ingest", paths=[str(path)])
        self.call("mine", loop="phrasebook")

    def files(self) -> dict[str, dict[str, Any]]:
        found = sorted(self.root.rglob("*.json"))
        return {p.relative_to(self.root).as_posix(): json.loads(p.read_text()) for p in found}

    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.root / "audit.jsonl").read_text().splitlines()]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    found = Shop(tmp_path)
    with found.app:
        found.read("one.jsonl", burns())
        yield found


def id_of(shop: Shop) -> str:
    (found,) = shop.call("pending")["proposals"]
    return str(found["id"])


def test_a_question_stands_in_its_loop_s_folder_as_it_is_on_the_wire(shop: Shop) -> None:
    id = id_of(shop)
    assert shop.files() == {f"phrasebook/pending/{id}.json": shop.call("pending")["proposals"][0]}
    assert sorted(p.name for p in (shop.root / "phrasebook").iterdir()) == list(STATES)
    assert [one["event"] for one in shop.log()][:1] == ["promotion.proposed"]


@pytest.mark.parametrize(
    ("verb", "state"), [("approve", "approved"), ("reject", "rejected"), ("expire", "expired")]
)
def test_what_is_closed_moves_and_the_log_says_so(shop: Shop, verb: str, state: str) -> None:
    id = id_of(shop)
    if verb == "expire":
        shop.clock.advance(days=15)
        shop.call("expire")
    else:
        shop.call(verb, id=id, reason="so")
    (name,) = shop.files()
    assert name == f"phrasebook/{state}/{id}.json"
    assert shop.files()[name]["status"] == state
    assert f"promotion.{state}" in [one["event"] for one in shop.log()]
    seqs = [one["seq"] for one in shop.log()]
    assert seqs == sorted(set(seqs))


def test_the_log_names_the_old_actor_beside_the_person(shop: Shop) -> None:
    shop.call("approve", id=id_of(shop))
    (seam,) = [one for one in shop.log() if one["event"] == "phrasebook.updated"]
    assert (seam["actor"], seam["by"]) == ("kora_proposal_approved", "reviewer")


def test_only_the_owner_reads_them(shop: Shop) -> None:
    modes = {p.stat().st_mode & 0o777 for p in shop.root.rglob("*") if p.is_file()}
    folders = {p.stat().st_mode & 0o777 for p in (shop.root, *shop.root.rglob("*")) if p.is_dir()}
    assert (modes, folders) == ({0o600}, {0o700})


def test_a_folder_that_was_lost_is_written_anew(shop: Shop) -> None:
    shop.call("reject", id=id_of(shop), reason="so")
    shop.read(
        "two.jsonl",
        [row("See the wiki.", f"w{n}", question="Where is the wiki page?") for n in "abcde"],
    )
    files, log = shop.files(), shop.log()
    assert len(files) == 2
    shutil.rmtree(shop.root)
    shop.call("mirror")
    assert shop.files() == files
    assert shop.log() == log


def test_a_line_that_a_crash_cut_off_is_written_again(shop: Shop) -> None:
    before = shop.log()
    path = shop.root / "audit.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    fresh = Shop(shop.home)
    with fresh.app:
        fresh.call("reject", id=id_of(fresh), reason="so")
        assert fresh.log()[: len(before)] == before
        assert fresh.log()[-1]["event"] == "promotion.rejected"


def test_a_folder_that_cannot_be_written_stops_no_decision(shop: Shop) -> None:
    shutil.rmtree(shop.root)
    shop.root.write_text("in the way")
    id = id_of(shop)
    assert shop.call("approve", id=id)["status"] == "approved"
    checks = {one["check"]: one for one in shop.call("doctor")["checks"]}
    assert not checks["promotions"]["ok"]


def test_what_is_forgotten_goes_from_its_file(shop: Shop) -> None:
    shop.call("approve", id=id_of(shop))
    for n in range(1, 7):
        shop.call("forget", session=f"sess-{n}", confirm=True)
    text = "".join(p.read_text() for p in shop.root.rglob("*.json*"))
    assert "Burn" not in text


def test_what_was_read_is_not_read_again_with_every_call(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts: list[int] = []
    entries = projection._entries

    def counted(tx: Any, after: int) -> Iterator[Any]:
        found = list(entries(tx, after))
        counts.append(len(found))
        return iter(found)

    monkeypatch.setattr(projection, "_entries", counted)
    for n in range(6):
        knob = {"name": "gate.max_open", "value": str(100 + n)}
        shop.app.call("controls.set", knob, PERSON)
    assert len(counts) == 6
    assert len(set(counts)) == 1
