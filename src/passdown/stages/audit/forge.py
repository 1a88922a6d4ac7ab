"""A verdict as forges take it: a check run in parts, a status, a review, one comment. An approval
of the change is never among it: that is for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from passdown.stages.audit.told import LONGEST, MARK, markdown, plain, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Json: TypeAlias = dict[str, Any]

NAME = "passdown audit"
BATCH = 50
"""Annotations that one request may carry."""
STATUS_LINE = 140
OURS = MARK.partition("{")[0]
"""How everything begins that we say in words."""
_LEVELS = {"block": "failure", "warn": "warning", "info": "notice"}


def conclusion(verdict: Mapping[str, Any]) -> str:
    """How a check run ends. Never `neutral`: a forge takes that for passed."""
    if verdict["status"] != "complete":
        return "action_required"
    return "success" if verdict["overall"] == "approve" else "failure"


def notes(verdict: Mapping[str, Any]) -> list[Json]:
    """What a check run shows beside the lines, each once."""
    every = [note for one in shown(verdict) for note in _annotations(one)]
    return list({note_key(note): note for note in every}.values())


def note_key(note: Mapping[str, Any]) -> tuple[Any, ...]:
    """What an annotation is known by, ours and one that a forge gives back."""
    return (note["path"], note["start_line"], note.get("title"), str(note["message"]).strip())


def check_run(
    verdict: Mapping[str, Any], only: frozenset[tuple[Any, ...]] | None = None
) -> Iterator[Json]:
    """The requests that make one check run: the first opens it, the rest add annotations; `only`
    those that were not sent before."""
    unsent = [note for note in notes(verdict) if only is None or note_key(note) in only]
    parts = [unsent[at : at + BATCH] for at in range(0, len(unsent), BATCH)] or [[]]
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


def summary(verdict: Mapping[str, Any]) -> str:
    """A verdict in a line, in a forge's words."""
    return plain(verdict["one_liner"])


def beside(verdict: Mapping[str, Any]) -> list[Json]:
    """What a review says beside the lines."""
    return [
        {"path": note["path"], "new_position": note["start_line"], "body": plain(note["message"])}
        for note in notes(verdict)
    ][:BATCH]


def ours(comments: list[Json], by: str = "") -> Json | None:
    """The comment that an earlier audit of the request left, to be edited in place; where it is
    known who we are, nobody else's."""
    mine = (one for one in comments if str(one.get("body")).lstrip().startswith(OURS))
    return next((one for one in mine if not by or (one.get("user") or {}).get("login") == by), None)


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
