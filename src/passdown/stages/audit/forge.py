"""A verdict as forges take it: a check run in parts, a status, a review, one comment. An approval
of the change is never among it: that is for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from passdown.stages.audit.told import LONGEST, markdown, plain, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Json: TypeAlias = dict[str, Any]

NAME = "passdown audit"
BATCH = 50
"""Annotations that one request may carry."""
STATUS_LINE = 140
_LEVELS = {"block": "failure", "warn": "warning", "info": "notice"}


def conclusion(verdict: Mapping[str, Any]) -> str:
    """How a check run ends. Never `neutral`: a forge takes that for passed."""
    if verdict["status"] != "complete":
        return "action_required"
    return "success" if verdict["overall"] == "approve" else "failure"


def check_run(verdict: Mapping[str, Any]) -> Iterator[Json]:
    """The requests that make one check run: the first opens it, the rest add annotations."""
    notes = [note for one in shown(verdict) for note in _annotations(one)]
    parts = [notes[at : at + BATCH] for at in range(0, len(notes), BATCH)] or [[]]
    for part in parts:
        yield {
            "name": NAME,
            "head_sha": verdict["head_sha"],
            "external_id": verdict["audit_key"],
            "status": "completed",
            "conclusion": conclusion(verdict),
            "output": {
                "title": verdict["one_liner"],
                "summary": plain(verdict["one_liner"]),
                "text": markdown(verdict)[:LONGEST],
                "annotations": part,
            },
        }


def commit_status(verdict: Mapping[str, Any], address: str = "") -> Json:
    """The status of the head, where a forge has no check runs."""
    state = {"success": "success", "failure": "failure", "action_required": "error"}
    found = {
        "state": state[conclusion(verdict)],
        "context": NAME,
        "description": verdict["one_liner"][:STATUS_LINE],
    }
    return {**found, "target_url": address} if address else found


def review(verdict: Mapping[str, Any]) -> Json:
    """A review that comments or asks for changes; it never approves."""
    asks = verdict["overall"] != "approve" and verdict["status"] == "complete"
    return {
        "event": "REQUEST_CHANGES" if asks else "COMMENT",
        "commit_id": verdict["head_sha"],
        "body": markdown(verdict),
    }


def ours(comments: list[Json]) -> Json | None:
    """The comment that an earlier audit of the request left, to be edited in place."""
    return next((one for one in comments if "<!-- passdown:audit " in str(one.get("body"))), None)


def _annotations(one: Mapping[str, Any]) -> Iterator[Json]:
    for at in one["locations"][:3]:
        if at["line"]:
            yield {
                "path": at["path"],
                "start_line": at["line"],
                "end_line": at["line"],
                "annotation_level": _LEVELS[one["severity"]],
                "title": one["rule"],
                "message": one["message"][:4000],
                "raw_details": at["text"][:4000],
            }
