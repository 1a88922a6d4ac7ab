"""What the Copilot CLI reader makes of the events its client writes."""

from __future__ import annotations

from typing import Any

import pytest

from passdown.contract.reader import Draft, SessionFacts, Skip
from passdown.domain.observation import Seen, Trust
from passdown.stages.observe.readers.copilot_cli import READER
from tests.stages.observe import formats
from tests.stages.observe.clients import Events, copilot, jsonl


def drawn(told: Events | bytes, memory: dict[str, Any] | None = None) -> list[Any]:
    return formats.drawn(READER, told if isinstance(told, bytes) else told.bytes(), memory)


def drafts(told: Events | bytes, memory: dict[str, Any] | None = None) -> list[Draft]:
    return [d for d in drawn(told, memory) if isinstance(d, Draft)]


def counts(told: Events) -> dict[str, int]:
    memory: dict[str, Any] = {}
    drawn(told, memory)
    found: dict[str, int] = memory["counts"]
    return found


def test_a_session_reads_as_who_said_and_did_what() -> None:
    assert [(d.seen, d.trust, d.tool, d.ok) for d in drafts(copilot())] == [
        (Seen.PROMPT, Trust.HUMAN, "", None),
        (Seen.REPLY, Trust.ASSISTANT, "", None),
        (Seen.CALL, Trust.ASSISTANT, "bash", None),
        (Seen.RESULT, Trust.TOOL, "bash", False),
        (Seen.CALL, Trust.ASSISTANT, "edit", None),
        (Seen.RESULT, Trust.TOOL, "edit", True),
        (Seen.CALL, Trust.ASSISTANT, "bash", None),
        (Seen.RESULT, Trust.TOOL, "bash", True),
        (Seen.REPLY, Trust.ASSISTANT, "", None),
        (Seen.EVENT, Trust.TOOL, "", None),
    ]


def test_the_facts_of_a_session_come_before_what_is_said_in_it() -> None:
    first = drawn(copilot())[0]
    assert (first.id, first.agent, first.branch) == (Events.ID, "copilot-cli", "main")
    assert (first.model, first.meta) == ("gpt-5.4", {"cwd": "/home/ada/shop", "version": "1.0.64"})


def test_a_session_says_which_one_spawned_it() -> None:
    told = Events(detachedFromSpawningParentSessionId="parent")
    assert drawn(told)[0].parent == "parent"


def test_what_a_person_typed_is_kept_without_what_the_client_wrapped_it_in() -> None:
    assert drafts(copilot())[0].text == "The checkout test fails, can you mend it?"


def test_a_failed_command_keeps_its_code_and_loses_the_client_s_mark() -> None:
    failed, fine = drafts(copilot())[3], drafts(copilot())[7]
    assert (failed.text, failed.meta) == (
        "Exit code 1\nE   KeyError: 'tax'\n1 failed",
        {"exit": 1},
    )
    assert (fine.text, fine.meta) == ("3 passed", {})


def test_newer_versions_name_the_shell_in_the_mark() -> None:
    told = Events().calls("bash", {"command": "x"}, "c")
    told.answers("c", "no\n<shellId: 3 completed with exit code 2>")
    assert drafts(told)[-1].text == "Exit code 2\nno"


def test_a_file_that_speaks_of_exit_codes_did_not_fail() -> None:
    told = Events().calls("view", {"path": "a"}, "c").answers("c", "<exited with exit code 1>")
    assert drafts(told)[-1].ok is True


def test_a_call_is_told_once_also_when_no_message_asked_for_it() -> None:
    told = Events().add("tool.execution_start", toolCallId="c", toolName="view", arguments={})
    assert [(d.seen, d.call) for d in drafts(told.answers("c", "x"))] == [
        (Seen.CALL, "c"),
        (Seen.RESULT, "c"),
    ]
    assert [d.seen for d in drafts(copilot())].count(Seen.CALL) == 3


def test_several_calls_of_one_message_are_told_apart() -> None:
    requests = [{"name": "view", "toolCallId": id, "arguments": {"path": id}} for id in "ab"]
    reply, first, second = drafts(Events().says("Both.", *requests))
    assert len({reply.uid, first.uid, second.uid}) == 3
    assert (first.meta["path"], second.text) == ("a", "path: b")


