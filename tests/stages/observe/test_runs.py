"""Runs of agents as frameworks and benchmarks keep them: who spoke, what was run, what it took."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from passdown.contract.reader import Draft, SessionFacts, Skip
from passdown.domain.observation import Seen, Trust
from passdown.stages.observe.readers import load
from tests.stages.observe import runs
from tests.stages.observe.clients import jsonl
from tests.stages.observe.formats import drafts, drawn

KNOWN = {reader.name: reader for reader in load().known}
SWE, WHO = KNOWN["swe_agent_traj"], KNOWN["who_when"]


def swe(change: Callable[[dict[str, Any]], object] = lambda run: None) -> list[Draft]:
    run = runs.trajectory()
    change(run)
    return drafts(SWE, json.dumps(run).encode())


def test_a_trajectory_is_its_task_its_thoughts_its_commands_and_their_answers() -> None:
    found = swe()
    assert [d.seen for d in found[:4]] == [Seen.PROMPT, Seen.REPLY, Seen.CALL, Seen.RESULT]
    calls = {d.call: d for d in found if d.seen is Seen.CALL}
    results = [d for d in found if d.seen is Seen.RESULT]
    assert [calls[d.call].text for d in results] == [
        "pytest -q",
        "edit 3:3\ntax = 0\nend_of_edit",
        "pytest -q",
        "submit",
    ]
    assert {d.tool for d in results} == {"bash"}


def test_the_issue_was_written_by_anybody_and_is_trusted_so() -> None:
    found = swe()
    assert [d.trust for d in found if d.seen is Seen.PROMPT] == [Trust.AGENT]
    assert {d.trust for d in found if d.seen is Seen.REPLY} == {Trust.AGENT}


def test_a_demonstration_and_the_system_prompt_are_nobodys_words() -> None:
    memory: dict[str, Any] = {}
    found = drafts(SWE, runs.swe_agent(), memory)
    assert not any("demonstration" in d.text or "autonomous" in d.text for d in found)
    assert memory["counts"] == {"context": 1, "demonstration": 1}


def test_what_the_run_took_is_told_once() -> None:
    meta = [d.meta for d in swe() if d.seen is Seen.EVENT]
    assert meta == [{"kind": "turn", "tokens": {"in": 900, "out": 80}, "cost": 0.25}]
    assert not [d for d in swe(lambda run: run["info"].pop("model_stats")) if d.seen is Seen.EVENT]


def test_the_same_run_in_another_file_has_the_same_names_and_another_run_others() -> None:
    def rethought(run: dict[str, Any]) -> None:
        run["history"][3]["content"] = "I do otherwise."

    assert {d.uid for d in swe()} == {d.uid for d in swe(lambda run: run.pop("environment"))}
    assert not {d.uid for d in swe()} & {d.uid for d in swe(rethought)}


@pytest.mark.parametrize("kept", [{"agent": {"model": {"name": "gpt-5"}}}, None])
def test_the_model_stands_in_the_configuration_that_was_replayed(kept: Any) -> None:
    for value in (kept, json.dumps(kept)):
        run = {**runs.trajectory(), "replay_config": value}
        (facts,) = [d for d in drawn(SWE, json.dumps(run).encode()) if isinstance(d, SessionFacts)]
        assert facts.model == ("gpt-5" if kept else "")
        assert facts.meta["exit_status"] == "submitted"


def test_an_answer_that_nobody_asked_for_is_a_note_of_the_harness() -> None:
    def nudged(run: dict[str, Any]) -> None:
        run["history"].append({"role": "user", "content": "Please go on."})

    last = swe(nudged)[-2]
    assert (last.seen, last.meta["kind"]) == (Seen.NOTE, "client")


def test_each_draft_points_at_its_own_message() -> None:
    raw = runs.swe_agent()
    for draft in drafts(SWE, raw)[:-1]:
        message = json.loads(raw[draft.offset : draft.offset + draft.length])
        assert message["role"] in ("user", "assistant")


def test_a_document_without_a_history_is_told_of() -> None:
    (skip,) = drawn(SWE, b'{"trajectory": [], "info": {}}')
    assert skip == Skip(0, "no history")


def test_a_labelled_run_keeps_who_spoke_and_what_went_wrong() -> None:
    found = drawn(WHO, runs.who_when())
    facts = [d for d in found if isinstance(d, SessionFacts)]
    assert [f.meta["run"] for f in facts] == ["Handcrafted/1", "Handcrafted/2"]
    assert facts[0].meta["mistake_agent"] == "WebSurfer"
    assert (facts[0].meta["mistake_step"], facts[1].meta["mistake_step"]) == (2, "3")
    said = [d for d in found if isinstance(d, Draft)][:5]
    assert [(d.seen, d.meta["speaker"]) for d in said] == [
        (Seen.PROMPT, "human"),
        (Seen.REPLY, "Orchestrator (thought)"),
        (Seen.NOTE, "WebSurfer"),
        (Seen.RESULT, "Computer_terminal"),
        (Seen.REPLY, "Maths_Expert"),
    ]
    assert [d.meta["step"] for d in said] == [0, 1, 2, 3, 4]


def test_who_read_the_web_is_trusted_no_further_than_it() -> None:
    said = drafts(WHO, runs.who_when())[:5]
    assert [d.trust for d in said] == [
        Trust.HUMAN,
        Trust.ASSISTANT,
        Trust.WEB,
        Trust.WEB,
        Trust.WEB,
    ]


@pytest.mark.parametrize("shape", ["document", "array"])
def test_a_labelled_run_is_the_same_in_every_shape_of_file(shape: str) -> None:
    run = runs.labelled()
    raw = json.dumps([run] if shape == "array" else run, indent=4).encode()
    line = [(d.session, d.uid, d.text) for d in drafts(WHO, json.dumps(run).encode())]
    assert [(d.session, d.uid, d.text) for d in drafts(WHO, raw)] == line
    assert WHO.sniff(raw) == 1.0


def test_two_runs_of_one_question_are_two_sessions() -> None:
    other = runs.labelled()
    other["history"][1]["content"] = "We should ask the harbour."
    assert len({d.session for d in drafts(WHO, jsonl([runs.labelled(), other]))}) == 2


def test_a_run_whose_labels_stand_beyond_the_head_is_known_by_its_speakers() -> None:
    run = runs.labelled()
    raw = json.dumps({"history": run.pop("history"), **run}).encode()
    assert WHO.sniff(raw[: raw.index(b"Maths_Expert")]) > 0.5


@pytest.mark.parametrize(
    ("printed", "ok"),
    [
        ("\nEXECUTION TIMED OUT\nbash-$", False),
        ("Traceback (most recent call last):\n  x", False),
        ("Your proposed edit has introduced new syntax error(s).", False),
        ("bash: pytst: command not found", False),
        ("The log says: Traceback (most recent call last)", None),
    ],
)
def test_what_the_harness_says_failed_did(printed: str, ok: bool | None) -> None:
    found = swe(lambda run: run["history"][4].update(content=printed))
    assert next(d for d in found if d.seen is Seen.RESULT).ok is ok


def test_a_trajectory_is_known_by_its_steps_or_by_its_messages() -> None:
    run = runs.trajectory()
    for message in run["history"]:
        message.update(agent="primary", message_type="action")
    late = {"history": run["history"], "trajectory": run["trajectory"]}
    raw = json.dumps(late).encode()
    assert SWE.sniff(raw) == 1.0
    assert SWE.sniff(raw[: raw.index(b"trajectory")]) > 0.5
    logged = {"history": [{"action": "a", "observation": "o", "state": "s", "response": "r"}]}
    assert SWE.sniff(json.dumps(logged).encode()) == 0.0
