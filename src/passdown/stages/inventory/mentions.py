"""What a repository's other files name: services, builds, checks, documents, by their weight."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SERVICE, BUILD, CHECK, DOCUMENT, HISTORY = 1, 2, 2, 3, 4

_SERVICE = re.compile(
    r"(?:^|/)(?:Dockerfile[^/]*|Containerfile[^/]*|[^/]*\.Dockerfile|docker-compose[^/]*|compose[^/]*"
    r"\.ya?ml|Procfile|serverless\.ya?ml|app\.ya?ml|crontab|[^/]*\.cron|[^/]*\.service|[^/]*\.timer|"
    r"supervisord?[^/]*\.conf|fly\.toml|render\.ya?ml|vercel\.json|template\.ya?ml|samconfig\.toml|"
    r"action\.ya?ml|zappa_settings\.json|netlify\.toml|heroku\.yml|modal\.toml|cog\.yaml)\Z|"
    r"(?:^|/)(?:k8s|kubernetes|helm|charts|deploy|deployment|infra|terraform|systemd|cron|"
    r"init\.d|init/service)/"
)
_CHECKS = re.compile(
    r"^\.github/|^\.gitlab-ci|^\.circleci/|^azure-pipelines|^\.travis|(?:^|/)(?:Makefile|makefile|"
    r"GNUmakefile|[Jj]ustfile|tox\.ini|noxfile\.py|\.pre-commit[^/]*|Jenkinsfile|appveyor\.yml|"
    r"[^/]*\.mk|Taskfile\.ya?ml|mkdocs\.ya?ml|codecov\.ya?ml|package\.json|pytest\.ini|hatch\.toml|"
    r"BUILD|BUILD\.bazel|CMakeLists\.txt|meson\.build|[^/]*\.(?:cmake|gradle)|[^/]*\.spec|"
    r"netlify\.toml|\.readthedocs\.ya?ml)\Z|^\.buildkite/|^ci/"
)
_LISTED = re.compile(
    r"(?:^|/)(?:CODEOWNERS|OWNERS|MAINTAINERS|POTFILES[^/]*|LICEN[CS]E[^/]*|COPYING[^/]*|MANIFEST|FILES)\Z"
)
"""Who keeps a file, or what it may be used for: that it is there, and not what for."""
_HISTORY = re.compile(
    r"(?:^|/)(?:change(?:s|log)?|history|news|release[-_]?notes?|releases?|migrations?|upgrading|"
    r"notes|whats[-_]?new|decisions?|adr|api|reference|archive|authors|contributors)(?:[-_.][^/]*)?(?:/|\Z)|"
    r"(?:^|/)[^/]*(?:exclu|ignore|skip|baseline|allow-?list|white-?list)[^/]*\.txt\Z|"
    r"(?:^|/)[^/]*todo[^/]*\.(?:txt|md|rst)\Z|"
    r"(?:^|/)RELEASE\.|(?:^|/)v?\d+\.\d[\w.-]*\.(?:rst|md|txt)\Z|\.json\Z|(?:^|/)(?:poetry\.lock|uv\.lock|SOURCES\.txt|MANIFEST\.in)\Z",
    re.I,
)
_DOCUMENTS = re.compile(
    r"\.(?:md|mdx|rst|adoc|txt|ipynb|html)\Z|(?:^|/)(?:README|INSTALL|USAGE)[^/]*\Z"
)
_MADE_FROM = re.compile(r"\.(?:jnj|j2|jinja2?|tmpl|tpl|template|erb|dist|example|sample)\Z")
_MADE = re.compile(
    r"(?:^|/)(?:_?generated|autosummary|apidoc|_?autoapi|_build)/|"
    r"(?:^|/)docs?/(?:.*/)?(?:\w+\.)+\w+\.(?:rst|md)\Z"
)
"""Pages that a program made of the modules themselves, each of them called after its module."""
_MADE_UP = re.compile(
    r"(?<![\w-])(?:[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)+|[a-z]+(?:_[a-z0-9]+)+)(?![\w/-])"
)
_CHECKED = re.compile(
    r"\[+(?:tool[.:])?(?:mypy|importlinter|ruff|coverage|flake8|isort|pylint|black|pyright|vulture|"
    r"deptry|bandit|pydocstyle|pytype|interrogate|\w+_coverage|mutmut|codespell|ty|pyrefly)\b"
)
"""Settings of what reads code and runs none: that a module is named in them starts nothing."""
_PLUGINS = re.compile(r"(?:load-)?plugins\s*=")
"""What such settings do run."""
_LOOKED_AT = re.compile(
    r"(?<![\w/-])(?:flake8|pylint|pycodestyle|pydocstyle|pyflakes|pep8|mypy|black|isort|bandit|ruff|"
    r"yapf|doctest|nosetests|pytest|py\.test)(?![\w/.])|--doctest"
)
"""A line that has its files read or tested, and starts none."""
_LEFT_OUT = re.compile(r"--?[a-z-]*(?:ignore|exclude|omit|skip|deselect)[a-z-]*[= ]\S+")
_LISTS = re.compile(r"^\.\. auto(?:module|summary)::|^::: [\w.]+$", re.M)
"""What has a program list a module in a page: that it is there, and not what for."""
_PATH = re.compile(r"(?<![\w/.-])(?:\./|\$\{?\w+\}?/|/)?((?:[\w.+-]+/)*[\w-]+\.py)\b")
_MODULE = re.compile(r"(?<![\w-])-m[ =\",']+([A-Za-z_][\w.]*)")
_EACH = re.compile(r"(?<![\w/.-])(?:\./)?((?:[\w.+-]+/)+)\*\.py\b")
_NAMED = re.compile(r"(?<![\w./-])([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+)(?::[A-Za-z_]\w*)?(?![\w/])")
_OBJECT = re.compile(r"(?<![\w./-])([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*):[A-Za-z_]\w*")
_SHELL = re.compile(r"(?<![\w.-])((?:[\w.+-]+/)*[\w.-]+\.(?:sh|bash))\b")
_DATA = (".toml", ".cfg", ".ini", ".yml", ".yaml", ".xml", ".ui", ".kv", ".zcml")
MANIFESTS = ("pyproject.toml", "setup.py", "setup.cfg")
_PACKAGE = re.compile(r"^\[project\]|^\[tool\.poetry\]|\bsetup\(|^\[metadata\]", re.M)
_COMMANDS = re.compile(
    r"^\[(?:project|tool\.poetry)\.(?:gui-)?scripts\]|\bconsole_scripts\b|\bscripts\s*=", re.M
)
_PLACED = re.compile(r"\bpackage_dir\s*=\s*\{([^}]*)\}")
_PLACE = re.compile(r"[\"']([\w.]*)[\"']\s*:\s*[\"']([\w./]*)[\"']")
LONGEST = 4000
"""Characters of a line, from which on a program wrote it."""
_SHEBANGS = ("#!/bin/sh", "#!/bin/bash", "#!/usr/bin/env bash", "#!/usr/bin/env sh")
_CODE = re.compile(
    r"^\s*(?:from\s+([A-Za-z_][\w.]*)\s+import\s+([\w, ]+)|import\s+([A-Za-z_][\w.]*))", re.M
)


@dataclass(frozen=True, slots=True)
class Mention:
    """One file or module that is named, where, and how much that weighs."""

    file: str
    line: int
    tier: int
    path: str = ""
    module: str = ""


def tier(path: str) -> int:
    """How much it weighs that this file names another: 1 a service, 2 a build or a check, 3 a
    document, 4 a history, which says nothing of today; 0 for others. What a file is made from
    weighs what it weighs."""
    path = _MADE_FROM.sub("", path)
    if _MADE.search(path):
        return HISTORY
    if _LISTED.search(path):
        return HISTORY
    if _SERVICE.search(path):
        return SERVICE
    if _CHECKS.search(path):
        return CHECK
    if _HISTORY.search(path):
        return HISTORY
    return DOCUMENT if _DOCUMENTS.search(path) else 0


def mentions(path: str, text: str) -> Iterator[Mention]:
    """What this file names, by its tier; a shell script's is that of who calls it."""
    weight = tier(path)
    if weight == DOCUMENT and _LISTS.search(text):
        weight = HISTORY
    if path.rpartition("/")[2] in MANIFESTS:
        yield from _declared(path, text)
        weight = weight or BUILD
    if path.endswith(_DATA) and "/" in path and not path.startswith("."):
        # What stands within the tree of a program, and no tool reads: a plug-in's own description.
        weight = weight if weight not in (0, HISTORY) else BUILD
    shell = path.endswith((".sh", ".bash")) or text.startswith(_SHEBANGS)
    settings = (".toml", ".cfg", ".ini", ".yml", ".yaml", "pylintrc")
    if not weight and not shell and not path.endswith(settings):
        yield from _started(path, text)
        return
    for n, line, checked in _lines(path, text):
        if len(line) < LONGEST:
            plugin = BUILD if _PLUGINS.match(line) else weight
            yield from _of_line(path, n, line, HISTORY if checked else plugin)


