"""Events are hidden, forgotten and kept for a time like all else, also in the file of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from passdown.app import App
from passdown.domain.clock import later
from passdown.domain.errors import StoreError
from passdown.storage.spool import append_to, rewrite
from passdown.testing import VirtualClock
from tests.desk import ALICE, places
from tests.notes import NOTES

MAIL = "jane.doe" + "@" + "corp-mail.com"
Make = Callable[..., App]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made, clock, home = list[App](), VirtualClock(), tmp_path / "store"

    def open(**flags: str) -> App:
        flags = {"observe.events_file": str(tmp_path / "ops.jsonl"), **flags}
        where = places(str(home / "store.db"), home)
        made.append(App(where, clock=clock, flags=flags, loops={"notes": NOTES}))
        return made[-1]

    yield open
    for app in made:
        app.close()


def post(app: App, text: str, **rest: Any) -> str:
    event = {"source": "bot", "event_kind": "cycle", "ok": True, "output_summary": text, **rest}
    id: str = app.call("event", {"event": event}, ALICE)["event_id"]
    return id


def lines(tmp_path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (tmp_path / "ops.jsonl").read_text().splitlines()]


def test_a_rescan_takes_out_of_the_file_what_it_takes_out_of_the_store(make: Make, tmp_path: Path):
    app = make(**{"observe.allow": MAIL})
    post(app, f"mailed {MAIL}")
    post(app, "fine")
    append_to(tmp_path / "ops.jsonl", f"no JSON of {MAIL}\n".encode())
    app.close()
    app = make()
    assert app.call("rescan", {}, ALICE)["lines"] == 2
    text = (tmp_path / "ops.jsonl").read_text()
    assert MAIL not in text
    assert text.count("[email:") == 2
    assert text.count("\n") == 3
    assert app.call("rescan", {}, ALICE)["lines"] == 0


def test_forgotten_events_leave_the_file_and_do_not_come_back(make: Make, tmp_path: Path):
    app = make()
    gone = [post(app, f"zanzibar {n}", event_id=f"{n:032x}") for n in range(3)]
    (session,) = app.call("sessions.list", {}, ALICE)["sessions"]
    assert app.call("forget", {"session": session["id"], "confirm": True}, ALICE)["lines"] == 3
    assert lines(tmp_path) == []
    assert [post(app, "zanzibar", event_id=id) for id in gone] == gone
    assert app.call("recent", {}, ALICE)["events"] == []
    assert post(app, "another")
    assert [row["output_summary"] for row in lines(tmp_path)] == ["another"]


def test_old_events_leave_the_file_too(make: Make, tmp_path: Path):
    app = make(**{"observe.keep_days": "30"})
    old = later(app.clock.now(), days=-40)
    post(app, "old", timestamp=old)
    post(app, "young")
    assert app.call("retain", {}, ALICE)["lines"] == 1
    assert [row["output_summary"] for row in lines(tmp_path)] == ["young"]


def test_where_there_is_no_file_nothing_is_done(make: Make, tmp_path: Path):
    assert make(**{"observe.events_file": ""}).call("rescan", {}, ALICE)["lines"] == 0
    assert make().call("rescan", {}, ALICE)["lines"] == 0
    assert not (tmp_path / "ops.jsonl").exists()


def test_what_is_appended_meanwhile_is_not_lost(tmp_path: Path):
    import threading

    path, writers = tmp_path / "f", list[threading.Thread]()
    append_to(path, b"first\n")

    def say(line: bytes) -> bytes | None:
        if not writers:
            writers.append(threading.Thread(target=append_to, args=(path, b"late\n")))
            writers[0].start()
        return line.upper()

    assert rewrite(path, say) == 1
    writers[0].join()
    assert path.read_bytes() == b"FIRST\nlate\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert rewrite(tmp_path / "none", say) == 0


def test_a_link_in_its_place_is_not_followed(make: Make, tmp_path: Path):
    (tmp_path / "else").write_text(f"{MAIL}\n")
    (tmp_path / "ops.jsonl").symlink_to(tmp_path / "else")
    with pytest.raises(StoreError, match="cannot be rewritten"):
        make().call("rescan", {}, ALICE)
    assert (tmp_path / "else").read_text() == f"{MAIL}\n"
