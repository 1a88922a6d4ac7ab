"""Inventory: what starts each file of a repository, as a tree, from what was kept of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from passdown.surfaces.web.site import Site, Visit

    Json = dict[str, Any]

CLASSES = ("production", "documented", "manual", "test", "test_only", "dead")
LANGUAGES = {".ts": "typescript", ".tsx": "typescript", ".js": "javascript", ".rs": "rust"}
"""Files of other languages are known by their paths and by what they offer that Python does too."""
FEW = 40
"""Files that are drawn with all that is to be done open."""
FIRST = 12
MOST = 250
"""Files that are drawn at once; a folder that has more is one to step into."""


class Folder(NamedTuple):
    """One folder: its name and path, how many files of each class are below it, and those files,
    where they are few enough to be drawn."""

    name: str
    path: str
    counts: list[tuple[str, int]]
    folders: list[Folder]
    files: list[Json]


def routes(site: Site) -> Sequence[BaseRoute]:
    """The address of this page."""
    return (site.page("/inventory", inventory),)


def inventory(visit: Visit) -> Response:
    """The tree of what was kept; the disk of the server is not looked at."""
    asked = {name: visit.asked(name) for name in ("id", "folder", "only")}
    found = visit.call("inventory.kept", **asked)
    here = asked["folder"].strip("/")
    files = [*_with_twins(found["files"], found["overlap"]), *_foreign(found["overlap"], asked)]
    return visit.show(
        "inventory.html",
        found=found,
        asked=asked,
        tree=tree(files, here),
        above=_above(here),
        classes=CLASSES,
        languages=sorted({*LANGUAGES.values()}),
        alone=len(files) <= FEW,
        first=_first(files) if len(files) > FEW else [],
    )


def _first(files: Iterable[Json]) -> list[Json]:
    """What there is to decide, the surest first, where it would be looked for among much else."""
    needless = [one for one in files if one["class"] in ("dead", "test_only")
                or one.get("action", "") == "archive"]  # fmt: skip
    # One that an earlier passdown kept has no points.
    return sorted(needless, key=lambda one: (-(one.get("points") or 0), -one["confidence"],
                                             one["path"]))[:FIRST]  # fmt: skip


def _with_twins(files: Iterable[Json], alike: Iterable[Json]) -> list[Json]:
    """Each file with those that it is like."""
    twins: dict[str, list[Json]] = defaultdict(list)
    for one in alike:
        twins[one["path"]].append(one)
    return [{**one, "twins": twins[one["path"]]} for one in files]


def _foreign(alike: Iterable[Json], asked: Json) -> list[Json]:
    """The files of other languages that do what a Python file does, below the folder asked for; a
    class is Python's, and who asks for one asks for none of these."""
    below = f"{asked['folder'].strip('/')}/".lstrip("/")
    twins: dict[str, list[Json]] = defaultdict(list)
    for one in alike:
        if PurePosixPath(one["other"]).suffix in LANGUAGES and one["other"].startswith(below):
            twins[one["other"]].append({**one, "other": one["path"]})
    return [
        {"path": path, "class": LANGUAGES[PurePosixPath(path).suffix], "twins": some}
        for path, some in sorted(twins.items())
        if not asked["only"]
    ]


def tree(files: Sequence[Json], here: str = "", most: int = MOST) -> Folder:
    """The folder with all that is below it; only its own files where that is too much."""
    below: dict[str, list[Json]] = {}
    own: list[Json] = []
    for one in files:
        name, slash, _ = one["path"][len(here) + bool(here) :].partition("/")
        (below.setdefault(name, []) if slash else own).append(one)
    deep = len(files) <= most
    folders = [
        _folder(name, f"{here}/{name}" if here else name, some, deep=deep)
        for name, some in sorted(below.items())
    ]
    return Folder(here.rpartition("/")[2], here, counted(files), folders, own[:most])


def counted(files: Iterable[Json]) -> list[tuple[str, int]]:
    """How many there are of each class, those that there are."""
    found = Counter(one["class"] for one in files)
    return [(cls, n) for cls in (*CLASSES, *sorted({*LANGUAGES.values()})) if (n := found[cls])]


def _folder(name: str, path: str, files: Sequence[Json], *, deep: bool) -> Folder:
    if not deep:
        return Folder(name, path, counted(files), [], [])
    return tree(files, path)


def _above(here: str) -> list[tuple[str, str]]:
    """Each folder on the way here, by name and path."""
    parts = here.split("/") if here else []
    return [(part, "/".join(parts[: n + 1])) for n, part in enumerate(parts)]
