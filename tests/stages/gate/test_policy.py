"""Who may decide: each rule alone, with every other lock open."""

from __future__ import annotations

from dataclasses import replace

import pytest

from passdown.domain.actor import Actor, Kind, Proof, Role, human
from passdown.domain.errors import Forbidden
from passdown.domain.scope import ALL
from passdown.stages.gate.decide import executed, failed, rejected
from passdown.stages.gate.policy import SELF_CONFIRMED, admit
from tests.desk import ALICE, BOB, Desk
from tests.notes import NOTES, Add, Rule

DECISIONS = [
    pytest.param(lambda tx, p, who: executed(tx, p, who, ""), id="approve"),
    pytest.param(lambda tx, p, who: rejected(tx, p, who, "no"), id="reject"),
    pytest.param(lambda tx, p, who: failed(tx, p, who, "conflict", "gone"), id="fail"),
]

REFUSED = [
    pytest.param(replace(ALICE, kind=Kind.AGENT), "no person", id="an agent with every role"),
    pytest.param(replace(ALICE, kind=Kind.SYSTEM), "no person", id="passdown itself"),
    pytest.param(replace(ALICE, proof=Proof.NONE), "nothing proves", id="a person without proof"),
    pytest.param(replace(ALICE, roles=frozenset()), "role review", id="a person without a role"),
    pytest.param(
        replace(ALICE, roles=frozenset(Role) - {Role.REVIEW}),
        "role review",
        id="an admin who does not review",
    ),
]


@pytest.mark.parametrize("decide", DECISIONS)
@pytest.mark.parametrize(("actor", "said"), REFUSED)
def test_who_may_not_decide_is_told_why_and_leaves_no_trace(at: Desk, decide, actor, said):
    proposal = at.ask(Add("tea is at four"))
    before = at.digest()
    with pytest.raises(Forbidden, match=said) as refused, at.store.write(ALL) as tx:
        decide(tx, proposal, actor)
    assert refused.value.where == proposal.id
    assert refused.value.next
    assert at.digest() == before


@pytest.mark.parametrize("decide", DECISIONS)
def test_a_person_with_proof_and_the_role_review_decides(at: Desk, decide):
    reviewer = human("carol", Proof.TOKEN, admin=False)
    proposal = at.ask(Add("tea is at four"))
    with at.store.write(ALL) as tx:
        decided = decide(tx, proposal, reviewer)
    assert not decided.open
    assert decided.decided_by == "carol"
    assert decided.flags == ()


@pytest.mark.parametrize("proof", [Proof.TERMINAL, Proof.TOKEN, Proof.LOCAL])
def test_any_proof_but_none_is_a_proof(at: Desk, proof: Proof):
    proposal = at.ask(Add("tea is at four"))
    with at.store.write(ALL) as tx:
        assert admit(tx, proposal, human("carol", proof)) == ()


def test_the_only_person_there_is_may_confirm_their_own_and_it_is_recorded(at: Desk):
    proposal = at.ask(Add("tea is at four"), by="alice")
    with at.store.write(ALL) as tx:
        tx.registry.see(ALICE)
        decided = executed(tx, proposal, ALICE, "mine")
    assert decided.flags == (SELF_CONFIRMED,)
    with at.store.read(ALL) as tx:
        told = tx.ledger.entries(subject=proposal.id, name="promotion.approved")
    assert told[0].detail is not None
    assert told[0].detail["flags"] == [SELF_CONFIRMED]


@pytest.mark.parametrize("decide", DECISIONS)
def test_where_two_people_are_known_nobody_decides_their_own(at: Desk, decide):
    proposal = at.ask(Add("tea is at four"), by="alice")
    with at.store.write(ALL) as tx:
        tx.registry.see(ALICE)
        tx.registry.see(BOB)
    before = at.digest()
    with pytest.raises(Forbidden, match="somebody else decides"), at.store.write(ALL) as tx:
        decide(tx, proposal, ALICE)
    assert at.digest() == before
    with at.store.write(ALL) as tx:
        assert not decide(tx, proposal, BOB).open


@pytest.mark.parametrize("name", ["ALICE", "Alice", "alice ", "\uff41lice"])
def test_another_case_or_form_of_a_name_is_nobody_else(at: Desk, name: str):
    proposal = at.ask(Add("tea is at four"), by="alice")
    with at.store.write(ALL) as tx:
        tx.registry.see(BOB)
        with pytest.raises(Forbidden, match="somebody else decides"):
            admit(tx, proposal, human(name))


def test_one_person_under_two_spellings_is_alone(at: Desk):
    proposal = at.ask(Add("tea is at four"), by="alice")
    with at.store.write(ALL) as tx:
        tx.registry.see(human("Alice"))
        assert admit(tx, proposal, ALICE) == (SELF_CONFIRMED,)


def test_agents_and_tiers_do_not_count_as_people(at: Desk):
    proposal = at.ask(Add("tea is at four"), by="alice")
    with at.store.write(ALL) as tx:
        tx.registry.see(Actor("agent:robot", Kind.AGENT))
        tx.registry.see(Actor("system:notes", Kind.SYSTEM))
        assert admit(tx, proposal, ALICE) == (SELF_CONFIRMED,)


def test_a_policy_is_never_confirmed_by_who_proposed_it(at: Desk):
    proposal = at.ask(Rule("tea is at four"), by="alice")
    with at.store.write(ALL) as tx:
        tx.registry.see(ALICE)
    for decide in (executed, rejected):
        with pytest.raises(Forbidden, match="somebody else"), at.store.write(ALL) as tx:
            decide(tx, proposal, ALICE, "mine", policy_actions=NOTES.policy)
    with at.store.write(ALL) as tx:
        assert executed(tx, proposal, BOB, "", policy_actions=NOTES.policy).flags == ()


def test_a_policy_that_somebody_else_proposed_is_decided_like_any_other(at: Desk):
    proposal = at.ask(Rule("tea is at four"))
    with at.store.write(ALL) as tx:
        assert admit(tx, proposal, ALICE, NOTES.policy) == ()


def test_who_confirms_their_own_is_flagged_by_this_name(at: Desk):
    asked = at.ask(Add("tea is at four"), by="alice")
    with at.store.write(ALL) as tx:
        assert admit(tx, asked, ALICE) == ("self_confirmed",)
        assert admit(tx, replace(asked, proposed_by="bob"), ALICE) == ()
