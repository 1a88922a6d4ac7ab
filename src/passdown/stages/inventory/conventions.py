"""Files that nothing imports and something finds all the same: by their names, by what they share
with those beside them, or because they are what a published package offers."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from passdown.stages.inventory import mentions as named
from passdown.stages.inventory.copies import aside
from passdown.stages.inventory.modules import INIT
from passdown.text import sorts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.stages.inventory.classify import World

PUBLIC, BY_NAME, ALIKE = "public API", "by its name", "one of several alike"
OLD_NAME = "an old name of what users import"
FAMILY = 3
"""Files of one folder that share what nothing imports, from which on something finds them."""
FOLDERS = 4
"""Folders of one package with a file of one name that nothing imports, from which on it is found by
that."""

SHOWN = re.compile(
    r"(?:^|/)(?:examples?|benchmarks?|bench|profiling|demos?|samples?|tutorials?|docs?|docs?_src|"
    r"notebooks?|snippets|website|site|cookbook|experiments?)/"
)
PROGRAMS = re.compile(r"(?:^|/)(?:scripts?|tools?|bin|utils?|hack|contrib|maint|dev|ci|release)/")
_USUAL = re.compile(
    r"(?:^|/)(?:setup|noxfile|tasks|fabfile|manage|wsgi|asgi|conftest|hatch_build|gunicorn[._]\w+|"
    r"dodo|pavement|celeryconfig|build|versioneer|_version|version|sitecustomize|locustfile|dagfile)\.py\Z|"
    r"(?:^|/)(?:migrations|alembic)/(?:.*/)?[^/]*\.py\Z|(?:^|/)versions/[0-9a-f]+_|"
    r"(?:^|/)docs?/(?:.*/)?conf\.py\Z|(?:^|/)management/commands/[^/]+\.py\Z|"
    r"(?:^|/)\d+/(?:.*/)?[^/]+\.py\Z|(?:^|/)templatetags/[^/]+\.py\Z|(?:^|/)hook-[^/]+\.py\Z|"
    r"(?:^|/)(?:action|become|cache|callback|connection|filter|inventory|lookup|strategy|test|vars)"
    r"_plugins?/[^/]+\.py\Z|(?:^|/)roles/[^/]+/library/[^/]+\.py\Z|(?:^|/)skins/[^/]+/|"
    r"(?:^|/)(?:\w+_)?templates?/|\.(?:example|sample|dist|template)\.py\Z|(?:^|/)steps/[^/]+\.py\Z|(?:^|/)environment\.py\Z"
)
_HOME = re.compile(r"(?:src/)?(?:[^/]+/)?__main__\.py\Z")
"""What the package that all is about is started by; one below it somebody starts by hand."""
_DJANGO = re.compile(
    r"(?:^|/)(?:apps|admin|models|settings|search_indexes|cms_plugins|cms_apps|wagtail_hooks)(?:/__init__)?\.py\Z|(?:^|/)settings/[^/]+\.py\Z"
)
"""What Django itself looks for; its views, forms and the rest are named where they are used."""
_LOOKED_FOR = {
    "documents": "django_elasticsearch_dsl", "content_plugins": "fluent_contents",
    "translation": "modeltranslation", "autocomplete_light_registry": "autocomplete_light",
    "rules": "rules", "sitetrees": "sitetree", "lookups": "ajax_select", "panel": "horizon",
    "dashboard": "horizon",
}  # fmt: skip
"""Modules that a library looks for in every app, by that library."""
_FLOW = re.compile(r"\bDAG\(|@dag\b")
_SITES = ("manage.py", "wsgi.py", "asgi.py")
_COMMON = frozenset(
    ("main", "run", "usage", "parse_args", "parse_arguments", "get_args", "get_parser", "cli",
     "setup", "test", "logger", "log", "LOG", "_", "T", "app", "parser", "args", "version",
     "__all__", "__version__", "__author__", "__license__", "__copyright__", "__metaclass__",
     "__doc__", "__email__", "__date__", "(object)", "(Exception)", "(ABC)", "(Enum)", "(str)",
     "(dict)", "(list)", "(int)", "(Generic)", "(NamedTuple)", "(Protocol)", "(TypedDict)",
     "(ValueError)", "(RuntimeError)", "(Thread)", "(namedtuple)", "(BaseModel)", "(Model)",
     "@dataclass", "@contextmanager", "@property", "@staticmethod", "@wraps", "@lru_cache",
     "@cache", "@total_ordering", "@runtime_checkable", "@overload", "@s", "@", "()", "@attrs",
     "@define")
)  # fmt: skip
_AFFIX = re.compile(r"(?:([A-Za-z]+?)(?=[_-]|(?<=[a-z])(?=[A-Z]))|(_\d)\d*_)")
_GENERIC = frozenset(("utils", "util", "helpers", "helper", "base", "common", "constants", "types",
                      "exceptions", "errors", "compat", "test", "legacy", "__init__", "core",
                      "old", "tools"))  # fmt: skip


def found(world: World) -> Iterator[tuple[str, str]]:
    """Each such file, and what finds it."""
    django = _is_django(world)
    for path, source in world.sources.items():
        stub = source.only_imports and not world.edges.get(path)
        sought = (django and _DJANGO.search(path)) or _is_called_for(world, path)
        called_so = _USUAL.search(path) or _HOME.match(path) or sought
        if called_so and not stub and not world.copied(path) and not aside(path):
            yield path, BY_NAME
    yield from _offered(world)
    alike = _alike(world)
    flows = {path for path in world.sources if _is_flow(world, path)}
    yield from ((path, ALIKE) for path in sorted(alike | flows))


def _is_called_for(world: World, path: str) -> bool:
    """Whether a library that the repository uses looks for modules of this name in every app."""
    library = _LOOKED_FOR.get(path.rpartition("/")[2].removesuffix(".py"))
    return library in world.libraries


def _is_flow(world: World, path: str) -> bool:
    """Whether a file makes a graph of tasks for Airflow, which runs what it finds in a folder."""
    told = any(one.module.partition(".")[0] == "airflow" for one in world.sources[path].imports)
    return told and bool(_FLOW.search(world.files.texts[path]))


def _is_django(world: World) -> bool:
    """Whether its files are found as Django finds them."""
    users = [
        path
        for path, source in world.sources.items()
        if any(one.module.partition(".")[0] == "django" for one in source.imports)
    ]
    return len(users) >= FAMILY or any(path.endswith("manage.py") for path in users)


def published(world: World) -> set[str]:
    """The modules of published packages that are not private, with commands beside or without."""
    homes = world.projects
    grouped: dict[tuple[str, str], list[str]] = defaultdict(list)
    for path in world.sources:
        home, package = _home(path, homes), _package(world, path.rpartition("/")[0])
        if home is not None and package and _is_public(path):
            grouped[package, home].append(path)
    return {path for (package, home), paths in grouped.items()
            if _is_published(world, package, home) for path in paths}  # fmt: skip


def _offered(world: World) -> Iterator[tuple[str, str]]:
    """What a published package without a command or a service of its own offers."""
    homes, public = world.projects, published(world)
    libraries = {home for home, commands in homes.items()
                 if not commands and not _is_served(world, home)}  # fmt: skip
    for path in world.sources:
        home = _home(path, homes)
        if (home in libraries and path in public) or (
            home is not None and _is_contributed(world, path)
        ):
            yield path, PUBLIC


def _home(path: str, homes: Iterable[str]) -> str | None:
    """The innermost package's folder that a file is in; None where it is in none."""
    around = [home for home in homes if not home or path.startswith(f"{home}/")]
    return max(around, key=len, default=None)


