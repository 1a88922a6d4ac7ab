"""What the Codex reader makes of calls and of what was answered."""

from __future__ import annotations

from typing import Any

import pytest

from passdown.contract.reader import Draft
from passdown.domain.observation import Trust
from passdown.stages.observe.readers.codex_rollout import READER
from tests.stages.observe import formats
from tests.stages.observe.clients import Rollout, codex


def drafts(told: Rollout | bytes) -> list[Draft]:
    return formats.drafts(READER, told if isinstance(told, bytes) else told.bytes())


def answer(output: Any, tool: str = "exec_command", given: Any = "{}", **more: Any) -> Draft:
    return drafts(Rollout().call(tool, given, "c1", **more).output("c1", output))[-1]


@pytest.mark.parametrize(
    ("output", "ok", "text"),
    [
        ("Exit code: 2\nWall time: 0 seconds\nOutput:\nno", False, "Exit code 2\nno"),
        ("Exit code: 0\nWall time: 0 seconds\nTotal output lines: 1\nOutput:\nyes", True, "yes"),
        ('{"output":"no","metadata":{"exit_code":3}}', False, "Exit code 3\nno"),
        ('{"output":"yes","metadata":{"exit_code":0,"duration_seconds":0.1}}', True, "yes"),
        ('{"output": 5}', True, '{"output": 5}'),
        ('{"output":5}', True, '{"output":5}'),
        ("failed to parse function arguments: EOF", False, ...),
        ("unsupported call: exec", False, ...),
        ({"content": "no such file", "success": False}, False, "no such file"),
        ({"content": "fine", "success": True}, True, "fine"),
        ([{"type": "input_text", "text": "a"}, {"type": "input_image"}], True, "a\n[image]"),
        ("The process exited with code 1, says the log.", True, ...),
        (None, True, ""),
    ],
)
def test_an_output_says_whether_it_failed(output: Any, ok: bool, text: Any) -> None:
    found = answer(output)
    assert (found.ok, found.text) == (ok, output if text is ... else text)


def test_a_patch_that_does_not_fit_failed() -> None:
    assert answer("apply_patch verification failed: no such line", "apply_patch").ok is False


def test_a_failure_that_only_an_event_tells_is_kept() -> None:
    told = Rollout().call("lookup", "{}", "c1", namespace="mcp__wiki")
    told.event("mcp_tool_call_end", call_id="c1", result={"Ok": {"isError": True}})
    told.output("c1", "Wall time: 1.0 seconds\nOutput:\nno such page")
    told.call("lookup", "{}", "c2", namespace="mcp__wiki")
    told.event("mcp_tool_call_end", call_id="c2", result={"Ok": {"content": []}})
    told.output("c2", "Wall time: 1.0 seconds\nOutput:\na page")
    _, failed, _, fine = drafts(told)
    assert (failed.ok, failed.text, fine.ok) == (False, "no such page", True)


@pytest.mark.parametrize(
    "output",
    [
        "exec command rejected by user",
        "rejected by user",
        "aborted by user after 3.2s",
        "aborted",
        'exec_command failed for `rm`: { message: "Rejected(\\"rejected by user\\")" }',
    ],
)
def test_a_call_that_was_not_let_run_is_refused(output: str) -> None:
    found = answer(output)
    assert (found.meta["kind"], found.ok) == ("refused", None)


def test_what_a_server_answers_is_a_stranger_s_and_so_is_what_is_said_next() -> None:
    told = Rollout().call("_fetch", "{}", "c1", namespace="mcp__codex_apps__github")
    call, result, reply = drafts(told.output("c1", "Exit code: 1\nOutput:\nx").says("So."))
    assert call.tool == "mcp__codex_apps__github__fetch"
    assert (result.trust, result.ok, reply.trust) == (Trust.WEB, True, Trust.WEB)
    assert answer("x", "wiki__read").trust is Trust.WEB


def test_a_search_whose_results_nobody_sees_lowers_what_is_said_next() -> None:
    action = {"type": "search", "query": "tax rules", "queries": ["tax rules"]}
    told = Rollout().says("A.").item("web_search_call", id="ws_1", action=action).says("B.")
    before, call, after = drafts(told)
    assert (call.tool, call.text) == ("web_search", "type: search\nquery: tax rules")
    assert (before.trust, after.trust) == (Trust.ASSISTANT, Trust.WEB)


def test_what_a_running_command_prints_later_is_trusted_no_further() -> None:
    told = Rollout().call("exec_command", {"cmd": "curl https://example.org"}, "c1")
    told.output("c1", "Wall time: 30.0 seconds\nProcess running with session ID 7\nOutput:\n")
    told.call("write_stdin", {"session_id": 7, "chars": ""}, "c2")
    told.output("c2", "Wall time: 1.0 seconds\nProcess exited with code 0\nOutput:\nDone.")
    _, running, _, later = drafts(told)
    assert (running.ok, running.trust) == (None, Trust.WEB)
    assert (later.ok, later.trust) == (True, Trust.WEB)


@pytest.mark.parametrize(
    ("tool", "given", "text"),
    [
        ("shell", {"command": ["zsh", "-lc", "make test"]}, "make test"),
        ("shell", {"command": ["git", "commit", "-m", "a b"]}, "git commit -m 'a b'"),
        ("shell_command", {"command": "ls"}, "ls"),
        ("update_plan", {"plan": [{"step": "a"}]}, 'plan: [{"step": "a"}]'),
        ("exec_command", "not json", "input: not json"),
        ("exec_command", "[1]", "input: [1]"),
        ("exec_command", '{"cmd": NaN, "a": 1}', "cmd: null\na: 1"),
        ("exec_command", {"cmd": 5}, "cmd: 5"),
    ],
)
def test_a_call_reads_as_what_was_asked(tool: str, given: Any, text: str) -> None:
    (call,) = drafts(Rollout().call(tool, given, "c1"))
    assert call.text == text


def test_what_is_remembered_of_commands_is_bounded() -> None:
    told, memory = Rollout(), dict[str, Any]()
    for n in range(300):
        told.call("exec_command", {"cmd": "sleep 1"}, f"c{n}")
        told.output(f"c{n}", f"Process running with session ID {n}\nOutput:\n")
        told.event("patch_apply_end", call_id=f"p{n}", success=False)
    formats.drawn(READER, told.bytes(), memory)
    assert len(memory["running"]) == len(memory["failed"]) == 100


def test_a_local_shell_s_call_is_a_command() -> None:
    action = {"type": "exec", "command": ["bash", "-c", "ls"]}
    (call,) = drafts(Rollout().item("local_shell_call", call_id="c", action=action))
    assert (call.tool, call.text) == ("local_shell", "ls")


def test_a_patch_names_its_first_file() -> None:
    assert drafts(codex())[4].meta["path"] == "shop/cart.py"
