"""What the store takes is told by kind; what is older than it is to be kept goes, receipts stay."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from passdown.app import App
from passdown.domain.clock import later
from passdown.domain.observation import Observation, Seen, Session
from passdown.domain.scope import ALL
from passdown.ops.jobs import schedules
from passdown.testing import Fuse, VirtualClock, crashes, faults
from tests.desk import ALICE, BOB, ROBOT, Desk, places
from tests.notes import NOTES, Add
from tests.postgres import PostgresServer
from tests.security.test_content import transcript

Open = Callable[..., Desk]


@pytest.fixture(params=["sqlite", "postgres"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """How to open one and the same store again and again, with other settings."""
    home, made, clock = tmp_path / "store", list[Desk](), VirtualClock()
    url = str(home / "store.db")
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = server.fresh()

    def open(fuse: Fuse | None = None, **flags: str) -> Desk:
        app = App(
            places(url, home), clock=clock, on_statement=fuse, flags=flags, loops={"notes": NOTES}
        )
        made.append(Desk(app, clock))
        return made[-1]

    yield open
    for each in made:
        each.close()


KEEP = {"observe.keep_days": "30"}


def say(at: Desk, text: str, session: str, days_ago: int | None) -> int:
    """Something that was said so long ago; None leaves no time."""
    when = "" if days_ago is None else later(at.clock.now(), days=-days_ago)
    facts = Session(session, "test", started_at=when, ended_at=when)
    with at.store.write(ALL) as tx:
        (seq,) = tx.observations.add(facts, [Observation(session, text, Seen.PROMPT, text, when)])
    return seq


def fill(at: Desk) -> dict[str, int]:
    seqs = {
        "old": say(at, "old", "s1", 40),
        "older": say(at, "older", "s1", 50),
        "quoted": say(at, "quoted", "s2", 60),
        "asked": say(at, "asked", "s3", 60),
        "refused": say(at, "refused", "s4", 60),
        "undated": say(at, "undated", "s5", None),
        "young": say(at, "young", "s6", 3),
    }
    approved = at.ask(Add("tea"), seqs["quoted"]).id
    at.call("approve", BOB, id=approved)
    at.ask(Add("milk"), seqs["asked"])
    at.call("reject", BOB, id=at.ask(Add("coffee"), seqs["refused"]).id, reason="no")
    return seqs


def left(at: Desk) -> list[str]:
    with at.store.read(ALL) as tx:
        return [o.text for o in tx.observations.scan()]


STAYS = ["quoted", "asked", "undated", "young"]


def test_for_ever_is_the_default(opened: Open):
    at = opened()
    fill(at)
    assert at.call("retain") == {
        "before": "", "observations": 0, "sessions": 0, "lines": 0, "scrubbed": True
    }  # fmt: skip
    assert len(left(at)) == 7


def test_what_is_older_goes_and_what_a_yes_or_an_open_question_rests_on_stays(opened: Open):
    at = opened(**KEEP)
    fill(at)
    told = at.call("retain")
    assert (told["observations"], told["sessions"], told["scrubbed"]) == (3, 2, True)
    assert left(at) == STAYS
    with at.store.read(ALL) as tx:
        assert sorted(s.id for s in tx.observations.sessions()) == ["s2", "s3", "s5", "s6"]
        (entry,) = tx.ledger.entries(name="observations.expired")
        assert entry.detail == {"observations": 3, "sessions": 2, "before": told["before"]}
    assert faults(at.store) == []
    assert at.call("why", id=at.call("records")["records"][0]["id"])["evidence"]
    assert at.call("retain")["observations"] == 0
    with at.store.read(ALL) as tx:
        assert len(tx.ledger.entries(name="observations.expired")) == 1


def test_what_a_record_quotes_stays_whoever_proposed_it(opened: Open):
    at = opened(**KEEP)
    seqs = fill(at)
    with at.store.write(ALL) as tx:
        for row in tx.erasure.of_record("note", "tea"):
            if row.table == "records":
                body = {"quotes": [{"seq": seqs["old"], "start": 0, "end": 1}]}
                tx.erasure.rewrite(row._replace(values={**row.values, "body": body}))
    at.call("retain")
    assert left(at) == ["old", *STAYS]


def test_it_is_on_the_worker_s_list_and_a_setting_only_an_admin_changes(opened: Open):
    at = opened(**KEEP)
    timers = {timer.key: timer for timer in schedules({}, at.app.settings)}
    assert timers["retain"].every == "6h"
    rows = {row["name"]: row for row in at.call("config.show")["settings"]}
    assert rows["observe.keep_days"]["safety"]


def test_dying_before_any_statement_it_is_whole_and_the_next_run_ends_it(
    opened: Open, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("passdown.stages.observe.retain.PAGE", 2)
    fuse = Fuse()
    at = opened(fuse, **KEEP)
    fill(at)
    died = 0

    def act() -> None:
        at.call("retain")

    for _ in crashes(fuse, act, every=3):
        died += 1
        fuse.put_out()
        at.close()
        at = opened(fuse, **KEEP)
        assert faults(at.store) == []
        assert {*STAYS} <= {*left(at)}
    assert died > 5
    assert left(at) == STAYS


def test_what_is_too_old_is_not_kept_when_it_is_read(tmp_path: Path):
    home, clock = tmp_path / "store", VirtualClock()
    told = transcript(tmp_path / "t.jsonl", ("user", "old"), ("assistant", "also old"))
    where = places(str(home / "store.db"), home)
    with App(where, clock=clock, flags=KEEP, loops={"notes": NOTES}) as app:
        clock.advance(days=365)
        read = app.call("ingest", {"paths": [str(told)]}, ALICE)
        assert (read["observations"], read["expired"]) == (0, 2)
        app.call("retain", {}, ALICE)
        with app.store.read(ALL) as tx:
            assert tx.observations.sessions() == []
    with App(where, clock=clock, loops={"notes": NOTES}) as app:
        assert app.call("ingest", {"paths": [str(told)], "again": True}, ALICE)["observations"] == 2


# ---- storage


def kinds(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["kind"]: one for one in told["kinds"]}


def test_what_is_taken_is_told_by_kind(opened: Open):
    at = opened()
    fill(at)
    at.call("search", query="tea")
    (at.app.home / "mine.backup").write_bytes(b"x" * 777)
    (at.app.home / "config.toml").write_bytes(b"#" * 55)
    told = at.call("storage", ROBOT)
    found = kinds(told)
    assert [found[kind]["rows"] for kind in ("observations", "records", "proposals")] == [
        13, 2, 6
    ]  # fmt: skip
    assert all(found[kind]["bytes"] > 0 for kind in ("observations", "ledger", "index", "spool"))
    assert found["copies"]["bytes"] == 777
    assert found["other"]["bytes"] >= 55
    assert told["bytes"] == sum(one["bytes"] for one in told["kinds"])
    assert told["oldest"] == later(at.clock.now(), days=-60)
    assert told["newest"] > told["oldest"]
    assert (told["keep_days"], told["would_free"]) == (0, 0)
    assert "observe.keep_days" in told["next"]


def test_what_retention_would_free_is_what_it_frees(opened: Open):
    at = opened(**KEEP)
    fill(at)
    told = at.call("storage")
    assert (told["keep_days"], told["would_free"]) == (30, 3)
    assert 0 < told["would_free_bytes"] < kinds(told)["observations"]["bytes"]
    assert at.call("storage", keep_days=45)["would_free"] == 2
    assert at.call("storage", keep_days=100)["would_free"] == 0
    at.call("retain")
    assert at.call("storage")["would_free"] == 0


def test_every_byte_of_the_files_is_told_once(tmp_path: Path):
    home = tmp_path / "store"
    with App(places(str(home / "store.db"), home), loops={"notes": NOTES}) as app:
        at = Desk(app, VirtualClock())
        for n in range(50):
            at.say(f"{n} " * 999, f"s{n}")
        told = at.call("storage")
        every = sum(p.stat().st_size for p in filter(Path.is_file, home.rglob("*")))
        # Pages that are only in the log yet are counted in both.
        assert kinds(told)["log"]["bytes"] > 0
        assert every <= told["bytes"] <= every + kinds(told)["log"]["bytes"]


def test_an_empty_store_takes_little(at: Desk):
    told = at.call("storage")
    assert (told["oldest"], told["newest"], told["would_free"]) == ("", "", 0)
