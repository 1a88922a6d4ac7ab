"""Operations that read transcripts: what a person names, what is found, what hooks point at."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from passdown.domain.actor import Kind
from passdown.domain.clock import to_seconds
from passdown.domain.errors import Forbidden, Invalid
from passdown.domain.scope import ALL
from passdown.ops.facets import into
from passdown.ops.kinds import FilePath, Name, When
from passdown.ops.operation import Ctx, Effect, Progress, Shell, operation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from io import BufferedReader

    from passdown.storage.port import Tx

WATCHED = "watched"
"""The registry's name for the paths a worker goes on reading."""
RATE = "ingest.rate"
"""Its name for how fast the last reading was, in bytes a second."""
TELLING = 1_000_000
"""Bytes from which on a reading says how fast this machine reads."""
PIPE = "-"
TOLD_FOR = 604_800.0
"""Seconds for which it is remembered what a silent session was told: a week."""

SHELL = Shell(
    rows="summary",
    columns=("format", "files", "bytes", "records", "observations", "skips", "why"),
    facts=(
        "files",
        "unchanged",
        "passed_over",
        "sessions",
        "observations",
        "quarantined",
        "skips",
        "size",
        "speed",
        "seconds",
        "estimated_seconds",
        "cost",
        "note",
        "next",
    ),
    also=(
        ("would_read", ("format", "files", "bytes")),
        ("places", ("client", "path", "files", "bytes")),
        ("skipped", ("file", "line", "reason")),
        ("refused", ("where", "what", "next")),
    ),
    bare="paths",
)
"""What a person is shown of a reading; the whole account is in the result."""


@operation(
    "ingest", Effect.WRITE, cli=SHELL, example="passdown ingest ~/.claude/projects", long=True
)
def ingest(
    ctx: Ctx,
    paths: tuple[FilePath, ...] = (),
    since: When = "",
    dry_run: bool = False,
    watch: bool = False,
    discover: bool = False,
    yes: bool = False,
    again: bool = False,
    ontology: Name = "",
) -> Any:
    """Read transcripts: redacted before the first write, each thing once, from where it ended.

    A path is a file, a folder, a glob, or - for what is piped. With `since`, files last written to
    before that are left. `dry_run` says what would be read, and for how long; `discover` takes the
    places where clients keep transcripts, after a yes at the terminal or `yes`; with `watch` what
    is added later is read too; `again` reads whole files anew, and what a person had forgotten
    comes back. Names that come of it first are at home in `ontology`, which has to be there.
    """
    about = into(ctx, ontology=ontology)
    if again:
        _only_people(ctx)
    places = _places(ctx) if discover else []
    if discover and not yes:
        return _asking(places)
    named = _named([*paths, *(str(place["path"]) for place in places)])
    if dry_run:
        return _plan(ctx, named, since)
    if watch:
        _remember(ctx, named)
    return read(ctx, named, since, strict=True, again=again, about=about)


@operation("reread", Effect.WRITE, example="passdown reread")
def reread(ctx: Ctx, paths: tuple[FilePath, ...] = ()) -> Any:
    """Read what was added to the watched transcripts since, or to these alone."""
    with ctx.store.read(ALL) as tx:
        named = list(paths) or _watched(tx)
    return read(ctx, named, "") if named else {"files": 0}


@operation(
    "discover",
    Effect.READ,
    cli=Shell(rows="places", columns=("client", "path", "files", "bytes"), storeless=True),
    example="passdown discover",
)
def discover(ctx: Ctx) -> dict[str, Any]:
    """Where the usual clients keep transcripts on this machine, and how many there are."""
    return {"places": _places(ctx)}


@operation("drain", Effect.WRITE, aliases=("spool.drain",), example="passdown drain")
def drain(ctx: Ctx) -> dict[str, Any]:
    """Read the transcripts hooks pointed at, and move what was served into the activity log."""
    from passdown.stages.observe import spool as pointed
    from passdown.stages.serve.served import FOLDER, collect
    from passdown.stages.serve.told import tidy
    from passdown.storage import spool

    with spool.drain(ctx.home / FOLDER) as rows:
        if rows:
            with ctx.store.write(ALL) as tx:
                collect(tx, rows)
    tidy(ctx.home, to_seconds(ctx.clock.now()) - TOLD_FOR)
    with pointed.drain(ctx.home) as pointers:
        paths = pointed.files(pointers)
        done = read(ctx, paths, "") if paths else None
    return {"served": len(rows), "pointers": len(pointers), "files": len(paths), "read": done}


