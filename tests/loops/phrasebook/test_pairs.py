"""Which reply answers which question, in exports, logs and transcripts; and what it cost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from passdown.loops.phrasebook.pairs import History, history
from passdown.testing import assistant, call, person, result, transcript
from tests.loops.phrasebook.log import BURN, LOOP, World, read, row


@pytest.fixture
def world() -> Iterator[World]:
    with World(LOOP) as found:
        yield found


def paired(world: World) -> list[tuple[str, str]]:
    found = past(world).pairs
    return [(p.question.text if p.question else "", p.reply.text) for p in found]


def past(world: World) -> History:
    return history(world.corpus(), world.app.settings)


def test_a_thread_of_a_slack_export_pairs_question_and_answer(world: World, tmp_path: Path) -> None:
    def said(ts: str, text: str, **facts: Any) -> dict[str, Any]:
        return {
            "type": "message",
            "ts": ts,
            "text": text,
            "thread_ts": "1772442000.000100",
            **facts,
        }

    messages = [
        said("1772442000.000100", "What is the burn?", user="U1"),
        said("1772442005.000200", BURN, bot_id="B1"),
        said("1772442060.000300", "And tomorrow?", user="U1"),
        said("1772442065.000400", "I cannot know.", bot_id="B1"),
        said("1772442070.000500", "ok", user="U1"),
    ]
    folder = tmp_path / "export" / "ops"
    folder.mkdir(parents=True)
    (folder / "2026-03-02.json").write_text(json.dumps(messages))
    world.call("ingest", paths=[str(tmp_path / "export")])
    assert paired(world) == [("What is the burn?", BURN), ("And tomorrow?", "I cannot know.")]
    assert [one.text for one in past(world).alone] == ["ok"]
    assert [pair.seconds for pair in past(world).pairs] == [pytest.approx(5, abs=0.1)] * 2


def test_a_log_pairs_by_its_own_question_or_by_its_caller_s_session(
    world: World, tmp_path: Path
) -> None:
    rows = [row(BURN, "a", question="Burn?"), row(BURN, "b")]
    read(world, rows, tmp_path)
    assert paired(world) == [("Burn?", BURN), ("", BURN)]


def test_the_last_thing_an_agent_says_before_the_next_question_is_its_answer(world: World) -> None:
    world.read(
        transcript(
            "s1",
            person("Where is the log?"),
            assistant("Let me look."),
            call("Bash", "ls"),
            result("log.txt"),
            assistant("It is log.txt."),
            person("Thanks."),
        )
    )
    assert paired(world) == [("Where is the log?", "It is log.txt.")]


def test_a_cost_is_what_was_paid_or_what_its_tokens_cost_and_else_unknown(
    world: World, tmp_path: Path
) -> None:
    rows = [
        row("paid", "a", cost_usd=0.5),
        row("by tokens", "b"),
        row("by nobody", "c", model_used="model-of-nobody"),
        row("uncounted", "d", input_tokens=None, output_tokens=None),
    ]
    read(world, rows, tmp_path)
    costs = {pair.reply.text: pair.usd for pair in past(world).pairs}
    assert costs["paid"] == 0.5
    assert costs["by tokens"] == pytest.approx(0.0015)
    assert (costs["by nobody"], costs["uncounted"]) == (None, None)


def test_what_people_told_us_is_no_question_to_an_agent(world: World) -> None:
    world.read(transcript("s1", person("Where is the log?"), assistant("Here.")))
    with world.store.write(_all()) as tx:
        from passdown.domain.observation import Observation, Seen, Session, Trust

        item = Observation("said:me:global", "u", Seen.PROMPT, "edit it", trust=Trust.HUMAN)
        tx.observations.add(Session("said:me:global", "said"), [item])
    assert [one.text for one in past(world).messages] == ["Where is the log?"]


def _all() -> Any:
    from passdown.domain.scope import ALL

    return ALL
