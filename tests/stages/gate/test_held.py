"""What counts for and against what was decided without a person: each condition alone, with the
figures that are told."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from passdown.domain.proposal import FORGOTTEN, Proposal, Status
from passdown.domain.scope import ALL
from passdown.stages.gate.trust import (
    SALT,
    Held,
    Trusted,
    accept,
    drawn,
    end,
    ended,
    failing,
    fallen,
    keyed,
    salted,
    trusted,
)
from passdown.storage.retelling import bodies_about, retell
from passdown.text.calibrate import Threshold
from tests.desk import Desk
from tests.notes import Add

if TYPE_CHECKING:
    from passdown.storage.port import Tx

OFFERED = Threshold(0.8, 40, 39, 0.91, 0.5)
LONG_AGO = "2025-01-01T00:00:00.000Z"
YES, NO = Status.EXECUTED, Status.REJECTED


def accepts(at: Desk, action: str = "ADD", loop: str = "notes") -> None:
    with at.store.write(ALL) as tx:
        accept(tx, loop, action, OFFERED, 0.9, "alice")


def ends(at: Desk, status: Status = YES, by: str = "system:gate", **how: Any) -> str:
    """A question that ended so; its id."""
    p = at.ask(Add(f"tea {at.clock.now()} {len(at.events())}"))
    with at.store.write(ALL) as tx:
        p = replace(p, id=f"{p.id}x", **{k: how[k] for k in ("loop", "action") if k in how})
        tx.queue.add(p)
        flags = how.get("flags", ())
        closed = replace(p, status=status, decided_by=by, decided_at=tx.now, flags=flags)
        tx.queue.move(closed, expect=Status.PENDING)
        if how.get("undone"):
            tx.ledger.append("promotion.undone", "bob", p.id, {})
        if "score" in how:
            tx.ledger.append("promotion.outcome", "system:measure", p.id, {"score": how["score"]})
    return p.id


def audited(at: Desk, meant: str, status: Status, **how: Any) -> str:
    return ends(at, status, how.pop("by", "bob"), flags=(f"audit:{meant}",), **how)


def lost(at: Desk) -> list[tuple[Trusted, str]]:
    with at.store.read(ALL) as tx:
        return failing(tx, "notes")


def told(at: Desk) -> list[str]:
    return [why for _, why in lost(at)]


def falls(at: Desk, since: str = LONG_AGO) -> str:
    with at.store.read(ALL) as tx:
        return fallen(tx, "notes", since)


# ---- what is accepted


def test_what_is_accepted_is_told_with_its_figures(at: Desk) -> None:
    accepts(at)
    with at.store.read(ALL) as tx:
        (entry,) = tx.ledger.entries(name="trust.accepted")
        assert trusted(tx, "notes") == {"ADD": Trusted("notes", "ADD", 0.8, 0.9, "alice", entry.at)}
        assert trusted(tx, "other") == {}
    figures = {"n": 40, "right": 39, "low": 0.91, "share": 0.5}
    assert (entry.actor, entry.subject) == ("alice", "notes")
    assert entry.detail == {"action": "ADD", "at": 0.8, "target": 0.9} | figures


def stops(tx: Tx, why: str) -> None:
    end(tx, trusted(tx, "notes")["ADD"], "bob", why)


def test_what_is_accepted_no_more_is_told_with_why(at: Desk) -> None:
    accepts(at)
    accepts(at, "DROP")
    with at.store.write(ALL) as tx:
        stops(tx, "so")
        (entry,) = tx.ledger.entries(name="trust.ended")
        assert list(trusted(tx, "notes")) == ["DROP"]
        assert ended(tx, "notes") == {"ADD": "so"}
    assert (entry.actor, entry.subject) == ("bob", "notes")
    assert entry.detail == {"action": "ADD", "at": 0.8, "why": "so"}


def test_what_is_accepted_again_after_its_end_is_accepted(at: Desk) -> None:
    accepts(at)
    with at.store.write(ALL) as tx:
        stops(tx, "first")
        accept(tx, "notes", "ADD", OFFERED, 0.9, "carol")
        assert trusted(tx, "notes")["ADD"].by == "carol"
        assert ended(tx, "notes") == {}
        stops(tx, "second")
        assert trusted(tx, "notes") == {}
        assert ended(tx, "notes") == {"ADD": "second"}


# ---- what is counted


def test_where_nothing_is_accepted_nothing_fails(at: Desk) -> None:
    for _ in range(3):
        ends(at, undone=True)
    assert lost(at) == []


def test_an_audit_is_right_where_the_person_said_what_would_have_been_decided(at: Desk) -> None:
    accepts(at)
    audited(at, "approve", YES)
    audited(at, "reject", NO)
    for meant, status in (("approve", NO), ("reject", YES)) * 2:
        audited(at, meant, status)
    audited(at, "approve", YES, undone=True)
    audited(at, "approve", YES, score=-0.1)
    assert told(at) == ["2 of 8 audited were right, 0.9 was asked for"]


def test_an_audit_counts_whatever_else_is_flagged(at: Desk) -> None:
    accepts(at)
    for status in (YES, NO, NO):
        ends(at, status, "bob", flags=("asked_before:x", "audit:approve", "odd"))
    assert told(at) == ["1 of 3 audited were right, 0.9 was asked for"]


def test_what_was_not_drawn_is_no_audit(at: Desk) -> None:
    accepts(at)
    for _ in range(3):
        ends(at, NO, "bob", flags=("asked_before:x",))
        ends(at, YES, "bob", undone=True)
    assert lost(at) == []


def test_what_was_drawn_and_no_person_answered_is_no_audit(at: Desk) -> None:
    accepts(at)
    for _ in range(3):
        audited(at, "approve", NO, by="system:gate")
    assert lost(at) == []


def test_what_was_decided_without_a_person_counts_where_it_was_a_yes(at: Desk) -> None:
    accepts(at)
    ends(at)
    ends(at, undone=True)
    ends(at, score=-0.1)
    ends(at, NO)
    ends(at, NO, undone=True)
    ends(at, by="bob", undone=True)
    assert told(at) == ["1 of 3 kept were right, 0.9 was asked for"]
    assert falls(at) == "1 of 3 decided with nobody present held, 0.9 is asked for"


@pytest.mark.parametrize("score", [0, 0.0, 0.1, 1])
def test_what_did_no_harm_is_kept(at: Desk, score: float) -> None:
    accepts(at)
    for _ in range(3):
        ends(at, score=score)
    assert lost(at) == []
    assert falls(at) == ""


def test_an_outcome_that_says_nothing_or_was_forgotten_is_no_harm(at: Desk) -> None:
    for score in (-1, -1, None):
        id = ends(at)
        said = {} if score is None else {"score": score}
        with at.store.write(ALL) as tx:
            tx.ledger.append("promotion.outcome", "system:measure", id, said)
            for body in bodies_about(tx, id):
                if said:
                    retell(tx, body, None, "alice", FORGOTTEN)
    assert falls(at) == ""


def test_the_last_outcome_counts(at: Desk) -> None:
    for scores in ((-1, 1), (1, -1)):
        id = ends(at)
        for score in scores:
            with at.store.write(ALL) as tx:
                tx.ledger.append("promotion.outcome", "system:measure", id, {"score": score})
    assert falls(at) == ""
    ends(at, score=-1)
    assert falls(at) == "1 of 3 decided with nobody present held, 0.9 is asked for"


def test_another_action_has_its_own_figures(at: Desk) -> None:
    accepts(at)
    accepts(at, "DROP")
    for _ in range(2):
        ends(at, undone=True, action="DROP")
    ((one, why),) = lost(at)
    assert (one.action, why) == ("DROP", "0 of 2 kept were right, 0.9 was asked for")


def test_another_loop_has_its_own_figures(at: Desk) -> None:
    accepts(at)
    for _ in range(2):
        ends(at, undone=True, loop="other")
    assert lost(at) == []
    assert falls(at) == ""


def test_what_was_forgotten_counts_no_more(at: Desk) -> None:
    accepts(at)
    for _ in range(3):
        ends(at, undone=True, flags=(FORGOTTEN,))
    assert falls(at) == ""


def test_what_was_decided_at_the_very_time_counts_and_what_was_before_does_not(at: Desk) -> None:
    early = [ends(at, undone=True) for _ in range(2)]
    at.clock.advance(seconds=1)
    accepts(at)
    assert len(early) == 2
    assert lost(at) == []
    assert falls(at, at.clock.now()) == ""
    for _ in range(2):
        ends(at, undone=True)
    assert told(at) == ["0 of 2 kept were right, 0.9 was asked for"]
    assert falls(at, at.clock.now()).startswith("0 of 2 ")


def test_what_fails_in_both_ways_is_told_once(at: Desk) -> None:
    accepts(at)
    for _ in range(2):
        audited(at, "approve", NO)
        ends(at, undone=True)
    assert told(at) == ["0 of 2 audited were right, 0.9 was asked for"]


@pytest.mark.parametrize(
    ("right", "n", "fell"), [(15, 20, True), (16, 20, False), (27, 34, True), (28, 34, False)]
)
def test_a_few_fall_where_chance_alone_does_that_less_than_one_time_in_twenty(
    right: int, n: int, fell: bool
) -> None:
    assert Held(right, n).falls_below(0.9) is fell


# ---- the lot


def test_the_lot_is_by_the_secret_and_the_fingerprint_alone(at: Desk) -> None:
    p = at.ask(Add("tea"))
    with at.store.write(ALL) as tx:
        assert keyed(tx, "x") == ""
        tx.registry.keep(SALT, "00ff")
        assert keyed(tx, "x") == hmac.new(b"00ff", b"x", hashlib.sha256).hexdigest()
        for n in range(300):
            key = hmac.new(b"00ff", f"draw:{n}".encode(), hashlib.sha256).hexdigest()
            one: Proposal = replace(p, fingerprint=str(n), id="any", confidence=n / 300)
            assert drawn(tx, one) is (int(key[:12], 16) % 20 == 0)


def test_the_secret_is_32_bytes_that_nobody_chose_and_stays(at: Desk) -> None:
    with at.store.write(ALL) as tx:
        salted(tx)
        secret = tx.registry.value(SALT)
        assert secret is not None
        assert len(bytes.fromhex(secret)) == 32
        salted(tx)
        assert tx.registry.value(SALT) == secret
