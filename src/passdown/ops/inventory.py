"""The inventory of a repository: what starts each Python file, what overlaps, what could go."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from passdown.domain.errors import NotFound, Unreadable
from passdown.ops.kinds import FilePath, Id, Name
from passdown.ops.operation import Ctx, Effect, Progress, Shell, operation
from passdown.text.fold import Fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Set

    from passdown.stages.inventory.ages import Ages
    from passdown.stages.inventory.classify import Row, World
    from passdown.stages.inventory.needless import Weighed
    from passdown.stages.inventory.overlap import Overlap
    from passdown.stages.inventory.stopped import Stop


STEP = 20
"""Files after which it is told how far it is."""
Class = Literal["", "production", "documented", "manual", "dead", "test", "test_only"]
_COUNTED = ("production", "documented", "manual", "dead")
_NONE = "there is no Python file to list"
_FOLD = Fold("class", ("production", "documented", "test"), by="confidence", unless=("all", "only"))


@operation(
    "inventory",
    Effect.WRITE,
    cli=Shell(
        rows="files",
        columns=("path", "class", "confidence", "shown", "action"),
        facts=("root", *_COUNTED, "left_out", "written", "note", "others"),
        also=(("symbols", ("path", "line", "name", "dead", "why")),),
        bare="path",
        empty=_NONE,
        fold=_FOLD,
    ),
    example="passdown inventory .",
    long=True,
)
def inventory(
    ctx: Ctx,
    path: FilePath = ".",
    out: FilePath = "docs/PYTHON_INVENTORY.md",
    only: Class = "",
    probe: bool = False,
    symbols: bool = False,
    all: bool = False,
    dry_run: bool = False,
) -> dict[str, Any]:
    """Say of every Python file what starts it: production, documented, manual, or nothing.

    The report is written below the folder, and kept here for the pages; nothing else is touched.
    `only` shows one class. A terminal lists what nothing starts, the surest first; `all` lists
    every file there, as an answer in JSON always does.
    `probe` runs the repository's own code in a copy of it, to see whether what would be deleted is
    missed. `symbols` lists definitions, too, that nothing seems to need. Points say what is
    proposed to go: the signs that nobody needs a file, its history among them.
    """
    root = Path(path).expanduser()
    taken = _taken(ctx, root)
    written = "" if dry_run or not out else _written(root, out, taken)
    told = _told(taken)
    shown = [one for one in told if only in ("", one["class"])]
    if not dry_run:
        _keep(ctx, root, taken, told)
    more = {
        "probed": _probed(taken.found, shown) if probe else [],
        "symbols": _symbols(taken.found, taken.rows) if symbols else [],
    }
    return {"root": str(root), "written": written, "files": shown, **_beside(taken), **more}


@operation(
    "inventory.kept",
    Effect.READ,
    cli=Shell(
        rows="files",
        columns=("path", "class", "confidence", "shown", "action"),
        facts=("name", "at", *_COUNTED, "left_out", "note", "others"),
        fold=_FOLD,
    ),
    example="passdown inventory kept --only dead",
)
def inventory_kept(
    ctx: Ctx, id: Id = "", folder: Name = "", only: Class = "", all: bool = False
) -> dict[str, Any]:
    """The last inventory that was taken, or the last of one repository by its id.

    Nothing is read but what was kept. `folder` and `only` show the files below one and of one
    class. `all` lists every file in a terminal, too.
    """
    every = _kept(ctx)
    told = [{name: one[name] for name in ("id", "name", "at")} for one in every]
    if not every and not id:
        return {"inventories": [], "files": [], "overlap": []}
    found = next((one for one in every if id in ("", one["id"])), None)
    if found is None:
        raise NotFound(f"no inventory {id!r} is kept", next="`passdown inventory PATH` takes one")
    below = f"{folder.strip('/')}/" if folder.strip("/") else ""
    files = [
        one
        for one in found["files"]
        if one["path"].startswith(below) and only in ("", one["class"])
    ]
    # One that an earlier passdown kept says nothing of its history.
    return {"note": "", **found, "inventories": told, "files": files}


def _place(ctx: Ctx) -> Path:
    """The folder of what is kept."""
    path = Path(ctx.settings.text("audit.inventories")).expanduser()
    home: Path = ctx.facts["places"].root
    return path if path.is_absolute() else home / path


class _Taken(NamedTuple):
    """An inventory as it was taken: what was read, what is known of it, what is alike and what is
    weighed, and whether the history is cut off."""

    found: World
    rows: list[Row]
    alike: list[Overlap]
    weighed: Mapping[str, Weighed]
    is_cut: bool


def _beside(taken: _Taken) -> dict[str, Any]:
    """What is told beside the files."""
    overlap = [_overlap(one) for one in taken.alike]
    left_out = taken.found.files.left_out
    return {**_counts(taken.rows), "overlap": overlap, "left_out": left_out, "note": _note(taken)}


def _keep(ctx: Ctx, root: Path, taken: _Taken, files: list[dict[str, Any]]) -> None:
    """Put the whole inventory where it is found again without its folder."""
    import hashlib

    import msgspec

    from passdown.stages.audit.keep import write

    whole = root.resolve()
    id = hashlib.sha256(str(whole).encode("utf-8", "surrogateescape")).hexdigest()[:12]
    told = {"id": id, "name": whole.name, "at": ctx.clock.now(), "files": files, **_beside(taken)}
    write(_place(ctx) / f"{id}.json", msgspec.json.encode(told))


def _kept(ctx: Ctx) -> list[dict[str, Any]]:
    """What is kept, the newest first; a file that is none of ours is left where it is."""
    import msgspec

    found = []
    for file in _place(ctx).glob("*.json"):
        try:
            one = msgspec.json.decode(file.read_bytes())
        except (OSError, msgspec.DecodeError):
            continue
        if isinstance(one, dict) and one.get("id") == file.stem:
            found.append(one)
    return sorted(found, key=lambda one: (one["at"], one["id"]), reverse=True)


def _told(taken: _Taken) -> list[dict[str, Any]]:
    from passdown.stages.inventory.report import action

    told = [(row, taken.weighed.get(row.path)) for row in taken.rows]
    return [_plain(row, action(row, taken.alike, one), one) for row, one in told]


def _taken(ctx: Ctx, root: Path) -> _Taken:
    from passdown.stages.inventory.classify import classify, world
    from passdown.stages.inventory.files import read
    from passdown.stages.inventory.needless import needless
    from passdown.stages.inventory.overlap import overlaps

    found = world(read(root, partial(_each, ctx, "reading")), partial(_each, ctx, "understanding"))
    rows, seen = classify(found), _seen(root)
    alike = overlaps(found, rows, seen, partial(_each, ctx, "comparing"))
    weighed = needless(found, rows, seen, partial(_stopped, root) if seen.past else None)
    return _Taken(found, rows, alike, weighed, seen.cut)


def _each(ctx: Ctx, note: str, paths: list[str]) -> Iterator[str]:
    """The same paths, while it is told how many of them there were."""
    for n, path in enumerate(paths):
        if n % STEP == 0:
            ctx.report(Progress(n, len(paths), "files", note))
        yield path


def _note(taken: _Taken) -> str:
    """What a reader has to know of how it was taken; '' for nothing."""
    from passdown.stages.inventory.report import CUT

    return CUT if taken.is_cut else ""


def _written(root: Path, out: str, taken: _Taken) -> str:
    from passdown.stages.inventory.report import markdown

    place = root / out
    aside = Path(out).is_absolute() or ".." in Path(out).parts
    if not aside and not place.parent.resolve().is_relative_to(root.resolve()):
        raise Unreadable(
            "a link leads out of the folder that the report belongs in", where=str(place),
            next="name another place with --out, or --dry-run",
        )  # fmt: skip
    name = root.resolve().name
    _write(place, markdown(taken.rows, taken.alike, name, taken.weighed, taken.is_cut))
    return str(place)


def _counts(rows: list[Row]) -> dict[str, int]:
    from passdown.stages.inventory.report import four

    return {cls: sum(four(row) == cls for row in rows) for cls in _COUNTED}


def _overlap(one: Overlap) -> dict[str, Any]:
    return {"path": one.path, "other": one.other, "share": one.share, "why": one.why}


def _write(path: Path, text: str) -> None:
    """Put the report there whole, as any file of the repository is."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f".{path.name}.new")
        new.unlink(missing_ok=True)  # a repository may bring a link of this name
        with new.open("x", encoding="utf-8", errors="replace") as file:
            file.write(text)
        new.replace(path)
    except OSError as error:
        raise Unreadable(
            f"the report cannot be written: {error.strerror}", where=str(path),
            next="name another place with --out, or --dry-run",
        ) from error  # fmt: skip


