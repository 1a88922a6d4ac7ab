"""OpenHands' runs read alike, whichever of its versions wrote them and into which file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from passdown.contract.reader import Draft, SessionFacts, Skip
from passdown.domain.observation import Seen, Trust
from passdown.stages.observe.readers import load
from passdown.stages.observe.readers.openhands_events import OpenHandsEvents
from passdown.storage.port import Store
from tests.stages.observe import runs
from tests.stages.observe.conftest import Read, everything
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


def sdk(kind: str, **fields: Any) -> list[Draft]:
    event = {"id": "x", "timestamp": "2026-01-02T03:04:05", "source": "user", **fields}
    return drafts(LINES, json.dumps({**event, "kind": kind}).encode() + b"\n")


def test_a_refusal_keeps_what_a_person_said_instead() -> None:
    asked = {"tool_name": "edit", "tool_call_id": "t1"}
    refused, said = sdk("UserRejectObservation", rejection_reason="Not there.", **asked)
    assert (refused.meta["kind"], refused.ok) == ("refused", None)
    assert (said.seen, said.text, said.meta["kind"]) == (Seen.PROMPT, "Not there.", "refusal")
    assert len(sdk("UserRejectObservation", rejection_reason="User rejected the action")) == 1
    by_hook = {"rejection_reason": "No network.", "rejection_source": "hook"}
    assert len(sdk("UserRejectObservation", **by_hook)) == 1


@pytest.mark.parametrize(
    ("kind", "fields", "note", "words", "trust"),
    [
        ("ConversationErrorEvent", {"code": "E1", "detail": "down"}, "api-error", "E1: down", 4),
        ("InterruptEvent", {}, "interrupt", "[Interrupted by the user]", 4),
        ("Condensation", {"summary": "All was read."}, "summary", "All was read.", 3),
        ("MessageEvent", {"sender": "a", "llm_message": {"content": "Go"}}, "task", "Go", 2),
    ],
)
def test_what_nobody_typed_is_a_note(
    kind: str, fields: dict[str, Any], note: str, words: str, trust: int
) -> None:
    (found,) = sdk(kind, **fields)
    assert (found.seen, found.meta["kind"], found.text) == (Seen.NOTE, note, words)
    assert found.trust == trust


def test_an_answer_that_begins_with_an_error_failed() -> None:
    rows = runs.app_events()
    rows[4] = {**rows[4], "extras": {}, "observation": "edit", "content": "ERROR:\nNo match."}
    assert of(drafts(EVENTS, json.dumps(rows).encode()), Seen.RESULT)[0].ok is False


def test_a_store_that_keeps_an_event_a_file_is_one_session(
    read: Read, store: Store, tmp_path: Path
) -> None:
    name = "0f0e0d0c1111222233334444555566aa"
    folder = tmp_path / name / "events"
    folder.mkdir(parents=True)
    for n, row in enumerate(runs.sdk_events()):
        (folder / f"event-{n:05}-{'a' * 12}.json").write_text(json.dumps(row))
    done = read(tmp_path)
    assert (done.sessions, done.refusals) == (1, 0)
    found = sorted(everything(store), key=lambda o: o.at)
    assert {o.session for o in found} == {name}
    assert [(o.seen, o.trust) for o in found] == [
        (Seen.PROMPT, Trust.HUMAN),
        (Seen.REPLY, Trust.AGENT),
        (Seen.CALL, Trust.ASSISTANT),
        (Seen.RESULT, Trust.TOOL),
        (Seen.REPLY, Trust.AGENT),
    ]
    (result,) = (o for o in found if o.seen is Seen.RESULT)
    assert (result.tool, result.ok, result.call) == ("terminal", False, "t1")


def test_a_long_event_is_recognised_before_its_kind_is_read() -> None:
    row = {**runs.sdk_events()[4], "kind": "ObservationEvent"}
    row["observation"] = {"content": [{"type": "text", "text": "x" * 70_000}]}
    assert EVENTS.sniff(json.dumps(row).encode()[:65_536]) == 1.0
