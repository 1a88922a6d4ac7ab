"""Operations on how much is kept: what the store takes, and how long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.domain.scope import ALL
from passdown.ops.operation import Ctx, Effect, Progress, Shell, operation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.storage.port import Tx, Usage

KINDS = {
    "observations": ("observations", "sessions", "sources"),
    "records": ("records", "versions", "edges"),
    "proposals": ("proposals", "messages", "marks", "images"),
    "ledger": ("ledger", "bodies", "anchor"),
    "activity": ("activities", "activity_items"),
    "index": (
        "indexed",
        "indexed_seen",
        "indexed_anew",
        "indexed_meant",
        "index_head",
        "vectors",
    ),
    "jobs": ("jobs",),
}
"""Which tables keep what; the rest is small facts."""
FACTS = "facts"
SPOOLS = ("spool", "served")
LOGS = ("-wal", "-shm", "-journal")


@operation(
    "storage",
    Effect.READ,
    cli=Shell(
        rows="kinds",
        columns=("kind", "rows", "bytes"),
        facts=("bytes", "oldest", "newest", "keep_days", "would_free", "would_free_bytes", "next"),
    ),
    example="passdown storage --keep-days 90",
)
def storage(ctx: Ctx, keep_days: int = 0, whole: bool = False) -> dict[str, Any]:
    """What the store takes on the disk, by kind, and what retention would free.

    `keep_days` asks what it would free if that were the setting; `whole` only how much it is,
    which is known at once.
    """
    days = keep_days if keep_days > 0 else ctx.settings.whole("observe.keep_days")
    if whole:
        with ctx.store.read(ALL) as tx:
            oldest, newest = tx.sums.span()
        told = {"oldest": oldest, "newest": newest, "keep_days": days}
        return {"bytes": int(ctx.store.describe()["bytes"]), **told, "kinds": []}
    used = ctx.store.usage()
    kinds = [*_tables(used), *_files(ctx, sum(one.bytes for one in used))]
    with ctx.store.read(ALL) as tx:
        oldest, newest = tx.sums.span()
        freed = _would_go(ctx, tx, days)
    seen = next(one for one in kinds if one["kind"] == "observations")
    rows = next((one.rows for one in used if one.table == "observations"), 0)
    return {
        "bytes": sum(one["bytes"] for one in kinds),
        "oldest": oldest,
        "newest": newest,
        "keep_days": days,
        "would_free": freed,
        "would_free_bytes": seen["bytes"] * freed // max(rows, 1),
        "kinds": kinds,
        "next": "" if days else "observe.keep_days in config.toml says how long to keep them.",
    }


@operation("retain", Effect.WRITE, example="passdown retain", long=True)
def retain(ctx: Ctx) -> dict[str, Any]:
    """Forget observations older than `observe.keep_days`; what a yes rests on stays."""
    from passdown.ops.scrub import DUE, scrub, trim
    from passdown.stages.observe.ingest import oldest
    from passdown.stages.observe.rescan import note
    from passdown.stages.observe.retain import Retained, retain as keep

    before, done = oldest(ctx.settings, ctx.clock.now()), Retained()
    if before:
        done = keep(
            ctx.store,
            before,
            ctx.actor.name,
            scrub=DUE,
            report=lambda *so_far: ctx.report(Progress(*so_far)),
        )
    with ctx.store.write(ALL) as tx:
        note(tx, ctx.redactor())
    lines = trim(ctx, before) if before else 0
    return {"before": before, **done._asdict(), "lines": lines, **scrub(ctx)}


def _tables(used: Iterable[Usage]) -> list[dict[str, Any]]:
    """Rows and bytes of each kind of content."""
    kind_of = {table: kind for kind, tables in KINDS.items() for table in tables}
    kinds: dict[str, dict[str, Any]] = {
        kind: {"kind": kind, "rows": 0, "bytes": 0} for kind in (*KINDS, FACTS)
    }
    for one in used:
        kind = kinds[kind_of.get(one.table, FACTS)]
        kind["rows"] += one.rows
        kind["bytes"] += one.bytes
    return list(kinds.values())


def _files(ctx: Ctx, used: int) -> Iterator[dict[str, Any]]:
    """What stands beside the tables: free pages, logs, spools, copies, the rest."""
    where, kinds = str(ctx.store.describe()["where"]), dict.fromkeys(("free", "log"), 0)
    kinds |= dict.fromkeys(("spool", "copies", "other"), 0)
    for path in sorted(ctx.home.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        size = path.stat().st_size
        if str(path) == where:
            kinds["free"] = max(0, size - used)
        else:
            kinds[_kind(path.relative_to(ctx.home).parts)] += size
    for kind, size in kinds.items():
        yield {"kind": kind, "rows": None, "bytes": size}


def _kind(parts: tuple[str, ...]) -> str:
    if parts[0] in SPOOLS and len(parts) > 1:
        return "spool"
    if parts[-1].endswith(LOGS):
        return "log"
    return "copies" if ".backup" in parts[-1] else "other"


def _would_go(ctx: Ctx, tx: Tx, days: int) -> int:
    from passdown.domain.clock import later
    from passdown.stages.observe.retain import would_go

    return would_go(tx, later(ctx.clock.now(), days=-days)) if days else 0
