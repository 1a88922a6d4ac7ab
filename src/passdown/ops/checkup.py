"""What `doctor` looks at: each check says whether it is well, what it found, what to do."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from passdown.domain.scope import ALL

if TYPE_CHECKING:
    from collections.abc import Callable

    from passdown.ops.operation import Ctx

Check: TypeAlias = tuple[bool, str, str]


def _store(ctx: Ctx) -> Check:
    facts = ctx.store.describe()
    mended = facts.get("mended") or []
    if ctx.home.is_dir() and not os.access(ctx.home, os.W_OK):
        return (
            False,
            f"{ctx.home} cannot be written to",
            f"Mount it for writing, or chmod u+w {ctx.home}",
        )
    found = f"{facts['backend']} at {facts['where']}, schema {facts['schema']}"
    return True, found + (f"; modes mended: {len(mended)}" if mended else ""), ""


def _modes(ctx: Ctx) -> Check:
    """Nothing of the store may be read by others; symbolic links are not followed."""
    from passdown.ops.mirror import noted

    if not ctx.home.is_dir():
        return True, "nothing on disk", ""
    loose = [str(p) for p in (ctx.home, *sorted(ctx.home.rglob("*"))) if _is_loose(p)]
    mirrors = [root for root in map(Path, noted(ctx)) if root.is_dir() and _is_loose(root)]
    if mirrors and not loose:
        return False, f"others can read {mirrors[0]}", f"passdown mirror {mirrors[0]}"
    if loose:
        return False, f"others can read {loose[0]}", f"chmod -R go= {ctx.home}"
    return True, "only its owner can read it", ""


def _is_loose(path: Path) -> bool:
    mode = path.lstat().st_mode
    return not stat.S_ISLNK(mode) and bool(stat.S_IMODE(mode) & 0o077)


def _ledger(ctx: Ctx) -> Check:
    from passdown.stages.measure.verify import verify

    with ctx.store.read(ALL) as tx:
        found = verify(tx)
    if found.ok:
        return True, f"{found.entries} entries verify", ""
    return False, f"entry {found.bad_seq}: {found.fault}", "Restore a backup; keep this copy."


def _index(ctx: Ctx) -> Check:
    from passdown.stages.serve.follow import behind

    with ctx.store.read(ALL) as tx:
        late = behind(tx)
    return late < 10_000, f"{late} entries behind the ledger", "passdown index rebuild"


def _meaning(ctx: Ctx) -> Check:
    from passdown.ops.meaning import standing

    return standing(ctx)


def _jobs(ctx: Ctx) -> Check:
    from passdown.domain.job import JobState

    with ctx.store.read(ALL) as tx:
        dead = tx.jobs.all((JobState.DEAD,), limit=1000)
    if dead:
        return (
            False,
            f"{len(dead)} gave up, last: {dead[0].error[:80]}",
            "passdown jobs --state dead",
        )
    return True, "none gave up", ""


def _settings(ctx: Ctx) -> Check:
    if ctx.settings.warnings:
        return False, ctx.settings.warnings[0], "passdown config show"
    return True, "all well formed", ""


def _rules(ctx: Ctx) -> Check:
    from passdown.stages.observe.rescan import passed

    with ctx.store.read(ALL) as tx:
        fresh = passed(tx, ctx.redactor())
    if fresh is False:
        return False, "the rules changed since what is stored passed them", "passdown rescan"
    return True, "what is stored passed those of today" if fresh else "not looked at yet", ""


def _loops(ctx: Ctx) -> Check:
    names = ", ".join(sorted(ctx.loops))
    failures = getattr(ctx.loops, "failures", ())
    if failures:
        return False, "; ".join(failures), "Update or remove that plug-in."
    return True, names, ""


def _readers(ctx: Ctx) -> Check:
    from passdown.stages.observe.readers import load

    readers = load(ctx.settings)
    if readers.broken:
        first = readers.broken[0]
        return False, f"{first.what} ({first.where})", first.next
    untried = sorted(reader.name for reader in readers.known if not reader.verified)
    told = f"; without a real file so far: {', '.join(untried)}" if untried else ""
    return True, ", ".join(sorted(reader.name for reader in readers.known)) + told, ""


def _names(ctx: Ctx) -> Check:
    """Which settings came from variables under other tools' names."""
    values = ctx.settings.values
    named = [
        f"{n} by {values[n].origin[4:]}" for n in sorted(values) if _is_named(values[n].origin)
    ]
    return True, "; ".join(named) or "all settings by their own names", ""


def _is_named(origin: str) -> bool:
    return origin.startswith("env ")


def _promotions(ctx: Ctx) -> Check:
    """Where proposals are written as files, who said so, and whether they are all there."""
    from passdown.ops.projection import behind, place, projected

    loops = ", ".join(projected(ctx))
    if not loops:
        return True, "no loop's proposals are written as files", ""
    origin = ctx.settings.values["promotions.dir"].origin.removeprefix("env ")
    found, late = f"{place(ctx)} ({origin}), of {loops}", behind(ctx)
    if late:
        return False, f"{found}: {late} events behind", "passdown mirror"
    return True, found, ""


CHECKS: tuple[tuple[str, Callable[[Ctx], Check]], ...] = (
    ("store", _store),
    ("modes", _modes),
    ("ledger", _ledger),
    ("index", _index),
    ("meaning", _meaning),
    ("jobs", _jobs),
    ("settings", _settings),
    ("rules", _rules),
    ("loops", _loops),
    ("readers", _readers),
    ("names", _names),
    ("promotions", _promotions),
)
