"""Events as JSON lines: each line kept or named, a file read twice counted once."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from passdown.app import App, open_app
from passdown.domain.errors import Forbidden, Invalid, Unreadable
from passdown.domain.scope import ALL
from passdown.ops.intake import events_file, intake
from tests.desk import ALICE, ROBOT, Desk

LINES = '{"source": "bot", "ok": true}\n\nno event\n[1]\n{"source": "cron"}\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "events.jsonl"
    path.write_text(LINES)
    return path


def test_lines_are_kept_and_bad_ones_named(at: Desk, file: Path):
    done = at.call("observe", jsonl=str(file))
    assert done == {
        "events": 2,
        "new": 2,
        "known": 0,
        "unknown_sources": 1,
        "quarantined": 0,
        "bad": 2,
        "bad_lines": [
            {"line": 3, "reason": done["bad_lines"][0]["reason"]},
            {"line": 4, "reason": "not a JSON object"},
        ],
        "logged": True,
    }
    assert done["bad_lines"][0]["reason"].startswith("not JSON")
    assert at.call("stats")["by_source"] == {"mcp": 0, "scenario": 1, "auditor": 0, "bot": 1}


def test_a_file_read_again_adds_what_is_new_in_it(at: Desk, file: Path):
    at.call("observe", jsonl=str(file))
    with file.open("a") as more:
        more.write('{"source": "bot", "ok": true}\n{"source": "mcp"}')
    done = at.call("observe", jsonl=str(file))
    assert (done["events"], done["new"], done["known"]) == (4, 2, 2)
    assert at.call("stats")["total"] == 4


def test_our_own_file_holds_nothing_new(at: Desk):
    for n in range(3):
        at.call("event", event={"source": "bot", "n": n})
    written = at.app.home / "data" / "_observer" / "ops.jsonl"
    before = written.read_bytes()
    assert at.call("observe", jsonl=str(written))["new"] == 0
    assert written.read_bytes() == before


def test_a_compressed_file_is_read_and_a_damaged_one_as_far_as_it_goes(at: Desk, tmp_path: Path):
    data = gzip.compress(b"".join(b'{"n": %d}\n' % n for n in range(50_000)))
    (tmp_path / "a.gz").write_bytes(data)
    assert at.call("observe", jsonl=str(tmp_path / "a.gz"))["new"] == 50_000
    (tmp_path / "b.gz").write_bytes(data[: len(data) // 2])
    done = at.call("observe", jsonl=str(tmp_path / "b.gz"))
    assert 0 < done["new"] < 50_000
    assert done["bad_lines"][-1]["reason"].startswith("damaged from here on")


def test_a_line_too_long_is_passed_over_in_little_memory(at: Desk, tmp_path: Path):
    (tmp_path / "e").write_bytes(b'{"a": "' + b"x" * 3_000_000 + b'"}\n{"source": "bot"}\n')
    done = at.call("observe", jsonl=str(tmp_path / "e"))
    assert (done["new"], done["bad"]) == (1, 1)
    assert done["bad_lines"] == [{"line": 1, "reason": "longer than 1048576 bytes"}]


@pytest.mark.parametrize("text", ["no\nevent\n", "[]", '{"half": '])
def test_only_when_nothing_could_be_read_it_fails(at: Desk, text: str, tmp_path: Path):
    (tmp_path / "e").write_text(text)
    with pytest.raises(Unreadable, match="is an event") as refused:
        at.call("observe", jsonl=str(tmp_path / "e"))
    assert refused.value.where.endswith("/e")
    (tmp_path / "e").write_text("\n")
    assert at.call("observe", jsonl=str(tmp_path / "e"))["events"] == 0


def test_what_cannot_be_opened_or_was_not_named_is_refused(at: Desk, tmp_path: Path):
    with pytest.raises(Unreadable):
        at.call("observe", jsonl=str(tmp_path / "none"))
    with pytest.raises(Invalid, match="nothing to observe"):
        at.call("observe")
    with pytest.raises(Invalid, match="no standard input"):
        at.call("observe", ROBOT, jsonl="-")


# ---- the file beside the store


def app_with(home: Path, named: str) -> App:
    return open_app(store=str(home), flags={"observe.events_file": named})


def posted(app: App) -> dict[str, Any]:
    found: dict[str, Any] = app.call("event", {"event": {}}, ALICE)
    return found


def test_a_project_s_file_stands_in_the_project(tmp_path: Path):
    with open_app(store=str(tmp_path / ".passdown")) as app:
        assert posted(app)["logged"]
    assert (tmp_path / "data" / "_observer" / "ops.jsonl").is_file()


def test_the_file_may_stand_elsewhere_or_not_be(tmp_path: Path):
    other = tmp_path / "elsewhere" / "e.jsonl"
    with app_with(tmp_path / "a", str(other)) as app:
        assert posted(app)["logged"]
    assert len(other.read_text().splitlines()) == 1
    with app_with(tmp_path / "b", "") as app:
        assert not posted(app)["logged"]
        assert app.call("stats", {}, ALICE)["total"] == 1
    assert not (tmp_path / "b" / "data").exists()


def test_no_link_leads_the_file_away(tmp_path: Path):
    outside, home = tmp_path / "outside", tmp_path / "p" / ".passdown"
    outside.mkdir()
    (tmp_path / "p" / "data").mkdir(parents=True)
    (tmp_path / "p" / "data" / "_observer").symlink_to(outside)
    with open_app(store=str(home)) as app:
        assert not posted(app)["logged"]
    (tmp_path / "p" / "data" / "_observer").unlink()
    (tmp_path / "p" / "data" / "_observer").mkdir()
    (tmp_path / "p" / "data" / "_observer" / "ops.jsonl").symlink_to(outside / "x")
    with open_app(store=str(home)) as app:
        assert not posted(app)["logged"]
        assert app.call("stats", {}, ALICE)["total"] == 2
    assert list(outside.iterdir()) == []


def test_a_file_that_cannot_be_written_costs_no_event(tmp_path: Path):
    (tmp_path / "folder").mkdir()
    with app_with(tmp_path / "s", str(tmp_path / "folder")) as app:
        assert [posted(app)["logged"] for _ in range(3)] == [False] * 3
        assert app.call("stats", {}, ALICE)["total"] == 3


def test_agents_may_post_and_an_intake_is_made_once(at: Desk):
    assert at.call("event", ROBOT, event={"ok": True})["accepted"]
    with pytest.raises(Forbidden):
        at.call("release", ROBOT, seq=1)
    context = at.app._ctx(ALICE, ALL, at.app.settings, lambda _: None)
    assert intake(context) is intake(context)
    assert events_file(context) == at.app.home / "data" / "_observer" / "ops.jsonl"


# ---- as a user runs it


def passdown(*words: str, store: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "passdown", *words, "--store", str(store)]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)


def test_what_is_piped_is_kept_and_the_exit_code_says_whether_anything_was(tmp_path: Path):
    store = tmp_path / "s"
    done = passdown("observe", "--jsonl", "-", "--json", store=store, stdin=LINES)
    assert (done.returncode, json.loads(done.stdout)["new"]) == (0, 2), done.stderr
    done = passdown("observe", "--jsonl", "-", store=store, stdin="nothing\nof\nuse\n")
    assert done.returncode not in (0, 1)
    assert "none of 3 lines is an event" in done.stderr
    counted = passdown("stats", "--json", store=store)
    assert json.loads(counted.stdout)["total"] == 2


def test_from_a_pipe_that_stays_open_each_event_is_kept_as_it_comes(tmp_path: Path):
    command = [sys.executable, "-m", "passdown", "observe", "--jsonl", "-"]
    writing = subprocess.Popen([*command, "--store", str(tmp_path)], stdin=subprocess.PIPE)
    assert writing.stdin is not None
    with open_app(store=str(tmp_path)) as app:
        for n in range(1, 4):
            writing.stdin.write(b'{"source": "bot"}\n')
            writing.stdin.flush()
            deadline = time.monotonic() + 20
            while app.call("stats", {}, ALICE)["total"] < n:
                assert time.monotonic() < deadline
                time.sleep(0.02)
    writing.stdin.close()
    assert writing.wait(20) == 0
