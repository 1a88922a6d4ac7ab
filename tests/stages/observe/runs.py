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


def who_when() -> bytes:
    return jsonl([labelled(), labelled("Handcrafted/2", mistake_step="3")])
