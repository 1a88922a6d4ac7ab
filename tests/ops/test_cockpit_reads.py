"""What the cockpit's pages of sessions, knowledge and people are told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from passdown.domain.actor import Proof, human, system
from passdown.domain.change import Put, Retire
from passdown.domain.clock import new_id
from passdown.domain.entry import Activity
from passdown.domain.errors import Forbidden, Invalid
from passdown.domain.record import Life, Record
from passdown.domain.scope import ALL
from passdown.ops.runs import RUNS
from passdown.stages.apply.execute import execute
from tests.desk import ALICE, Desk, desk
from tests.notes import KIND, Add, key_of

WEB = system("web")


@pytest.fixture
def at() -> Desk:
    return desk()


def transcript(folder: Path, name: str, *lines: str) -> str:
    path = folder / f"{name}.jsonl"
    path.write_text("".join(f"{line}\n" for line in lines))
    return str(path)


def prompt(n: int) -> str:
    said = {"role": "user", "content": f"Run step {n}."}
    facts = {"type": "user", "uuid": f"u{n}", "sessionId": "s", "cwd": "/tmp/x"}
    return json.dumps({**facts, "timestamp": "2026-01-01T10:00:00.000Z", "message": said})


def test_a_reading_is_kept_with_the_lines_it_skipped_and_why(at: Desk, tmp_path: Path) -> None:
    path = transcript(tmp_path, "a", prompt(1), "{ not json", prompt(2))
    at.call("ingest", paths=[path])
    (run,) = at.call("readings")["readings"]
    assert (run["by"], run["files"], run["observations"], run["skips"]) == ("alice", 1, 2, 1)
    (line,) = run["skipped"]
    assert (line["file"], line["line"]) == (path, 2)
    assert line["reason"]


def test_a_reading_that_did_nothing_is_not_kept(at: Desk, tmp_path: Path) -> None:
    path = transcript(tmp_path, "a", prompt(1))
    at.call("ingest", paths=[path])
    at.call("ingest", paths=[path])
    assert len(at.call("readings")["readings"]) == 1


def test_good_readings_within_an_hour_are_one_and_a_bad_one_stands_alone(
    at: Desk, tmp_path: Path
) -> None:
    for n in range(3):
        at.call("ingest", paths=[transcript(tmp_path, f"good{n}", prompt(n))])
    at.call("ingest", paths=[transcript(tmp_path, "bad", "{ not json", prompt(9))])
    at.call("ingest", paths=[transcript(tmp_path, "after", prompt(10))])
    after, bad, good = at.call("readings")["readings"]
    assert (after["times"], bad["times"], good["times"]) == (1, 1, 3)
    assert (good["observations"], bad["skips"]) == (3, 1)


def test_no_more_readings_are_kept_than_a_page_shows(at: Desk, tmp_path: Path) -> None:
    for n in range(RUNS + 2):
        at.call("ingest", paths=[transcript(tmp_path, f"t{n}", "{ not json", prompt(n))])
    assert len(at.call("readings")["readings"]) == RUNS


def test_who_holds_a_token_is_told_to_an_admin_without_the_token(at: Desk) -> None:
    made = at.call("token.new", name="ann", role="review")
    at.clock.advance(seconds=1)
    at.call("token.new", name="bot", role="agent")
    told = at.call("token.list")
    assert [(one["name"], one["role"]) for one in told["tokens"]] == [
        ("ann", "review"),
        ("bot", "agent"),
    ]
    assert made["token"] not in str(told)
    with pytest.raises(Forbidden):
        at.call("token.list", human("rev", Proof.TOKEN, admin=False))
    at.call("token.revoke", name="ann")
    assert [one["name"] for one in at.call("token.list")["tokens"]] == ["bot"]


def test_only_the_cockpit_itself_notes_who_signed_in(at: Desk) -> None:
    at.call("sign.note", WEB, event="signed_in", name="ann", how="token")
    at.call("sign.note", WEB, event="refused", name="somebody", how="token", where="10.0.0.9")
    with pytest.raises(Forbidden):
        at.call("sign.note", ALICE, event="signed_in", name="bob")
    with pytest.raises(Invalid):
        at.call("sign.note", WEB, event="promoted", name="ann")
    refused, came = at.call("sign.list")["signs"]
    assert (came["event"], came["name"], came["how"]) == ("signed_in", "ann", "token")
    assert (refused["event"], refused["where"]) == ("refused", "10.0.0.9")
    assert at.call("ledger.verify")["ok"]


def test_the_life_of_a_record_shows_how_it_read_then_and_what_replaced_it(at: Desk) -> None:
    at.agree(Add("tea is at four"))
    first = at.note(key_of("tea is at four"))
    assert first is not None
    early = at.clock.now()
    at.clock.advance(days=2)
    later = Record(KIND, "tea-at-five", "tea is at five")
    gone = Retire(KIND, first.key, first.version, Life.SUPERSEDED, superseded_by=later.id)
    with at.store.write(ALL) as tx:
        execute(tx, new_id(), [Put(later), gone], "alice")
    life = at.call("life", id=first.id)
    assert life["life"] == "superseded"
    assert [one["text"] for one in life["chain"]] == ["tea is at four", "tea is at five"]
    assert at.call("life", id=life["chain"][1]["id"])["chain"] == life["chain"]
    assert at.call("life", id=first.id, as_of=early)["life"] == "active"
    assert at.call("life", id=first.id, as_of="2001-01-01")["life"] == "not yet known"


def test_the_life_of_a_record_tells_which_sessions_it_was_served_and_how_they_ended(
    at: Desk,
) -> None:
    at.agree(Add("tea is at four"))
    record = at.note(key_of("tea is at four"))
    assert record is not None
    at.say("brew", "s7")
    with at.store.write(ALL) as tx:
        for session in ("s7", "s7", "s8"):
            tx.ledger.note(
                Activity(at.clock.now(), "served", session, (record.id,), {"how": "brief"})
            )
    at.call("feedback", id=record.id, verdict="helpful")
    life = at.call("life", id=record.id)
    assert sorted(one["session"] for one in life["told"]) == ["s7", "s8"]
    assert life["feedback"]["helpful"] == 1
