"""What was observed is taken back with all that rests on it alone; the rest only rests on less."""

from __future__ import annotations

from typing import Any

import pytest

from passdown.domain.entry import Activity
from passdown.domain.errors import Conflict, Forbidden, Invalid, NotFound
from passdown.domain.observation import Session
from passdown.domain.proposal import FORGOTTEN, Status
from passdown.domain.record import Life, record_id
from passdown.domain.scope import ALL
from passdown.storage.retelling import ERASED, retell
from passdown.testing import faults
from tests.desk import ALICE, BOB, ROBOT, Desk
from tests.forgetting import SECRET, agree, at, forget, held, opened
from tests.notes import KIND, Add, Drop, Join, Part, Reword, Shout

__all__ = ["at", "opened"]


# ---- what goes


def test_a_note_that_only_this_session_gave_goes_with_everything_said_of_it(at: Desk):
    seq = at.say(f"note: {SECRET} likes tea", "s1")
    id = agree(at, Add(f"{SECRET} likes tea"), seq)
    at.call("search", query="likes")
    at.call("drain")
    told = forget(at, session="s1")
    assert told["observations"] == 1
    assert [(r["kind"], r["left"]) for r in told["records"]] == [(KIND, False)]
    assert SECRET not in held(at)
    assert at.note(f"{SECRET} likes tea") is None
    left = at.proposal(id)
    assert (left.status, left.decided_by, left.evidence) == (Status.EXECUTED, BOB.name, ())
    assert FORGOTTEN in left.flags
    assert left.title.startswith("[forgotten:")
    assert at.call("search", query="likes")["results"] == []
    assert at.call("sessions.list")["sessions"] == []


def test_decision_hash_and_state_are_left(at: Desk):
    seq = at.say(SECRET, "s1")
    asked = at.ask(Add(SECRET), seq)
    at.call("reject", BOB, id=asked.id, reason=f"not {SECRET}")
    before = at.proposal(asked.id)
    forget(at, session="s1")
    after = at.proposal(asked.id)
    for name in ("id", "loop", "action", "status", "decided_by", "decided_at", "fingerprint",
                 "digest", "proposed_by", "created_at", "deadline", "confidence"):  # fmt: skip
        assert getattr(after, name) == getattr(before, name)
    assert SECRET not in held(at)
    names = at.events(asked.id)
    assert names == ["promotion.proposed", "promotion.rejected"]


def test_equal_texts_have_equal_placeholders_and_no_others(at: Desk):
    first = at.ask(Add(SECRET), at.say("a", "s1"))
    other = at.ask(Add("milk"), at.say("b", "s1"))
    forget(at, session="s1")
    again = at.ask(Add(SECRET), at.say("a", "s2"))
    titles = [at.proposal(first.id).title, at.proposal(other.id).title]
    forget(at, session="s2")
    assert at.proposal(again.id).title == titles[0]
    assert titles[0] != titles[1]


def test_an_open_question_is_closed_and_can_be_asked_again(at: Desk):
    asked = at.ask(Add(SECRET), at.say(SECRET, "s1"))
    forget(at, session="s1")
    closed = at.proposal(asked.id)
    assert closed.status is Status.EXPIRED
    assert closed.decided_by == ALICE.name
    assert SECRET not in held(at)
    at.clock.advance(days=2)
    again = at.ask(Add(SECRET), at.say("anew", "s2"))
    assert again.id != asked.id
    assert again.open


def test_what_was_approved_can_be_asked_again_on_new_evidence(at: Desk):
    agree(at, Add(SECRET), at.say("x", "s1"))
    forget(at, session="s1")
    assert at.ask(Add(SECRET), at.say("y", "s2")).open


def test_a_forgotten_proposal_can_still_be_shown_and_neither_undone_nor_decided(at: Desk):
    id = agree(at, Add(SECRET), at.say("x", "s1"))
    forget(at, session="s1")
    shown = at.call("show", id=id)
    assert "forgotten" in shown["card"]["question"]
    with pytest.raises(Conflict, match="undone before"):
        at.call("undo", BOB, id=id)


def test_an_effect_that_waits_is_not_delivered(at: Desk):
    agree(at, Shout(SECRET), at.say("x", "s1"))
    with at.store.read(ALL) as tx:
        assert len(tx.jobs.all()) == 1
    forget(at, session="s1")
    with at.store.read(ALL) as tx:
        assert tx.jobs.all() == []
    assert SECRET not in held(at)


