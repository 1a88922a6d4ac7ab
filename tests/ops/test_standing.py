"""What follows from a question that is asked or closed: what is contested, told, or joined."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from passdown.contract.loop import Seam
from passdown.domain.errors import Invalid
from passdown.domain.record import Life
from passdown.domain.scope import ALL
from passdown.ops.standing import announce, corroborate, settle
from tests.bench import bench
from tests.desk import ALICE, BOB
from tests.notes import KIND, NOTES, Add, Drop, finding

if TYPE_CHECKING:
    from passdown.domain.proposal import Proposal
    from passdown.ops.operation import Ctx
    from tests.desk import Desk

FIGHT = replace(NOTES, attacks=frozenset({"DROP"}), seam=Seam("note.heard", "a listener"))


def attacked() -> tuple[Desk, Proposal]:
    """A note, and an open question that attacks it."""
    at = bench(loops={"notes": FIGHT})
    at.agree(Add("tea"))
    asked = at.ask(Drop("tea"))
    with at.store.write(ALL) as tx:
        kept = tx.queue.attach(replace(asked, payload={**asked.payload, "target": "tea"}))
    return at, kept


def ctx(at: Desk, **how: Any) -> Ctx:
    made = at.app._ctx(ALICE, ALL, at.app.settings, lambda _: None)
    return replace(made, **how)


def life(at: Desk) -> Life:
    found = at.note("tea")
    assert found is not None
    return found.life


def settles(at: Desk, *those: Proposal | None, **how: Any) -> None:
    with at.store.write(ALL) as tx:
        settle(ctx(at, **how), tx, *those)


def test_what_an_open_question_attacks_is_contested_by_the_gate() -> None:
    at, asked = attacked()
    settles(at, asked)
    assert life(at) is Life.CONTESTED
    with at.store.read(ALL) as tx:
        told = tx.ledger.entries(name="note.updated")[-1]
    assert (told.actor, (told.detail or {})["how"]) == ("system:gate", "contest")


def test_a_question_that_is_gone_or_of_a_loop_that_is_gone_contests_nothing() -> None:
    at, asked = attacked()
    settles(at, None)
    settles(at, asked, loops={})
    assert life(at) is Life.ACTIVE
    settles(at, None, asked)
    assert life(at) is Life.CONTESTED


def announced(at: Desk, done: Proposal, **how: Any) -> list[Any]:
    with at.store.write(ALL) as tx:
        announce(ctx(at, **how), tx, done)
        return tx.ledger.entries(name="note.heard")


def test_a_yes_is_told_under_the_further_name_of_its_loop() -> None:
    at, asked = attacked()
    (told,) = announced(at, replace(asked, decided_by="bob"))[1:]
    assert (told.actor, told.subject) == ("bob", asked.id)
    assert told.detail == {"loop": "notes", "action": "DROP", "actor": "a listener"}


@pytest.mark.parametrize("loops", [{}, {"notes": NOTES}], ids=["no such loop", "no such name"])
def test_a_yes_of_a_loop_without_a_further_name_is_told_once(loops: dict[str, Any]) -> None:
    at, asked = attacked()
    assert len(announced(at, asked, loops=loops)) == 1


def test_a_person_who_says_yes_is_told_under_that_name_too() -> None:
    at, asked = attacked()
    at.call("approve", BOB, id=asked.id, edit={"action": "DROP", "key": "tea"})
    with at.store.read(ALL) as tx:
        told = tx.ledger.entries(name="note.heard", subject=asked.id)
    assert [one.actor for one in told] == ["bob"]


# ---- further evidence


def more(at: Desk, *, joins: str = "tea", gives: bool = True, seq: int = 0) -> Any:
    """What becomes of a note when further evidence of it is found."""
    known: list[str] = []

    def join(record: Any, payload: Any, corpus: Any) -> Any:
        known.append(corpus.record(KIND, record.key).text)
        return replace(record, confidence=0.99) if gives else None

    found = replace(finding(Add("tea"), [seq or at.say("tea again", "s9")]), joins=joins)
    made = corroborate(ctx(at), replace(NOTES, join=join), found)
    assert known == (["tea"] if joins == "tea" else [])
    return made


def test_further_evidence_joins_the_record_it_is_of() -> None:
    at = bench()
    at.agree(Add("tea"))
    made = more(at)
    assert made == at.note("tea")
    assert made.confidence == 0.99
    with at.store.read(ALL) as tx:
        told = tx.ledger.entries(name="note.updated")[-1]
    assert (told.actor, (told.detail or {})["how"]) == ("system:notes", "corroborate")


@pytest.mark.parametrize("how", [{"joins": "milk"}, {"gives": False}])
def test_what_is_no_further_evidence_of_anything_changes_nothing(how: dict[str, Any]) -> None:
    at = bench()
    at.agree(Add("tea"))
    before = at.note("tea")
    assert more(at, **how) is None
    assert at.note("tea") == before


def test_a_loop_that_joins_nothing_is_not_asked() -> None:
    at = bench()
    at.agree(Add("tea"))
    before = at.digest()
    found = replace(finding(Add("tea"), [999_999]), joins="tea")
    assert corroborate(ctx(at), NOTES, found) is None
    assert at.digest() == before


def test_what_rests_on_quarantine_joins_nothing() -> None:
    at = bench()
    at.agree(Add("tea"))
    found = replace(finding(Add("tea"), [at.say("x", flags=("injection",))]), joins="tea")
    with pytest.raises(Invalid):
        corroborate(ctx(at), replace(NOTES, join=lambda record, payload, corpus: record), found)
