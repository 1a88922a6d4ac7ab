"""What a loop tells the arbiter of its questions, and a change to a setting it asks for instead."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from passdown.contract import Replay
from tests.bench import TRUSTED, Scripted, arbitrates, for_arbiter, says
from tests.desk import Desk
from tests.notes import Add

YES = says("APPROVE")


def quoted(told: str) -> dict[str, Any]:
    """The blocks of a prompt."""
    lines = told.splitlines()
    heads = [n for n, line in enumerate(lines) if line.startswith("<evidence-")]
    return {lines[n].split('"')[1]: json.loads(lines[n + 1]) for n in heads}


# ---- what a loop tells of its questions


def test_what_the_loop_quotes_of_a_question_is_a_block_and_its_guide_stands_before_all(
    tmp_path: Path,
) -> None:
    guide = tmp_path / "guide.md"
    guide.write_text("\n  Mind the t\u00e4a.  \n\n", encoding="utf-8")
    loop = replace(
        TRUSTED,
        guide=guide,
        context=lambda payload, corpus, settings: {
            "text": payload.text,
            "notes": [one.key for one in corpus.records("note")],
            "level": settings.text("notes.level"),
        },
    )
    writer = Scripted([YES])
    at = for_arbiter(writer, loops={"notes": loop})
    at.agree(Add("milk"))
    at.ask(Add("tea"), at.say("x", "s2"))
    arbitrates(at)
    (told,) = writer.asked
    assert quoted(told)["context"] == {"text": "tea", "notes": ["milk"], "level": "auto"}
    assert "\nMind the t\u00e4a.\n\n<evidence-" in told


# ---- a change to a setting


class Turn(Struct, frozen=True, tag_field="action", tag="ADJUST_CONTROL"):
    """Shall this knob be turned?"""

    knob: str


class Burn(Struct, frozen=True, tag_field="action", tag="BURN"):
    """Shall all knobs go?"""

    knob: str


TURNS = replace(
    TRUSTED,
    name="turns",
    payload=Turn | Burn,
    actions=("ADJUST_CONTROL",),
    detect=lambda corpus, settings: iter(()),
    replay=lambda payload, corpus, settings: Replay("nothing to replay"),
    changes=lambda payload, corpus, settings: [],
    policy=frozenset(),
    state=None,
)


def adjusted(action: str, defense: str = "so") -> tuple[Desk, str, Scripted]:
    """A desk on which the arbiter asked for a change to a setting instead."""
    answer = says("ADJUST_CONTROL", 0.8, defense, action=action, knob="x")
    writer = Scripted([answer, says("REJECT")])
    at = for_arbiter(writer, loops={"notes": TRUSTED, "turns": TURNS})
    id = at.ask(Add("tea"), at.say("x"), at.say("y", "s2")).id
    arbitrates(at)
    return at, id, writer


def test_a_change_to_a_setting_rests_on_what_the_question_rested_on() -> None:
    at, id, writer = adjusted("ADJUST_CONTROL", "y" * 300)
    (child,) = at.call("pending", loop="turns", status="open")["proposals"]
    asked = at.proposal(id)
    assert child["title"] == f"the arbiter: {'y' * 300}"[:200]
    assert tuple(child["evidence"]) == asked.evidence
    assert (child["confidence"], child["proposed_by"]) == (0.8, "system:arbiter")
    assert (asked.failure_code, asked.flags) == ("spawned", ("granted", f"spawned:{child['id']}"))
    assert len(writer.asked) == 1
    assert quoted(writer.asked[0])["controls"] == msgspec.json.schema(TURNS.payload)


def test_a_verb_that_the_tuning_loop_does_not_own_is_no_change_to_a_setting() -> None:
    at, id, writer = adjusted("BURN")
    assert len(writer.asked) == 2
    assert "turns has no action 'BURN'" in quoted(writer.asked[1])["fault"]
    assert at.proposal(id).failure_code == ""
    assert at.call("pending", loop="turns", status="open")["proposals"] == []
