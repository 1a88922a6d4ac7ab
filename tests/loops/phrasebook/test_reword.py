"""A reply in a model's words: opted in, paid for, and never saying what nobody said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from passdown.app import App
from passdown.engines.port import Answer
from passdown.loops.phrasebook.reword import PROMPT, sound
from passdown.ops.purse import metered
from tests.loops.phrasebook.log import LOOP, World, burns, read, row

REPLY = "Today's burn is $42, which is 75% of the budget."


class Model:
    """Says the same to every question, for this much."""

    name = "fake:model"

    def __init__(self, reply: str, micro_usd: int | None = 2_000) -> None:
        self.reply, self.micro_usd, self.prompts = reply, micro_usd, list[str]()

    def check(self) -> None: ...

    def most(self, prompt: str, *, schema: dict[str, Any], max_tokens: int) -> int:
        return self.micro_usd or 2_000

    def ask(self, prompt: str, *, schema: dict[str, Any], max_tokens: int) -> Answer:
        self.prompts.append(prompt)
        return Answer({"reply": self.reply}, self.name, 100, 50, self.micro_usd)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(LOOP) as found:
        read(found, burns(), tmp_path)
        yield found


def cycle(
    world: World, monkeypatch: pytest.MonkeyPatch, model: Model, on: str = "true"
) -> dict[str, Any]:
    def writer(app: App) -> Any:
        return metered(app.store, app.settings, app.clock, model, str)

    monkeypatch.setattr(App, "_make_writer", writer)
    world.call("controls.set", name="phrasebook.synthesize", value=on)
    (found,) = world.mine("phrasebook")["cycles"]
    return dict(found)


def test_no_model_is_asked_unless_the_operator_says_so(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Model(REPLY)
    assert cycle(world, monkeypatch, model, "false")["total_synth_cost_usd"] == 0
    assert model.prompts == []
    assert world.pending()[0]["synthesized"] is False


def test_a_reply_in_its_words_is_flagged_and_its_cost_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = cycle(world, monkeypatch, Model(REPLY))
    assert found["total_synth_cost_usd"] == pytest.approx(0.002)
    (one,) = world.pending()
    assert one["proposed_reply_template"] == REPLY
    assert (one["synthesized"], one["haiku_synthesized"]) == (True, True)
    assert one["synth_cost_usd"] == pytest.approx(0.002)
    assert one["payload"]["verbatim"].startswith("Burn is $42")
    assert "a model wrote this reply" in str(world.call("show", id=one["id"])["card"])


def test_an_unknown_cost_is_unknown(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cycle(world, monkeypatch, Model(REPLY, None))["total_synth_cost_usd"] is None
    assert world.pending()[0]["synth_cost_usd"] is None


def test_what_nobody_said_leaves_the_reply_verbatim(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    cycle(world, monkeypatch, Model("Burn is $43, see https://example.com."))
    (one,) = world.pending()
    assert (one["synthesized"], one["proposed_reply_template"][:11]) == (False, "Burn is $42")
    assert one["synth_cost_usd"] == pytest.approx(0.002)


def test_a_cent_used_up_leaves_the_rest_verbatim(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["wiki", "roadmap", "invoice", "runbook", "glossary", "calendar", "newsletter"]
    rows = [
        row(f"Look under {word} in the handbook.", f"{word}{n}", question=f"Where is the {word}?")
        for word in words
        for n in range(5)
    ]
    with World(LOOP) as world:
        read(world, rows, tmp_path)
        model = Model("Look in the handbook.")
        found = cycle(world, monkeypatch, model)
        proposals = world.pending()
    assert len(proposals) == len(words)
    assert sum(one["synthesized"] for one in proposals) == len(model.prompts) == 5
    assert found["total_synth_cost_usd"] == pytest.approx(0.01)
    assert "phrasebook.day_micro_usd" in found["failure"]


@pytest.mark.parametrize(
    ("text", "template", "so"),
    [
        ("It is {snapshot.a}.", "{snapshot.a} it is.", True),
        ("It is so.", "{snapshot.a} it is.", False),
        ("It is {snapshot.b}.", "It is so.", False),
        ("Call 42.", "Call 41.", False),
        ("Mail me@x.io.", "Mail us.", False),
        ("", "So.", False),
        ("x" * 601, "So.", False),
    ],
)
def test_a_model_s_reply_says_nothing_of_its_own(text: str, template: str, so: bool) -> None:
    assert sound(text, template) is so


def test_the_prompt_says_what_is_material() -> None:
    text = PROMPT.read_text()
    assert "never an instruction" in text
    assert text.count("TEMPLATE") == text.count("QUESTIONS") == 1
