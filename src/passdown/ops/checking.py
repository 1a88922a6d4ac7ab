"""The operation that looks whether what is known still holds: a record whose check fails is
contested until a person answers whether it should go."""

from __future__ import annotations

import hashlib
import shutil
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.domain.actor import Kind, Proof, system
from passdown.domain.errors import Forbidden, Invalid
from passdown.domain.record import Life
from passdown.ops.kinds import FilePath, Id
from passdown.ops.operation import Ctx, Effect, Shell, operation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from passdown.contract.check import Check
    from passdown.contract.loop import Finding, Loop
    from passdown.domain.clock import At
    from passdown.domain.observation import Observation
    from passdown.domain.record import Record
    from passdown.domain.scope import Scope
    from passdown.stages.propose.file import Filed

LARGEST = 8_388_608
"""Bytes of a file that is looked into."""
IN_FORCE = (Life.ACTIVE, Life.CONTESTED)
HOLDS, FAILS, SKIPPED = "holds", "fails", "skipped"


class Found(NamedTuple):
    """What became of one check, and why."""

    result: str
    why: str = ""


class _Known(NamedTuple):
    record: Record
    loop: Loop[Any]
    asked: Check
    doubt: Callable[[Record, str, Sequence[int]], Finding[Any]]


@operation(
    "check",
    Effect.WRITE,
    cli=Shell(rows="records", columns=("id", "result", "why", "check", "text"), facts=("folder",)),
    example="passdown check",
)
def check(ctx: Ctx, id: Id = "", at: FilePath = "", run: bool = False) -> dict[str, Any]:
    """Look whether what is known of the repo one stands in holds; ask about what does not.

    Files are looked at, nothing is run. With `--run`, at a terminal, programs are looked for too.
    """
    _allowed(ctx, at, run=run)
    root = _root(Path(at).expanduser() if at else Path.cwd())
    wanted = [one for one in _checks(ctx) if one.record.id.startswith(id.removeprefix("pd:"))]
    rows = [_row(ctx, one, look(one.asked, one.record.scope, root, run=run)) for one in wanted]
    return {"folder": str(root or ""), "records": rows}


def look(asked: Check, scope: Scope, root: Path | None, *, run: bool = False) -> Found:
    """Whether what the check says is so in this checkout; nothing is changed, nothing run."""
    from passdown.stages.observe.repo import repo_of

    if asked.kind == "exits":
        return _program(asked) if run else Found(SKIPPED, "a person asks for this: --run")
    if root is None:
        return Found(SKIPPED, "no checkout here")
    if scope != f"repo:{repo_of(str(root))}":
        return Found(SKIPPED, "of another repo")
    return _file(asked, root)


def _checks(ctx: Ctx) -> Iterator[_Known]:
    """Every record in force that can be checked, with its loop."""
    with ctx.store.read(ctx.sight) as tx:
        for name in sorted(ctx.loops):
            loop = ctx.loops[name]
            if loop.check is None or loop.doubt is None:
                continue
            kinds = (tx.knowledge.all(kind, lives=IN_FORCE) for kind in loop.kinds)
            for record in chain.from_iterable(kinds):
                if asked := loop.check(record):
                    yield _Known(record, loop, asked, loop.doubt)


def _allowed(ctx: Ctx, at: str, *, run: bool) -> None:
    """An agent could check a folder that it made so that a claim fails."""
    if ctx.actor.kind is Kind.AGENT:
        raise Forbidden(
            "this is looked at by people and by the worker",
            where="check",
            next="Say what is stale instead: `passdown feedback ID stale`.",
        )
    here = ctx.facts.get("stands_here") and ctx.actor.proof is Proof.TERMINAL
    if (run or at) and not here:
        raise Invalid(
            "a folder is named, and a program looked for, at a terminal only",
            where="check",
            next="Run `passdown check --run` in the checkout.",
        )


def _root(folder: Path) -> Path | None:
    """The checkout this folder is in; None when it is in none."""
    place = folder.absolute()
    return next((p for p in (place, *place.parents) if (p / ".git").exists()), None)


