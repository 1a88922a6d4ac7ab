"""The page of a session: the one thing that is written without a question, because nothing in it
is anybody's words. It is archived from the first moment, so that it is never served or mined."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from passdown.domain.clock import parse
from passdown.domain.observation import Seen
from passdown.domain.record import Life, Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from passdown.domain.observation import Observation, Session
    from passdown.storage.port import Tx

KIND = "session"
OTHER = "other"
_TOOLS = """
Agent AskUserQuestion Bash BashOutput Edit ExitPlanMode Glob Grep KillShell LS MultiEdit
NotebookEdit NotebookRead Read Skill SlashCommand Task TodoRead TodoWrite WebFetch WebSearch Write
apply_patch bash edit exec_command glob grep list list_directory ls patch read read_file
replace run_shell_command search_file_content shell str_replace_editor task todoread todowrite
update_plan view_image web_fetch web_search webfetch write write_file
"""
TOOLS = frozenset(_TOOLS.split())
"""Names of clients' own tools; what another calls itself is that other's text."""
_ID = re.compile(r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}")


def crystallise(
    tx: Tx, session: Session, items: Iterable[Observation], proposals: Sequence[str], actor: str
) -> Record:
    """Write the page of this session, or bring it up to date: ids, times, counts and tools, all
    made or counted here."""
    body = _body(session, list(items), proposals)
    key = page_key(session.id)
    before = tx.knowledge.get(KIND, key)
    page = Record(
        kind=KIND,
        key=key,
        text=_text(key, body),
        body=body,
        scope=session.scope,
        life=Life.ARCHIVED,
        version=before.version if before else 0,
        created_at=before.created_at if before else tx.now,
        updated_at=tx.now,
    )
    if before and replace(before, updated_at=tx.now) == page:
        return before
    kept = tx.knowledge.put(page)
    detail = {"how": "crystallise", "proposal": "", "record": asdict(kept)}
    tx.ledger.append(f"{KIND}.updated", actor, kept.id, detail)
    return kept


def page_key(session: str) -> str:
    """The key of a session's page: its id may be anybody's text, so it is hashed."""
    return hashlib.sha256(session.encode("utf-8", "replace")).hexdigest()[:12]


def forget_page(tx: Tx, session: str) -> None:
    """Take the page of a forgotten session away, with all its versions."""
    tx.erasure.drop_record(KIND, page_key(session))


def _body(
    session: Session, items: Sequence[Observation], proposals: Sequence[str]
) -> dict[str, Any]:
    seen = Counter(one.seen for one in items)
    tools = Counter(_tool(one.tool) for one in items if one.seen is Seen.CALL)
    seqs = [one.seq for one in items]
    return {
        "session": session.id if _ID.fullmatch(session.id) else "",
        "started_at": _time(session.started_at),
        "ended_at": _time(session.ended_at),
        "observations": len(items),
        "first_seq": min(seqs, default=0),
        "last_seq": max(seqs, default=0),
        "seen": {kind.value: seen[kind] for kind in Seen if seen[kind]},
        "errors": sum(one.ok is False for one in items),
        "flagged": sum(bool(one.flags) for one in items),
        "tools": dict(sorted(tools.items())),
        "proposals": sorted(id for id in proposals if _ID.fullmatch(id)),
    }


def _text(key: str, body: dict[str, Any]) -> str:
    """The page in one line, of its own fields only."""
    counts = ", ".join(f"{kind} {n}" for kind, n in body["seen"].items()) or "nothing seen"
    tools = ", ".join(f"{name} {n}" for name, n in body["tools"].items()) or "none"
    when = f"{body['started_at'] or 'unknown'} to {body['ended_at'] or 'unknown'}"
    rest = f"{body['errors']} errors, {len(body['proposals'])} proposals"
    return f"Session {body['session'] or key}: {when}; {counts}; tools: {tools}; {rest}."


def _tool(name: str) -> str:
    return name if name in TOOLS else OTHER


def _time(at: str) -> str:
    """A stored time; '' for whatever else stands in its place."""
    return at if parse(at) == at else ""
