"""Putting a finding to the gate: once, and again only when there is something new to say."""

from __future__ import annotations

import pytest

from passdown.contract import Finding, Replay
from passdown.domain.errors import Invalid
from passdown.domain.observation import ECHO, Trust
from passdown.domain.proposal import Status
from passdown.domain.scope import ALL
from passdown.domain.settings import Setting, Settings
from passdown.stages.propose.file import MOST_EVIDENCE, Fate, file, fingerprint
from tests.desk import ALICE, Desk
from tests.notes import NOTES, Add, Reword, finding

AT_DEFAULTS = Settings({})


def test_a_finding_becomes_a_question_with_all_that_is_needed_to_answer_it(on_each: Desk):
    seqs = [on_each.say("note: tea"), on_each.say("note: tea")]
    past = Replay("Asked for twice.", 2, 0, (seqs[0],))
    asked = on_each.ask(Add("tea"), *reversed(seqs), replay=past)
    kept = on_each.proposal(asked.id)
    assert kept == asked
    assert (kept.loop, kept.action, kept.status) == ("notes", "ADD", Status.PENDING)
    assert kept.payload == {"action": "ADD", "text": "tea", "scope": "global"}
    assert kept.evidence == tuple(sorted(seqs))
    assert kept.replay["right"] == 2
    assert kept.proposed_by == "system:notes"
    with on_each.store.read(ALL) as tx:
        (told,) = tx.ledger.entries(subject=kept.id)
    assert (told.name, told.actor) == ("promotion.proposed", "system:notes")
    assert told.detail is not None
    assert told.detail["payload"] == kept.payload
    assert told.detail["synth_cost_usd"] == 0


@pytest.mark.parametrize(("given", "kept"), [(1.7, 1.0), (-3, 0.0), (0.25, 0.25)])
def test_confidence_stays_within_its_range(at: Desk, given: float, kept: float):
    found = Finding(Add("tea"), (at.say("x"),), "tea", "tea", given)
    with at.store.write(ALL) as tx:
        done = file(tx, NOTES, found, Replay("."), by="b", settings=AT_DEFAULTS)
    assert done.proposal is not None
    assert done.proposal.confidence == kept


def test_questions_differ_by_loop_verb_and_key():
    every = [("a", "b", "c"), ("a", "bc", ""), ("ab", "", "c"), ("a", "b", "cd")]
    assert len({fingerprint(*one) for one in every}) == len(every)


@pytest.mark.parametrize(
    ("flags", "said"), [(("injection",), "quarantined"), ((ECHO,), "quarantined")]
)
def test_what_was_quarantined_or_served_is_no_evidence(at: Desk, flags, said: str):
    bad, good = at.say("note: tea", flags=flags), at.say("note: tea")
    before = at.digest()
    for evidence in ((bad,), (good, bad)):
        with pytest.raises(Invalid, match=said):
            at.ask(Add("tea"), *evidence)
    assert at.digest() == before


def test_evidence_must_exist_and_there_must_be_some(at: Desk):
    for evidence, said in (((999,), "999"), ((), "no evidence")):
        found = Finding(Add("tea"), evidence, "tea", "tea", 0.9)
        with pytest.raises(Invalid, match=said), at.store.write(ALL) as tx:
            file(tx, NOTES, found, Replay("."), by="b", settings=AT_DEFAULTS)


def test_a_verb_of_another_loop_is_refused(at: Desk):
    class Elsewhere(Add, frozen=True, tag_field="action", tag="ELSEWHERE"):
        """Not one of the loop's."""

    with pytest.raises(Invalid, match="no action 'ELSEWHERE'"):
        at.ask(Elsewhere("tea"))


def test_the_same_question_with_the_same_evidence_changes_nothing(on_each: Desk):
    seq = on_each.say("note: tea")
    on_each.ask(Add("tea"), seq)
    before = on_each.digest()
    assert on_each.file(Add("tea"), seq).fate is Fate.KNOWN
    assert on_each.digest() == before


