"""Deciding without a person: each thing that stands against it alone, and what a yes leaves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import Struct

from passdown.contract.loop import Seam
from passdown.domain.change import Put
from passdown.domain.errors import Conflict, Invalid, Limit, NotFound, PassdownError
from passdown.domain.observation import Trust
from passdown.domain.proposal import Status
from passdown.domain.record import Life, Record
from passdown.domain.scope import ALL
from passdown.ops.alone import Leave, execute, leave
from passdown.stages.apply.execute import execute as apply
from passdown.stages.gate.advice import Advice
from passdown.stages.gate.auto import Grant
from passdown.stages.gate.trust import accept
from passdown.text.calibrate import Threshold
from tests.bench import TRUSTED, bench, sets
from tests.desk import ALICE, Desk
from tests.notes import Add, Join, Shout

if TYPE_CHECKING:
    from passdown.domain.proposal import Proposal
    from passdown.ops.operation import Ctx

GIVEN = Grant("notes", "auto", "carol", "2026-01-01T00:00:00.000Z")
SAYS = Advice("classifier", "approve", 0.9, "it holds", {})


def ctx(at: Desk) -> Ctx:
    return at.app._ctx(ALICE, ALL, at.app.settings, lambda _: None)


def granted(level: str = "auto", **how: Any) -> Desk:
    """A desk whose notes loop may decide with nobody present."""
    at = bench(loops={"notes": replace(TRUSTED, **how)})
    sets(at, level=level)
    return at


def asks(at: Desk, p: Proposal, fresh: Any = None) -> Leave:
    with at.store.read(ALL) as tx:
        return leave(ctx(at), tx, ctx(at).loops["notes"], p, fresh)


# ---- leave


@pytest.mark.parametrize(
    ("grant", "why", "given"),
    [(GIVEN, "", True), (GIVEN, "so", False), (None, "", False), (None, "so", False)],
)
def test_leave_is_given_where_there_is_a_grant_and_nothing_against_it(
    grant: Grant | None, why: str, given: bool
) -> None:
    assert Leave(grant, why).given is given


def test_only_chance_alone_is_a_sample() -> None:
    assert Leave(GIVEN, "one in 20 goes to a person").is_sampled is True
    assert Leave(GIVEN, "it was not mined").is_sampled is False
    assert Leave(GIVEN, "").is_sampled is False


def test_without_a_grant_there_is_no_leave_and_nothing_to_say() -> None:
    at = bench()
    assert asks(at, at.ask(Add("tea"))) == Leave(None, "")


def test_with_a_grant_and_nothing_against_it_there_is() -> None:
    at = granted()
    found = asks(at, at.ask(Add("tea")))
    assert found.given
    assert found.grant is not None
    assert (found.grant.level, found.grant.by, found.why) == ("auto", "alice", "")


def test_a_loop_that_says_nothing_of_when_it_hesitates_has_none() -> None:
    at = granted(hesitates=None)
    found = asks(at, at.ask(Add("tea")))
    assert found.grant is not None
    assert found.why == "only people decide this"


def test_what_the_loop_hesitates_at_is_told_after_what_the_gate_doubts() -> None:
    at = granted(hesitates=lambda payload, corpus, settings: f"not {payload.text}")
    p = at.ask(Add("tea"))
    assert asks(at, p).why == "not tea"
    assert asks(at, replace(p, proposed_by="bob")).why == "it was not mined"


def test_what_auto_safe_does_not_reach_is_told_last() -> None:
    at = granted("auto_safe", hesitates=lambda payload, corpus, settings: "")
    assert asks(at, at.ask(Shout("tea"))).why == "no threshold was accepted for SHOUT"


def test_what_no_undo_reaches_is_told_where_all_else_is_well() -> None:
    at = granted("auto_safe")
    p = at.ask(Shout("tea"))
    with at.store.write(ALL) as tx:
        accept(tx, "notes", "SHOUT", Threshold(0.1, 40, 39, 0.91, 0.5), 0.9, "alice")
    assert asks(at, p).why == "it is told to others, and no undo reaches them"


@pytest.mark.parametrize(
    ("filed", "fresh", "why"),
    [
        (0, None, ""),
        (0, {}, ""),
        (0, {"wrong": 0}, ""),
        (0, {"wrong": 1}, "what happened later speaks against it"),
        (1, None, "what happened later speaks against it"),
        (1, {}, "what happened later speaks against it"),
        (1, {"right": 1}, "what happened later speaks against it"),
        (1, {"wrong": 0}, ""),
    ],
)
def test_the_replay_that_counts_is_the_fresh_one(filed: int, fresh: Any, why: str) -> None:
    at = granted()
    p = replace(at.ask(Add("tea")), replay={"right": 2, "wrong": filed})
    assert asks(at, p, fresh).why == why


@pytest.mark.parametrize("error", [Conflict, Invalid, Limit, NotFound])
def test_what_cannot_be_carried_out_is_told_to_a_person(error: type[PassdownError]) -> None:
    def fails(payload: Any, corpus: Any, settings: Any) -> Any:
        raise error("the world moved on")

    at = granted(changes=fails)
    found = asks(at, at.ask(Add("tea")))
    assert found.grant is not None
    assert (found.given, found.why) == (False, "the world moved on")


def test_what_is_no_payload_of_the_loop_is_told_to_a_person() -> None:
    at = granted()
    p = replace(at.ask(Add("tea")), payload={"action": "ADD", "txt": "tea"})
    assert "not a payload" in asks(at, p).why


# ---- a yes


def says_yes(at: Desk, p: Proposal) -> Proposal:
    with at.store.write(ALL) as tx:
        return execute(ctx(at), tx, p, GIVEN, SAYS)


def test_a_yes_is_of_the_gate_and_its_records_say_who_granted_it() -> None:
    at = granted(seam=Seam("note.heard", "a listener"))
    p = at.ask(Add("tea"), at.say("so", trust=Trust.ASSISTANT))
    done = says_yes(at, p)
    assert done == at.proposal(p.id)
    assert (done.status, done.decided_by) == (Status.EXECUTED, "system:gate")
    tea = at.note("tea")
    assert tea is not None
    assert (tea.body, tea.trust, tea.made_by) == ({"granted": "carol"}, Trust.ASSISTANT, p.id)
    with at.store.read(ALL) as tx:
        (told,) = tx.ledger.entries(name="note.updated")
        (heard,) = tx.ledger.entries(name="note.heard")
    assert (told.actor, heard.actor, heard.subject) == ("system:gate", "system:gate", p.id)


def test_what_is_no_record_is_applied_as_it_is() -> None:
    at = granted()
    says_yes(at, at.ask(Join("tea", "milk", "taste")))
    with at.store.read(ALL) as tx:
        assert [edge.body for edge in tx.knowledge.edges()] == [{"why": "taste"}]


class Strike(Struct, frozen=True, tag_field="action", tag="DROP"):
    """Shall this go?"""

    target: str


def test_what_an_answered_question_attacked_is_attacked_no_more() -> None:
    loop: dict[str, Any] = {
        "payload": Strike,
        "attacks": frozenset({"DROP"}),
        "changes": lambda *_: [],
    }
    at = granted(**loop)
    with at.store.write(ALL) as tx:
        apply(tx, "p1", [Put(Record("note", "tea", "tea", life=Life.CONTESTED))], "alice")
    says_yes(at, at.ask(Strike("tea")))
    tea = at.note("tea")
    assert tea is not None
    assert tea.life is Life.ACTIVE
