"""A forgetting that dies before any statement is whole for each session; the next call ends it."""

from __future__ import annotations

from pathlib import Path

from passdown.app import App
from passdown.domain.record import Life
from passdown.domain.scope import ALL
from passdown.testing import Fuse, VirtualClock, crashes, faults
from tests.desk import Desk, places
from tests.forgetting import SECRET, Open, agree, at, held, opened
from tests.notes import NOTES, Add, Join

__all__ = ["at", "opened"]


# ---- interrupted


def test_dying_before_any_statement_it_is_whole_and_the_next_call_ends_it(
    opened: Open, tmp_path: Path
):
    fuse = Fuse()
    at = opened(fuse)
    durable = at.app.places.url != "memory:"
    agree(at, Add(f"{SECRET} one"), at.say("x", "s1", scope="repo:web"))
    agree(at, Add("tea"), at.say("x", "s1", scope="repo:web"), at.say("y", "s2", scope="repo:web"))
    agree(at, Join("tea", f"{SECRET} one", SECRET), at.say("z", "s3", scope="repo:web"))
    at.ask(Add(f"{SECRET} two"), at.say(SECRET, "s2", scope="repo:web"))
    died = 0

    def act() -> None:
        with_none = not at.call("sessions.list")["sessions"]
        if not with_none:
            at.call("forget", repo="web", confirm=True)

    for _ in crashes(fuse, act, every=7):
        died += 1
        fuse.put_out()
        if durable:
            at.close()
            at = opened(fuse)
        assert faults(at.store) == []
    assert died > 10
    assert SECRET not in held(at)
    assert at.call("sessions.list")["sessions"] == []
    with at.store.read(ALL) as tx:
        assert tx.knowledge.all(lives=tuple(Life)) == []


def test_nothing_of_it_is_in_any_file_of_the_store(tmp_path: Path):
    home, clock = tmp_path / "store", VirtualClock()
    with App(places(str(home / "store.db"), home), clock=clock, loops={"notes": NOTES}) as app:
        at = Desk(app, clock)
        seqs = [at.say(f"{n} {SECRET} " * 90, f"s{n % 3}", scope="repo:web") for n in range(60)]
        for n in range(0, 60, 4):
            agree(at, Add(f"{SECRET} {n}"), seqs[n])
        at.call("search", query=SECRET)
        assert SECRET.encode() in b"".join(
            p.read_bytes() for p in filter(Path.is_file, home.rglob("*"))
        )
        told = at.call("forget", repo="web", confirm=True)
        assert told["scrubbed"]
        for file in filter(Path.is_file, home.rglob("*")):
            assert SECRET.encode() not in file.read_bytes(), file
