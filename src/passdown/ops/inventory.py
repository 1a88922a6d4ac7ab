"""The inventory of a repository: what starts each Python file, what overlaps, what could go."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import Unreadable
from passdown.ops.kinds import FilePath
from passdown.ops.operation import Ctx, Effect, Shell, operation

if TYPE_CHECKING:
    from passdown.stages.inventory.classify import Row, World
    from passdown.stages.inventory.overlap import Overlap

PATIENCE = 60.0


@operation(
    "inventory",
    Effect.WRITE,
    cli=Shell(
        rows="files",
        columns=("path", "class", "confidence", "shown", "action"),
        facts=("root", "production", "documented", "manual", "dead", "written"),
        also=(("symbols", ("path", "line", "name", "dead", "why")),),
        bare="path",
    ),
    example="passdown inventory .",
    long=True,
)
def inventory(
    ctx: Ctx,
    path: FilePath = ".",
    out: FilePath = "docs/PYTHON_INVENTORY.md",
    only: str = "",
    probe: bool = False,
    symbols: bool = False,
    dry_run: bool = False,
) -> dict[str, Any]:
    """Say of every Python file what starts it: production, documented, manual, or nothing.

    The report is written below the folder; nothing else is touched. `only` shows one class.
    `probe` runs the repository's own code in a copy of it, to see whether what would be deleted is
    missed. `symbols` lists definitions, too, that nothing seems to need.
    """
    from passdown.stages.inventory.report import action

    root = Path(path).expanduser()
    found, rows, alike = _taken(root)
    written = "" if dry_run or not out else _written(root, out, rows, alike)
    shown = [_plain(row, action(row, alike)) for row in rows if only in ("", row.cls)]
    more = {
        "probed": _probed(found, shown) if probe else [],
        "symbols": _symbols(found, rows) if symbols else [],
        "overlap": [_overlap(one) for one in alike],
        "left_out": found.files.left_out,
    }
    return {"root": str(root), **_counts(rows), "written": written, "files": shown, **more}


def _taken(root: Path) -> tuple[World, list[Row], list[Overlap]]:
    from passdown.stages.inventory.classify import classify, world
    from passdown.stages.inventory.files import read
    from passdown.stages.inventory.overlap import overlaps

    found = world(read(root))
    rows = classify(found)
    return found, rows, overlaps(found, rows, _ages(root))


def _written(root: Path, out: str, rows: list[Row], alike: list[Overlap]) -> str:
    from passdown.stages.inventory.report import markdown

    _write(root / out, markdown(rows, alike, root.resolve().name))
    return str(root / out)


def _counts(rows: list[Row]) -> dict[str, int]:
    from passdown.stages.inventory.report import four

    classes = ("production", "documented", "manual", "dead")
    return {cls: sum(four(row) == cls for row in rows) for cls in classes}


def _overlap(one: Overlap) -> dict[str, Any]:
    return {"path": one.path, "other": one.other, "share": one.share, "why": one.why}


def _write(path: Path, text: str) -> None:
    """Put the report there whole, as any file of the repository is."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f".{path.name}.new")
        new.write_text(text, encoding="utf-8", errors="replace")
        new.replace(path)
    except OSError as error:
        raise Unreadable(
            f"the report cannot be written: {error.strerror}", where=str(path),
            next="name another place with --out, or --dry-run",
        ) from error  # fmt: skip


def _plain(row: Row, action: str) -> dict[str, Any]:
    return {
        "path": row.path, "class": row.cls, "confidence": row.confidence,
        "shown": " -> ".join(row.chain), "chain": list(row.chain), "action": action,
        "evidence": list(row.evidence), "importers": list(row.importers), "loc": row.loc,
        "flags": list(row.flags), "mentioned": list(row.mentioned),
    }  # fmt: skip


def _symbols(found: World, rows: list[Row]) -> list[dict[str, Any]]:
    from passdown.stages.inventory.symbols import DEAD, symbols

    told = symbols(found, {row.path: row.cls for row in rows})
    return [
        {"path": one.path, "line": one.line, "name": one.name, "kind": one.kind,
         "dead": one.dead, "why": "; ".join(one.reasons)}
        for one in sorted(told, key=lambda one: -one.dead) if one.dead >= DEAD
    ]  # fmt: skip


def _probed(found: World, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    from passdown.stages.inventory.probe import probe

    tried = [probe(found, row["path"]) for row in rows if row["action"] == "delete"]
    for row in rows:
        for one in tried:
            if one.path == row["path"] and not one.may_go:
                row["action"] = f"keep: {one.why}"
    return [{"path": one.path, "may_go": one.may_go, "why": one.why} for one in tried]


def _ages(root: Path) -> dict[str, str]:
    """When each file last changed; nothing where there is no history."""
    command = ["git", "-C", str(root), "log", "--format=%x00%cI", "--name-only", "-n", "2000", "--",
               "*.py"]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE)
    except (OSError, subprocess.SubprocessError):
        return {}
    ages: dict[str, str] = {}
    for part in done.stdout.decode("utf-8", "replace").split("\0")[1:]:
        when, _, names = part.partition("\n")
        for name in filter(None, names.split("\n")):
            ages.setdefault(name, when)
    return ages
