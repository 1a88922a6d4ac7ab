"""Every lock on a decision, alone: whichever of them are open, the last one still refuses.

A lock is open when its function does nothing. For each way to decide and each who may not, a table
says which locks stand against it: with all but any one of them open it is refused all the same, and
with all of them open it goes through, so that it is these and nothing else that refuse.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest

from passdown.domain.actor import Actor, Kind, Proof, Role
from passdown.domain.errors import Forbidden
from passdown.ops.catalogue import everything
from passdown.ops.operation import Effect
from passdown.stages.audit.keep import AUDIT, note
from tests.desk import ALICE, BOB, Desk
from tests.notes import Add

OPERATION, POLICY = "passdown.ops.operation", "passdown.stages.gate.policy"
PEOPLE_CALL = f"{OPERATION}._only_people"
ROLE_CALLS = f"{OPERATION}._only_with"
PERSON_DECIDES = f"{POLICY}._is_a_person"
PROVED_DECIDES = f"{POLICY}._is_proved"
REVIEWER_DECIDES = f"{POLICY}._reviews"
OTHER_DECIDES = f"{POLICY}._may_confirm_own"

INTRUDERS = {
    "an agent with every role": replace(BOB, kind=Kind.AGENT),
    "passdown itself": replace(BOB, kind=Kind.SYSTEM),
    "a person nothing proves": replace(BOB, proof=Proof.NONE),
    "a person who does not review": replace(BOB, roles=frozenset(Role) - {Role.REVIEW}),
    "an agent as it comes": Actor("bob", Kind.AGENT),
}
AT_THE_GATE = {
    "an agent with every role": {PEOPLE_CALL, PERSON_DECIDES},
    "passdown itself": {PEOPLE_CALL, PERSON_DECIDES},
    "a person nothing proves": {PEOPLE_CALL, PROVED_DECIDES},
    "a person who does not review": {ROLE_CALLS, REVIEWER_DECIDES},
    "an agent as it comes": {
        PEOPLE_CALL,
        ROLE_CALLS,
        PERSON_DECIDES,
        PROVED_DECIDES,
        REVIEWER_DECIDES,
    },
}
AT_THE_DOOR = {
    who: {lock for lock in locks if OPERATION in lock} for who, locks in AT_THE_GATE.items()
}
WAYS = {
    "approve": AT_THE_GATE,
    "reject": AT_THE_GATE,
    "promotions.approve": AT_THE_GATE,
    "promotions.reject": AT_THE_GATE,
    "alike.approve": AT_THE_GATE,
    "alike.reject": AT_THE_GATE,
    "undo": AT_THE_DOOR,
    "release": AT_THE_DOOR,
    "audit.feedback": AT_THE_DOOR,
}
"""Every operation that decides. Undo and release put back or let in what people see again, and a
word about a finding only adds to what is counted: there is no gate behind the door."""
CASES = [(way, who) for way in WAYS for who in INTRUDERS]


def prepared(at: Desk, way: str) -> dict[str, Any]:
    """What this way is called with, where somebody who may would be let through."""
    if way == "release":
        return {"seq": at.say("sound after all", flags=("injection",))}
    if way == "undo":
        return {"id": at.agree(Add("tea"), ALICE)}
    if way == "audit.feedback":
        return audited(at)
    if way.startswith("alike."):
        return {"id": alike(at, way.removeprefix("alike.")), "reason": "no"}
    id = at.ask(Add("tea")).id
    if way.startswith("promotions."):
        return {"loop": "notes", "id": id, "body": {"review_notes": "no"}}
    return {"id": id, "reason": "no"}


def audited(at: Desk) -> dict[str, Any]:
    """A finding of an audit, and what somebody would say of it."""
    finding = {"fp": "f1", "rule": "size.huge", "evidence_digest": "", "claim_ids": []}
    row = {"kind": AUDIT, "id": "a1", "audit_key": "a1", "repo": "shop", "pr_number": 7}
    note(at.app.places.root / at.app.settings.text("audit.outcomes"), row | {"fps": [finding]})
    return {"id": "a1", "finding": "f1", "verdict": "dismissed"}


def alike(at: Desk, verb: str) -> str:
    """One of several like questions, of which this person answered enough."""
    ids = [at.ask(Add(f"run `job{n}` with `make job{n}`")).id for n in range(5)]
    for id in ids[:3]:
        at.call(verb, BOB, id=id, reason="no")
    return ids[-1]


def opened(monkeypatch: pytest.MonkeyPatch, locks: Iterable[str]) -> None:
    for lock in locks:
        monkeypatch.setattr(lock, lambda *_: None)


def all_but_one(locks: set[str]) -> list[tuple[str, ...]]:
    return list(combinations(sorted(locks), len(locks) - 1))


def test_every_operation_that_decides_is_in_the_table() -> None:
    deciding = {op.name for op in everything().values() if op.effect is Effect.DECIDE}
    assert deciding == WAYS.keys()


@pytest.mark.parametrize(("way", "who"), CASES)
def test_any_one_of_its_locks_suffices(
    at: Desk, way: str, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    params = prepared(at, way)
    before = at.digest()
    for open_ones in all_but_one(WAYS[way][who]):
        with monkeypatch.context() as patch:
            opened(patch, open_ones)
            assert is_refused(at, way, params, INTRUDERS[who])
        assert at.digest() == before


def is_refused(at: Desk, way: str, params: dict[str, Any], who: Actor) -> bool:
    """Whether it is; a batch may tell so of each item."""
    try:
        told = at.app.call(way, params, who)
    except Forbidden:
        return True
    return way.startswith("alike.") and told["done"] == 0 < told["left"]


@pytest.mark.parametrize(("way", "who"), CASES)
def test_these_locks_and_nothing_else_refuse(
    at: Desk, way: str, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    params = prepared(at, way)
    before = at.digest()
    opened(monkeypatch, WAYS[way][who])
    at.app.call(way, params, INTRUDERS[who])
    assert at.digest() != before


@pytest.mark.parametrize("way", ["approve", "reject"])
def test_that_somebody_else_decides_is_a_lock_of_its_own(
    at: Desk, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With every other lock open the proposer is refused, with this one open alone they are not."""
    at.agree(Add("milk"), ALICE)
    own = at.ask(Add("tea"), by="bob").id
    others = set().union(*AT_THE_GATE.values())
    with monkeypatch.context() as patch:
        opened(patch, others)
        with pytest.raises(Forbidden, match="somebody else decides"):
            at.app.call(way, {"id": own, "reason": "no"}, BOB)
    opened(monkeypatch, [OTHER_DECIDES])
    at.app.call(way, {"id": own, "reason": "no"}, BOB)
    assert not at.proposal(own).open


@pytest.mark.parametrize("way", WAYS)
def test_no_tool_of_an_agent_decides(way: str) -> None:
    assert not everything()[way].agents
