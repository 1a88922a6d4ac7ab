"""Stores, a redactor and one call that ingests with all defaults."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from passdown.domain.clock import At
from passdown.domain.observation import Observation
from passdown.domain.scope import ALL
from passdown.domain.settings import Setting, Settings, defaults
from passdown.stages.observe.ingest import ingest
from passdown.stages.observe.readers import Readers, load
from passdown.stages.observe.tally import Ingested
from passdown.storage.memory import open_memory
from passdown.storage.port import Store
from passdown.storage.sqlite import open_sqlite
from passdown.text.redact import Redactor

KEY = b"0123456789abcdef0123456789abcdef"


class Still:
    """A clock that stands still."""

    def now(self) -> At:
        return "2026-11-21T03:15:00.000Z"


@pytest.fixture(scope="session")
def redactor() -> Redactor:
    return Redactor(KEY)


@pytest.fixture(scope="session")
def readers() -> Readers:
    return load()


@pytest.fixture(params=["memory", "sqlite"])
def store(request, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened: Store
    if request.param == "memory":
        opened = open_memory(Still())
    else:
        opened = open_sqlite(tmp_path_factory.mktemp("home") / "store.db", Still())
    yield opened
    opened.close()


Read = Callable[..., Ingested]


@pytest.fixture
def read(store: Store, redactor: Redactor, readers: Readers) -> Read:
    """Ingest these paths into the store, by default settings."""

    def run(
        *paths: Path | str, into: Store = store, knobs: dict[str, int] | None = None, **more: Any
    ) -> Ingested:
        settings = (
            Settings({k: Setting(v) for k, v in (knobs or {}).items()}) if knobs else defaults()
        )
        given = {"readers": readers, "redactor": redactor, "clock": Still(), **more}
        return ingest(into, [str(p) for p in paths], settings=settings, **given)

    return run


def everything(store: Store) -> list[Observation]:
    with store.read(ALL) as tx:
        return tx.observations.scan(flagged=True, limit=1_000_000)


def world(store: Store) -> Any:
    """All that ingest writes, but for the order things were found in and when."""
    with store.read(ALL) as tx:
        seen = tx.observations.scan(flagged=True, limit=1_000_000)
        sources = [
            (s.key, s.offset, s.tail, s.counts.get("line")) for s in tx.observations.sources()
        ]
        sessions = sorted(
            (s.id, s.outcome, s.started_at, s.ended_at) for s in tx.observations.sessions()
        )
    return sorted((o.session, o.uid, o.text, o.flags) for o in seen), sources, sessions