def _started(path: str, text: str) -> Iterator[Mention]:
    """The Python files that a program of another language names, or a text of no known sort."""
    if ".py" in text:
        for n, line in enumerate(text.splitlines(), 1):
            if ".py" in line and len(line) < LONGEST:
                yield from (Mention(path, n, BUILD, path=found) for found in _paths(line))


def _lines(path: str, text: str) -> Iterator[tuple[int, str, bool]]:
    """Every line, less what it tells a tool to leave out, and whether all that it does is to have
    files looked at: by its section of the settings, or by what it, or the line that goes on in it,
    calls."""
    config, document = path.endswith((".toml", ".cfg", ".ini")), tier(path) == DOCUMENT
    section = goes_on = looked = False
    for n, line in enumerate(text.splitlines(), 1):
        if config and line.startswith("["):
            section = bool(_CHECKED.match(line))
        looked = (looked and goes_on) or bool(not document and _LOOKED_AT.search(line))
        goes_on = line.endswith("\\")
        yield n, _LEFT_OUT.sub(" ", line), (section and not _PLUGINS.match(line)) or looked


def spoken(texts: Mapping[str, str]) -> dict[str, tuple[str, int]]:
    """The names that documents tell users of, each with where it is said first: such as are made of
    several words, which no sentence has by chance."""
    found: dict[str, tuple[str, int]] = {}
    for path in sorted(texts):
        read = path.endswith((".md", ".mdx", ".rst", ".adoc", ".txt"))
        if read and tier(path) == DOCUMENT and not _LISTS.search(texts[path]):
            for n, line in enumerate(texts[path].splitlines(), 1):
                for name in _MADE_UP.findall(line):
                    found.setdefault(name, (path, n))
    return found


