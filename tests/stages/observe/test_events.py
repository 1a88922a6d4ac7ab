"""Events: every row of the table that existing posters rely on."""

from __future__ import annotations

import json
from typing import Any

import pytest

from passdown.stages.observe.events import event_of, redacted, texts
from passdown.text.redact import Redactor
from tests.stages.observe.conftest import Still

NOW = Still().now()

SECRET = "hunter2" + "secret"

ASKED = {"event_kind": "fill", "role": "welder", "count": 3, "city": "Toledo", "state": "OH"}

TABLE: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("mcp is a source", {"source": "mcp"}, {"source": "mcp", "unknown": False}),
    ("scenario is a source", {"source": "scenario"}, {"source": "scenario"}),
    ("auditor is a source", {"source": "auditor"}, {"source": "auditor"}),
    ("bot is a source", {"source": "bot"}, {"source": "bot"}),
    ("no source is a scenario's", {}, {"source": "scenario", "unknown": False, "meta": {}}),
    (
        "an unknown source counts as scenario and stays known",
        {"source": "cron"},
        {"source": "scenario", "unknown": True, "meta": {"source": "cron"}},
    ),
    ("a source that is no text is unknown", {"source": ["bot"]}, {"unknown": True}),
    ("a source in other letters is unknown", {"source": "Bot"}, {"unknown": True}),
    (
        "a time is kept",
        {"timestamp": "2026-11-20T10:00:00Z"},
        {"timestamp": "2026-11-20T10:00:00.000Z"},
    ),
    (
        "a time of another zone is the same time",
        {"timestamp": "2026-11-20T10:00:00.5+02:00"},
        {"timestamp": "2026-11-20T08:00:00.500Z"},
    ),
    ("no time is now", {}, {"timestamp": NOW}),
    (
        "a time in seconds",
        {"timestamp": 1_763_632_800},
        {"timestamp": "2025-11-20T10:00:00.000Z"},
    ),
    (
        "a time in milliseconds",
        {"timestamp": 1_763_632_800_250},
        {"timestamp": "2025-11-20T10:00:00.250Z"},
    ),
    (
        "what is no time is now, and kept",
        {"timestamp": "soon"},
        {"timestamp": NOW, "meta": {"timestamp": "soon"}},
    ),
    ("success is success", {"success": True}, {"success": True}),
    (
        "success goes before ok",
        {"success": False, "ok": True},
        {"success": False, "meta": {"ok": True}},
    ),
    ("else ok is", {"ok": True}, {"success": True}),
    (
        "a success that is no boolean is none",
        {"success": "yes", "ok": True},
        {"success": True, "meta": {"success": "yes"}},
    ),
    ("1 is no boolean", {"ok": 1}, {"success": False, "meta": {"ok": 1}}),
    ("neither is a failure", {}, {"success": False}),
    ("a duration is kept", {"duration_ms": 12.5}, {"duration_ms": 12.5}),
    (
        "a duration goes before an audit's",
        {"duration_ms": 0, "audit_duration_ms": 7},
        {"duration_ms": 0, "meta": {"audit_duration_ms": 7}},
    ),
    ("else an audit's is", {"audit_duration_ms": 7}, {"duration_ms": 7}),
    ("no duration is 0", {}, {"duration_ms": 0}),
    (
        "a duration that is no number is none",
        {"duration_ms": "7", "audit_duration_ms": 8},
        {"duration_ms": 8, "meta": {"duration_ms": "7"}},
    ),
    (
        "a summary of the output goes before one line",
        {"output_summary": "3 placed", "one_liner": "x", "ok": True},
        {"output_summary": "3 placed", "meta": {"one_liner": "x"}},
    ),
    ("else one line is", {"one_liner": "looks fine"}, {"output_summary": "looks fine"}),
    ("an empty summary is one", {"output_summary": "", "ok": True}, {"output_summary": ""}),
    ("else a success is ok", {"ok": True, "error": "none"}, {"output_summary": "ok"}),
    (
        "else a failure is its error",
        {"ok": False, "error": "no seat left"},
        {"output_summary": "no seat left", "error": "no seat left"},
    ),
    ("else it failed", {"ok": False}, {"output_summary": "failed", "error": ""}),
    ("an endpoint is kept", {"endpoint": "/x", "source": "bot"}, {"endpoint": "/x"}),
    ("an auditor's is a verdict", {"source": "auditor"}, {"endpoint": "auditor:verdict"}),
    ("a bot's is a cycle", {"source": "bot"}, {"endpoint": "bot:cycle"}),
    ("a scenario's is a fill", {"source": "scenario"}, {"endpoint": "scenario:fill"}),
    ("an unknown source's is a fill", {"source": "cron"}, {"endpoint": "scenario:fill"}),
    ("a summary of the input is kept", {**ASKED, "input_summary": "hi"}, {"input_summary": "hi"}),
    ("else it is made of its parts", ASKED, {"input_summary": "fill welderx3 in Toledo, OH"}),
    ("what is absent is a ?", {"role": "cook"}, {"input_summary": "? cookx? in ?, ?"}),
    ("all of it may be absent", {}, {"input_summary": "? ?x? in ?, ?"}),
    ("a null is absent", {"city": None, "count": 2}, {"input_summary": "? ?x2 in ?, ?"}),
    (
        "its parts are kept too",
        ASKED,
        {"meta": {"role": "welder", "count": 3, "city": "Toledo", "state": "OH"}},
    ),
    (
        "what else has a name",
        {"event_kind": "audit", "sig_hash": "pr4-9fceb02d", "staffer_id": "st-9", "error": "e"},
        {"event_kind": "audit", "sig_hash": "pr4-9fceb02d", "staffer_id": "st-9", "error": "e"},
    ),
    ("a number may stand for text", {"staffer_id": 41}, {"staffer_id": "41", "meta": {}}),
    (
        "an error that is no text is kept",
        {"error": {"code": 5}},
        {"error": "", "output_summary": "failed", "meta": {"error": {"code": 5}}},
    ),
    (
        "everything else goes to meta",
        {"pr_number": 4, "overall": "approve", "run_ok": True, "deep": {"a": [1, None]}},
        {"meta": {"pr_number": 4, "overall": "approve", "run_ok": True, "deep": {"a": [1, None]}}},
    ),
]


@pytest.mark.parametrize(("raw", "wanted"), [row[1:] for row in TABLE], ids=[r[0] for r in TABLE])
def test_each_row_of_the_table(raw: dict[str, Any], wanted: dict[str, Any]) -> None:
    before = json.dumps(raw)
    event = event_of(raw, NOW)
    assert {name: getattr(event, name) for name in wanted} == wanted
    assert json.dumps(raw) == before


def test_a_secret_is_seen_by_the_name_it_stands_under(redactor: Redactor) -> None:
    raw = {"password": SECRET, "n": [{"password": SECRET}], "ok": True}
    said = redacted(raw, redactor.clean)
    assert SECRET not in json.dumps(said)
    assert said["password"].startswith("[secret:")
    assert said["ok"] is True


def test_every_text_is_found_names_too() -> None:
    assert list(texts({"a": ["b", {"c": 1}]})) == ["a", "b", "c"]
