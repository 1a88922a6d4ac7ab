"""Operations that read what agents leave behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import NotFound
from passdown.domain.scope import ALL
from passdown.ops.kinds import FilePath, Name, When
from passdown.ops.operation import Ctx, Effect, Progress, Shell, operation

if TYPE_CHECKING:
    from passdown.domain.observation import Session
    from passdown.storage.port import Tx

WATCHED = "watched"
"""The registry's name for the paths a worker goes on reading."""

READ = ("files", "unchanged", "sessions", "observations", "quarantined", "skips", "seconds")
"""What a person is told of a reading; the whole account is in the result."""


@operation(
    "ingest",
    Effect.WRITE,
    cli=Shell(rows="skipped", columns=("file", "line", "reason"), facts=READ),
    example="passdown ingest ~/.claude/projects",
    long=True,
)
def ingest(ctx: Ctx, paths: list[FilePath], since: When = "", watch: bool = False) -> Any:
    """Read transcripts: redacted before the first write, each thing once, from where it ended.

    With `watch` the worker reads what is added to them later.
    """
    if watch:
        _remember(ctx, paths)
    return _ingest(ctx, paths, since, strict=True)


@operation("reread", Effect.WRITE, example="passdown reread")
def reread(ctx: Ctx) -> Any:
    """Read what was added to the watched transcripts since."""
    with ctx.store.read(ALL) as tx:
        paths = _watched(tx)
    return _ingest(ctx, paths, "") if paths else {"files": 0}


@operation(
    "discover",
    Effect.READ,
    cli=Shell(rows="places", columns=("client", "path", "files", "bytes")),
    example="passdown discover",
)
def discover(ctx: Ctx) -> dict[str, Any]:
    """Where the usual clients keep transcripts on this machine, and how many there are."""
    from passdown.stages.observe.discover import discover as look

    return {"places": look(ctx.facts["places"].user, ctx.facts["places"].moved)}


@operation("drain", Effect.WRITE, example="passdown drain")
def drain(ctx: Ctx) -> dict[str, Any]:
    """Read the transcripts hooks pointed at, and move what was served into the activity log."""
    from passdown.stages.observe import spool as pointed
    from passdown.stages.serve.served import FOLDER, collect
    from passdown.storage import spool

    with spool.drain(ctx.home / FOLDER) as rows:
        if rows:
            with ctx.store.write(ALL) as tx:
                collect(tx, rows)
    with pointed.drain(ctx.home) as pointers:
        paths = pointed.files(pointers)
        read = _ingest(ctx, paths, "") if paths else None
    return {"served": len(rows), "pointers": len(pointers), "files": len(paths), "read": read}


@operation(
    "quarantined",
    Effect.READ,
    cli=Shell(rows="observations", columns=("seq", "flags", "session", "text")),
    example="passdown quarantined",
)
def quarantined(ctx: Ctx, limit: int = 100) -> dict[str, Any]:
    """What is never mined, and why: instructions to agents, hidden characters, echoes."""
    from passdown.stages.observe.quarantine import held

    with ctx.store.read(ctx.sight) as tx:
        found = held(tx, limit=max(1, min(limit, 10_000)))
    rows = [
        {"seq": o.seq, "flags": list(o.flags), "session": o.session, "text": o.text[:400]}
        for o in found
    ]
    return {"observations": rows}


@operation("release", Effect.DECIDE, example="passdown release 41")
def release(ctx: Ctx, seq: int) -> dict[str, Any]:
    """Let a quarantined observation be mined after all."""
    from passdown.stages.observe.quarantine import release as let_go

    with ctx.store.write(ctx.sight) as tx:
        held = let_go(tx, seq, ctx.actor.name)
    return {"released": seq, "was": list(held.flags)}


@operation(
    "sessions",
    Effect.READ,
    cli=Shell(rows="sessions", columns=("id", "repo", "agent", "started_at", "outcome")),
    example="passdown sessions",
)
def sessions(ctx: Ctx, since: When = "", limit: int = 50) -> dict[str, Any]:
    """The sessions that were read, newest first."""
    from passdown.ops.when import moment

    most = max(1, min(limit, 10_000))
    with ctx.store.read(ctx.sight) as tx:
        return {"sessions": tx.observations.sessions(since=moment(ctx, since), limit=most)}


@operation("session", Effect.READ, example="passdown session 7a8ede88")
def session(ctx: Ctx, id: Name, limit: int = 200) -> dict[str, Any]:
    """One session, by its id or the start of it, and what was said and done in it."""
    with ctx.store.read(ctx.sight) as tx:
        found = _session(tx, id)
        most = max(1, min(limit, 10_000))
        return {
            "session": found,
            "observations": tx.observations.scan(session=found.id, flagged=True, limit=most),
        }


@operation("seen", Effect.READ, example="passdown seen 41")
def seen(ctx: Ctx, seq: int) -> Any:
    """One observation with the place in its file that it came from."""
    with ctx.store.read(ctx.sight) as tx:
        found = tx.observations.get([seq])
    if not found:
        raise NotFound(f"no observation {seq}", next="`passdown sessions` lists what was read.")
    return found[0]


def _remember(ctx: Ctx, paths: list[str]) -> None:
    """Add to what is watched; absolute, so that a worker started elsewhere finds them."""
    named = {str(Path(p).expanduser().absolute()) for p in paths if p != "-"}
    with ctx.store.write(ALL) as tx:
        tx.registry.keep(WATCHED, json.dumps(sorted(named | set(_watched(tx)))))


def _watched(tx: Tx) -> list[str]:
    return [str(p) for p in json.loads(tx.registry.value(WATCHED) or "[]")]


def _session(tx: Tx, id: str) -> Session:
    """The session of this id, else the only one whose id starts like it."""
    if exact := tx.observations.session(id):
        return exact
    near = [s for s in tx.observations.sessions(limit=100_000) if id and s.id.startswith(id)]
    if len(near) == 1:
        return near[0]
    if near:
        some = ", ".join(s.id for s in near[:5])
        raise NotFound(f"{id} is the start of several ids", next=f"One of: {some}.")
    raise NotFound(f"no session {id}", next="`passdown sessions` lists them.")


def _ingest(ctx: Ctx, paths: list[str], since: str, *, strict: bool = False) -> Any:
    from passdown.ops.when import moment
    from passdown.stages.observe.ingest import ingest as read
    from passdown.stages.observe.readers import load
    from passdown.stages.serve.markers import Firewall

    with ctx.store.read(ALL) as tx:
        firewall = Firewall(r.text for r in tx.knowledge.all())
    return read(
        ctx.store,
        paths,
        readers=load(ctx.settings),
        redactor=ctx.redactor(),
        settings=ctx.settings,
        clock=ctx.clock,
        report=lambda *so_far: ctx.report(Progress(*so_far)),
        is_echo=firewall.is_echo,
        since=moment(ctx, since),
        strict=strict,
    )
