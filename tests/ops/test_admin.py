"""Operations on passdown itself: what it holds, how it is, copies of it, and who may call."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from passdown._manifest import OPERATIONS
from passdown.app import App
from passdown.domain.actor import Actor, Kind, Proof, Role, agent, human
from passdown.domain.errors import Forbidden, Invalid, PassdownError
from passdown.domain.scope import ALL
from passdown.testing import VirtualClock
from tests.desk import ALICE, BOB, ROBOT, Desk, places
from tests.notes import NOTES, Add


def check(at: Desk, name: str) -> dict[str, Any]:
    (found,) = [c for c in at.call("doctor")["checks"] if c["check"] == name]
    return dict(found)


@pytest.fixture
def on_disk(tmp_path: Path):
    """A desk whose settings can be made wrong."""
    opened: list[Desk] = []

    def make(**flags: str) -> Desk:
        clock, home = VirtualClock(), tmp_path / "store"
        where = places(str(home / "store.db"), home)
        app = App(where, clock=clock, flags=flags, loops={"notes": NOTES})
        opened.append(Desk(app, clock))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


# ---- status and doctor


def test_status_tells_what_there_is_and_what_waits(on_each: Desk):
    on_each.agree(Add("tea"))
    on_each.ask(Add("milk"))
    found = on_each.call("status", ROBOT)
    assert found["records"] == {"note": 1}
    assert found["open"] == {"notes": 1}
    assert found["jobs_dead"] == 0
    assert found["store"]["backend"] in ("memory", "sqlite")


def test_a_healthy_store_passes_every_check(on_each: Desk):
    on_each.agree(Add("tea"))
    found = on_each.call("doctor")
    assert found["ok"], found
    assert {c["check"] for c in found["checks"]} >= {"store", "modes", "ledger", "index", "loops"}
    assert all(not c["next"] for c in found["checks"])


def test_doctor_names_what_others_can_read(on_disk):
    at = on_disk()
    at.agree(Add("tea"))
    loose = at.app.home / "config.toml"
    loose.touch()
    loose.chmod(0o644)
    found = check(at, "modes")
    assert (found["ok"], str(loose) in found["found"]) == (False, True)
    assert "chmod" in found["next"]
    loose.chmod(0o600)
    assert check(at, "modes")["ok"]


def test_doctor_names_a_store_that_cannot_be_written(on_disk, monkeypatch):
    at = on_disk()
    assert check(at, "store")["ok"]
    monkeypatch.setattr("passdown.ops.checkup.os.access", lambda path, mode: False)
    told = check(at, "store")
    assert not told["ok"]
    assert "cannot be written to" in told["found"]
    assert told["next"]


def test_doctor_names_a_setting_that_is_malformed(on_disk):
    at = on_disk(**{"brief.budget": "many"})
    found = check(at, "settings")
    assert (found["ok"], "brief.budget" in found["found"]) == (False, True)


def test_doctor_names_the_entry_that_was_tampered_with(on_disk, tmp_path: Path):
    import sqlite3

    at = on_disk()
    at.agree(Add("tea"))
    with sqlite3.connect(tmp_path / "store" / "store.db") as db:
        db.execute("DROP TRIGGER ledger_kept")
        db.execute("UPDATE ledger SET actor = 'mallory' WHERE seq = 2")
    db.close()
    found = check(at, "ledger")
    assert (found["ok"], "entry 2" in found["found"]) == (False, True)


# ---- settings


def test_config_shows_every_knob_with_its_origin(on_disk):
    at = on_disk(**{"brief.budget": "500"})
    rows = {row["name"]: row for row in at.call("config.show")["settings"]}
    assert (rows["brief.budget"]["value"], rows["brief.budget"]["origin"]) == (500, "flag")
    assert rows["search.limit"]["origin"] == "default"
    assert rows["notes.level"]["safety"]
    assert [r["name"] for r in at.call("config.show", name="brief.budget")["settings"]] == [
        "brief.budget"
    ]
    with pytest.raises(Invalid, match="no setting"):
        at.call("config.show", name="no.such")


def test_a_file_of_the_store_beats_one_of_the_user(on_disk):
    at = on_disk()
    at.agree(Add("tea"))
    (at.app.home / "config.toml").write_text("[brief]\nbudget = 300\n")
    at.close()
    again = on_disk()
    (row,) = again.call("config.show", name="brief.budget")["settings"]
    assert (row["value"], row["origin"].startswith("file ")) == (300, True)


# ---- copies


def test_a_backup_brings_everything_back(on_each: Desk, tmp_path: Path):
    on_each.agree(Add("tea"))
    open_ = on_each.ask(Add("milk")).id
    then = on_each.digest()
    kept = on_each.call("backup", to=str(tmp_path / "copy"))
    assert kept["bytes"] == Path(kept["file"]).stat().st_size > 0
    assert stat.S_IMODE(os.stat(kept["file"]).st_mode) == 0o600
    on_each.call("approve", id=open_)
    on_each.agree(Add("salt"))
    on_each.call("restore", source=kept["file"])
    assert on_each.digest() == then
    assert on_each.call("ledger.verify")["ok"]
    on_each.agree(Add("pepper"))


def test_what_is_no_backup_is_refused_and_changes_nothing(on_each: Desk, tmp_path: Path):
    on_each.agree(Add("tea"))
    before = on_each.digest()
    junk = tmp_path / "junk"
    junk.write_bytes(b"SQLite format 3\0" + b"junk" * 999)
    for source in (junk, tmp_path / "none", tmp_path):
        with pytest.raises(PassdownError):
            on_each.call("restore", source=str(source))
    assert on_each.digest() == before


# ---- tokens


def test_a_token_speaks_for_its_holder_until_it_is_revoked(on_each: Desk):
    made = on_each.call("token.new", name="Carol", role="review")
    assert made["name"] == "carol"
    carol = on_each.app.authenticate(made["token"])
    assert carol is not None
    assert (carol.name, carol.kind, carol.proof) == ("carol", Kind.HUMAN, Proof.TOKEN)
    assert carol.may(Role.REVIEW)
    assert not carol.may(Role.ADMIN)
    assert on_each.call("token.revoke", name="CAROL")["revoked"] == 1
    assert on_each.app.authenticate(made["token"]) is None
    assert on_each.call("token.revoke", name="carol")["revoked"] == 0


def test_a_token_for_an_agent_is_no_persons(at: Desk):
    made = at.call("token.new", name="ci")
    found = at.app.authenticate(made["token"])
    assert found is not None
    assert (found.kind, found.may(Role.REVIEW)) == (Kind.AGENT, False)
    with at.store.read(ALL) as tx:
        assert tx.registry.people() == []


def test_a_person_who_was_given_a_token_is_known_to_be_there(at: Desk):
    """So that nobody who made one for somebody else is still alone."""
    at.call("token.new", name="carol", role="review")
    own = at.ask(Add("tea"), by="alice").id
    with pytest.raises(Forbidden, match="somebody else decides"):
        at.call("approve", ALICE, id=own)


def test_what_is_written_of_a_token_tells_nobody_what_it_is(on_each: Desk):
    made = on_each.call("token.new", name="carol", role="review")
    with on_each.store.read(ALL) as tx:
        (told,) = tx.ledger.entries(name="token.made")
    assert told.detail == {"role": "review"}
    assert made["token"] not in str(on_each.state())


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", "system:claims", "a b", "../x", "a/b", "car\x00ol", "\x1b[31mx"),
        *("\u0430lice", "x" * 65, "-x", "agent:x"),
    ],
)
def test_a_name_that_could_be_taken_for_another_is_refused(at: Desk, name: str):
    before = at.digest()
    for op in ("token.new", "token.revoke"):
        with pytest.raises(Invalid):
            at.call(op, name=name)
    assert at.digest() == before


def test_an_unknown_role_is_refused(at: Desk):
    with pytest.raises(Invalid, match="observe, agent, review, admin"):
        at.call("token.new", name="x", role="root")


# ---- who may call what

EVERYBODY = {
    "nobody": Actor("x", Kind.HUMAN, frozenset(), Proof.TOKEN),
    "observer": Actor("x", Kind.AGENT, frozenset({Role.OBSERVE}), Proof.TOKEN),
    "agent": agent("x"),
    "agent with every role": Actor("x", Kind.AGENT, frozenset(Role), Proof.TOKEN),
    "passdown": Actor("system:x", Kind.SYSTEM, frozenset(Role), Proof.LOCAL),
    "unproved person": Actor("x", Kind.HUMAN, frozenset(Role), Proof.NONE),
    "reviewer": human("x", admin=False),
    "admin": human("x"),
}
MAY = {
    "read": set(EVERYBODY),
    "write": set(EVERYBODY) - {"nobody"},
    "decide": {"reviewer", "admin"},
    "admin": {"admin"},
}


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operations_effect_says_who_may_call_it(at: Desk, name: str, who: str):
    op = at.app.operation(name)
    if who in MAY[op.effect.value]:
        op.allow(EVERYBODY[who])
        return
    with pytest.raises(Forbidden) as refused:
        op.allow(EVERYBODY[who])
    assert refused.value.next


def test_the_lock_is_also_on_the_operation_itself(at: Desk):
    """A surface that forgot to ask still meets it."""
    ctx = at.app._ctx(ROBOT, ALL, at.app.settings, lambda _: None)
    with pytest.raises(Forbidden):
        at.app.operation("approve").run(ctx, {"id": "x"})


def test_no_operation_that_agents_are_offered_decides_or_administrates(at: Desk):
    offered = [op for op in at.app.operations.values() if op.agents]
    assert offered
    assert {op.effect.value for op in offered} <= {"read", "write"}
    assert len(offered) <= 10


def test_an_operation_nobody_knows_names_the_nearest(at: Desk):
    with pytest.raises(Invalid, match=r"no operation 'aprove'.*approve"):
        at.call("aprove")
    with pytest.raises(Invalid, match="--help"):
        at.call("\x1b[31mzzz")


def test_aliases_are_the_operation_itself(at: Desk):
    assert at.call("kb.list_pending") == at.call("pending")
    with pytest.raises(Forbidden):
        at.call("kb.approve", ROBOT, id="x")
    assert BOB.may(Role.REVIEW)