def _is_served(world: World, home: str) -> bool:
    """Whether a service starts something in it, or it is a site."""
    head = f"{home}/" if home else ""
    if any(f"{head}{name}" in world.sources for name in _SITES):
        return True
    return any(
        step.tier == 1
        and path.startswith(head)
        and step.by.rpartition("/")[2] not in named.MANIFESTS
        for path, steps in world.roots.items()
        for step in steps
    )


def _is_public(path: str) -> bool:
    """Whether none of a module's path is private, and it is no program."""
    if sorts.test(path) or SHOWN.search(path) or PROGRAMS.search(path):
        return False
    parts = path.removesuffix(".py").split("/")
    return not any(part.startswith("_") and part != "__init__" for part in parts)


def _is_published(world: World, package: str, home: str) -> bool:
    """Whether a manifest packs it: what stands beside the manifest or in `src`, or in a folder that
    it names; what stands elsewhere below it, copies of other projects above all, it does not."""
    folder = package.rpartition("/")[0].removeprefix(home).strip("/")
    if folder in ("", "src"):
        return True
    texts = (world.files.texts.get(f"{home}/{name}".lstrip("/"), "") for name in named.MANIFESTS)
    said = re.compile(rf"(?<![\w-]){re.escape(folder)}(?![\w-])")
    return any(said.search(text) for text in texts)