def test_new_evidence_is_attached_to_the_open_question(on_each: Desk):
    first, second = on_each.say("note: tea"), on_each.say("note: tea", "s2")
    asked = on_each.ask(Add("tea"), first)
    done = on_each.file(Add("tea"), first, second)
    assert done.fate is Fate.ATTACHED
    kept = on_each.proposal(asked.id)
    assert kept.evidence == (first, second)
    assert kept.confidence > asked.confidence
    assert kept.version == asked.version + 1
    assert kept.digest != asked.digest
    assert (kept.deadline, kept.created_at) == (asked.deadline, asked.created_at)
    assert on_each.events(asked.id) == ["promotion.proposed", "promotion.attached"]


def test_who_asked_may_reword_an_open_question(at: Desk):
    asked = at.ask(Add("tea"), at.say("a"))
    at.file(Add("TEA"), at.say("b"))
    assert at.proposal(asked.id).payload["text"] == "TEA"


def test_nobody_else_rewords_an_open_question(at: Desk):
    """Else an agent could put its words into a question that a person is about to answer, and a
    person could approve words of their own as the miner's."""
    asked = at.ask(Add("tea"), at.say("a"))
    done = at.file(Add("TEA"), at.say("b"), by="agent:robot")
    assert done.fate is Fate.ATTACHED
    kept = at.proposal(asked.id)
    assert len(kept.evidence) == 2
    same = ("payload", "title", "confidence", "replay", "proposed_by")
    assert [getattr(kept, name) for name in same] == [getattr(asked, name) for name in same]


def test_more_evidence_than_is_kept_is_not_attached_again_and_again(at: Desk):
    many = [at.say(f"m{n}") for n in range(MOST_EVIDENCE + 2)]
    asked = at.ask(Add("tea"), *many[:-1])
    assert len(asked.evidence) == MOST_EVIDENCE
    before = at.digest()
    assert at.file(Add("tea"), many[-1]).fate is Fate.KNOWN
    assert at.digest() == before


def reject(at: Desk, payload: Add, *seqs: int) -> str:
    id = at.ask(payload, *seqs).id
    at.call("reject", id=id, reason="not so")
    return id


def test_what_was_rejected_is_not_asked_again_on_the_same_evidence(on_each: Desk):
    seqs = [on_each.say("note: tea", f"s{n}") for n in range(4)]
    id = reject(on_each, Add("tea"), *seqs)
    on_each.clock.advance(days=300)
    before = on_each.digest()
    done = on_each.file(Add("tea"), *seqs)
    assert (done.fate, done.proposal and done.proposal.id) == (Fate.SUPPRESSED, id)
    assert on_each.digest() == before


@pytest.mark.parametrize(("fresh", "fate"), [(3, Fate.SUPPRESSED), (4, Fate.FILED)])
def test_what_was_rejected_returns_when_half_of_its_evidence_is_new(
    on_each: Desk, fresh: int, fate: Fate
):
    old = [on_each.say("note: tea", f"s{n}") for n in range(4)]
    id = reject(on_each, Add("tea"), *old)
    new = [on_each.say("note: tea", f"t{n}") for n in range(fresh)]
    done = on_each.file(Add("tea"), *old, *new)
    assert done.fate is fate
    if fate is Fate.FILED:
        assert done.proposal is not None
        assert f"asked_before:{id}" in done.proposal.flags


def test_less_evidence_than_before_is_nothing_new(at: Desk):
    seqs = [at.say("note: tea", f"s{n}") for n in range(4)]
    reject(at, Add("tea"), *seqs)
    assert at.file(Add("tea"), seqs[0]).fate is Fate.SUPPRESSED


def test_what_one_session_repeats_is_nothing_new_unless_a_person_says_it(at: Desk):
    first = at.say("note: tea", "s1", trust=Trust.AGENT)
    reject(at, Add("tea"), first)
    again = [at.say("note: tea", "s1", trust=Trust.AGENT) for _ in range(9)]
    assert at.file(Add("tea"), first, *again).fate is Fate.SUPPRESSED
    person = at.say("note: tea", "s1", trust=Trust.HUMAN)
    assert at.file(Add("tea"), first, person).fate is Fate.FILED