def test_the_tokens_of_all_drafts_sum_to_what_was_used() -> None:
    told = [d.meta["tokens"] for d in drafts(copilot()) if "tokens" in d.meta]
    assert told == [{"out": 5}, {"out": 7}, {"in": 60, "out": 3, "cache_read": 40}]


def test_a_session_that_went_on_counts_its_tokens_anew() -> None:
    told = Events().says("A.", tokens=5)
    usage = {"inputTokens": 10, "outputTokens": 5}
    told.add("session.shutdown", modelMetrics={"m": {"usage": usage}})
    told.add("session.resume", selectedModel="other").says("B.", tokens=6)
    usage = {"inputTokens": 20, "outputTokens": 6}
    told.add("session.shutdown", modelMetrics={"m": {"usage": usage}})
    found = [d.meta.get("tokens") for d in drafts(told)]
    assert found == [{"out": 5}, {"in": 10}, {"out": 6}, {"in": 20}]


def test_chunks_of_one_answer_count_its_tokens_once() -> None:
    told = Events().says("A.", tokens=5, apiCallId="r").says("B.", tokens=5, apiCallId="r")
    assert [d.meta.get("tokens") for d in drafts(told)] == [{"out": 5}, None]


@pytest.mark.parametrize(
    ("source", "kind"), [("skill-pdf", "skill"), ("agent-7", "task"), ("system", "system")]
)
def test_what_others_put_in_the_person_s_place_is_a_note_of_theirs(source: str, kind: str) -> None:
    (note,) = drafts(Events().typed("Do it.", source=source))
    assert (note.seen, note.trust, note.meta["kind"]) == (Seen.NOTE, Trust.AGENT, kind)


def test_what_the_autopilot_says_to_itself_is_nobody_s() -> None:
    told = Events().typed("Continue.", isAutopilotContinuation=True).typed(" ")
    assert drafts(told) == []
    assert counts(told) == {"context": 1, "blank": 1}


def test_a_sub_agent_is_told_apart_and_what_it_read_lowers_its_report_alone() -> None:
    told = Events().calls("task", {"prompt": "Search."}, "t")
    told.add("subagent.started", agent="a7", toolCallId="t", agentName="explore")
    told.add("user.message", agent="a7", content="Search.")
    request = {"name": "web_fetch", "toolCallId": "w", "arguments": {"url": "x"}}
    told.add("assistant.message", agent="a7", content="Now.", toolRequests=[request])
    told.add("tool.execution_complete", agent="a7", toolCallId="w", success=True, result="page")
    told.says("Meanwhile.").answers("t", "They say so.").says("So.")
    _, task, said, call, page, meanwhile, report, after = drafts(told)
    assert (task.seen, task.trust, task.meta["agent"]) == (Seen.NOTE, Trust.AGENT, "a7")
    assert (said.trust, call.trust, page.trust) == (Trust.AGENT, Trust.AGENT, Trust.WEB)
    assert (meanwhile.trust, report.trust, after.trust) == (Trust.ASSISTANT, Trust.WEB, Trust.WEB)


def test_an_agent_whose_call_is_unknown_lowers_the_one_it_works_for() -> None:
    told = Events().add("tool.execution_start", agent="a", toolCallId="w", toolName="web_fetch")
    told.add("tool.execution_complete", agent="a", toolCallId="w", success=True, result="page")
    assert drafts(told.says("So."))[-1].trust is Trust.WEB


def test_what_a_server_answers_is_a_stranger_s() -> None:
    more = {"mcpServerName": "github", "mcpToolName": "get_issue"}
    told = Events().calls("github-get_issue", {}, "c", **more).answers("c", "Do as I say.")
    call, result = drafts(told)
    assert (call.tool, result.tool) == ("mcp__github__get_issue", "mcp__github__get_issue")
    assert result.trust is Trust.WEB


def test_what_a_running_shell_prints_later_is_trusted_no_further() -> None:
    told = Events().calls("bash", {"command": "curl https://example.org", "shellId": 1}, "c")
    told.answers("c", "<command started in background>")
    told.calls("read_bash", {"shellId": 1, "delay": 5}, "d").answers("d", "page")
    assert [d.trust for d in drafts(told) if d.seen is Seen.RESULT] == [Trust.WEB, Trust.WEB]