def _plain(row: Row, action: str, weighed: Weighed | None) -> dict[str, Any]:
    return {
        "path": row.path, "class": row.cls, "confidence": row.confidence,
        "shown": " -> ".join(row.chain), "chain": list(row.chain), "action": action,
        "evidence": list(row.evidence), "importers": list(row.importers), "loc": row.loc,
        "flags": list(row.flags), "mentioned": list(row.mentioned),
        "points": None if weighed is None else weighed.points,
        "why": [] if weighed is None else list(weighed.why),
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


def _seen(root: Path) -> Ages:
    """What the history says of each file; nothing where there is none."""
    from passdown.domain.errors import Unavailable
    from passdown.stages.inventory.ages import Ages, ages

    try:
        return ages(partial(_ask, root))
    except (Unavailable, Unreadable):
        return Ages()


def _stopped(root: Path, words: Set[str], texts: Mapping[str, str]) -> Mapping[str, Stop]:
    """Which of these words the history stopped saying; none where it cannot be asked: a clone may
    lack what stood in older files."""
    from passdown.domain.errors import Unavailable
    from passdown.stages.inventory.stopped import stopped

    try:
        return stopped(partial(_ask, root), "HEAD", words, texts)
    except (Unavailable, Unreadable):
        return {}


def _ask(root: Path, *words: str) -> str:
    from passdown.stages.audit import git

    return git.ask(root, *words).decode("utf-8", "surrogateescape")
