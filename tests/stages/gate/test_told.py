"""What the ledger and the conversation keep of each turn at the gate, word for word: integrations
and replays rely on these names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from passdown.domain.actor import human, system
from passdown.domain.proposal import Message, Proposal, Status, Verdict
from passdown.domain.scope import ALL
from passdown.stages.gate.advice import Advice
from passdown.stages.gate.auto import FLAG, Grant
from passdown.stages.gate.decide import (
    GATE,
    LONGEST_REASON,
    executed,
    failed,
    granted,
    passed_on,
    rejected,
    turned_down,
)
from passdown.stages.gate.expire import expire
from passdown.stages.gate.quorum import seconds, waits
from tests.desk import BOB, Desk
from tests.notes import Add, Rule

GIVEN = Grant("notes", "auto", "alice", "2026-01-01T00:00:00.000Z")
SAYS = Advice("classifier", "approve", 0.9, "sure; undisputed", {"reasons": ["sure"]})
TURN = {"verdict": "approve", "confidence": 0.9, "reasons": ["sure"]}
AS_GRANTED = "granted to notes (auto) by alice on 2026-01-01; the classifier says approve"
PAYLOAD = {"action": "ADD", "text": "tea", "scope": "global"}


def last(at: Desk, id: str) -> tuple[str, str, dict[str, Any] | None]:
    """The last entry about it: its name, who, and what it says."""
    with at.store.read(ALL) as tx:
        entry = tx.ledger.entries(subject=id)[-1]
    return entry.name, entry.actor, entry.detail


def said(at: Desk, id: str) -> Message:
    with at.store.read(ALL) as tx:
        return tx.queue.messages(id)[-1]


def facts(p: Proposal, **more: Any) -> dict[str, Any]:
    """What is told of each decision."""
    told: dict[str, Any] = {
        "loop": "notes",
        "action": "ADD",
        "title": "Add: tea",
        "payload": PAYLOAD,
        "original": None,
        "review_notes": "so",
        "flags": [],
        "failure_code": "",
        "proof": "terminal",
    }
    assert p.title == told["title"]
    return told | more


def test_a_yes_is_told(at: Desk) -> None:
    p = at.ask(Add("tea"))
    with at.store.write(ALL) as tx:
        done = executed(tx, p, BOB, "  so ", flags=("odd",))
    assert last(at, p.id) == ("promotion.approved", "bob", facts(p, flags=["odd"]))
    assert (done.reason, done.decided_by, done.flags) == ("so", "bob", ("odd",))
    turn = Message(p.id, 1, at.clock.now(), "bob", "human", Verdict.APPROVE, "so")
    assert replace(said(at, p.id), n=1) == turn
    with at.store.read(ALL) as tx:
        assert tx.registry.people() == ["bob"]


def test_a_yes_to_other_words_is_told_with_both(at: Desk) -> None:
    p = at.ask(Add("tea"))
    edit = replace(p, payload={**PAYLOAD, "text": "milk"}, original=PAYLOAD)
    with at.store.write(ALL) as tx:
        executed(tx, edit, BOB, "so")
    told = facts(p, payload=edit.payload, original=PAYLOAD)
    assert last(at, p.id) == ("promotion.approved", "bob", told)
    assert said(at, p.id).verdict is Verdict.MODIFY


def test_a_no_is_told(at: Desk) -> None:
    p = at.ask(Add("tea"))
    with at.store.write(ALL) as tx:
        rejected(tx, p, BOB, "so")
    assert last(at, p.id) == ("promotion.rejected", "bob", facts(p))
    assert said(at, p.id).verdict is Verdict.REJECT


def test_who_says_no_to_their_own_says_so(at: Desk) -> None:
    p = at.ask(Add("tea"), by="bob")
    with at.store.write(ALL) as tx:
        closed = rejected(tx, p, BOB, "so")
    assert closed.flags == ("self_confirmed",)


def test_a_failure_is_told_with_its_code(at: Desk) -> None:
    p = at.ask(Add("tea"))
    with at.store.write(ALL) as tx:
        failed(tx, p, BOB, "conflict", "so" + "x" * LONGEST_REASON)
    kept = at.proposal(p.id)
    assert len(kept.reason) == LONGEST_REASON
    assert kept.failure_code == "conflict"
    told = facts(p, review_notes=kept.reason, failure_code="conflict")
    assert last(at, p.id) == ("promotion.failed", "bob", told)
    assert said(at, p.id).verdict is Verdict.APPROVE


def test_who_fails_their_own_says_so(at: Desk) -> None:
    p = at.ask(Add("tea"), by="bob")
    with at.store.write(ALL) as tx:
        assert failed(tx, p, BOB, "conflict", "so").flags == ("self_confirmed",)


def test_the_longest_reason_is_kept_whole(at: Desk) -> None:
    p = at.ask(Add("tea"))
    with at.store.write(ALL) as tx:
        assert len(executed(tx, p, BOB, "x" * LONGEST_REASON).reason) == LONGEST_REASON


def test_what_is_passed_on_keeps_what_was_said(at: Desk) -> None:
    p = replace(at.ask(Add("tea")), flags=("old",))
    with at.store.write(ALL) as tx:
        moved = passed_on(tx, p, Status.HUMAN, SAYS, flags=("new",))
    assert (moved.status, moved.flags) == (Status.HUMAN, ("old", "new"))
    told = {"loop": "notes", "tier": "classifier", "text": SAYS.text, "to": "human", **TURN}
    assert last(at, p.id) == ("promotion.advised", "system:classifier", told)
    turn = said(at, p.id)
    assert (turn.actor, turn.tier, turn.verdict) == ("system:classifier", "classifier", "advise")
    assert (turn.text, turn.detail, turn.at) == (SAYS.text, TURN, at.clock.now())


def test_a_granted_yes_is_told(at: Desk) -> None:
    p = replace(at.ask(Add("tea")), flags=("old",))
    with at.store.write(ALL) as tx:
        granted(tx, p, GIVEN, SAYS)
        advised = tx.ledger.entries(name="promotion.advised")[-1].detail
    told = facts(p, review_notes=AS_GRANTED, flags=["old", FLAG], proof="none")
    assert last(at, p.id) == ("promotion.approved", "system:gate", told)
    assert (advised or {})["to"] == "executed"
    assert (said(at, p.id).tier, said(at, p.id).verdict) == ("system", Verdict.APPROVE)


def test_a_granted_yes_to_other_words_says_so(at: Desk) -> None:
    p = replace(at.ask(Add("tea")), original=PAYLOAD)
    with at.store.write(ALL) as tx:
        granted(tx, p, GIVEN, SAYS)
    assert said(at, p.id).verdict is Verdict.MODIFY


def test_a_granted_no_is_told(at: Desk) -> None:
    p = at.ask(Add("tea"))
    with at.store.write(ALL) as tx:
        closed = turned_down(tx, p, GIVEN, SAYS, code="budget", flags=("spawned:1",))
        advised = tx.ledger.entries(name="promotion.advised")[-1].detail
    flags = [FLAG, "spawned:1"]
    more = {"review_notes": AS_GRANTED, "flags": flags, "proof": "none", "failure_code": "budget"}
    assert last(at, p.id) == ("promotion.rejected", "system:gate", facts(p, **more))
    assert (advised or {})["to"] == "rejected"
    assert (closed.failure_code, said(at, p.id).verdict) == ("budget", Verdict.REJECT)


def test_nobody_is_the_gate() -> None:
    assert GATE.name == "system:gate"
    assert FLAG == "granted"
    assert human("gate").name != GATE.name


def test_an_end_without_an_answer_is_told(at: Desk) -> None:
    p = at.ask(Add("tea"))
    at.clock.advance(days=14)
    with at.store.write(ALL) as tx:
        (closed,) = expire(tx, system("gate"))
    reason = f"no decision before {p.deadline}"
    told = {"loop": "notes", "title": "Add: tea", "reason": reason}
    assert last(at, p.id) == ("promotion.expired", "system:gate", told)
    assert (closed.reason, said(at, p.id).text) == (reason, reason)
    assert said(at, p.id).at == at.clock.now()


def test_an_expiry_closes_no_more_than_it_is_asked_to(at: Desk) -> None:
    for n in range(3):
        at.ask(Add(f"tea {n}"))
    at.clock.advance(days=14)
    with at.store.write(ALL) as tx:
        assert len(expire(tx, system("gate"), limit=1)) == 1


def test_a_first_yes_of_two_is_told(at: Desk) -> None:
    p = at.ask(Rule("be kind"))
    with at.store.write(ALL) as tx:
        more = waits(tx, p, BOB, " so ", policy_actions={"RULE"}, people=2)
    assert more is True
    figures = {"version": p.version, "people": 2}
    told = {"loop": "notes", "title": p.title, "review_notes": " so ", "proof": "terminal"}
    assert last(at, p.id) == ("promotion.seconded", "bob", told | figures)
    turn = said(at, p.id)
    assert (turn.actor, turn.tier, turn.verdict) == ("bob", "human", Verdict.SECOND)
    assert (turn.text, turn.detail) == ("so", figures)
    with at.store.read(ALL) as tx:
        assert tx.registry.people() == ["bob"]


def test_only_a_second_counts_as_one(at: Desk) -> None:
    p = at.ask(Rule("be kind"))
    with at.store.write(ALL) as tx:
        for verdict in Verdict:
            if verdict is not Verdict.SECOND:
                turn = Message(p.id, 0, tx.now, "bob", "human", verdict, "", {"version": 1})
                tx.queue.say(turn)
        assert p.version == 1
        assert seconds(tx, p) == []
