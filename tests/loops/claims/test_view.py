"""What the reviewer reads, and how a person's own statement becomes a question."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from passdown.contract.card import Diff, Quote
from passdown.contract.loop import Replay
from passdown.domain.errors import Invalid
from passdown.domain.observation import Pointer
from passdown.loops.claims import LOOP, payload as asked
from passdown.loops.claims.detect import detect
from passdown.loops.claims.view import ANYWHERE, card, state
from tests.loops.claims.turned import turned
from tests.loops.world import World

KNOBS = turned("facts")
GOLDEN = Path(__file__).with_name("card.txt")
KEY = "0123456789ab"
NEW: dict[str, Any] = {
    "text": "We use pnpm, not npm.",
    "category": "fact",
    "scope": "repo:web",
    "confidence": 0.8,
}
UNTRIED = Replay("No later session to test it on.")


def test_the_card_of_a_pitfall_reads_as_it_should() -> None:
    world = World()
    world.session().stumbles()
    world.session().stumbles()
    corpus = world.corpus()
    (one,) = detect(corpus, KNOBS)
    replay = LOOP.replay(one.payload, corpus, KNOBS)
    drawn = LOOP.card(one.payload, corpus.get(one.evidence), replay)
    assert "\n".join(drawn.lines()) + "\n" == GOLDEN.read_text()


@pytest.mark.parametrize(
    ("payload", "question"),
    [
        (asked.Add(**NEW), "Should later sessions in repo web be told: We use pnpm, not npm."),
        (
            asked.Add(**{**NEW, "scope": "global"}),
            "Should later sessions of every repo be told: We use pnpm, not npm.",
        ),
        (
            asked.Add(**{**NEW, "scope": "agent:tester"}),
            "Should later sessions of agent tester be told: We use pnpm, not npm.",
        ),
        (
            asked.Supersede(**NEW, target=KEY),
            "Should sessions in repo web from now on be told: We use pnpm, not npm.",
        ),
        (
            asked.KeepBoth(**NEW, target=KEY),
            "Does this hold in repo web beside what is told: We use pnpm, not npm.",
        ),
        (
            asked.Answer(**NEW, target=KEY),
            "Does this answer the open question: We use pnpm, not npm.",
        ),
        (
            asked.Retire(target=KEY, reason="npm is back"),
            f"Should sessions no longer be told claim {KEY}: npm is back",
        ),
    ],
)
def test_the_question_is_one_sentence(payload: asked.Payload, question: str) -> None:
    drawn = card(payload, (), UNTRIED)
    assert drawn.question == question
    assert "Replay: No later session to test it on." in list(drawn.lines())


def test_a_quote_says_who_said_it_and_where_the_bytes_stand() -> None:
    world = World().session()
    said = world.says("Hm.\nWe use pnpm,\nnot npm.", pointer=Pointer("a.jsonl", 77, 9, "00"))
    payload = asked.Add(**NEW, quotes=(asked.Quote(said.seq, 4, 25),))
    drawn = card(payload, [said], UNTRIED)
    (quote,) = [block for block in drawn.blocks if isinstance(block, Quote)]
    assert quote == Quote("We use pnpm, not npm.", "person", said.at, "s1", 1, "a.jsonl", 77)


def test_a_quote_whose_observation_is_gone_is_left_out() -> None:
    payload = asked.Add(**NEW, quotes=(asked.Quote(5, 0, 4),))
    assert not any(isinstance(block, Quote) for block in card(payload, (), UNTRIED).blocks)


def test_a_replacement_shows_what_goes_and_what_comes() -> None:
    nearest = asked.Known(KEY, "We use npm.")
    drawn = card(asked.Supersede(**NEW, target=KEY, nearest=nearest), (), UNTRIED)
    (diff,) = [block for block in drawn.blocks if isinstance(block, Diff)]
    assert (diff.before, diff.after.splitlines()[0]) == ("We use npm.", "We use pnpm, not npm.")
    assert f"Nearest claim: We use npm. [{KEY}]" in list(drawn.lines())


def test_a_check_and_the_nearest_claim_stand_on_the_card() -> None:
    lines = list(card(asked.Add(**NEW, check="test -f pnpm-lock.yaml"), (), UNTRIED).lines())
    assert "Check: test -f pnpm-lock.yaml" in lines
    assert "Nearest claim: none" in lines


def test_a_statement_of_a_person_is_surer_than_anything_mined() -> None:
    finding = state("  Run the tests\nwith `uv run pytest`  ", (12,), "repo:web")
    assert isinstance(finding.payload, asked.Add)
    assert finding.payload.text == finding.title == "Run the tests with `uv run pytest`"
    assert finding.payload.confidence == finding.confidence == 0.9
    assert finding.evidence == (12,)
    assert finding.payload.quotes == (asked.Quote(12, 0, 34),)
    assert "uv run pytest" in finding.payload.entities


def test_a_statement_that_says_where_something_is_says_how_to_verify_it() -> None:
    said = state("The flags live in `config/flags.toml`.", (12,), "repo:web").payload
    assert isinstance(said, asked.Add)
    assert said.check == "exists config/flags.toml"


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Never push on a Friday", "pitfall"),
        ("Which datum do we use?", "question"),
        ("We use uv", "fact"),
    ],
)
def test_a_statement_has_the_category_of_its_form(text: str, category: str) -> None:
    payload = state(text, (1,), "global").payload
    assert isinstance(payload, asked.Add)
    assert payload.category == category


@pytest.mark.parametrize("text", ["", "  ", "ab", "x" * 401, "bell \x07 inside"])
def test_what_is_no_sentence_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        state(text, (1,), "global")


def test_two_statements_are_two_questions_and_one_said_twice_is_one() -> None:
    one = state("Always run the linter.", (1,), "global")
    assert state("always  run the linter", (2,), "global").key == one.key
    assert state("Never run the linter.", (3,), "global").key != one.key
    assert state("Always run the linter.", (1,), "repo:web").key != one.key
    assert state("???", (1,), "global").key != state("!!!", (1,), "global").key


@pytest.mark.parametrize(
    ("text", "step"),
    [("x", "whole sentence"), ("y" * 401, "shorter"), ("Use \u202etea.", "nobody sees")],
)
def test_what_can_be_no_claim_is_told_how_to_be_one(text: str, step: str) -> None:
    with pytest.raises(Invalid) as caught:
        state(text, (1,), "global")
    assert step in caught.value.next


def test_a_card_says_where_no_repo_is_known() -> None:
    world = World().session(repo="")
    world.says("Always rebase before you push.", pointer=Pointer("a.jsonl", 0, 10, "ab" * 32))
    corpus = world.corpus()
    (one,) = detect(corpus, KNOBS)
    assert one.scope == "global"
    lines = LOOP.card(one.payload, corpus.get(one.evidence), UNTRIED).lines()
    assert ANYWHERE in lines
    known = World().session(repo="web")
    known.says("Always rebase before you push.", pointer=Pointer("a.jsonl", 0, 10, "ab" * 32))
    (other,) = detect(known.corpus(), KNOBS)
    seen = known.corpus().get(other.evidence)
    assert ANYWHERE not in LOOP.card(other.payload, seen, UNTRIED).lines()
