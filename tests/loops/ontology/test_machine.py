"""Whatever happens to ontologies, no concept is lost: in memory, on a disk and on a server."""

from __future__ import annotations

import tempfile
from pathlib import Path

from passdown.testing import Fuse, VirtualClock
from tests.loops.ontology.bench import Bench, bench
from tests.loops.ontology.machine import run
from tests.postgres import PostgresServer


def in_memory(clock: VirtualClock, fuse: Fuse) -> Bench:
    return bench(clock=clock, fuse=fuse)


def test_ontologies_in_memory_keep_every_promise() -> None:
    run(in_memory, examples=8, steps=25)


def test_ontologies_on_a_disk_keep_every_promise() -> None:
    with tempfile.TemporaryDirectory() as folder:
        homes = iter(Path(folder, str(n)) for n in range(10**6))
        known: dict[VirtualClock, Path] = {}

        def on_disk(clock: VirtualClock, fuse: Fuse) -> Bench:
            if clock not in known:
                known[clock] = next(homes)
            return bench("sqlite", known[clock], clock=clock, fuse=fuse)

        run(on_disk, examples=3, steps=20)


def test_ontologies_on_a_server_keep_every_promise(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    known: dict[VirtualClock, str] = {}

    def on_server(clock: VirtualClock, fuse: Fuse) -> Bench:
        if clock not in known:
            known[clock] = postgres_server.fresh()
        return bench("postgres", tmp_path, known[clock], clock=clock, fuse=fuse)

    run(on_server, examples=2, steps=12)
    for dsn in known.values():
        postgres_server.drop(dsn)
