"""Small runs of agents as frameworks and benchmarks write them down, made by hand."""

from __future__ import annotations

import json
from typing import Any

from tests.stages.observe.clients import jsonl


def trajectory(**info: Any) -> dict[str, Any]:
    """A run of SWE-agent in which a test fails, is mended and passes."""
    steps = [
        ("Let me run the tests.", "pytest -q", "1 failed: KeyError 'tax'\nbash-$"),
        ("The key is missing.", "edit 3:3\ntax = 0\nend_of_edit", "File updated.\nbash-$"),
        ("", "pytest -q", "1 passed in 0.1s\nbash-$"),
        ("All is well, I submit.", "submit", "diff --git a/cart.py b/cart.py"),
    ]
    history: list[dict[str, Any]] = [
        {"role": "system", "content": "You are an autonomous programmer.", "agent": "primary"},
        {"role": "user", "content": "Here is a demonstration.", "is_demo": True},
        {"role": "user", "content": "ISSUE:\nThe cart forgets the tax.", "agent": "primary"},
    ]
    for thought, action, observation in steps:
        said = f"{thought}\n<command>\n{action}\n</command>"
        history += [
            {"role": "assistant", "content": said, "thought": thought, "action": action},
            {"role": "user", "content": observation},
        ]
    told = [
        {"action": a, "observation": o, "response": t, "thought": t, "state": "{}"}
        for t, a, o in steps
    ]
    stats = {"instance_cost": 0.25, "tokens_sent": 900, "tokens_received": 80, "api_calls": 4}
    return {
        "environment": "swe_main",
        "trajectory": told,
        "history": history,
        "info": {"exit_status": "submitted", "model_stats": stats, **info},
    }


def swe_agent(**info: Any) -> bytes:
    return json.dumps(trajectory(**info), indent=2).encode()


def labelled(id: str = "Handcrafted/1", **more: Any) -> dict[str, Any]:
    """A run of several agents that went wrong, with what a person says of it."""
    history = [
        {"role": "human", "content": "Which line of the ferry is the longest?"},
        {"role": "Orchestrator (thought)", "content": "We should look at the timetable."},
        {"role": "WebSurfer", "content": "The page says: line 4 is 21 km long."},
        {"role": "user", "name": "Computer_terminal", "content": "exitcode: 0\n21"},
        {"role": "assistant", "name": "Maths_Expert", "content": "So it is line 4."},
    ]
    return {
        "is_correct": False,
        "question": "Which line of the ferry is the longest?",
        "question_ID": "q1",
        "level": "2",
        "ground_truth": "line 7",
        "history": history,
        "mistake_agent": "WebSurfer",
        "mistake_step": 2,
        "mistake_reason": "It read an old timetable.",
        "id": id,
        **more,
    }


def answer(n: int, tool: str) -> dict[str, Any]:
    """What OpenHands keeps of the model's answer that an event stands in."""
    details = {"cached_tokens": 40}
    usage = {"prompt_tokens": 100, "completion_tokens": 10, "prompt_tokens_details": details}
    response = {"id": f"chatcmpl-{n}", "model": "claude-sonnet-4-5", "usage": usage}
    return {"function_name": tool, "tool_call_id": f"call_{n}", "model_response": response}


def app_events() -> list[dict[str, Any]]:
    """A conversation with OpenHands' application: a command fails, and a changed one works."""
    at = "2026-01-02T03:04:{:02}.000001"
    said = {"content": "Please run the tests.", "image_urls": []}
    rows: list[dict[str, Any]] = [
        {
            "source": "environment",
            "observation": "agent_state_changed",
            "content": "",
            "extras": {},
        },
        {"source": "user", "message": said["content"], "action": "message", "args": said},
        {"source": "user", "observation": "null", "content": "", "cause": 1, "extras": {}},
    ]
    for n, (command, printed, code) in enumerate(
        [("pytest", "bash: pytest: command not found", 127), ("uv run pytest", "1 passed", 0)]
    ):
        meta = answer(n, "execute_bash")
        call = {"command": command, "thought": "I'll run them." if not n else "", "hidden": False}
        extras = {"command": command, "metadata": {"exit_code": code}}
        rows += [
            {"source": "agent", "action": "run", "tool_call_metadata": meta, "args": call},
            {
                "source": "agent",
                "cause": len(rows),
                "observation": "run",
                "tool_call_metadata": meta,
                "content": printed,
                "extras": extras,
            },
        ]
    rows.append({"source": "agent", "action": "think", "args": {"thought": "Good."}})
    rows.append({"source": "agent", "action": "finish", "args": {"final_thought": "All pass."}})
    return [{"id": n, "timestamp": at.format(n), **row} for n, row in enumerate(rows)]


