"""OpenHands' runs read alike, whichever of its versions wrote them and into which file."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from passdown.contract.reader import Draft, SessionFacts, Skip
from passdown.domain.observation import Seen, Trust
from passdown.stages.observe.readers import load
from passdown.stages.observe.readers.openhands_events import OpenHandsEvents
from tests.stages.observe import runs
from tests.stages.observe.formats import drafts, drawn

KNOWN = {reader.name: reader for reader in load().known}
OUTPUT = KNOWN["openhands_output"]
EVENTS = OpenHandsEvents()
LINES = OpenHandsEvents("line")


def told(found: list[Draft]) -> list[tuple[Seen, str]]:
    return [(d.seen, d.text) for d in found if d.seen is not Seen.EVENT]


def of(found: list[Draft], seen: Seen) -> list[Draft]:
    return [d for d in found if d.seen is seen]


def test_a_conversation_is_what_was_asked_said_run_and_answered() -> None:
    assert told(drafts(EVENTS, runs.openhands_app())) == [
        (Seen.PROMPT, "Please run the tests."),
        (Seen.REPLY, "I'll run them."),
        (Seen.CALL, "pytest"),
        (Seen.RESULT, "Exit code 127\nbash: pytest: command not found"),
        (Seen.CALL, "uv run pytest"),
        (Seen.RESULT, "1 passed"),
        (Seen.REPLY, "All pass."),
    ]


def test_an_exit_code_says_whether_a_call_failed() -> None:
    results = of(drafts(EVENTS, runs.openhands_app()), Seen.RESULT)
    assert [(d.ok, d.meta.get("exit"), d.tool) for d in results] == [
        (False, 127, "execute_bash"),
        (True, None, "execute_bash"),
    ]


def test_a_command_that_still_runs_neither_failed_nor_worked() -> None:
    rows = runs.app_events()
    rows[4]["extras"]["metadata"]["exit_code"] = -1
    first = of(drafts(EVENTS, json.dumps(rows).encode()), Seen.RESULT)[0]
    assert (first.ok, first.meta) == (None, {})


def test_tokens_are_those_of_each_answer_once() -> None:
    taken = [d.meta["tokens"] for d in drafts(EVENTS, runs.openhands_app()) if "tokens" in d.meta]
    assert taken == [{"in": 60, "out": 10, "cache_read": 40}] * 2


def test_states_memories_and_thoughts_are_counted_not_kept() -> None:
    memory: dict[str, Any] = {}
    drafts(EVENTS, runs.openhands_app(), memory)
    assert memory["counts"] == {"state": 2, "thinking": 1}


def test_the_sdk_says_the_same_in_other_words() -> None:
    found = drafts(LINES, runs.openhands_sdk())
    assert told(found) == [
        (Seen.PROMPT, "Please run the tests."),
        (Seen.REPLY, "I'll run them."),
        (Seen.CALL, "pytest"),
        (Seen.RESULT, "Exit code 1\n1 failed"),
        (Seen.REPLY, "One fails."),
    ]
    assert [d.ok for d in of(found, Seen.RESULT)] == [False]


def test_what_the_sdk_counts_up_is_told_as_what_was_added() -> None:
    took = [d.meta for d in of(drafts(LINES, runs.openhands_sdk()), Seen.EVENT)]
    assert [m["tokens"] for m in took] == [
        {"in": 60, "out": 10, "cache_read": 40},
        {"in": 200, "out": 15},
    ]
    assert sum(m["cost"] for m in took) == pytest.approx(0.04)


def test_lines_that_grow_are_read_on() -> None:
    assert EVENTS.shaped(runs.openhands_sdk()).unit == "line"
    assert EVENTS.shaped(runs.openhands_app()).unit == "file"


def test_a_task_with_a_patch_longer_than_the_head_is_recognised() -> None:
    patched = {"instance_id": "a", "test_result": {"git_patch": "+" * 70_000}, **runs.task()}
    assert OUTPUT.sniff(json.dumps(patched).encode()[:65_536]) > 0.5


@pytest.mark.parametrize("indent", [None, 2])
def test_tasks_in_one_array_are_those_of_a_line_each(indent: int | None) -> None:
    array = json.dumps([runs.task(), runs.resolved()], indent=indent).encode()
    found = [(d.session, d.uid) for d in drafts(OUTPUT, array)]
    assert found == [(d.session, d.uid) for d in drafts(OUTPUT, runs.openhands_output())]


def test_a_conversation_keeps_its_name_as_it_grows() -> None:
    def sessions(n: int) -> set[str]:
        return {d.session for d in drafts(EVENTS, json.dumps(runs.app_events()[:n]).encode())}

    assert sessions(3) == sessions(7) != set()


@pytest.mark.parametrize(
    ("change", "seen", "ok"),
    [
        (lambda e: e.update(observation="error", content="No such tool"), Seen.RESULT, False),
        (lambda e: e.update(observation="user_rejected"), Seen.RESULT, None),
        (lambda e: e["extras"].update(error="disk"), Seen.RESULT, False),
    ],
)
def test_an_answer_may_be_an_error_or_a_refusal(
    change: Callable[[dict[str, Any]], object], seen: Seen, ok: bool | None
) -> None:
    rows = runs.app_events()
    change(rows[6])
    last = of(drafts(EVENTS, json.dumps(rows).encode()), Seen.RESULT)[-1]
    assert (last.seen, last.ok, last.call) == (seen, ok, "call_1")


def test_what_a_browser_brought_lowers_the_trust_in_what_is_said_after() -> None:
    rows = runs.app_events()
    for row in rows[3:5]:
        row["tool_call_metadata"]["function_name"] = "browser"
    found = drafts(EVENTS, json.dumps(rows).encode())
    assert of(found, Seen.RESULT)[0].trust is Trust.WEB
    assert of(found, Seen.REPLY)[-1].trust is Trust.WEB
    assert of(found, Seen.PROMPT)[0].trust is Trust.HUMAN


def test_an_instruction_of_a_benchmark_is_not_a_persons() -> None:
    prompts = of(drafts(OUTPUT, runs.openhands_output()), Seen.PROMPT)
    assert [d.trust for d in prompts] == [Trust.AGENT, Trust.AGENT]


def test_a_task_keeps_how_it_ended_and_what_it_took() -> None:
    found = drawn(OUTPUT, runs.openhands_output())
    first, second = [d for d in found if isinstance(d, SessionFacts) and d.meta]
    assert (first.model, first.outcome) == ("claude-sonnet-4-5", "")
    assert (second.outcome, second.meta["title"]) == ("succeeded", "The cart forgets the tax")
    took = [d.meta for d in found if isinstance(d, Draft) and d.seen is Seen.EVENT]
    assert took == [
        {"kind": "turn", "cost": 0.5},
        {"kind": "turn", "tokens": {"in": 9, "out": 2}},
    ]


def test_runs_whose_speakers_were_not_kept_are_paired_in_order() -> None:
    found = [d for d in drafts(OUTPUT, runs.openhands_output()) if "cart.py" in d.text]
    (result,) = found
    calls = {d.call: d.text for d in of(drafts(OUTPUT, runs.openhands_output()), Seen.CALL)}
    assert (calls[result.call], result.tool, result.ok) == ("ls", "run", True)


def test_older_outputs_kept_actions_and_observations_in_pairs() -> None:
    rows = runs.app_events()
    paired = runs.task(history=[rows[1:3], rows[3:5], rows[5:7]])
    assert len(of(drafts(OUTPUT, json.dumps(paired).encode()), Seen.RESULT)) == 2


def test_what_is_no_event_is_told_of() -> None:
    assert drawn(EVENTS, b'[{"id": 1}]') == [Skip(1, "no event")]
    assert drawn(EVENTS, b'{"id": 1') != []
    assert drawn(OUTPUT, b'{"instruction": "x", "history": []}') == [Skip(0, "no history")]