def test_what_was_served_to_the_session_goes(at: Desk):
    with at.store.write(ALL) as tx:
        tx.ledger.note(Activity(at.clock.now(), "served", "s1", ("abc",)))
        tx.ledger.note(Activity(at.clock.now(), "served", "s2", ("abc",)))
    at.say("x", "s1")
    forget(at, session="s1")
    with at.store.read(ALL) as tx:
        assert [a.session for a in tx.ledger.activities(item="abc")] == ["s2"]


def test_where_its_text_stands_as_another_s_nearest_only_a_placeholder_is_left(at: Desk):
    id = record_id(KIND, "tea")
    agree(at, Add("tea"), at.say("x", "s1"))
    other = agree(at, Add("milk"), at.say("y", "s2"))
    near = {"known": {"key": "tea", "text": "tea"}, "by_id": {"of": id, "text": "tea"}}
    near["free"] = {"text": "tea"}
    with at.store.write(ALL) as tx:
        (row,) = [one for one in tx.erasure.of_proposal(other) if one.table == "proposals"]
        tx.erasure.rewrite(row._replace(values={**row.values, "payload": near}))
    forget(at, session="s1")
    left = at.proposal(other).payload
    assert left["free"] == {"text": "tea"}
    assert left["known"]["text"].startswith("[forgotten:")
    assert left["by_id"]["text"].startswith("[forgotten:")


# ---- what stays


def test_a_note_that_rests_on_another_session_too_rests_on_that_alone(at: Desk):
    one, two = at.say("x", "s1"), at.say("y", "s2")
    id = agree(at, Add("tea"), one, two)
    cited: dict[str, Any] = {
        "quotes": [{"seq": one, "start": 0, "end": 1}, {"seq": two, "start": 0, "end": 1}]
    }
    cited["sessions"] = ["s1", "s2"]
    with at.store.write(ALL) as tx:
        for row in tx.erasure.of_record(KIND, "tea"):
            if row.table != "images":
                tx.erasure.rewrite(row._replace(values={**row.values, "body": cited}))
    told = at.call("forget", session="s1")
    assert [(r["id"], r["left"]) for r in told["records"]] == [(record_id(KIND, "tea"), True)]
    assert told["proposals"][0]["becomes"] == "rests on less"
    at.call("forget", session="s1", confirm=True)
    note = at.note("tea")
    assert note is not None
    assert (note.text, note.life) == ("tea", Life.ACTIVE)
    assert note.body == {
        "quotes": [{"seq": two, "start": 0, "end": 1}], "sessions": ["s2"]
    }  # fmt: skip
    assert at.proposal(id).evidence == (two,)
    forget(at, session="s2")
    assert at.note("tea") is None


def test_what_a_later_approval_with_its_own_evidence_made_of_it_stays(at: Desk):
    first = agree(at, Add("tea"), at.say("x", "s1"))
    agree(at, Reword("tea", "tea at four"), at.say("y", "s2"))
    forget(at, session="s1")
    note = at.note("tea")
    assert note is not None
    assert note.text == "tea at four"
    assert FORGOTTEN in at.proposal(first).flags
    forget(at, session="s2")
    assert at.note("tea") is None


def test_what_a_forgotten_approval_retired_comes_back(at: Desk):
    agree(at, Add("tea"), at.say("x", "s1"))
    agree(at, Drop("tea"), at.say("y", "s2"))
    forget(at, session="s2")
    note = at.note("tea")
    assert note is not None
    assert note.life is Life.ACTIVE


def test_what_a_later_approval_retired_goes_all_the_same(at: Desk):
    agree(at, Add("tea"), at.say("x", "s1"))
    later_ = agree(at, Drop("tea"), at.say("y", "s2"))
    forget(at, session="s1")
    assert at.note("tea") is None
    assert at.call("undo", BOB, id=later_)["undone"] == [later_]
    assert faults(at.store) == []


def test_relations_go_with_the_approval_that_made_them_and_with_either_end(at: Desk):
    agree(at, Add("tea"), at.say("x", "s1"))
    agree(at, Add("milk"), at.say("y", "s2"))
    agree(at, Join("tea", "milk", SECRET), at.say("z", "s3"))
    agree(at, Join("milk", "tea", "back"), at.say("z", "s4"))
    forget(at, session="s3")
    assert SECRET not in held(at).replace(f"{SECRET} is right", "")
    with at.store.read(ALL) as tx:
        assert [e.source for e in tx.knowledge.edges()] == [record_id(KIND, "milk")]
    forget(at, session="s1")
    with at.store.read(ALL) as tx:
        assert tx.knowledge.edges() == []
        assert [r.key for r in tx.knowledge.all(KIND)] == ["milk"]


