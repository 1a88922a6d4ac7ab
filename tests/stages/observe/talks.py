"""Small talks of people with chat agents, made by hand."""

from __future__ import annotations

import json
from typing import Any

from tests.stages.observe.clients import jsonl

THREAD = "1770000000.000100"


def reply(text: str = "Burn is $42 today.", **more: Any) -> dict[str, Any]:
    return {
        "text": text,
        "sent_at": "2026-02-02T02:40:05Z",
        "model_used": "claude-haiku-4-5",
        "send_status": "sent",
        "caller_session_id": f"C01:{THREAD}",
        "input_tokens": 900,
        "output_tokens": 40,
        **more,
    }


def reply_log() -> bytes:
    return jsonl(
        [
            reply(question="How much did we burn?", route="cost_query", cost_usd=0.002),
            reply("All 3 agents are up.", short_circuit=True, engine="canned", sent_at=1770000100),
            reply("Later.", send_status="failed", caller_session_id="C01:1770000200.000100"),
        ]
    )


def said(text: str, ts: str, **more: Any) -> dict[str, Any]:
    return {"type": "message", "user": "U01", "text": text, "ts": ts, "team": "T01", **more}


def day() -> list[dict[str, Any]]:
    """A day of a channel: a question answered in its thread, and who came by."""
    return [
        said("How much did we burn, <@U02>?", THREAD, thread_ts=THREAD, reply_count=1),
        said("Burn is $42 &amp; rising.", "1770000003.000200", thread_ts=THREAD, bot_id="B01"),
        {"type": "message", "subtype": "channel_join", "user": "U03", "ts": "1770000004.000300"},
        said("See <https://example.org/a|the page>.", "1770000050.000400"),
        said("", "1770000060.000500", user="U02", attachments=[{"text": "It is up."}]),
    ]


def slack_export() -> bytes:
    return json.dumps(day(), indent=2).encode()