def shells(text: str) -> set[str]:
    """The shell scripts that a text calls."""
    return {found[1] for found in _SHELL.finditer(text)}


def _of_line(path: str, n: int, line: str, weight: int) -> Iterator[Mention]:
    yield from (Mention(path, n, weight, path=found) for found in _paths(line))
    for found in _MODULE.finditer(line):
        yield Mention(path, n, weight, module=found[1])
    if weight in (SERVICE, BUILD, CHECK, 0):
        for found in _OBJECT.finditer(line):
            yield Mention(path, n, weight, module=found[1])
        for found in _NAMED.finditer(line):
            yield Mention(path, n, weight, module=found[1])
    elif weight == DOCUMENT:
        for found in _CODE.finditer(line):
            names = found[2].split(",") if found[2] else [""]
            for name in names:
                dotted = f"{found[1]}.{name.strip()}" if name.strip() else found[1] or found[3]
                yield Mention(path, n, weight, module=dotted)
        for found in _NAMED.finditer(line):
            yield Mention(path, n, weight, module=found[1])


def _paths(line: str) -> Iterator[str]:
    """The programs that a line names, one by one or all of a folder: `for x in jobs/*.py`."""
    yield from (found[1] for found in _PATH.finditer(line))
    if "python" in line or " in " in line:
        yield from (f"{found[1]}*.py" for found in _EACH.finditer(line))


def _declared(path: str, text: str) -> Iterator[Mention]:
    """The commands and plug-ins that an installed package has."""
    if path.endswith("pyproject.toml"):
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            return
        for target in _targets(data):
            yield Mention(
                path, _line(text, target), SERVICE, module=target.partition(":")[0].strip()
            )
        return
    for found in re.finditer(r"[\w.-]+\s*=\s*([A-Za-z_][\w.]*)\s*:\s*[A-Za-z_][\w.]*", text):
        yield Mention(path, text.count("\n", 0, found.start()) + 1, SERVICE, module=found[1])


def _targets(data: dict[str, Any]) -> Iterator[str]:
    project = data.get("project", {})
    poetry = data.get("tool", {}).get("poetry", {})
    groups = [project.get("scripts", {}), project.get("gui-scripts", {}), poetry.get("scripts", {})]
    groups += list(project.get("entry-points", {}).values())
    groups += list(poetry.get("plugins", {}).values())
    for group in groups:
        if isinstance(group, dict):
            yield from (value for value in group.values() if isinstance(value, str))


def _line(text: str, target: str) -> int:
    at = text.find(target)
    return text.count("\n", 0, at) + 1 if at >= 0 else 0


def installed(texts: Mapping[str, str]) -> dict[str, str]:
    """The folders whose packages are installed by another name: `package_dir={"shop": "lib"}`."""
    found: dict[str, str] = {}
    for path, text in texts.items():
        if path.rpartition("/")[2] == "setup.py":
            home = path.rpartition("/")[0]
            for inner in _PLACED.findall(text):
                for name, folder in _PLACE.findall(inner):
                    place = f"{home}/{folder.strip('./')}".strip("/")
                    if name and place:
                        found[place] = name
    return found


def packages(texts: Mapping[str, str]) -> dict[str, bool]:
    """The folders that hold a package that is published, and whether it brings commands."""
    found: dict[str, bool] = {}
    for path, text in texts.items():
        if path.rpartition("/")[2] in MANIFESTS and _PACKAGE.search(text):
            folder = path.rpartition("/")[0]
            found[folder] = found.get(folder, False) or bool(_COMMANDS.search(text))
    return found