def test_what_was_undone_before_goes_too(at: Desk):
    id = agree(at, Add(SECRET), at.say("x", "s1"))
    at.call("undo", BOB, id=id)
    forget(at, session="s1")
    assert SECRET not in held(at)


def test_a_session_that_went_on_from_it_is_named_and_stays(at: Desk):
    at.say("x", "s1")
    with at.store.write(ALL) as tx:
        tx.observations.add(Session("s2", "test", parent="s1"), [])
    assert at.call("forget", session="s1")["continued_by"] == ["s2"]
    forget(at, session="s1")
    with at.store.read(ALL) as tx:
        left = tx.observations.session("s2")
    assert left is not None
    assert left.parent == ""


def test_a_relation_that_was_parted_does_not_come_back_to_what_is_gone(at: Desk):
    agree(at, Add("tea"), at.say("x", "s1"))
    agree(at, Add("milk"), at.say("y", "s2"))
    agree(at, Join("tea", "milk", SECRET), at.say("z", "s2"))
    agree(at, Part("tea", "milk"), at.say("z", "s1"))
    forget(at, session="s1")
    with at.store.read(ALL) as tx:
        assert tx.knowledge.edges() == []
        assert [r.key for r in tx.knowledge.all(KIND)] == ["milk"]
    forget(at, session="s2")
    assert SECRET not in held(at)


def before(hash: str) -> str:
    """What sorts just before this."""
    return hash[:-1] + chr(ord(hash[-1]) - 1) + "~"


def test_what_a_rescan_told_anew_goes_too(at: Desk):
    agree(at, Add("tea"), at.say("x", "s1"))
    agree(at, Reword("tea", SECRET), at.say("x", "s1"))
    agree(at, Join("tea", "tea", SECRET), at.say("x", "s1"))
    agree(at, Add("milk"), at.say("y", "s1"), at.say("z", "s2"))
    with at.store.write(ALL) as tx:
        for row in tx.erasure.page("bodies", limit=100):
            retell(tx, row, row.values["text"], "ann", "rescan")
    with at.store.write(ALL) as tx:
        for entry in tx.ledger.entries(name=ERASED, limit=100):
            (body,) = tx.erasure.page("bodies", after=(before(entry.body),), limit=1)
            retell(tx, body, body.values["text"], "ann", "rescan")
    assert faults(at.store) == []
    forget(at, session="s1")
    assert SECRET not in held(at).replace(f"{SECRET} is right", "")
    note = at.note("milk")
    assert note is not None


# ---- how it is asked


def test_first_it_is_only_shown(at: Desk):
    agree(at, Add(SECRET), at.say("x", "s1"))
    before = at.digest()
    told = at.call("forget", session="s1")
    assert at.digest() == before
    assert (told["sessions"], told["observations"]) == (1, 1)
    assert "--confirm" in told["next"]


@pytest.mark.parametrize("what", [{}, {"session": "s1", "repo": "web"}])
def test_one_thing_is_named(at: Desk, what: dict[str, str]):
    with pytest.raises(Invalid, match="one of session, path and repo"):
        at.call("forget", **what)


@pytest.mark.parametrize("what", [{"session": "no"}, {"path": "/no"}, {"repo": "no"}])
def test_what_was_never_read_cannot_be_forgotten(at: Desk, what: dict[str, str]):
    with pytest.raises(NotFound):
        at.call("forget", **what)


def test_only_an_admin_may(at: Desk):
    at.say("x", "s1")
    with pytest.raises(Forbidden):
        at.call("forget", ROBOT, session="s1")


def test_a_repo_goes_with_what_was_stated_there(at: Desk):
    at.say("x", "s1", scope="repo:web")
    at.say("y", "s2", scope="repo:app")
    at.call("add", text=f"{SECRET} likes tea", scope="repo:web", confirm=True)
    assert at.call("records")["records"]
    told = forget(at, repo="web")
    assert told["sessions"] == 2
    assert [s["id"] for s in at.call("sessions.list")["sessions"]] == ["s2"]
    assert at.call("records")["records"] == []
    assert SECRET not in held(at)


def test_the_ledger_says_that_and_not_what_was_forgotten(at: Desk):
    id = agree(at, Add(SECRET), at.say(SECRET, f"session of {SECRET}"))
    forget(at, session=f"session of {SECRET}")
    with at.store.read(ALL) as tx:
        (entry,) = tx.ledger.entries(name="session.forgotten")
    assert entry.actor == ALICE.name
    assert entry.detail is not None
    assert (entry.detail["observations"], entry.detail["records"]) == (1, 1)
    assert entry.detail["proposals"] == [id]
    assert SECRET not in held(at)