def read(ctx: Ctx, paths: Sequence[str], since: str, **how: Any) -> Any:
    """Read these paths into the store; `how` is what the stage is told besides."""
    from passdown.ops.runs import keep
    from passdown.ops.when import moment
    from passdown.stages.observe.ingest import ingest as into
    from passdown.stages.observe.readers import load

    done = into(
        ctx.store,
        paths,
        readers=load(ctx.settings),
        redactor=ctx.redactor(),
        settings=ctx.settings,
        clock=ctx.clock,
        report=lambda *so_far: ctx.report(Progress(*so_far)),
        is_echo=_Echoes(ctx),
        since=moment(ctx, since),
        piped=standard_input(ctx) if PIPE in paths else None,
        **how,
    )
    _time(ctx, done.bytes, done.seconds)
    keep(ctx, done)
    return done


def _time(ctx: Ctx, size: int, seconds: float) -> None:
    """Remember how fast this machine reads, where it read enough to tell."""
    if size >= TELLING:
        with ctx.store.write(ALL) as tx:
            tx.registry.keep(RATE, str(round(size / max(seconds, 0.001))))


class _Echoes:
    """Whether a text repeats what was served; what that was is read when the first text comes."""

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._firewall: Any = None

    def __call__(self, text: str) -> bool:
        found: bool = self._known().is_echo(text)
        return found

    def __reduce__(self) -> tuple[Any, ...]:
        # Another process has no store to ask: it gets what this one knows.
        return getattr, (self._known(), "is_echo")

    def _known(self) -> Any:
        if self._firewall is None:
            from passdown.stages.serve.markers import Firewall

            with self._ctx.store.read(ALL) as tx:
                self._firewall = Firewall(r.text for r in tx.knowledge.all())
        return self._firewall


def standard_input(ctx: Ctx) -> BufferedReader | None:
    """What is piped to the command line; a server's own is not for its callers."""
    here = ctx.facts.get("stands_here") and sys.stdin is not None and not sys.stdin.closed
    return cast("BufferedReader", sys.stdin.buffer) if here else None


def _places(ctx: Ctx) -> list[dict[str, Any]]:
    from passdown.stages.observe.discover import discover as look

    return look(ctx.facts["places"].user, ctx.facts["places"].moved)


def _asking(places: list[dict[str, Any]]) -> dict[str, Any]:
    """What was found, and the question whether to read it: nothing was opened yet."""
    if not places:
        return {"places": [], "next": "No client keeps transcripts here: name a path."}
    files, size = (sum(place[what] for place in places) for what in ("files", "bytes"))
    return {
        "places": places,
        "ask": f"Read these {files:,} files ({size / 1e6:,.0f} MB)? They stay on this machine.",
        "next": "passdown ingest --discover --yes reads them.",
    }


def _plan(ctx: Ctx, paths: list[str], since: str) -> dict[str, Any]:
    from msgspec import to_builtins

    from passdown.ops.when import moment
    from passdown.stages.observe.ingest import drawing_by
    from passdown.stages.observe.plan import plan
    from passdown.stages.observe.readers import load

    if PIPE in paths:
        raise Invalid(
            "what is piped can be read once, not looked at before",
            where=PIPE,
            next="Name the files themselves.",
        )
    with ctx.store.read(ALL) as tx:
        rate = float(tx.registry.value(RATE) or 0)
    drawing = drawing_by(load(ctx.settings), ctx.redactor(), ctx.settings, ctx.clock)
    found = plan(ctx.store, paths, drawing=drawing, since=moment(ctx, since), rate=rate)
    told: dict[str, Any] = to_builtins(found)
    shown = {
        "size": f"{found.bytes / 1e6:,.1f} MB",
        "speed": f"{found.rate / 1e6:,.1f} MB/s, by {found.rate_from}" if found.rate else "",
        "cost": "nothing: reading asks no model",
    }
    return {**told, **shown, "model": ctx.writer().name}


def _named(paths: list[str]) -> list[str]:
    if not paths:
        raise Invalid(
            "nothing to read was named", where="ingest", next="passdown ingest PATH, or --discover."
        )
    return paths


def _only_people(ctx: Ctx) -> None:
    if ctx.actor.kind is not Kind.HUMAN:
        raise Forbidden(
            "what a person had forgotten comes back for a person only",
            where="ingest",
            next="Read without `again`, or ask them.",
        )


def _remember(ctx: Ctx, paths: list[str]) -> None:
    """Add to what is watched; absolute, so that a worker started elsewhere finds them."""
    named = {str(Path(p).expanduser().absolute()) for p in paths if p != PIPE}
    with ctx.store.write(ALL) as tx:
        tx.registry.keep(WATCHED, json.dumps(sorted(named | set(_watched(tx)))))


def _watched(tx: Tx) -> list[str]:
    return [str(p) for p in json.loads(tx.registry.value(WATCHED) or "[]")]
