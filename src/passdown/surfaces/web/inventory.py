"""Inventory: what starts each file of a repository, as a tree, from what was kept of it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from passdown.surfaces.web.site import Site, Visit

    Json = dict[str, Any]

CLASSES = ("production", "documented", "manual", "test", "test_only", "dead")
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
    twins = {one["path"]: one for one in found["overlap"]}
    files = [{**one, "twin": twins.get(one["path"])} for one in found["files"]]
    return visit.show(
        "inventory.html",
        found=found,
        asked=asked,
        tree=tree(files, here),
        above=_above(here),
        classes=CLASSES,
        alone=len(files) <= 40,
    )


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
    return [(cls, found[cls]) for cls in CLASSES if found[cls]]


def _folder(name: str, path: str, files: Sequence[Json], *, deep: bool) -> Folder:
    if not deep:
        return Folder(name, path, counted(files), [], [])
    return tree(files, path)


def _above(here: str) -> list[tuple[str, str]]:
    """Each folder on the way here, by name and path."""
    parts = here.split("/") if here else []
    return [(part, "/".join(parts[: n + 1])) for n, part in enumerate(parts)]