def openhands_app() -> bytes:
    return json.dumps(app_events(), indent=1).encode()


def sdk_events() -> list[dict[str, Any]]:
    """The same in the words of its SDK."""

    def words(text: str) -> list[dict[str, Any]]:
        return [{"type": "text", "text": text}]

    def stats(given: int, said: int, cost: float) -> dict[str, Any]:
        took = {"prompt_tokens": given, "completion_tokens": said, "cache_read_tokens": 40}
        metrics = {"model_name": "gpt-5", "accumulated_cost": cost, "accumulated_token_usage": took}
        return {
            "kind": "ConversationStateUpdateEvent",
            "source": "environment",
            "key": "stats",
            "value": {"usage_to_metrics": {"default": metrics}},
        }

    call = {"tool_name": "terminal", "tool_call_id": "t1"}
    rows: list[dict[str, Any]] = [
        {"kind": "SystemPromptEvent", "source": "agent", "system_prompt": {"text": "Be good."}},
        {
            "kind": "MessageEvent",
            "source": "user",
            "llm_message": {"role": "user", "content": words("Please run the tests.")},
        },
        stats(100, 10, 0.01),
        {
            "kind": "ActionEvent",
            "source": "agent",
            "thought": words("<think>Hm.</think>I'll run them."),
            "action": {"kind": "TerminalAction", "command": "pytest", "timeout": None},
            **call,
        },
        {
            "kind": "ObservationEvent",
            "source": "environment",
            "observation": {"content": words("1 failed"), "is_error": False, "exit_code": 1},
            **call,
        },
        stats(300, 25, 0.04),
        {
            "kind": "ActionEvent",
            "source": "agent",
            "thought": [],
            "action": {"kind": "FinishAction", "message": "One fails."},
            "tool_name": "finish",
            "tool_call_id": "t2",
        },
    ]
    at = "2026-01-02T03:04:{:02}.000001"
    return [{"id": f"e{n}", "timestamp": at.format(n), **row} for n, row in enumerate(rows)]


def openhands_sdk() -> bytes:
    return jsonl(sdk_events())


def task(**more: Any) -> dict[str, Any]:
    """A finished task with its events."""
    return {
        "instance_id": "shop-1",
        "instruction": "Please run the tests.",
        "metadata": {"llm_config": {"model": "claude-sonnet-4-5"}},
        "history": app_events(),
        "metrics": {"accumulated_cost": 0.5},
        "error": None,
        **more,
    }


def resolved() -> dict[str, Any]:
    """A task of the issue resolver, whose events did not say who spoke."""
    history: list[dict[str, Any]] = [
        {"content": "Fix the issue.", "wait_for_response": False, "action": "message"},
        {"command": "ls", "thought": "Let me look.", "action": "run", "is_confirmed": "confirmed"},
        {"content": "cart.py", "command": "ls", "exit_code": 0, "observation": "run"},
        {"outputs": {}, "thought": "All is well.", "action": "finish"},
    ]
    metrics = {"accumulated_token_usage": {"prompt_tokens": 9, "completion_tokens": 2}}
    return {
        "issue": {"repo": "shop", "title": "The cart forgets the tax"},
        "issue_type": "issue",
        "instruction": "Fix the issue.",
        "git_patch": "diff",
        "history": history,
        "metrics": metrics,
        "success": True,
    }


def openhands_output() -> bytes:
    return jsonl([task(), resolved()])


def who_when() -> bytes:
    return jsonl([labelled(), labelled("Handcrafted/2", question_ID="q2", mistake_step="3")])
