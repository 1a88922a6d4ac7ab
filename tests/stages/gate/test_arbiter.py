"""What a model is asked about a question and how its answer is read, to the letter: the arbiter and
the model that classifies."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from passdown.domain.errors import Unreadable
from passdown.domain.observation import Observation, Seen, Trust
from passdown.domain.proposal import Proposal
from passdown.stages.gate import arbiter, model
from passdown.stages.gate.advice import Advice
from passdown.stages.gate.arbiter import Bundle, Verdict, payload_in, read, unusable
from passdown.stages.gate.chain import Ruling
from tests.bench import says

BOUNDARY = "0123456789abcdef01234567"
ASKED = Proposal(
    "p",
    "notes",
    "ADD",
    {"action": "ADD", "text": "tea"},
    (1,),
    "system:notes",
    "t",
    "d",
    "repo:web",
    "Add: tea",
    {"sentence": "Asked for once.", "right": 1, "wrong": 2, "other": 3},
    flags=("asked_before:x",),
)
QUESTION = {
    "loop": "notes",
    "action": "ADD",
    "title": "Add: tea",
    "scope": "repo:web",
    "payload": {"action": "ADD", "text": "tea"},
    "replay": {"sentence": "Asked for once.", "right": 1, "wrong": 2},
    "flags": ["asked_before:x"],
}
PRECEDENT = {
    "near": 0.5,
    "title": "Add: milk",
    "action": "ADD",
    "status": "approved",
    "decided_by": "bob",
    "reason": "so",
    "confidence": 0.7,
    "worked": None,
}
SEEN = Observation("s1", "u", Seen.PROMPT, "note: tea", "t", Trust.TOOL, seq=7)
BUNDLE = Bundle(ASKED, [SEEN], {"said": "so"}, [PRECEDENT], {"shape": 1}, {"controls": 1})


def quoted(told: str) -> dict[str, Any]:
    """The blocks of a prompt, in their order."""
    lines = told.splitlines()
    begins = f'<evidence-{BOUNDARY} name="'
    # The rules show a block's ends too, inside of a sentence.
    heads = [n for n, line in enumerate(lines) if line.startswith(begins) and line.endswith('">')]
    assert all(lines[n + 2] == f"</evidence-{BOUNDARY}>" for n in heads)
    return {lines[n].split('"')[1]: json.loads(lines[n + 1]) for n in heads}


def asked(fault: str = "", **how: Any) -> dict[str, Any]:
    return quoted(arbiter.prompt(BUNDLE._replace(**how), BOUNDARY, fault))


def cut(text: str, most: int) -> str:
    return f"{text[:most]} ... ({len(text) - most} more characters)"


# ---- what is asked


def test_everything_that_is_quoted_stands_in_a_block_of_its_name() -> None:
    blocks = asked("it is no object")
    assert list(blocks.items()) == [
        ("question", QUESTION),
        ("evidence", [{"seq": 7, "by": "tool", "session": "s1", "text": "note: tea"}]),
        ("classifier", {"said": "so"}),
        ("precedents", [PRECEDENT]),
        ("shape", {"shape": 1}),
        ("controls", {"controls": 1}),
        ("fault", "it is no object"),
    ]


def test_what_its_loop_quotes_besides_stands_in_a_block_and_its_guide_before_them_all() -> None:
    told = arbiter.prompt(BUNDLE._replace(context={"c": 1}, guide="Mind it.\n"), BOUNDARY, "so")
    assert list(quoted(told).items())[-2:] == [("context", {"c": 1}), ("fault", "so")]
    assert f'\nMind it.\n<evidence-{BOUNDARY} name="question">\n' in told
    assert f'\n<evidence-{BOUNDARY} name="question">\n' in arbiter.prompt(BUNDLE, BOUNDARY)


def test_without_a_fault_none_is_told() -> None:
    told = quoted(arbiter.prompt(BUNDLE, BOUNDARY))
    assert list(told) == list(arbiter.BLOCKS)


def test_the_rules_name_the_boundary_that_the_blocks_have() -> None:
    for told in (arbiter.prompt(BUNDLE, BOUNDARY), model.prompt(BUNDLE, BOUNDARY, ("ADD",))):
        assert "{{" not in told
        rules = told.partition("The blocks:")[0]
        assert f'`<evidence-{BOUNDARY} name="...">`' in rules
        assert f"`</evidence-{BOUNDARY}>`" in rules


def test_the_model_that_classifies_is_shown_the_menu_and_no_controls() -> None:
    told = model.prompt(BUNDLE, BOUNDARY, ("ADD", "DROP", "ESCALATE"), "it is no object")
    assert list(quoted(told).items()) == [
        ("question", QUESTION),
        ("evidence", [{"seq": 7, "by": "tool", "session": "s1", "text": "note: tea"}]),
        ("precedents", [PRECEDENT]),
        ("menu", ["ADD", "DROP", "ESCALATE"]),
        ("shape", {"shape": 1}),
        ("fault", "it is no object"),
    ]
    assert "fault" not in quoted(model.prompt(BUNDLE, BOUNDARY, ("ADD",)))


def test_of_what_is_long_or_much_the_beginning_is_quoted() -> None:
    long = "x" * 20_000
    question = replace(ASKED, title=long)
    seen = [replace(SEEN, text=long, seq=n) for n in range(20)]
    precedents = [{**PRECEDENT, "near": n, "reason": long, "more": 1} for n in range(9)]
    blocks = asked(long, question=question, evidence=seen, precedents=precedents)
    assert blocks["question"]["title"] == blocks["fault"] == cut(long, 600)
    assert [one["seq"] for one in blocks["evidence"]] == list(range(12))
    assert {one["text"] for one in blocks["evidence"]} == {cut(long, 1500)}
    assert [one["near"] for one in blocks["precedents"]] == list(range(6))
    assert blocks["precedents"][0] == {**PRECEDENT, "near": 0, "reason": cut(long, 600)}


@pytest.mark.parametrize("more", [0, 1])
def test_a_payload_of_more_than_sixteen_thousand_characters_is_cut(more: int) -> None:
    payload = {"z": "\u00e4", "a": ""}
    payload["a"] = "x" * (16_000 - len(json.dumps(payload, ensure_ascii=False)) + more)
    text = json.dumps(payload, ensure_ascii=False, sort_keys=True)
    assert text.startswith('{"a"')
    told = asked(question=replace(ASKED, payload=payload))["question"]["payload"]
    assert told == (cut(text, 16_000) if more else payload)


def test_the_shape_of_an_answer_is_closed() -> None:
    told = {
        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
        "defense": {"type": "string", "minLength": 1, "maxLength": 3000},
        "payload": {"type": "string"},
    }
    verdicts = ["APPROVE", "MODIFY", "REJECT", "ESCALATE_HUMAN", "ADJUST_CONTROL"]
    assert {
        "type": "object",
        "properties": {"verdict": {"type": "string", "enum": verdicts}, **told},
        "required": ["verdict", "confidence", "defense", "payload"],
        "additionalProperties": False,
    } == arbiter.SCHEMA
    assert model.schema(("ADD", "ESCALATE", "DROP")) == {
        "type": "object",
        "properties": {
            "action": {"type": "string", "enum": ["ADD", "DROP", "ESCALATE"]},
            **told,
        },
        "required": ["action", "confidence", "defense", "payload"],
        "additionalProperties": False,
    }


def test_an_answer_is_paid_for_up_to_two_thousand_tokens_and_asked_for_twice() -> None:
    assert (arbiter.TOKENS, arbiter.ATTEMPTS) == (2000, 2)


# ---- how an answer is read


@pytest.mark.parametrize("verdict", ["APPROVE", "REJECT", "ESCALATE_HUMAN"])
def test_a_verdict_that_takes_no_payload_has_none(verdict: str) -> None:
    assert read(says(verdict, 0.5, text="x")) == Verdict(Ruling(verdict), 0.5, "seq 1 shows it")


@pytest.mark.parametrize("verdict", ["MODIFY", "ADJUST_CONTROL"])
def test_a_verdict_that_takes_a_payload_has_one(verdict: str) -> None:
    found = read(says(verdict, 0.5, text="x"))
    assert found == Verdict(Ruling(verdict), 0.5, "seq 1 shows it", {"text": "x"})
    with pytest.raises(Unreadable, match="no JSON object"):
        read(says(verdict, 0.5))


@pytest.mark.parametrize("sure", [0, 0.0, 0.25, 1, 1.0])
def test_it_is_as_sure_as_it_says_from_nought_to_one(sure: float) -> None:
    for found in (read(says("APPROVE", sure)), picked(sure=sure)):
        assert found.confidence == sure
        assert type(found.confidence) is float


@pytest.mark.parametrize("sure", [-0.01, 1.01, float("nan"), True, False, "0.5", None, [0.5]])
def test_any_other_confidence_makes_an_answer_unreadable(sure: Any) -> None:
    for answer in (read, lambda said: model.read({**said, "action": "ADD"}, ("ADD",))):
        with pytest.raises(Unreadable, match="no number from 0 to 1"):
            answer({**says("APPROVE"), "confidence": sure})


def test_a_defense_is_what_can_be_printed_of_it_in_three_thousand_characters() -> None:
    said = " \x1b[2J a\u202eb\n "
    long = "x" * 3001
    assert read(says("APPROVE", defense=said)).defense == picked(said).defense == "ab"
    assert read(says("APPROVE", defense=long)).defense == cut(long, 3000)
    assert picked(long).defense == cut(long, 3000)


@pytest.mark.parametrize("defense", ["", " \n", "\x1b[2J", "\u200b", None, 7, ["so"]])
def test_without_a_defense_that_can_be_read_there_is_no_answer(defense: Any) -> None:
    with pytest.raises(Unreadable, match="it has no defense"):
        read({**says("APPROVE"), "defense": defense})
    with pytest.raises(Unreadable, match="it has no defense"):
        picked(defense)


def test_an_answer_that_cannot_be_used_says_so_and_is_not_sure_of_it() -> None:
    found = unusable("it is no object")
    assert found == Verdict(
        Ruling.UNUSABLE, 0.0, "its answer could not be used: it is no object", None
    )
    assert found.advice({"calls": 2}) == Advice(
        "arbiter", "UNUSABLE", 0.0, "its answer could not be used: it is no object", {"calls": 2}
    )


def test_that_it_was_unusable_is_nothing_that_it_can_say() -> None:
    with pytest.raises(Unreadable, match="none of those asked for"):
        read(says("UNUSABLE"))


@pytest.mark.parametrize("raw", ['{"a": 1}', {"a": 1}])
def test_a_payload_is_an_object_or_its_text(raw: Any) -> None:
    assert payload_in(raw) == {"a": 1}


@pytest.mark.parametrize(
    "raw",
    ["", "{", "{}", {}, "[1]", [1], "7", 7, None, "[" * 100_000],
    ids=lambda raw: repr(raw)[:9],
)
def test_anything_else_is_no_payload(raw: Any) -> None:
    with pytest.raises(Unreadable, match="no JSON object") as caught:
        payload_in(raw)
    assert caught.value.where == "arbiter"


def picked(defense: Any = "so", sure: float = 0.5, payload: Any = "") -> model.Pick:
    answer = {"action": "ADD", "confidence": sure, "defense": defense, "payload": payload}
    return model.read(answer, ("ADD", "DROP"))


def test_what_is_no_object_is_no_answer() -> None:
    others: list[Any] = ["APPROVE", [], None]
    for answer in others:
        with pytest.raises(Unreadable, match="it is no object"):
            read(answer)


def test_a_pick_that_leaves_the_words_has_no_payload() -> None:
    assert picked() == model.Pick("ADD", 0.5, "so", None)
    assert model.read(
        {"action": "ESCALATE", "confidence": 1, "defense": "so"}, ("ADD",)
    ) == model.Pick("ESCALATE", 1.0, "so")


def test_a_pick_with_words_of_its_own_is_of_the_action_that_they_have() -> None:
    assert picked(payload='{"action": "ADD", "text": "x"}') == model.Pick(
        "ADD", 0.5, "so", {"action": "ADD", "text": "x"}
    )
    for other in ('{"action": "DROP"}', '{"text": "x"}'):
        with pytest.raises(Unreadable, match="of another action"):
            picked(payload=other)


def test_what_is_not_on_the_menu_is_no_pick() -> None:
    for answer in ({"action": "DROP"}, {}):
        with pytest.raises(Unreadable, match="none of the menu"):
            model.read(answer, ("ADD",))
    with pytest.raises(Unreadable, match="no object"):
        model.read([], ("ADD",))


def test_payloads_of_its_own_are_kept_under_these_names() -> None:
    assert arbiter.PAYLOADS == ("payload", "control")
