"""A process that writes to a store until it is done, is killed, or meets a fault.

`python -m tests.faults.writer TASK BACKEND PLACE NAME COUNT`; each line it prints is a promise.
"""

from __future__ import annotations

import os
import pwd
import resource
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from passdown.domain.clock import SystemClock, new_id
from passdown.domain.errors import PassdownError
from passdown.domain.job import Job
from passdown.domain.observation import Observation, Seen, Session
from passdown.domain.proposal import Proposal, Status
from passdown.domain.record import Record
from passdown.domain.scope import ALL
from passdown.storage.port import Store, Tx
from passdown.storage.postgres import open_postgres
from passdown.storage.sqlite import open_sqlite

AT = "2026-11-21T03:15:00.000Z"


def opened(backend: str, place: str) -> Store:
    clock = SystemClock()
    return open_postgres(place, clock) if backend == "postgres" else open_sqlite(place, clock)


def say(*words: object) -> None:
    print(*words, flush=True)


def decide(tx: Tx, name: str, n: int) -> None:
    """One decision: status, change, counter and ledger, all or nothing."""
    asked = Proposal(new_id(), "loop", "ADD", {"by": name, "n": n}, (), "x", AT, "")
    tx.queue.add(asked)
    said = Observation(asked.id, "u", Seen.NOTE, name)
    tx.observations.add(Session(asked.id, "f"), [said])
    tx.queue.move(replace(asked, status=Status.EXECUTED), Status.PENDING)
    record = tx.knowledge.get("count", "all") or Record("count", "all", "0")
    stored = tx.knowledge.put(replace(record, text=str(int(record.text) + 1)))
    tx.ledger.append("count.updated", name, stored.id, {"n": n})
    tx.jobs.add(Job(asked.id, "outbox", asked.id))


def write(store: Store, name: str, count: int) -> None:
    """Decide so often; the longest wait, in milliseconds, at the end."""
    longest = 0.0
    for n in range(count):
        start = time.perf_counter()
        with store.write(ALL) as tx:
            decide(tx, name, n)
        longest = max(longest, time.perf_counter() - start)
        say("wrote", n)
    say("longest", round(longest * 1000))


def linger(store: Store, name: str, count: int) -> None:
    """Write once, then stop in the middle of a second transaction."""
    with store.write(ALL) as tx:
        decide(tx, name, 0)
    say("wrote", 0)
    with store.write(ALL) as tx:
        decide(tx, name, 1)
        say("inside")
        time.sleep(600)


def restore(store: Store, name: str, count: int) -> None:
    """Restore two backups in turn, for ever."""
    while True:
        for which in ("a", "b"):
            store.restore(Path(name) / which)
            say("restored", which)


def work(store: Store, name: str, count: int) -> None:
    """Take jobs until there are none."""
    while True:
        with store.write(ALL) as tx:
            job = tx.jobs.take(name, lease_seconds=60)
        if job is None:
            return
        say("took", job.id)
        with store.write(ALL) as tx:
            tx.jobs.finish(job.id, name, {})


def enlarge(store: Store, name: str, count: int) -> None:
    """Write while no file may grow beyond so many bytes, and go on when it may again."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (count, resource.RLIM_INFINITY))
    try:
        for n in range(10_000):
            with store.write(ALL) as tx:
                tx.ledger.append("n", name, "s", {"n": n, "large": "x" * 10_000})
            say("wrote", n)
    except PassdownError as error:
        say("refused", error.code, error.what, error.next)
    with store.read(ALL) as tx:
        say("read", tx.ledger.head()[0])
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    with store.write(ALL) as tx:
        decide(tx, name, 0)
    say("recovered")


def unprivileged() -> None:
    """Open a store in a folder of this user's own that it may not write to."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        # Loaded while this process may still read where Python stands.
        write(opened("sqlite", f"{name}/warm/store.db"), "warm", 1)
        folder, place = Path(name, "own"), f"{name}/own/store.db"
        folder.mkdir()
        become_nobody(name, folder)
        folder.chmod(0o500)
        attempt("new", place)
        folder.chmod(0o700)
        opened("sqlite", place).close()
        folder.chmod(0o500)
        attempt("there", place)
        folder.chmod(0o700)


def become_nobody(*owned: str | Path) -> None:
    """Give these away and go on as a user who may do nothing special."""
    if os.geteuid() != 0:
        return
    nobody = pwd.getpwnam("nobody")
    for path in (*owned, *Path(owned[0]).rglob("*")):
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)


def attempt(what: str, place: str) -> None:
    try:
        store = opened("sqlite", place)
        with store.write(ALL) as tx:
            decide(tx, "x", 0)
    except PassdownError as error:
        say(what, error.code, bool(error.where), bool(error.next))


TASKS = {
    "write": write,
    "linger": linger,
    "restore": restore,
    "work": work,
    "enlarge": enlarge,
}


def main() -> None:
    task, backend, place, name, count = sys.argv[1:]
    if task == "unprivileged":
        unprivileged()
        return
    store = opened(backend, place)
    TASKS[task](store, name, int(count))
    store.close()


if __name__ == "__main__":
    main()
