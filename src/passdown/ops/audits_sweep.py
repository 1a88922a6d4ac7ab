"""The nightly sweep of audits: how requests ended is asked of their forges, playbooks are held
against what their tools have become, and what is stale is put to people. Whatever is cut off, and
however often it is done at once, each thing is noted and asked once."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import Forbidden, Limit, PassdownError, Unavailable
from passdown.ops.operation import Ctx, Effect, Progress, Shell, operation

if TYPE_CHECKING:
    from collections.abc import Callable

    from passdown.stages.audit.remote.line import Line
    from passdown.stages.audit.remote.place import Forge

Json = dict[str, Any]

MOST = 200
"""Requests of one forge that are asked after in one sweep; the next one goes on after them."""
SECONDS = 600.0
"""After which no further request is asked after."""
NOTES = 20
"""Things that went wrong of which is told."""
CURSOR = "audit.swept:"
"""The registry's name for the request of a forge that was asked after last."""


@operation(
    "audit.sweep",
    Effect.WRITE,
    cli=Shell(
        rows="results",
        columns=("repo", "pr_number", "result"),
        facts=("asked", "left", "notes"),
        also=(("playbooks", ("id", "title", "state", "why", "fate")),),
        empty="no request is known to have ended since, and no playbook is out of date",
    ),
    example="passdown audit sweep",
    long=True,
)
def audit_sweep(ctx: Ctx) -> Json:
    """Follow up what was audited: how requests ended, and which playbooks are out of date.

    The end of a request is asked of its forge and noted. People are asked about playbooks that tell
    to write what versions in use no longer have. A worker does it every night (`audit.sweep_at`).
    """
    from passdown.ops.playbooks_swept import swept

    notes: list[str] = []
    results, asked, left = _followed(ctx, notes)
    return {
        "results": results,
        "asked": asked,
        "left": left,
        "playbooks": swept(ctx, notes),
        "notes": notes[:NOTES],
    }


def _followed(ctx: Ctx, notes: list[str]) -> tuple[list[Json], int, int]:
    """How requests ended: what was noted, how many were asked after and how many were left."""
    from passdown.ops.requests import forges

    results: list[Json] = []
    asked = left = 0
    until = time.monotonic() + SECONDS
    for forge in _told(notes, "forges", lambda: forges(ctx)) or ():
        told = _at(ctx, forge, until, notes, results)
        asked, left = asked + told[0], left + told[1]
    return results, asked, left


def _at(
    ctx: Ctx, forge: Forge, until: float, notes: list[str], results: list[Json]
) -> tuple[int, int]:
    """One forge: it is left alone once it fails, refuses, or wants to be asked later."""
    from passdown.ops.auditing import outcomes
    from passdown.stages.audit import keep
    from passdown.stages.audit.remote import follow
    from passdown.stages.audit.remote.line import Line
    from passdown.stages.audit.remote.place import GITHUB

    rows = _told(notes, "outcomes", lambda: keep.rows(outcomes(ctx))) or []
    line = Line(forge)
    waiting = follow.after(follow.open_ones(rows, forge.host), _last(ctx, forge))
    if forge.kind == GITHUB and not forge.token:
        # It is configured for everybody: nobody's requests are asked after there unasked.
        notes += [f"{forge.host} is not asked: there is no token for it"] if waiting else []
        return 0, len(waiting)
    asked = _each(ctx, line, waiting[:MOST], until, notes, results)
    if asked == min(len(waiting), MOST):
        _reverts(ctx, line, follow.merged_ones(rows, forge.host), until, notes, results)
    return asked, len(waiting) - asked


def _each(
    ctx: Ctx,
    line: Line,
    waiting: list[tuple[str, int]],
    until: float,
    notes: list[str],
    results: list[Json],
) -> int:
    """Ask after these in turn; how many that were. The next sweep goes on after the last one: after
    one that failed, too, or a single one could keep all others from ever being asked after."""
    from passdown.stages.audit.remote import follow

    asked, last = 0, ""
    for repo, number in waiting:
        ctx.report(Progress(asked, len(waiting), "requests", f"{repo}#{number}"))
        if time.monotonic() > until:
            break
        last = follow.named(repo, number)
        if not _one(ctx, line, repo, number, notes, results):
            break
        asked += 1
    if last:
        _remember(ctx, line.forge, last)
    return asked


def _one(
    ctx: Ctx, line: Line, repo: str, number: int, notes: list[str], results: list[Json]
) -> bool:
    """Ask after one request and note how it ended; False where the forge is to be left alone."""
    from passdown.stages.audit.remote import follow
    from passdown.stages.audit.remote.place import Place

    try:
        if how := follow.ended(line, Place(line.forge, repo, number)):
            results.append(_noted(ctx, line.forge, repo, number, how))
    except (Unavailable, Limit, Forbidden) as error:
        notes.append(f"{line.forge.host} is left alone till the next sweep: {error.what}")
        return False
    except PassdownError as error:
        notes.append(f"{repo}#{number}: {error.what}")
    return True


def _reverts(
    ctx: Ctx,
    line: Line,
    merged: dict[str, set[int]],
    until: float,
    notes: list[str],
    results: list[Json],
) -> None:
    """Note which merged requests were taken back by one that was merged later."""
    from passdown.stages.audit.remote import follow

    for repo, numbers in sorted(merged.items()):
        if time.monotonic() > until:
            return
        try:
            for number in set(follow.taken_back(line, line.forge, repo, numbers)):
                results.append(_noted(ctx, line.forge, repo, number, follow.REVERTED))
        except PassdownError as error:
            notes.append(f"{repo}: {error.what}")
            if isinstance(error, Unavailable | Limit | Forbidden):
                return


def _noted(ctx: Ctx, forge: Forge, repo: str, number: int, how: str) -> Json:
    from passdown.ops.audits import audit_result

    said = {"repo": repo, "pr": number, "result": how, "forge": forge.host}
    found: Json = audit_result.run(ctx, said)
    return found


def _told(notes: list[str], what: str, look: Callable[[], Any]) -> Any:
    """What is found; None, and a note, where it cannot be looked at."""
    try:
        return look()
    except PassdownError as error:
        notes.append(f"{what}: {error.what}")
        return None


def _last(ctx: Ctx, forge: Forge) -> str:
    from passdown.domain.scope import ALL

    with ctx.store.read(ALL) as tx:
        return tx.registry.value(f"{CURSOR}{forge.folder}") or ""


def _remember(ctx: Ctx, forge: Forge, last: str) -> None:
    from passdown.domain.scope import ALL

    with ctx.store.write(ALL) as tx:
        tx.registry.keep(f"{CURSOR}{forge.folder}", last)