def _is_contributed(world: World, path: str) -> bool:
    """Whether a package brings it for users to take up: a module, no program, in its `contrib`."""
    folder = path.rpartition("/")[0]
    within = "contrib" in folder.split("/")[1:] and f"{folder}/{INIT}" in world.sources
    return within and not world.sources[path].has_main and not sorts.test(path)


def old_names(world: World) -> Iterator[str]:
    """The modules of published packages that nothing imports, and that only give on what is defined
    elsewhere in the repository: they are there for who imports it by its old name."""
    homes, used = world.projects, _used(world)
    for path in world.sources:
        if path not in used and _home(path, homes) is not None and _hands_on(world, path):
            yield path


def _hands_on(world: World, path: str) -> bool:
    """Whether a module of a package defines nothing, and gives on what another one defines."""
    source, folder = world.sources[path], path.rpartition("/")[0]
    if not source.hands_on or f"{folder}/{INIT}" not in world.sources or sorts.test(path):
        return False
    return any(not world.modules.files(f"{one.module}.{name}".lstrip("."))
               and any(world.modules.meant(path, one))
               for one in source.imports for name in one.names)  # fmt: skip


def _used(world: World) -> set[str]:
    """What something imports that is no test."""
    return {target for path, reached in world.edges.items() if not sorts.test(path)
            for target in reached}  # fmt: skip


def _alike(world: World) -> set[str]:
    """Files that nothing imports but tests, and that are like several others which nothing imports:
    one folder's by what they share, several folders' by their name."""
    used = _used(world)
    alone = [path for path in world.sources
             if path not in used and not sorts.test(path) and not SHOWN.search(path)
             and not world.copied(path)]  # fmt: skip
    shared: dict[tuple[str, str], list[str]] = defaultdict(list)
    names: dict[tuple[str, str], list[str]] = defaultdict(list)
    for path in alone:
        folder, _, name = path.rpartition("/")
        if name == INIT:
            for mark in world.sources[path].marks - _COMMON:
                # Packages that stand beside each other.
                shared[folder.rpartition("/")[0] + "/*/", mark].append(path)
            continue
        names[_package(world, folder), name].append(path)
        if f"{folder}/{INIT}" in world.sources or not world.sources[path].has_main:
            for mark in _marks(world, path):
                shared[folder, mark].append(path)
    several = [paths for paths in shared.values() if len(paths) >= FAMILY]
    several += [paths for (package, name), paths in names.items()
                if package and len(paths) >= FOLDERS
                and name.removesuffix(".py") not in _GENERIC]  # fmt: skip
    return {path for paths in several for path in paths}


def _package(world: World, folder: str) -> str:
    """The outermost package that a folder is in; '' where it is in none."""
    outermost = ""
    while folder and f"{folder}/{INIT}" in world.sources:
        outermost, folder = folder, folder.rpartition("/")[0]
    return outermost


def _marks(world: World, path: str) -> Iterator[str]:
    """What a file may share with those beside it."""
    yield from world.sources[path].marks - _COMMON
    stem = path.rpartition("/")[2].removesuffix(".py")
    affix = _AFFIX.match(stem)
    if affix is not None:
        yield f"{affix[1] or affix[2]}*"
    if "_" in stem:
        yield f"*{stem.rpartition('_')[2]}"