def test_what_is_remembered_of_shells_and_agents_is_bounded() -> None:
    told, memory = Events(), dict[str, Any]()
    for n in range(300):
        told.calls("bash", {"command": "x", "shellId": n}, f"c{n}")
        told.add("subagent.started", agent=f"a{n}", toolCallId=f"c{n}")
    drawn(told, memory)
    assert len(memory["running"]) == len(memory["agents"]) == 100


def test_damaged_bytes_are_replaced_and_said_so() -> None:
    (reply,) = drafts(jsonl(Events().says("caf#.").lines).replace(b"#", b"\xe9"))
    assert (reply.text, reply.meta["damaged"]) == ("caf\ufffd.", True)


def test_a_tool_that_failed_says_why() -> None:
    told = Events().calls("view", {"path": "a"}, "c").answers("c", "No such file.", ok=False)
    assert (drafts(told)[-1].ok, drafts(told)[-1].text) == (False, "No such file.")


@pytest.mark.parametrize(
    "why",
    [
        "Permission denied and could not request permission from user",
        "The user rejected this tool call.",
        "Denied by preToolUse hook",
    ],
)
def test_a_call_that_was_not_let_run_is_refused(why: str) -> None:
    found = drafts(Events().calls("bash", {"command": "rm"}, "c").answers("c", why, ok=False))[-1]
    assert (found.meta["kind"], found.ok) == ("refused", None)


def test_a_command_that_a_person_ran_is_theirs_and_what_it_printed_is_not() -> None:
    given = {"command": "git status"}
    told = Events().add("tool.user_requested", toolCallId="c", toolName="bash", arguments=given)
    told.add("tool.execution_start", toolCallId="c", toolName="bash", arguments=given)
    told.answers("c", "clean", isUserRequested=True)
    command, printed = drafts(told)
    assert (command.text, command.trust) == ("!git status", Trust.HUMAN)
    assert (printed.text, printed.trust, printed.meta["beside"]) == ("clean", Trust.TOOL, "shell")


def test_what_else_happened_is_noted() -> None:
    told = Events().add("session.compaction_complete", success=True, summaryContent="Mended.")
    told.add("skill.invoked", name="pdf", content="How to.")
    told.add("system.notification", content="A shell is done.", kind={"type": "shell_completed"})
    told.add("session.error", errorType="quota", message="Quota exceeded.")
    told.add("abort", reason="user_initiated")
    told.add("session.snapshot_rewind", eventsRemoved=4, upToEventId="x")
    told.add("session.handoff", summary="They began it.").says("On.")
    assert [(d.meta.get("kind"), d.trust, d.text) for d in drafts(told)] == [
        ("summary", Trust.ASSISTANT, "Mended."),
        ("skill", Trust.AGENT, "How to."),
        ("notification", Trust.AGENT, "A shell is done."),
        ("api-error", Trust.TOOL, "Quota exceeded."),
        ("interrupt", Trust.TOOL, "[Aborted: user_initiated]"),
        ("rollback", Trust.TOOL, "[4 events taken back]"),
        ("summary", Trust.AGENT, "They began it."),
        (None, Trust.AGENT, "On."),
    ]


def test_thoughts_are_counted_and_the_model_s_change_is_kept() -> None:
    told = Events().says("", reasoningText="Hm.").add("session.model_change", newModel="new")
    told.add("assistant.message", content="A.")
    assert counts(told) == {"thinking": 1}
    assert drafts(told)[0].meta["model"] == "new"
    assert [d.model for d in drawn(told) if isinstance(d, SessionFacts)] == ["gpt-5.4", "new"]


def test_a_file_without_a_beginning_is_a_session_of_its_own() -> None:
    (draft,) = drafts(jsonl(Events().typed("Hi.").lines[1:]))
    assert draft.session.startswith("copilot_cli-")


@pytest.mark.parametrize("line", [b"[1]", b"{", b'{"a":1}', b'"x"', b"{}"])
def test_a_line_that_is_none_is_skipped_and_the_rest_is_read(line: bytes) -> None:
    found = drawn(copilot() + line + b"\n" + jsonl(Events().says("On.").lines[1:]))
    assert [d.offset for d in found if isinstance(d, Skip)] == [len(copilot())]
    assert found[-1].text == "On."
