"""What is left of a proposal whose evidence is forgotten, to the letter."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from passdown.domain.entry import canonical
from passdown.domain.proposal import Mark, Message, Proposal, Status, Verdict
from passdown.domain.scope import ALL
from passdown.stages.gate.forget import forget_proposals, rest_on_less
from passdown.storage.retelling import retell, told
from passdown.testing import entries
from tests.desk import ALICE, BOB, Desk
from tests.notes import Add

if TYPE_CHECKING:
    from passdown.storage.port import Tx
    from passdown.storage.texts import Texts

KEPT = {
    "loop": "notes",
    "action": "ADD",
    "scope": "repo:web",
    "confidence": 0.7,
    "fingerprint": "f",
    "deadline": "d",
    "flags": ["granted"],
    "failure_code": "conflict",
    "proof": "terminal",
    "synth_cost_usd": 0.1,
    "tier": "arbiter",
    "to": "human",
    "micro_usd": 100,
}
"""What the ledger says of a proposal and no text of anybody's."""


def say(text: str) -> str:
    return f"<{text}>"


def goes(at: Desk, p: Proposal) -> None:
    with at.store.write(ALL) as tx:
        forget_proposals(tx, [p], ALICE, say)


def less(at: Desk, p: Proposal, *seqs: int, session: str = "") -> None:
    with at.store.write(ALL) as tx:
        rest_on_less(tx, [p], seqs, session, ALICE, say)


def tells(at: Desk, id: str, name: str, said: dict[str, Any], times: int = 0) -> None:
    """Tell the ledger this of a proposal, and so many times anew."""
    with at.store.write(ALL) as tx:
        tx.ledger.append(name, "alice", id, said)
        for _ in range(times):
            body = last(tx)
            retell(tx, body, body.values["text"], "alice", "rescan")


def last(tx: Tx) -> Texts:
    """The body of the ledger's last entry."""
    *_, entry = entries(tx)
    return next(row for row in tx.erasure.page("bodies", limit=1000) if row.key == (entry.body,))


def says(at: Desk, name: str) -> dict[str, Any] | None:
    """What the ledger says now of the entry of this name."""
    with at.store.read(ALL) as tx:
        (entry,) = [e for e in told(entries(tx)) if e.name == name]
    return entry.detail


def turns(at: Desk, id: str) -> list[tuple[Any, ...]]:
    with at.store.read(ALL) as tx:
        return [(m.tier, m.verdict, m.text, m.detail) for m in tx.queue.messages(id)]


# ---- what rests on nothing else


def test_an_open_question_is_closed_and_says_why(at: Desk) -> None:
    asked = at.ask(Add("tea"))
    at.clock.advance(hours=1)
    goes(at, asked)
    why = "what it rested on was forgotten"
    assert at.proposal(asked.id) == replace(
        asked,
        title="<Add: tea>",
        payload={"action": "ADD", "forgotten": f"<{canonical(asked.payload)}>"},
        evidence=(),
        replay={},
        flags=("forgotten",),
        status=Status.EXPIRED,
        decided_by="alice",
        decided_at=at.clock.now(),
        reason=why,
        version=at.proposal(asked.id).version,
    )
    assert turns(at, asked.id) == [("human", Verdict.EXPIRE, why, {})]
    assert says(at, "promotion.expired") == {"loop": "notes", "failure_code": ""}
    with at.store.read(ALL) as tx:
        (turn,) = tx.queue.messages(asked.id)
        (entry,) = tx.ledger.entries(name="promotion.expired")
    assert (turn.actor, turn.at, turn.n) == ("alice", at.clock.now(), 1)
    assert (entry.actor, entry.subject) == ("alice", asked.id)


def test_of_a_decision_who_how_and_when_are_left_and_placeholders_of_texts(at: Desk) -> None:
    asked = at.ask(Add("tea"))
    at.call("approve", BOB, id=asked.id, reason="so", edit={"action": "ADD", "text": "milk"})
    before = at.proposal(asked.id)
    with at.store.write(ALL) as tx:
        facts = {"why": "words"}
        tx.queue.say(Message(asked.id, 0, tx.now, "bob", "human", Verdict.SAY, "words", facts))
        tx.queue.mark(Mark(asked.id, "outcome", tx.now, "bob", facts))
    goes(at, before)
    assert before.original is not None
    assert at.proposal(asked.id) == replace(
        before,
        title=f"<{before.title}>",
        reason="<so>",
        payload={"action": "ADD", "forgotten": f"<{canonical(before.payload)}>"},
        original={"forgotten": f"<{canonical(before.original)}>"},
        evidence=(),
        replay={},
        flags=(*before.flags, "forgotten"),
        version=at.proposal(asked.id).version,
    )
    assert turns(at, asked.id) == [
        ("human", Verdict.MODIFY, "<so>", {}),
        ("human", Verdict.SAY, "<words>", {}),
    ]
    with at.store.read(ALL) as tx:
        (mark,) = tx.queue.marks(asked.id)
        (image,) = tx.ledger.images(asked.id)
    assert (mark.name, mark.actor, mark.detail) == ("outcome", "bob", {})
    assert image.change == "put"


def test_where_nothing_was_said_there_is_no_placeholder(at: Desk) -> None:
    id = at.agree(Add("tea"))
    goes(at, at.proposal(id))
    assert at.proposal(id).reason == ""
    assert at.proposal(id).original is None
    assert turns(at, id) == [("human", Verdict.APPROVE, "", {})]


