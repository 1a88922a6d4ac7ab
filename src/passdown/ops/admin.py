"""Operations on passdown itself: status, doctor, config, capabilities, backup, restore."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from passdown.domain.errors import Invalid, PassdownError
from passdown.ops.kinds import FilePath, Name
from passdown.ops.operation import Ctx, Effect, Operation, Route, Shell, operation


@operation(
    "status",
    Effect.READ,
    agents=True,
    http=(Route("GET", "/api/status"),),
    example="passdown status",
)
def status(ctx: Ctx) -> dict[str, Any]:
    """What the store holds, what waits for a decision, and how the work goes."""
    from passdown.domain.job import JobState
    from passdown.ops.trusting import earned
    from passdown.stages.gate.auto import in_force, paused
    from passdown.stages.measure.counts import counts

    with ctx.store.read(ctx.sight) as tx:
        dead = len(tx.jobs.all((JobState.DEAD,), limit=1000))
        found = {**counts(tx), "trust": earned(ctx, tx)}
        given = [in_force(tx, loop, ctx.settings) for loop in sorted(ctx.loops)]
    granted = [one._asdict() for one in given if one]
    stopped = [name for name in sorted(ctx.loops) if paused(ctx.settings, name)]
    facts = {"jobs_dead": dead, "granted": granted, "paused": stopped}
    return {"store": ctx.store.describe(), **found, **facts}


@operation(
    "doctor",
    Effect.READ,
    cli=Shell(rows="checks", columns=("check", "ok", "found", "next"), check=True),
    example="passdown doctor",
)
def doctor(ctx: Ctx) -> dict[str, Any]:
    """Whether everything is as it should be, and what to do where it is not."""
    from passdown.ops.checkup import CHECKS

    checks = [_checked(ctx, name, check) for name, check in CHECKS]
    return {"ok": all(c["ok"] for c in checks), "checks": checks}


def _checked(ctx: Ctx, name: str, check: Any) -> dict[str, Any]:
    try:
        ok, found, todo = check(ctx)
    except PassdownError as error:
        ok, found, todo = False, error.what, error.next
    return {"check": name, "ok": ok, "found": found, "next": "" if ok else todo}


@operation(
    "config.show",
    Effect.READ,
    cli=Shell(rows="settings", columns=("name", "value", "origin", "summary"), storeless=True),
    example="passdown config show --name brief.budget",
)
def show(ctx: Ctx, name: Name = "") -> dict[str, Any]:
    """Every setting with its value and where that came from."""
    from passdown.domain.settings import KNOBS
    from passdown.ops.knobs import of_loops

    every = {**KNOBS, **{k.name: k for k in of_loops(ctx.loops)}}
    if name and name not in every:
        raise Invalid(f"no setting {name!r}", next="`passdown config show` lists them.")
    rows = [
        {
            "name": knob.name,
            "value": ctx.settings.values[knob.name].value,
            "origin": ctx.settings.values[knob.name].origin,
            "default": knob.default,
            "safety": knob.safety,
            "summary": knob.summary,
        }
        for knob in every.values()
        if not name or knob.name == name
    ]
    return {"settings": rows, "warnings": list(ctx.settings.warnings)}


@operation(
    "capabilities",
    Effect.READ,
    agents=True,
    http=(Route("GET", "/capabilities"),),
    cli=Shell(rows="operations", columns=("name", "effect", "surfaces", "summary"), storeless=True),
    example="passdown capabilities",
)
def capabilities(ctx: Ctx) -> dict[str, Any]:
    """Every operation with its effect, parameters, aliases and the surfaces that carry it."""
    from passdown import __version__
    from passdown.ops.catalogue import everything
    from passdown.ops.params import schema
    from passdown.ops.queries import of_loops

    rows = [
        {
            "name": op.name,
            "effect": op.effect.value,
            "summary": op.summary,
            "aliases": list(op.aliases),
            "surfaces": ["cli", "http", "jsonl", *_profile(op)],
            "params": schema(op),
        }
        for op in {**everything(), **of_loops(ctx.loops)}.values()
    ]
    loops = {n: {"actions": list(p.actions), "kinds": list(p.kinds)} for n, p in ctx.loops.items()}
    return {"version": __version__, "operations": rows, "loops": loops}


def _profile(op: Operation) -> list[str]:
    """MCP, where agents have it: with the default profile, or with the full one alone."""
    if op.for_agents():
        return ["mcp"]
    return ["mcp:full"] if op.for_agents(full=True) else []


@operation("backup", Effect.ADMIN, example="passdown backup ~/passdown.backup")
def backup(ctx: Ctx, to: FilePath) -> dict[str, Any]:
    """Write one consistent copy of the store to a file."""
    path = Path(to).expanduser().absolute()
    return {"file": str(path), "bytes": ctx.store.backup(path)}


@operation("restore", Effect.ADMIN, example="passdown restore ~/passdown.backup")
def restore(ctx: Ctx, source: FilePath) -> dict[str, Any]:
    """Replace the store's content by a backup's; what was there is kept beside it."""
    path = Path(source).expanduser().absolute()
    if not path.is_file():
        raise Invalid(f"no backup at {path}", next="Name a file that `passdown backup` wrote.")
    ctx.store.restore(path)
    return {"restored": str(path), "store": ctx.store.describe()}
