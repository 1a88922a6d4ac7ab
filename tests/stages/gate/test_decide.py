"""The only place a status changes: what a decision keeps, and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from passdown.domain.errors import Conflict, Invalid, NotFound, NotPending
from passdown.domain.observation import Trust
from passdown.domain.proposal import FINAL, OPEN, PUBLIC, TRANSITIONS, Status, Verdict
from passdown.domain.scope import ALL
from passdown.stages.gate.advice import Advice
from passdown.stages.gate.auto import Grant
from passdown.stages.gate.decide import (
    LONGEST_REASON,
    edited,
    executed,
    open_proposal,
    rejected,
    still_rests,
    turned_down,
)
from tests.desk import ALICE, BOB, Desk
from tests.notes import Add


def test_every_status_is_placed_and_has_a_public_name():
    assert set(TRANSITIONS) == set(Status) == set(PUBLIC)
    assert set(Status) == OPEN | FINAL
    assert not OPEN & FINAL


@pytest.mark.parametrize("after", Status)
@pytest.mark.parametrize("before", Status)
def test_only_the_table_decides_what_follows_what(at: Desk, before: Status, after: Status):
    proposal = replace(at.ask(Add("tea")), id="f" * 32, status=before)
    with at.store.write(ALL) as tx:
        tx.queue.add(proposal)
    allowed = after in TRANSITIONS[before]
    before_digest = at.digest()
    try:
        with at.store.write(ALL) as tx:
            moved = tx.queue.move(replace(proposal, status=after), expect=before)
    except NotPending:
        assert not allowed
        assert at.digest() == before_digest
    else:
        assert allowed
        assert (moved.status, moved.version) == (after, proposal.version + 1)


def test_what_was_decided_says_by_whom_when_why_and_on_what_proof(on_each: Desk):
    id = on_each.ask(Add("tea is at four")).id
    now = on_each.clock.advance(hours=2)
    on_each.call("approve", id=id, reason="  seen it  ")
    decided = on_each.proposal(id)
    assert decided.status is Status.EXECUTED
    assert (decided.decided_by, decided.decided_at, decided.reason) == ("alice", now, "seen it")
    with on_each.store.read(ALL) as tx:
        (turn,) = tx.queue.messages(id)
        (told,) = tx.ledger.entries(subject=id, name="promotion.approved")
    assert (turn.verdict, turn.tier, turn.actor) == (Verdict.APPROVE, "human", "alice")
    assert told.detail is not None
    assert told.detail["review_notes"] == "seen it"
    assert told.detail["proof"] == "terminal"


def test_a_rejection_needs_a_reason(at: Desk):
    proposal = at.ask(Add("tea"))
    before = at.digest()
    for reason in ("", "  \n"):
        with pytest.raises(Invalid, match="needs a reason"), at.store.write(ALL) as tx:
            rejected(tx, proposal, ALICE, reason)
    assert at.digest() == before


def test_a_reason_is_bounded(at: Desk):
    proposal = at.ask(Add("tea"))
    before = at.digest()
    for decide in (executed, rejected):
        with pytest.raises(Invalid, match="4001 characters"), at.store.write(ALL) as tx:
            decide(tx, proposal, ALICE, "x" * (LONGEST_REASON + 1))
    assert at.digest() == before
    with at.store.write(ALL) as tx:
        assert len(rejected(tx, proposal, ALICE, "x" * LONGEST_REASON).reason) == LONGEST_REASON


def test_an_edit_keeps_what_was_asked_at_first(on_each: Desk):
    id = on_each.ask(Add("tea is at for")).id
    on_each.call("approve", id=id, edit={"action": "ADD", "text": "tea is at four"})
    decided = on_each.proposal(id)
    assert decided.original == {"action": "ADD", "text": "tea is at for", "scope": "global"}
    assert decided.payload["text"] == "tea is at four"
    assert on_each.note("tea is at four") is not None
    assert on_each.note("tea is at for") is None
    with on_each.store.read(ALL) as tx:
        (turn,) = tx.queue.messages(id)
    assert turn.verdict is Verdict.MODIFY


def test_an_edit_that_changes_nothing_is_no_edit(at: Desk):
    proposal = at.ask(Add("tea"))
    assert edited(proposal, dict(proposal.payload)) == proposal


def test_a_second_edit_still_keeps_the_first_question(at: Desk):
    proposal = at.ask(Add("one"))
    twice = edited(edited(proposal, {"action": "ADD", "text": "two"}), {"text": "three"})
    assert twice.original == proposal.payload


def test_an_edit_to_another_verb_is_decided_under_that_verb(at: Desk):
    """Else a policy could be passed off as something its proposer may confirm."""
    id = at.ask(Add("tea is at four"), by="alice").id
    before = at.digest()
    with pytest.raises(Exception, match="somebody else decides"):
        at.call("approve", id=id, edit={"action": "RULE", "text": "tea is at four"})
    assert at.digest() == before
    at.call("approve", BOB, id=id, edit={"action": "RULE", "text": "tea is at four"})
    assert at.proposal(id).action == "RULE"


@pytest.mark.parametrize(
    "edit",
    [
        {},
        {"action": "ADD"},
        {"action": "NONE"},
        {"action": "ADD", "text": 1},
        {"action": "ADD", "text": "a", "more": 1},
    ],
)
def test_an_edit_that_is_no_payload_is_refused_and_leaves_no_trace(at: Desk, edit):
    id = at.ask(Add("tea")).id
    before = at.digest()
    with pytest.raises(Invalid):
        at.call("approve", id=id, edit=edit)
    assert at.digest() == before


@pytest.mark.parametrize("status", sorted(FINAL))
def test_what_is_decided_is_not_decided_again(at: Desk, status: Status):
    proposal = at.ask(Add("tea"))
    with at.store.write(ALL) as tx:
        tx.queue.move(replace(proposal, status=status), expect=Status.PENDING)
    before = at.digest()
    for decide in (executed, rejected):
        with pytest.raises(NotPending, match=f"is {status}"), at.store.write(ALL) as tx:
            decide(tx, open_proposal(tx, proposal.id), ALICE, "again")
        with pytest.raises(NotPending), at.store.write(ALL) as tx:
            decide(tx, proposal, ALICE, "with what was read before")
    assert at.digest() == before


def test_nobody_decides_after_the_deadline(on_each: Desk):
    id = on_each.ask(Add("tea")).id
    on_each.clock.set(on_each.proposal(id).deadline)
    before = on_each.digest()
    for name in ("approve", "reject"):
        with pytest.raises(NotPending, match="passed its deadline"):
            on_each.call(name, id=id, reason="late")
    assert on_each.digest() == before


def test_one_moment_before_the_deadline_is_in_time(at: Desk):
    id = at.ask(Add("tea")).id
    at.clock.set(at.proposal(id).deadline)
    at.clock.advance(seconds=-0.001)
    at.call("approve", id=id)
    assert at.proposal(id).status is Status.EXECUTED


def test_an_unknown_id_says_where_ids_are(at: Desk):
    with pytest.raises(NotFound, match="passdown pending"):
        at.call("approve", id="0" * 32)


def test_a_decision_on_what_was_read_before_it_changed_loses(at: Desk):
    old = at.ask(Add("tea"))
    with at.store.write(ALL) as tx:
        tx.queue.attach(replace(old, confidence=0.1))
    before = at.digest()
    with pytest.raises(NotPending), at.store.write(ALL) as tx:
        executed(tx, old, ALICE, "")
    assert at.digest() == before


def test_a_yes_that_cannot_be_carried_out_keeps_its_code_and_changes_nothing(on_each: Desk):
    on_each.agree(Add("tea"))
    again = on_each.ask(Add("TEA "), scope="repo:web").id
    known = on_each.note("tea")
    with pytest.raises(Conflict, match="noted already"):
        on_each.call("approve", id=again)
    decided = on_each.proposal(again)
    assert (decided.status, decided.failure_code) == (Status.FAILED, "conflict")
    assert "noted already" in decided.reason
    assert on_each.note("tea") == known
    assert on_each.events(again) == ["promotion.proposed", "promotion.failed"]


def test_a_failed_edit_leaves_the_question_open(at: Desk):
    at.agree(Add("tea"))
    id = at.ask(Add("coffee")).id
    before = at.digest()
    with pytest.raises(Conflict):
        at.call("approve", id=id, edit={"action": "ADD", "text": "tea"})
    assert at.digest() == before


def test_a_yes_needs_something_left_of_its_evidence(at: Desk):
    seqs = [at.say("a"), at.say("b")]
    id = at.ask(Add("tea"), *seqs).id
    with at.store.write(ALL) as tx:
        tx.observations.flag(seqs[0], ["injection"])
        still_rests(tx, open_proposal(tx, id))
        tx.observations.flag(seqs[1], ["injection"])
    with pytest.raises(Conflict, match="nothing is left"):
        at.call("approve", id=id)
    assert at.proposal(id).failure_code == "conflict"
    assert at.note("tea") is None


def test_what_is_not_there_cannot_be_opened(at: Desk):
    with pytest.raises(NotFound, match="no proposal nothing"), at.store.read(ALL) as tx:
        open_proposal(tx, "nothing")


def test_a_question_without_a_deadline_can_always_be_decided(at: Desk):
    asked = at.ask(Add("tea"))
    with at.store.write(ALL) as tx:
        tx.queue.add(replace(asked, id="b" * 32, fingerprint="other", deadline=""))
    at.clock.advance(days=1000)
    with at.store.read(ALL) as tx:
        assert open_proposal(tx, "b" * 32).deadline == ""


def test_what_rests_on_several_is_trusted_as_little_as_the_least_of_them(at: Desk):
    trusts = (Trust.HUMAN, Trust.AGENT, Trust.TOOL)
    asked = at.ask(Add("tea"), *(at.say("x", f"s{n}", trust=t) for n, t in enumerate(trusts)))
    with at.store.read(ALL) as tx:
        assert still_rests(tx, asked) == Trust.AGENT


def test_an_edit_with_a_verb_of_its_own_is_of_that_verb(at: Desk):
    asked = at.ask(Add("tea"))
    found = edited(asked, {"action": "DROP", "key": "tea"})
    assert (found.action, found.original) == ("DROP", asked.payload)
    again = edited(found, {"key": "milk"})
    assert (again.action, again.original) == ("DROP", asked.payload)
    assert again.payload == {"action": "DROP", "key": "milk"}
    assert edited(asked, {}).action == "ADD"


def test_where_nobody_is_present_the_gate_decides_and_a_no_has_no_code_unless_it_is_given(
    at: Desk,
):
    given = Grant("notes", "auto", "carol", "2026-01-01T00:00:00.000Z")
    said = Advice("arbiter", "REJECT", 0.9, "so", {})
    one, other = at.ask(Add("tea")), at.ask(Add("milk"))
    with at.store.write(ALL) as tx:
        bare = turned_down(tx, one, given, said)
        coded = turned_down(tx, other, given, said, code="budget")
    assert (bare.decided_by, bare.failure_code) == ("system:gate", "")
    assert (coded.decided_by, coded.failure_code) == ("system:gate", "budget")


def test_a_yes_and_a_no_of_a_person_have_no_code(at: Desk):
    yes, no = at.ask(Add("tea")), at.ask(Add("milk"))
    with at.store.write(ALL) as tx:
        decided = executed(tx, yes, BOB, ""), rejected(tx, no, BOB, "no")
    assert [one.failure_code for one in decided] == ["", ""]