def test_what_expired_returns_after_its_cooldown(on_each: Desk):
    seq = on_each.say("note: tea")
    on_each.ask(Add("tea"), seq)
    on_each.clock.advance(days=14)
    on_each.call("expire")
    on_each.clock.advance(hours=23, seconds=3599)
    assert on_each.file(Add("tea"), seq).fate is Fate.COOLING
    on_each.clock.advance(seconds=1)
    assert on_each.file(Add("tea"), seq).fate is Fate.FILED


def test_what_was_approved_is_known(on_each: Desk):
    on_each.agree(Add("tea"))
    on_each.clock.advance(days=300)
    more = [on_each.say("note: tea", f"s{n}") for n in range(9)]
    assert on_each.file(Add("tea"), *more).fate is Fate.KNOWN


def test_what_was_undone_is_as_what_was_rejected(on_each: Desk):
    seqs = [on_each.say("note: tea", f"s{n}") for n in range(2)]
    id = on_each.ask(Add("tea"), *seqs).id
    on_each.call("approve", id=id)
    on_each.call("undo", id=id)
    assert on_each.file(Add("tea"), *seqs).fate is Fate.SUPPRESSED
    new = [on_each.say("note: tea", f"t{n}") for n in range(2)]
    assert on_each.file(Add("tea"), *seqs, *new).fate is Fate.FILED


def test_a_yes_that_could_not_be_carried_out_is_no_answer(at: Desk):
    """Its error says to mine again: that must then ask again."""
    seq = at.say("x")
    id = at.ask(Reword("tea", "TEA"), seq).id
    with pytest.raises(Exception, match="no note tea"):
        at.call("approve", id=id)
    done = at.file(Reword("tea", "TEA"), seq)
    assert done.fate is Fate.FILED
    assert done.proposal is not None
    assert done.proposal.flags == (f"asked_before:{id}",)


@pytest.mark.parametrize("days", [0, -5])
def test_a_clock_that_stands_or_goes_back_asks_nothing_twice(on_each: Desk, days: int):
    old = on_each.say("note: tea", "s1")
    reject(on_each, Add("tea"), old)
    on_each.clock.advance(days=days)
    new = on_each.say("note: tea", "s2")
    for _ in range(3):
        on_each.file(Add("tea"), old, new)
    assert len(on_each.call("pending")["proposals"]) == 1


def knobs(**values: int) -> Settings:
    return Settings({f"gate.{name}": Setting(value) for name, value in values.items()})


@pytest.mark.parametrize("bound", [{"max_open": 2}, {"max_open_per_loop": 2}])
def test_a_full_queue_takes_no_more_until_something_is_decided(on_each: Desk, bound):
    seq = on_each.say("x")
    full = knobs(**bound)

    def put(text: str) -> Fate:
        with on_each.store.write(ALL) as tx:
            found = finding(Add(text), [seq])
            return file(tx, NOTES, found, Replay("."), by="b", settings=full).fate

    assert [put(t) for t in ("a", "b")] == [Fate.FILED] * 2
    before = on_each.digest()
    assert put("c") is Fate.LEFT_OUT
    assert on_each.digest() == before
    more = on_each.say("y", "s2")
    assert on_each.file(Add("a"), seq, more).fate is Fate.ATTACHED
    first = on_each.call("pending")["proposals"][0]["id"]
    on_each.call("reject", ALICE, id=first, reason="no")
    assert put("c") is Fate.FILED


def test_another_loops_questions_do_not_fill_this_loops_share(at: Desk):
    from dataclasses import replace

    other = replace(NOTES, name="others")
    seq = at.say("x")
    for loop in (other, NOTES):
        with at.store.write(ALL) as tx:
            settings = knobs(max_open_per_loop=1)
            done = file(tx, loop, finding(Add("a"), [seq]), Replay("."), by="b", settings=settings)
        assert done.fate is Fate.FILED
