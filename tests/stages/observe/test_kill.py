"""A reading that is killed costs time and nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from passdown.domain.scope import ALL
from passdown.storage.sqlite import open_sqlite
from tests.stages.observe.conftest import Read, Still
from tests.stages.observe.transcript import sample

FILES = 60
SCRIPT = """
import sys
from passdown.domain.settings import defaults
from passdown.stages.observe import ingest as module
from passdown.stages.observe.readers import load
from passdown.storage.sqlite import open_sqlite
from passdown.domain.clock import SystemClock
from passdown.text.redact import Redactor
module.MANY = 10
store = open_sqlite(sys.argv[1], SystemClock())
print("ready", flush=True)
module.ingest(
    store, [sys.argv[2]], readers=load(), redactor=Redactor(b"0123456789abcdef0123456789abcdef"),
    settings=defaults(), clock=SystemClock(), report=lambda *p: print(p[0], flush=True),
)
"""


def test_killed_for_good_at_any_time_the_next_reading_ends_the_work(
    read: Read, tmp_path: Path
) -> None:
    folder, path = tmp_path / "sessions", tmp_path / "home" / "store.db"
    folder.mkdir()
    for n in range(FILES):
        sample(f"s{n}").write(folder / f"{n}.jsonl")
    partial = 0
    for after in (0.0, 0.01, 0.05, 0.1):
        child = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(path), str(folder)], stdout=subprocess.PIPE
        )
        assert child.stdout is not None
        child.stdout.readline()
        child.stdout.readline()
        time.sleep(after)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()
        store = open_sqlite(path, Still())
        with store.read(ALL) as tx:
            counts = tx.observations.counts()
        assert counts["observations"] == 9 * counts["sources"]
        partial += 0 < counts["sources"] < FILES
        store.close()
    assert partial
    store = open_sqlite(path, Still())
    read(folder, into=store)
    with store.read(ALL) as tx:
        assert tx.observations.counts()["observations"] == 9 * FILES
    store.close()
