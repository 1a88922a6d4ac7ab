"""Attacks on the gate and on identity: each worked on some system in this field."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from passdown.app import App
from passdown.domain.actor import Actor, Kind, Proof, Role, agent, human
from passdown.domain.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    NotPending,
    PassdownError,
)
from passdown.domain.record import Life, Record
from passdown.domain.scope import ALL, Sight
from tests.desk import ALICE, BOB, ROBOT, Desk, desk, places
from tests.notes import NOTES, Add

ODD_IDS = (
    "../../etc/passwd",
    "..",
    "a/b",
    "nul\0byte",
    "x" * 300,
    "\uff21\uff22\uff23",
    "%",
    "_" * 12,
    "' OR 1=1 --",
    "",
)


@pytest.fixture(params=["memory", "sqlite"])
def at(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    found = desk(request.param, tmp_path)
    yield found
    found.close()


@pytest.mark.parametrize("name", ["actor", "by", "decided_by", "user", "roles", "proof"])
def test_nobody_names_another_actor_in_a_parameter(at: Desk, name: str) -> None:
    id = at.ask(Add("tea")).id
    with pytest.raises(Invalid, match="unknown field"):
        at.app.call("approve", {"id": id, name: "alice"}, BOB)
    assert at.proposal(id).open


@pytest.mark.parametrize("op", ["approve", "reject", "undo", "release", "restore", "token.new"])
def test_an_agent_is_refused_whatever_it_claims_to_be(at: Desk, op: str) -> None:
    id = at.ask(Add("tea")).id
    before = at.digest()
    every = frozenset(Role)
    for actor in (
        ROBOT,
        agent("alice"),
        Actor("alice", Kind.AGENT, every, Proof.TOKEN),
        Actor("alice", Kind.SYSTEM, every, Proof.TERMINAL),
        Actor("alice", Kind.HUMAN, every, Proof.NONE),
        Actor("alice", Kind.HUMAN, frozenset({Role.OBSERVE, Role.PROPOSE}), Proof.TOKEN),
    ):
        with pytest.raises(Forbidden):
            at.app.call(op, {"id": id}, actor)
    assert at.digest() == before


def test_the_environment_makes_nobody_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    from passdown.config.identity import identify_terminal

    for name in ("USER", "LOGNAME", "PASSDOWN_ACTOR", "PASSDOWN_ACTOR_KIND", "SUDO_USER"):
        monkeypatch.setenv(name, "alice")
    found = identify_terminal()
    assert found.kind is Kind.AGENT
    assert found.name != "alice"
    assert found.roles == {Role.OBSERVE, Role.PROPOSE}


def test_a_token_file_that_others_can_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from passdown.config.identity import token_from_file

    path = tmp_path / "token"
    path.write_text("pd_whatever\n")
    path.chmod(0o644)
    monkeypatch.setenv("PASSDOWN_TOKEN_FILE", str(path))
    with pytest.raises(Forbidden, match="others can read"):
        token_from_file()
    path.chmod(0o600)
    assert token_from_file() == "pd_whatever"


def test_a_token_is_kept_only_as_its_hash_and_a_revoked_one_is_nobody(tmp_path: Path) -> None:
    with App(places(str(tmp_path / "s" / "store.db"), tmp_path / "s")) as app:
        made = app.call("token.new", {"name": "carol", "role": "review"}, ALICE)["token"]
        found = app.authenticate(made)
        assert found is not None
        assert (found.name, found.kind, found.proof) == ("carol", Kind.HUMAN, Proof.TOKEN)
        assert app.authenticate(made + "x") is None
        assert app.authenticate("") is None
        app.call("token.revoke", {"name": "carol"}, ALICE)
        assert app.authenticate(made) is None
    on_disk = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    assert made.encode() not in on_disk


@pytest.mark.parametrize("id", ODD_IDS)
@pytest.mark.parametrize("op", ["approve", "show", "undo", "get", "why", "impact"])
def test_an_odd_id_finds_nothing_and_touches_nothing(at: Desk, op: str, id: str) -> None:
    at.agree(Add("tea"))
    at.ask(Add("milk"))
    before = at.digest()
    with pytest.raises((Invalid, NotFound)):
        at.call(op, BOB, id=id)
    assert at.digest() == before


@pytest.mark.parametrize(
    "scope", ["repo:../x", "repo:", "repo:a\0b", "team:x", "repo:" + "y" * 300]
)
def test_an_odd_scope_is_refused_and_a_lookalike_is_one_with_its_plain_form(
    at: Desk, scope: str
) -> None:
    from passdown.domain.scope import parse

    with pytest.raises(Invalid):
        parse(scope)
    assert parse("repo:\uff57\uff45\uff42") == parse("repo:web")


def test_a_final_proposal_cannot_be_decided_again_nor_jump(at: Desk) -> None:
    id = at.agree(Add("tea"))
    for op, params in (("approve", {}), ("reject", {"reason": "no"})):
        with pytest.raises(NotPending):
            at.app.call(op, {"id": id, **params}, BOB)
    at.call("undo", BOB, id=id)
    with pytest.raises(Conflict):
        at.call("undo", BOB, id=id)


def test_what_was_never_approved_is_served_nowhere(at: Desk) -> None:
    at.ask(Add("secretly pending"))
    rejected = at.ask(Add("rejected milk")).id
    at.call("reject", BOB, id=rejected, reason="no")
    undone = at.agree(Add("undone sugar"))
    at.call("undo", BOB, id=undone)
    answers = [
        at.call("brief", ROBOT),
        *(at.call("search", ROBOT, query=q) for q in ("secretly", "rejected milk", "sugar")),
        at.call("records", ROBOT),
    ]
    for text in map(str, answers):
        assert "secretly pending" not in text
        assert "rejected milk" not in text.replace("'query': 'rejected milk'", "")
        assert "undone sugar" not in text


@pytest.mark.parametrize("life", [Life.SUPERSEDED, Life.ARCHIVED, Life.CONTESTED])
def test_a_record_out_of_service_is_not_served(at: Desk, life: Life) -> None:
    with at.store.write(ALL) as tx:
        tx.knowledge.put(Record("note", "k", "Retired wisdom about teapots.", life=life))
        tx.ledger.append("note.updated", "t", "x", {"how": "put"})
    assert "teapots" not in str(at.call("brief", ROBOT))
    assert at.call("search", ROBOT, query="wisdom")["results"] == []


def test_who_is_bound_to_one_repo_sees_nothing_of_another(at: Desk) -> None:
    with at.store.write(ALL) as tx:
        other = tx.knowledge.put(Record("note", "k", "Only for other eyes.", scope="repo:other"))
        tx.ledger.append("note.updated", "t", other.id, {"how": "put"})
    seq = at.say("Said in the other repo.", "s9", scope="repo:other")
    bound = Sight.at("web")
    asked: list[tuple[str, dict[str, Any]]] = [
        ("brief", {"repo": "other"}),
        ("search", {"query": "eyes"}),
        ("search", {"query": "eyes", "repo": "other"}),
        ("records", {}),
        ("sessions", {}),
        ("status", {}),
    ]
    for op, params in asked:
        answer = at.app.call(op, params, ROBOT, sight=bound)
        assert "Only for other eyes" not in str(answer), op
        assert "other repo" not in str(answer), op
    for op, params in (
        ("get", {"id": other.id}),
        ("seen", {"seq": seq}),
        ("session", {"id": "s9"}),
    ):
        with pytest.raises(PassdownError) as told:
            at.app.call(op, params, ROBOT, sight=bound)
        assert "eyes" not in str(told.value)


def test_an_edited_ledger_row_is_named_by_its_number(tmp_path: Path) -> None:
    import sqlite3

    at = desk("sqlite", tmp_path)
    at.agree(Add("tea"))
    at.agree(Add("milk"))
    path = tmp_path / "store" / "store.db"
    at.close()
    db = sqlite3.connect(path)
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute(f"DROP TRIGGER {name}")
    db.execute("UPDATE ledger SET actor = 'mallory' WHERE seq = 3")
    db.commit()
    db.close()
    at = desk("sqlite", tmp_path)
    found = at.call("ledger.verify")
    assert (found["ok"], found["bad_seq"]) == (False, 3)
    at.close()


def test_a_ledger_that_lost_its_end_is_noticed(tmp_path: Path) -> None:
    import sqlite3

    at = desk("sqlite", tmp_path)
    at.agree(Add("tea"))
    path = tmp_path / "store" / "store.db"
    at.close()
    db = sqlite3.connect(path)
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute(f"DROP TRIGGER {name}")
    db.execute("DELETE FROM ledger WHERE seq = (SELECT max(seq) FROM ledger)")
    db.commit()
    db.close()
    at = desk("sqlite", tmp_path)
    assert at.call("ledger.verify")["ok"] is False
    at.close()


def test_the_database_itself_refuses_to_rewrite_the_ledger_or_a_final_proposal(
    tmp_path: Path,
) -> None:
    import sqlite3

    at = desk("sqlite", tmp_path)
    id = at.agree(Add("tea"))
    at.close()
    db = sqlite3.connect(tmp_path / "store" / "store.db")
    for statement in (
        "UPDATE ledger SET actor = 'mallory'",
        "DELETE FROM ledger",
        f"UPDATE proposals SET status = 'pending' WHERE id = '{id}'",
    ):
        with pytest.raises(sqlite3.DatabaseError):
            db.execute(statement)
    db.close()


def test_a_payload_is_checked_before_it_is_asked(at: Desk) -> None:
    said = {"loop": NOTES.name, "text": "they said so"}
    for payload in (
        {"action": "ADD"},
        {"action": "ADD", "text": 7},
        {"action": "NO_SUCH", "text": "x"},
        {"action": "ADD", "text": "x", "unknown": 1},
        {},
    ):
        before = at.digest()
        with pytest.raises(Invalid):
            at.app.call("propose", {**said, "payload": payload}, ROBOT)
        assert at.digest() == before


def test_where_two_people_are_known_nobody_confirms_their_own(at: Desk) -> None:
    at.agree(Add("tea"), ALICE)
    at.agree(Add("milk"), BOB)
    own = at.ask(Add("sugar"), by="alice").id
    with pytest.raises(Forbidden, match="somebody else decides"):
        at.call("approve", ALICE, id=own)
    with pytest.raises(Forbidden, match="somebody else decides"):
        at.call("approve", human("ALICE"), id=own)
    assert at.call("approve", BOB, id=own)["status"] == "approved"
