"""A store that is opened again and again on each backend, and what is asked of it to forget."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from passdown.app import App, memory_app
from passdown.domain.scope import ALL
from passdown.stages.measure.verify import verify
from passdown.testing import Fuse, VirtualClock, faults, state
from tests.desk import BOB, Desk, places
from tests.notes import NOTES
from tests.postgres import PostgresServer

Open = Callable[..., Desk]
SECRET = "zanzibar"


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """How to open one and the same store again and again; the one in memory only once."""
    home, made, clock = tmp_path / "store", list[Desk](), VirtualClock()
    url = str(home / "store.db")
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = server.fresh()

    def open(fuse: Fuse | None = None) -> Desk:
        loops = {"notes": NOTES}
        if request.param == "memory":
            app = memory_app(clock, on_statement=fuse, loops=loops)
        else:
            app = App(places(url, home), clock=clock, on_statement=fuse, loops=loops)
        made.append(Desk(app, clock))
        return made[-1]

    yield open
    for each in made:
        each.close()


@pytest.fixture
def at(opened: Open) -> Desk:
    return opened()


def held(at: Desk) -> str:
    return json.dumps(state(at.store), ensure_ascii=False, default=str)


def forget(at: Desk, **what: str) -> dict[str, Any]:
    told: dict[str, Any] = at.call("forget", confirm=True, **what)
    assert faults(at.store) == []
    with at.store.read(ALL) as tx:
        assert verify(tx).ok
    return told


def agree(at: Desk, payload: Any, *evidence: int) -> str:
    id = at.ask(payload, *evidence).id
    at.clock.advance(seconds=1)
    at.call("approve", BOB, id=id, reason=f"{SECRET} is right")
    return id