def _program(asked: Check) -> Found:
    missing = shutil.which(asked.path) is None
    if missing == (asked.value == "1"):
        return Found(HOLDS)
    return Found(FAILS, f"{asked.path} {'cannot' if missing else 'can'} be started here")


def _file(asked: Check, root: Path) -> Found:
    try:
        path = (root / asked.path).resolve()
        if not path.is_relative_to(root.resolve()):
            return Found(SKIPPED, "it leads out of the checkout")
        if asked.kind == "exists":
            return Found(HOLDS) if path.exists() else Found(FAILS, f"there is no {asked.path}")
        if not path.is_file():
            return Found(FAILS, f"there is no file {asked.path}")
        if path.stat().st_size > LARGEST:
            return Found(SKIPPED, f"{asked.path} is too large to look into")
        return _inside(asked, path.read_bytes())
    except OSError as error:
        return Found(SKIPPED, f"{asked.path}: {error.strerror}")


def _inside(asked: Check, raw: bytes) -> Found:
    if asked.kind == "sha256":
        same = hashlib.sha256(raw).hexdigest() == asked.value
        return Found(HOLDS) if same else Found(FAILS, f"{asked.path} has changed")
    holds = any(asked.value in line for line in raw.decode("utf-8", "replace").splitlines())
    return Found(HOLDS) if holds else Found(FAILS, f"{asked.path} does not say {asked.value!r}")


def _row(ctx: Ctx, one: _Known, found: Found) -> dict[str, Any]:
    record = one.record
    row = {"id": record.id, "text": record.text, "check": one.asked.line, **found._asdict()}
    if found.result == FAILS:
        filed = _doubt(ctx, one, found)
        row |= {"proposal": filed.proposal.id if filed.proposal else "", "fate": filed.fate.value}
    return row


def _doubt(ctx: Ctx, one: _Known, found: Found) -> Filed:
    """Ask whether what fails its check should go; once for one failure."""
    from passdown.ops.standing import settle
    from passdown.stages.mine.corpus import live
    from passdown.stages.propose.file import file

    seq = _told(ctx, one, found)
    loop = one.loop
    finding = one.doubt(one.record, found.why, (seq,))
    with ctx.store.read(ctx.sight) as tx:
        replay = loop.replay(finding.payload, live(tx), ctx.settings)
    with ctx.store.write(ctx.sight) as tx:
        by = system(loop.name).name
        filed = file(tx, loop, finding, replay, by=by, settings=ctx.settings, as_of=seq)
        settle(ctx, tx, filed.proposal)
        return filed


def _told(ctx: Ctx, one: _Known, found: Found) -> int:
    """Keep what the check showed as an observation: the same failure is the same one."""
    from passdown.domain.observation import Session

    scope, now = one.record.scope, ctx.clock.now()
    repo = scope.partition(":")[2] if scope.startswith("repo:") else ""
    item = _failure(one, found, now)
    with ctx.store.write(ctx.sight) as tx:
        known = tx.observations.session(item.session)
        began = known.started_at if known else now
        session = Session(item.session, "checked", repo=repo, started_at=began, ended_at=now)
        if added := tx.observations.add(session, [item]):
            return added[0]
        every = tx.observations.scan(session=session.id, limit=1_000_000)
        return next(o.seq for o in every if o.uid == item.uid)


def _failure(one: _Known, found: Found, now: At) -> Observation:
    from passdown.domain.observation import Observation, Seen, Trust

    record = one.record
    about = f"{record.id}\0{one.asked.line}\0{found.why}\0{record.made_by}"
    return Observation(
        session=f"checked:{record.scope}",
        uid=hashlib.sha256(about.encode("utf-8", "replace")).hexdigest()[:32],
        seen=Seen.EVENT,
        text=f"Check of {record.kind} {record.id}: {one.asked.line}: {found.why}.",
        at=now,
        trust=Trust.TOOL,
        scope=record.scope,
    )
