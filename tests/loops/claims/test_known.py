"""How a statement stands to what is known, and what of it is asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from passdown.domain.record import Life, Record
from passdown.loops.claims import payload as asked
from passdown.loops.claims.changes import claim_key
from passdown.loops.claims.known import Claims, denied, hesitates, rivals, same
from tests.loops.claims.turned import turned
from tests.loops.world import NOW, World

KNOBS = turned("facts")
OLD, NEW = "We use port 8080 for the API.", "We use port 8443 for the API."
WEB = "repo:web"


def claim(text: str, scope: str = WEB, **facts: Any) -> Record:
    facts = {"body": {"category": "fact"}, "version": 1, "updated_at": NOW, **facts}
    return Record("claim", claim_key(text, scope), text, scope=scope, **facts)


def knows(*records: Record) -> World:
    world = World().session()
    world.records = list(records)
    return world


def claims(*records: Record) -> Claims:
    return Claims(knows(*records).corpus())


def add(text: str = NEW, **facts: Any) -> asked.Add:
    return asked.Add(**{"text": text, "category": "fact", "scope": WEB, "confidence": 0.8, **facts})


def test_what_says_the_same_is_joined_also_while_it_is_contested() -> None:
    for life in (Life.ACTIVE, Life.CONTESTED):
        known = claim(OLD, life=life)
        assert claims(known).stand("Use port 8080 for the API.", WEB).same == known


def test_what_speaks_against_it_is_told() -> None:
    known = claim(OLD)
    stand = claims(known).stand(NEW, WEB, "2026-05-01T00:00:00.000Z")
    assert (stand.same, stand.against, stand.settled) == (None, known, False)


def test_who_agrees_with_one_and_not_with_another_joins_the_one() -> None:
    one, other = claim(OLD), claim(NEW)
    assert claims(one, other).stand(NEW, WEB).same == other
    assert claims(one, other).stand(NEW, WEB).against is None


def test_another_repo_s_claim_is_no_matter_and_everybody_s_is() -> None:
    assert claims(claim(OLD, "repo:api")).stand(NEW, WEB).against is None
    assert claims(claim(OLD, "global")).stand(NEW, WEB).against is not None


def test_what_was_last_said_before_the_claim_began_to_hold_is_settled() -> None:
    known = claim(NEW, valid_from="2026-04-01T00:00:00.000Z")
    assert claims(known).stand(OLD, WEB, "2026-03-01T00:00:00.000Z").settled
    assert not claims(known).stand(OLD, WEB, "2026-05-01T00:00:00.000Z").settled


@pytest.mark.parametrize("life", [Life.SUPERSEDED, Life.ARCHIVED])
def test_what_was_taken_out_of_service_is_asked_again_only_when_it_is_said_again(life) -> None:
    ended = "2026-04-01T00:00:00.000Z"
    gone = claims(claim(OLD, life=life, valid_to=ended, updated_at=ended))
    assert gone.stand(OLD, WEB, "2026-03-01T00:00:00.000Z").settled
    assert not gone.stand(OLD, WEB, "2026-05-01T00:00:00.000Z").settled


def test_a_question_is_no_answer_to_itself() -> None:
    question = claim("Which port does the API use?", body={"category": "question"})
    text = "Which port does the API use"
    assert claims(question).stand(text, WEB, asks=True).same == question
    assert claims(question).stand(text, WEB).same is None


def test_two_claims_that_are_both_told_are_in_strife_the_later_one_first() -> None:
    before = claim(OLD, valid_from="2026-03-01T00:00:00.000Z")
    after = claim(NEW, valid_from="2026-04-01T00:00:00.000Z")
    assert list(claims(before, after).strife(NOW)) == [(after, before)]


def test_there_is_no_strife_where_a_person_found_that_both_hold() -> None:
    before = claim(OLD, valid_from="2026-03-01T00:00:00.000Z")
    after = claim(NEW, valid_from="2026-04-01T00:00:00.000Z", body={"beside": [before.key]})
    assert list(claims(before, after).strife(NOW)) == []


def test_there_is_none_with_what_was_approved_long_ago_or_is_contested_already() -> None:
    before = claim(OLD, valid_from="2026-03-01T00:00:00.000Z")
    after = claim(NEW, valid_from="2026-04-01T00:00:00.000Z")
    old = "2026-04-02T00:00:00.000Z"
    still = replace(before, updated_at=old), replace(after, updated_at=old)
    assert list(claims(*still).strife(NOW)) == []
    assert list(claims(replace(before, life=Life.CONTESTED), after).strife(NOW)) == []


def test_of_very_many_new_claims_those_approved_last_are_held_against_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("passdown.loops.claims.known.MOST_FRESH", 1)
    before = claim(
        OLD, valid_from="2026-03-01T00:00:00.000Z", updated_at="2026-05-31T00:00:00.000Z"
    )
    after = claim(NEW, valid_from="2026-04-01T00:00:00.000Z")
    assert list(claims(before, after).strife(NOW)) == [(after, before)]
    turned = replace(before, updated_at=NOW), replace(after, updated_at=before.updated_at)
    assert list(claims(*turned).strife(NOW)) == []


def test_statements_that_deny_each_other_are_named_to_each_other() -> None:
    found = rivals([(OLD, WEB), (NEW, WEB), ("We use pnpm, not npm.", WEB), (NEW, "repo:api")])
    assert found == {(OLD, WEB): [NEW], (NEW, WEB): [OLD]}


def test_what_one_repo_says_is_named_to_what_is_said_everywhere() -> None:
    assert rivals([(OLD, "global"), (NEW, WEB)]) == {(OLD, "global"): [NEW], (NEW, WEB): [OLD]}


# ---- whether a grant suffices


def test_a_grant_suffices_for_a_new_claim_that_nothing_speaks_against() -> None:
    assert hesitates(add(), knows().corpus(), KNOBS) == ""


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (add(confidence=0.7), "not sure enough"),
        (add(against=(OLD,)), "said otherwise"),
        (asked.Retire(claim(OLD).key, "it is stale"), "changes what is told"),
        (
            asked.Supersede(text=NEW, category="fact", scope=WEB, confidence=0.9, target="0" * 12),
            "",
        ),
    ],
)
def test_a_person_decides_whatever_is_in_doubt(payload: asked.Payload, why: str) -> None:
    said = hesitates(payload, knows().corpus(), KNOBS)
    assert said
    assert why in said


@pytest.mark.parametrize("life", [Life.ACTIVE, Life.CONTESTED])
def test_a_person_decides_where_a_claim_in_force_says_otherwise(life: Life) -> None:
    known = claim(OLD, life=life)
    assert known.id in hesitates(add(), knows(known).corpus(), KNOBS)
    assert denied(NEW, WEB, knows(known).corpus()) == known
    assert denied(NEW, "repo:api", knows(known).corpus()) is None


def test_a_person_decides_what_would_be_told_everywhere_and_was_seen_in_no_known_repo() -> None:
    world = World().session(repo="")
    world.says("Always rebase before you push.")
    everywhere = add(scope="global", quotes=(asked.Quote(1, 0, 6),))
    assert "no repo is known" in hesitates(everywhere, world.corpus(), KNOBS)
    known = World().session(repo="web")
    known.says("Always rebase before you push.")
    assert hesitates(everywhere, known.corpus(), KNOBS) == ""


# ---- one question in two wordings


def test_one_question_may_come_in_other_words() -> None:
    assert same(add("We use pnpm, not npm."), add("Use pnpm instead of npm."))
    assert not same(add(OLD), add(NEW))
    assert not same(add("Which port do we use"), add("Which port do we use", category="question"))


def test_retirements_are_the_same_only_when_they_are() -> None:
    one = asked.Retire(claim(OLD).key, "it is stale")
    assert same(one, asked.Retire(claim(OLD).key, "it is stale"))
    assert not same(one, asked.Retire(claim(NEW).key, "it is stale"))
    assert not same(one, add())


def test_what_replaces_two_claims_is_two_questions() -> None:
    fields: dict[str, Any] = {"text": NEW, "category": "fact", "scope": WEB, "confidence": 0.9}
    one, other = (asked.Supersede(**fields, target=key * 12) for key in "ab")
    assert same(one, one)
    assert not same(one, other)
