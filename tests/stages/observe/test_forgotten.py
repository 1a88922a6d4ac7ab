"""What came from a file is forgotten with it, and nothing forgotten comes back by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from passdown.app import App
from passdown.domain.errors import Forbidden
from passdown.domain.observation import Observation, Pointer, Seen, Session, Source
from passdown.domain.scope import ALL
from tests.desk import ALICE, ROBOT, Desk, places
from tests.forgetting import SECRET, at, forget, opened
from tests.security.test_content import transcript

__all__ = ["at", "opened"]


# ---- files


def seen_in(file: str, session: str, uid: str) -> Observation:
    return Observation(
        session, uid, Seen.PROMPT, f"{uid} in {file}", pointer=Pointer(file, 0, 1, "ab")
    )


@pytest.fixture
def files(at: Desk) -> Desk:
    with at.store.write(ALL) as tx:
        both = [seen_in("/a/1.jsonl", "s1", "u1"), seen_in("/a/2.jsonl", "s1", "u2")]
        tx.observations.add(Session("s1", "test"), both)
        tx.observations.add(Session("s2", "test"), [seen_in("/a/2.jsonl", "s2", "u3")])
        tx.observations.add(Session("s3", "test"), [seen_in("/a/b/3.jsonl", "s3", "u4")])
        for file in ("/a/1.jsonl", "/a/2.jsonl", "/a/b/3.jsonl"):
            tx.observations.put_source(Source(file, "test", 1, 2, 3, "", {"of": file}))
    return at


def left(at: Desk) -> dict[str, list[str]]:
    with at.store.read(ALL) as tx:
        return {
            "uids": [o.uid for o in tx.observations.scan()],
            "sessions": sorted(s.id for s in tx.observations.sessions()),
            "sources": [s.key for s in tx.observations.sources()],
        }


@pytest.mark.parametrize(
    ("path", "uids", "sessions", "sources"),
    [
        ("/a/1.jsonl", ["u2", "u3", "u4"], ["s1", "s2", "s3"], 2),
        ("/a/2.jsonl", ["u1", "u4"], ["s1", "s3"], 2),
        ("/a/b", ["u1", "u2", "u3"], ["s1", "s2"], 2),
        ("/a", [], [], 0),
        ("/a/*.jsonl", [], [], 0),
        ("/a/[12].jsonl", ["u4"], ["s3"], 1),
    ],
)
def test_what_came_from_a_path_goes(
    files: Desk, path: str, uids: list[str], sessions: list[str], sources: int
):
    forget(files, path=path)
    found = left(files)
    assert (found["uids"], found["sessions"]) == (uids, sessions)
    assert len(found["sources"]) == sources


def test_a_session_of_which_a_part_goes_is_told_by_what_is_left(files: Desk):
    forget(files, path="/a/1.jsonl")
    with files.store.read(ALL) as tx:
        session = tx.observations.session("s1")
    assert session is not None
    assert session.meta["sums"]["prompts"] == 1


# ---- reading again


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    home = tmp_path / "store"
    with App(places(str(home / "store.db"), home)) as made:
        yield made


def turns(n: int) -> tuple[tuple[str, str], ...]:
    return tuple(("user", f"Always say {SECRET} {i}, please.") for i in range(n))


def ingest(app: App, path: Path, **how: Any) -> dict[str, Any]:
    told: dict[str, Any] = app.call("ingest", {"paths": [str(path)], **how}, ALICE)
    return told


def count(app: App) -> int:
    with app.store.read(ALL) as tx:
        return tx.observations.counts()["observations"]


def test_a_forgotten_session_is_not_read_again_nor_what_is_added_to_it(app: App, tmp_path: Path):
    told = transcript(tmp_path / "t.jsonl", *turns(3))
    ingest(app, told)
    app.call("forget", {"session": "s1", "confirm": True}, ALICE)
    assert count(app) == 0
    transcript(told, *turns(5))
    read = ingest(app, told)
    assert (count(app), read["forgotten"]) == (0, 5 - 3)
    copy = transcript(tmp_path / "copy.jsonl", *turns(5))
    assert ingest(app, copy)["forgotten"] == 5
    assert count(app) == 0
    with app.store.read(ALL) as tx:
        assert tx.observations.sessions() == []


def test_a_forgotten_file_is_not_opened_again(app: App, tmp_path: Path):
    told = transcript(tmp_path / "t.jsonl", *turns(3))
    ingest(app, told)
    app.call("forget", {"path": str(told), "confirm": True}, ALICE)
    transcript(told, *turns(5), session="another")
    read = ingest(app, told)
    assert (count(app), read["forgotten_files"], read["files"]) == (0, 1, 0)


def test_what_was_said_does_not_come_back_in_a_session_that_repeats_it(app: App, tmp_path: Path):
    told = transcript(tmp_path / "t.jsonl", *turns(3))
    lines = [json.loads(line) for line in told.read_text().splitlines()]
    for n, line in enumerate(lines):
        line["uuid"] = f"0193a000-0000-7000-8000-00000000000{n}"
    told.write_text("".join(json.dumps(line) + "\n" for line in lines))
    ingest(app, told)
    app.call("forget", {"session": "s1", "confirm": True}, ALICE)
    new = {**lines[-1], "uuid": "0193a000-0000-7000-8000-0000000000ff"}
    resumed = [{**line, "sessionId": "s2"} for line in [*lines, new]]
    (tmp_path / "r.jsonl").write_text("".join(json.dumps(line) + "\n" for line in resumed))
    assert ingest(app, tmp_path / "r.jsonl")["forgotten"] == 3
    assert count(app) == 1


@pytest.mark.parametrize("what", ["session", "path"])
def test_asked_for_it_comes_back_and_stays(app: App, tmp_path: Path, what: str):
    told = transcript(tmp_path / "t.jsonl", *turns(3))
    ingest(app, told)
    names = {"session": "s1", "path": str(told)}
    app.call("forget", {what: names[what], "confirm": True}, ALICE)
    with pytest.raises(Forbidden):
        app.call("ingest", {"paths": [str(told)], "again": True}, ROBOT)
    assert ingest(app, told, again=True)["observations"] == 3
    assert count(app) == 3
    transcript(told, *turns(5))
    assert ingest(app, told)["forgotten"] == 0
    assert count(app) == 5


def test_marks_say_nothing_of_what_was_forgotten(app: App, tmp_path: Path):
    told = transcript(tmp_path / f"{SECRET}.jsonl", *turns(3), session=f"{SECRET}-1")
    ingest(app, told)
    app.call("forget", {"path": str(told), "confirm": True}, ALICE)
    for file in filter(Path.is_file, (tmp_path / "store").rglob("*")):
        assert SECRET.encode() not in file.read_bytes(), file
