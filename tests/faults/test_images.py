"""The files as they stand before every statement: what a machine that lost its power would find."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from passdown.config.places import make_home, store_key
from passdown.testing import Crash, Fuse, VirtualClock, crashes, digest, faults
from tests.desk import BOB, Desk, desk
from tests.notes import Add, Revise, Shout
from tests.postgres import PostgresServer

SAMPLES = Path(__file__).parents[2] / "test_sessions"
KEPT = ("store.db", "store.db-wal", "key")


class Camera:
    """Copies a store's files before each statement it runs while it is on."""

    def __init__(self, store: Path, album: Path) -> None:
        self.store = store
        self.album = album
        self.on = False
        self.pictures: list[Path] = []

    def __call__(self, statement: str) -> None:
        if not self.on:
            return
        picture = self.album / str(len(self.pictures))
        (picture / "store").mkdir(parents=True)
        for name in KEPT:
            if (self.store / name).exists():
                shutil.copyfile(self.store / name, picture / "store" / name)
        self.pictures.append(picture)


class Deed(NamedTuple):
    """How a world is made, and what is done in it."""

    prepare: Callable[[Desk], str]
    act: Callable[[Desk, str], Any]


def settled(at: Desk) -> str:
    id = at.agree(Add("tea"))
    at.agree(Revise("tea", "one", "two"))
    return id


def ingest(at: Desk, _: str = "") -> None:
    at.call("ingest", paths=[str(SAMPLES)])


DEEDS = {
    "approve": Deed(lambda at: at.ask(Shout("tea")).id, lambda at, id: at.call("approve", id=id)),
    "reject": Deed(
        lambda at: at.ask(Add("tea")).id, lambda at, id: at.call("reject", id=id, reason="no")
    ),
    "undo": Deed(settled, lambda at, id: at.call("undo", BOB, id=id, closure=True)),
}


@pytest.mark.parametrize("name", DEEDS)
def test_before_every_statement_of_a_decision_the_files_hold_all_of_it_or_nothing(
    name: str, tmp_path: Path
) -> None:
    camera, clock = Camera(tmp_path / "store", tmp_path / "album"), VirtualClock()
    at = desk("sqlite", tmp_path, clock=clock, on_statement=camera)
    id = DEEDS[name].prepare(at)
    before, camera.on = digest(at.store), True
    DEEDS[name].act(at, id)
    camera.on = False
    after = digest(at.store)
    at.close()
    assert len(camera.pictures) > 8
    for picture in camera.pictures:
        found = desk("sqlite", picture, clock=clock)
        assert faults(found.store) == []
        assert digest(found.store) in (before, after)
        found.close()


def test_reading_that_lost_its_power_anywhere_is_finished_as_if_it_had_not(tmp_path: Path) -> None:
    camera, clock = Camera(tmp_path / "store", tmp_path / "album"), VirtualClock()
    at = desk("sqlite", tmp_path, clock=clock, on_statement=camera)
    at.say("so that there is a store")
    store_key(at.app.home)
    camera.on = True
    ingest(at)
    camera.on = False
    after = digest(at.store)
    at.close()
    assert len(camera.pictures) > 15
    for picture in camera.pictures[::4]:
        found = desk("sqlite", picture, clock=clock)
        assert faults(found.store) == []
        ingest(found)
        assert digest(found.store) == after
        found.close()


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
def test_reading_that_dies_before_any_statement_is_finished_as_if_it_had_not(
    backend: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    server: PostgresServer = request.getfixturevalue("postgres_server")
    clock, fuse = VirtualClock(), Fuse()

    def opened(home: str, dsn: str) -> Desk:
        where = tmp_path / home
        return desk(backend, where, dsn, clock=clock, on_statement=fuse)

    places = [server.fresh() if backend == "postgres" else "" for _ in range(2)]
    whole = opened("whole", places[0])
    ingest(whole)
    at = opened("torn", places[1])
    at.call("status")
    make_home(at.app.home)
    shutil.copyfile(whole.app.home / "key", at.app.home / "key")
    died = 0

    def read() -> None:
        ingest(at)

    for _ in crashes(fuse, read, every=5):
        died += 1
        at.close()
        at = opened("torn", places[1])
        assert faults(at.store) == []
    assert died > 3
    assert digest(at.store) == digest(whole.store)
    at.close()
    whole.close()


def test_a_crash_in_the_middle_of_reading_in_memory_keeps_nothing_half(tmp_path: Path) -> None:
    fuse = Fuse()
    at = desk(on_statement=fuse)
    fuse.light(9)
    with pytest.raises(Crash):
        ingest(at)
    assert faults(at.store) == []
    ingest(at)
    assert at.call("status")["observed"]["sessions"] == 5
    at.close()