@pytest.mark.parametrize("times", [0, 1, 2])
def test_the_ledger_says_only_what_is_no_text_of_anybodys(at: Desk, times: int) -> None:
    id = at.agree(Add("tea"))
    empty: dict[str, Any] = {"title": "", "replay": {}, "original": None}
    tells(at, id, "made.up", {**KEPT, **empty, "text": "words", "evidence": [1]}, times)
    goes(at, at.proposal(id))
    found = says(at, "made.up")
    hidden = {"text": '<{"text":"words"}>', "evidence": '<{"evidence":[1]}>'}
    assert found == {**KEPT, **empty, **hidden}
    with at.store.read(ALL) as tx:
        erased = tx.ledger.entries(name="ledger.erased", limit=1000)[-1]
    assert erased.actor == "alice"
    assert erased.detail is not None
    assert erased.detail["why"] == "forgotten"


def test_what_was_told_anew_as_nothing_stays_nothing(at: Desk) -> None:
    id = at.agree(Add("tea"))
    with at.store.write(ALL) as tx:
        tx.ledger.append("made.up", "alice", id, {"text": "words"})
        retell(tx, last(tx), None, "alice", "rescan")
    goes(at, at.proposal(id))
    assert not says(at, "made.up")


# ---- what rests on less


def test_what_is_left_is_what_it_rests_on(at: Desk) -> None:
    one, two = at.say("x"), at.say("y", "s2")
    asked = at.ask(Add("tea"), one, two)
    other = at.ask(Add("milk"), one, two)
    less(at, asked, one)
    found = at.proposal(asked.id)
    assert found == replace(asked, evidence=(two,), version=found.version)
    assert at.proposal(other.id) == other
    before = at.digest()
    less(at, found, one)
    assert at.digest() == before


def test_the_session_goes_from_what_lists_it(at: Desk) -> None:
    one, two = at.say("x"), at.say("y", "s2")
    asked = at.ask(Add("tea"), one, two)
    with at.store.write(ALL) as tx:
        replay = {"sessions": ["s1", "s2"], "evidence": [one, two]}
        asked = tx.queue.attach(replace(asked, replay=replay))
    less(at, asked, one, session="s1")
    assert at.proposal(asked.id).replay == {"sessions": ["s2"], "evidence": [two]}


ARBITERS = {"verdict": "MODIFY", "payload": {"text": "w"}, "control": {"knob": "w"}, "calls": 1}


def test_of_what_an_arbiter_said_the_verdict_is_left_and_of_others_every_word(at: Desk) -> None:
    one, two = at.say("x"), at.say("y", "s2")
    asked = at.ask(Add("tea"), one, two)
    said = [("human", Verdict.SAY), ("arbiter", Verdict.ADVISE), ("classifier", Verdict.ADVISE)]
    with at.store.write(ALL) as tx:
        for tier, verdict in said:
            turn = Message(asked.id, 0, tx.now, "who", tier, verdict, "words", ARBITERS)
            tx.queue.say(turn)
            tx.queue.mark(Mark(asked.id, "seen", tx.now, "bob", ARBITERS))
    less(at, asked, one)
    assert turns(at, asked.id) == [
        ("human", Verdict.SAY, "words", ARBITERS),
        ("arbiter", Verdict.ADVISE, "<words>", {"verdict": "MODIFY", "calls": 1}),
        ("classifier", Verdict.ADVISE, "words", ARBITERS),
    ]
    with at.store.read(ALL) as tx:
        assert [mark.detail for mark in tx.queue.marks(asked.id)] == [ARBITERS] * 3


@pytest.mark.parametrize("times", [0, 1])
@pytest.mark.parametrize("tier", ["arbiter", "classifier"])
def test_the_ledger_hides_what_an_arbiter_said_and_nothing_else(
    at: Desk, tier: str, times: int
) -> None:
    one, two = at.say("x"), at.say("y", "s2")
    asked = at.ask(Add("tea"), one, two)
    with at.store.write(ALL) as tx:
        turn = Message(asked.id, 0, tx.now, "who", "arbiter", Verdict.ADVISE, "words", ARBITERS)
        tx.queue.say(turn)
    said = {"loop": "notes", "tier": tier, "text": "words"}
    tells(at, asked.id, "made.up", said, times)
    proposed = says(at, "promotion.proposed")
    less(at, asked, one)
    hidden = {**said, "text": '<{"text":"words"}>'}
    assert says(at, "made.up") == (hidden if tier == "arbiter" else said)
    assert says(at, "promotion.proposed") == proposed
    with at.store.read(ALL) as tx:
        erased = tx.ledger.entries(name="ledger.erased", limit=1000)
    if tier == "arbiter":
        assert erased[-1].detail is not None
        assert (erased[-1].actor, erased[-1].detail["why"]) == ("alice", "forgotten")


def test_where_no_arbiter_said_anything_the_ledger_stays(at: Desk) -> None:
    one, two = at.say("x"), at.say("y", "s2")
    asked = at.ask(Add("tea"), one, two)
    tells(at, asked.id, "made.up", {"tier": "arbiter", "text": "words"})
    less(at, asked, one)
    assert says(at, "made.up") == {"tier": "arbiter", "text": "words"}
