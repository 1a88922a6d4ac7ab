"""Trust is accepted by a person on what was decided, audited by lot, and lost by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from passdown.domain.actor import human
from passdown.domain.errors import Forbidden, Invalid
from passdown.domain.proposal import Proposal, Status
from passdown.domain.scope import ALL
from passdown.stages.gate.trust import SALT, Held, drawn, keyed, salted, trusted
from passdown.stages.propose.file import fingerprint
from passdown.testing import faults
from tests.bench import arbitrates, bench, decided, sets, turns
from tests.desk import ALICE, BOB, ROBOT, Desk
from tests.notes import Add, Drop, Shout, finding

REVIEWER = human("rita", admin=False)
BLANK = Proposal("p", "notes", "ADD", {}, (1,), "system:notes", "t", "d")
AT = 0.75
"""How sure the notes loop is of what was said once."""


def earned(n: int = 35) -> Desk:
    """A desk where so many were right of so many, and that was accepted."""
    at = bench()
    decided(at, n, right=n)
    at.call("trust", loop="notes")
    sets(at, level="auto_safe")
    return at


def asks(at: Desk, *, drawn: bool) -> Proposal:
    """A new question that is drawn for an audit, or is not."""
    from passdown.stages.gate import trust

    with at.store.write(ALL) as tx:
        salted(tx)
    for n in range(1000):
        payload = Add(f"new {at.clock.now()} {n}")
        mark = fingerprint("notes", "ADD", finding(payload, [1]).key)
        with at.store.read(ALL) as tx:
            if trust.drawn(tx, replace(BLANK, fingerprint=mark)) is drawn:
                return at.ask(payload)
    raise AssertionError("none was drawn")


# ---- accepting


def test_34_of_34_offer_nothing_and_35_of_35_do() -> None:
    at = bench()
    decided(at, 34, right=34)
    with pytest.raises(Invalid, match="ADD: n too small: 34 of the 35"):
        at.call("trust", loop="notes")
    decided(at, 1, right=1, first=34)
    told = at.call("trust", loop="notes")
    (one,) = told["accepted"]
    assert (one["action"], one["at"], one["n"], one["right"]) == ("ADD", AT, 35, 35)
    assert one["low"] >= 0.9
    with at.store.read(ALL) as tx:
        assert trusted(tx, "notes")["ADD"].by == "alice"
    assert "trust.accepted" in at.events("notes")
    assert at.call("status")["trust"] == [
        {"loop": "notes", "level": "suggest", "accepted": {"ADD": AT}, "ended": {}}
    ]
    assert faults(at.store) == []


def test_what_is_offered_is_not_accepted_by_itself() -> None:
    at = bench()
    decided(at, 40, right=40)
    sets(at, level="auto_safe")
    id = at.ask(Add("tea")).id
    arbitrates(at)
    assert at.proposal(id).status is Status.HUMAN
    assert "no threshold was accepted for ADD" in turns(at, id)[-1].text


@pytest.mark.parametrize("actor", [ROBOT, REVIEWER])
def test_only_an_admin_accepts(actor: Any) -> None:
    at = bench()
    decided(at, 35, right=35)
    with pytest.raises(Forbidden):
        at.call("trust", actor, loop="notes")


@pytest.mark.parametrize(
    ("how", "why"),
    [({"action": "NONE"}, "no action"), ({"target": 1.0}, "a target"), ({"loop": "x"}, "no loop")],
)
def test_what_makes_no_sense_is_refused(how: dict[str, Any], why: str) -> None:
    with pytest.raises(Invalid, match=why):
        earned().call("trust", **{"loop": "notes", **how})


def test_it_can_be_withdrawn() -> None:
    at = earned()
    assert at.call("trust", loop="notes", withdraw=True)["withdrawn"] == ["ADD"]
    id = at.ask(Add("tea")).id
    arbitrates(at)
    assert at.proposal(id).status is Status.HUMAN
    assert at.call("status")["trust"][0]["ended"] == {"ADD": "withdrawn"}


# ---- auto_safe


def test_what_is_trusted_is_decided() -> None:
    at = earned()
    id = asks(at, drawn=False).id
    arbitrates(at)
    done = at.proposal(id)
    assert (done.status, done.decided_by) == (Status.EXECUTED, "system:gate")
    assert "granted to notes (auto_safe) by alice" in done.reason
    assert faults(at.store) == []


def test_what_is_less_sure_than_was_accepted_is_not() -> None:
    at = bench()
    for n in range(35):  # each was said twice
        at.call("approve", BOB, id=at.ask(Add(f"k {n}"), at.say("so"), at.say("so", "s2")).id)
    at.call("trust", loop="notes")
    sets(at, level="auto_safe")
    id = at.ask(Add("tea")).id
    arbitrates(at)
    assert at.proposal(id).status is Status.HUMAN
    assert "alice accepted what is at least 0.80 sure" in turns(at, id)[-1].text


def test_another_action_is_not_trusted_with_it() -> None:
    at = earned()
    id = at.ask(Drop("decided 1")).id
    arbitrates(at)
    assert at.proposal(id).status is Status.HUMAN


def test_what_no_undo_reaches_is_not_decided() -> None:
    at = bench()
    for n in range(35):
        at.call("approve", BOB, id=at.ask(Shout(f"k {n}")).id)
    at.call("trust", loop="notes")
    sets(at, level="auto_safe")
    id = at.ask(Shout("tea")).id
    arbitrates(at)
    assert at.note("tea") is None
    assert "no undo reaches them" in turns(at, id)[-1].text


def test_one_in_twenty_goes_to_a_person_by_lot() -> None:
    at = earned()
    found = asks(at, drawn=True)
    arbitrates(at)
    now = at.proposal(found.id)
    assert (now.status, now.flags) == (Status.HUMAN, ("audit:approve",))
    assert "one in 20 goes to a person" in turns(at, found.id)[-1].text


def test_the_lot_is_secret_and_the_same_for_the_same_question() -> None:
    at = bench()
    ask = replace(at.ask(Add("tea")), fingerprint="")
    with at.store.read(ALL) as tx:
        assert drawn(tx, ask)  # a store that has no secret yet decides nothing
    with at.store.write(ALL) as tx:
        salted(tx)
        first = tx.registry.value(SALT)
        salted(tx)
        assert tx.registry.value(SALT) == first
        every = [drawn(tx, replace(ask, fingerprint=f"{n:064x}")) for n in range(4000)]
        assert every == [drawn(tx, replace(ask, fingerprint=f"{n:064x}")) for n in range(4000)]
        assert 150 < sum(every) < 250
        mine = keyed(tx, "x")
    other = bench()
    with other.store.write(ALL) as tx:
        salted(tx)
        assert keyed(tx, "x") != mine


# ---- losing it


@pytest.mark.parametrize(
    ("right", "n", "falls"),
    [
        (0, 0, False),
        (0, 1, False),
        (1, 2, False),
        (1, 3, True),
        (2, 3, False),
        (0, 2, True),
        (32, 35, False),
        (31, 35, True),
        (30, 34, False),
        (35, 35, False),
        (90, 100, False),
        (89, 100, True),
    ],
)
def test_it_falls_where_there_is_enough_to_say_so(right: int, n: int, falls: bool) -> None:
    assert Held(right, n).falls_below(0.9) is falls


def fails_two_audits(at: Desk) -> None:
    """A person rejects both that were drawn; the next look finds it."""
    for _ in range(2):
        found = asks(at, drawn=True)
        arbitrates(at)
        at.call("reject", BOB, id=found.id, reason="wrong")
    arbitrates(at)


def test_audits_that_fail_set_the_level_back_and_say_so() -> None:
    at = earned()
    fails_two_audits(at)
    level = at.call("controls.get", name="notes.level")
    assert (level["value"], level["set_by"]["actor"]) == ("suggest", "system:gate")
    assert "0 of 2 audited were right, 0.9 was asked for" in level["set_by"]["reason"]
    assert "trust.ended" in at.events("notes")
    (row,) = at.call("status")["trust"]
    assert (row["level"], row["accepted"]) == ("suggest", {})
    assert row["ended"]["ADD"].startswith("0 of 2 audited")
    assert faults(at.store) == []
    id = asks(at, drawn=False).id
    arbitrates(at)
    assert at.proposal(id).status is Status.HUMAN


def test_setting_the_level_again_does_not_bring_the_trust_back() -> None:
    at = earned()
    fails_two_audits(at)
    sets(at, level="auto_safe")
    id = asks(at, drawn=False).id
    arbitrates(at)
    assert at.proposal(id).status is Status.HUMAN


def test_audits_that_hold_keep_it() -> None:
    at = earned()
    for _ in range(3):
        found = asks(at, drawn=True)
        arbitrates(at)
        at.call("approve", ALICE, id=found.id)
    arbitrates(at)
    assert at.call("controls.get", name="notes.level")["value"] == "auto_safe"


def test_what_people_take_back_counts_against_it() -> None:
    at = earned()
    for _ in range(2):
        found = asks(at, drawn=False)
        arbitrates(at)
        at.call("undo", BOB, id=found.id)
    arbitrates(at)
    level = at.call("controls.get", name="notes.level")
    assert level["value"] == "suggest"
    assert "0 of 2 kept were right" in level["set_by"]["reason"]


def test_what_happened_before_it_was_accepted_does_not_count() -> None:
    at = earned()
    at.call("undo", BOB, id=at.call("pending", status="approved")["proposals"][0]["id"])
    arbitrates(at)
    assert at.call("controls.get", name="notes.level")["value"] == "auto_safe"


# ---- granted by name


def granted(at: Desk, n: int) -> list[str]:
    """So many that the gate decides with nobody present, since an admin granted that."""
    sets(at, level="auto", golden_path_confidence="0.5")
    ids = [at.ask(Add(f"granted {k}")).id for k in range(n)]
    arbitrates(at)
    assert all(at.proposal(id).decided_by == "system:gate" for id in ids)
    return ids


def test_a_grant_by_name_falls_back_when_what_it_decided_is_taken_back() -> None:
    at = bench()
    for id in granted(at, 3)[:2]:
        at.call("undo", BOB, id=id)
    arbitrates(at)
    level = at.call("controls.get", name="notes.level")
    assert (level["value"], level["set_by"]["actor"]) == ("suggest", "system:gate")
    assert "1 of 3 decided with nobody present held" in level["set_by"]["reason"]
    (row,) = at.call("status")["trust"]
    assert row["level"] == "suggest"
    assert row["ended"]["auto"].startswith("1 of 3 decided")
    id = at.ask(Add("after")).id
    arbitrates(at)
    assert at.proposal(id).status is Status.HUMAN
    assert faults(at.store) == []


def test_a_grant_by_name_falls_back_when_what_it_decided_did_harm() -> None:
    at = bench()
    for id in granted(at, 3)[:2]:
        with at.store.write(ALL) as tx:
            tx.ledger.append("promotion.outcome", "system:measure", id, {"score": 0.5})
            tx.ledger.append("promotion.outcome", "system:measure", id, {"score": -0.5})
    arbitrates(at)
    assert at.call("controls.get", name="notes.level")["value"] == "suggest"


def test_a_grant_by_name_that_holds_goes_on() -> None:
    at = bench()
    at.call("undo", BOB, id=granted(at, 3)[0])
    arbitrates(at)
    assert at.call("controls.get", name="notes.level")["value"] == "auto"


def test_a_grant_that_is_given_anew_is_judged_by_what_follows() -> None:
    at = bench()
    for id in granted(at, 3)[:2]:
        at.call("undo", BOB, id=id)
    arbitrates(at)
    at.clock.advance(seconds=1)
    sets(at, level="auto")
    id = at.ask(Add("after")).id
    arbitrates(at)
    assert at.proposal(id).status is Status.EXECUTED
    assert at.call("status")["trust"] == []


def test_the_secret_of_a_store_is_kept_under_one_name_and_drawn_once(at: Desk) -> None:
    with at.store.write(ALL) as tx:
        salted(tx)
        kept = tx.registry.value("gate.salt")
        salted(tx)
        assert tx.registry.value("gate.salt") == kept
    assert kept is not None
    assert len(kept) == 64
