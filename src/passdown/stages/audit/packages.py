"""What a repository depends on, by its manifests: Python, JavaScript, Rust and Go."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING, Any

from passdown.text import sorts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.stages.audit.change import Change

_TABLES = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")
_REQUIREMENT = re.compile(r"^\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(?:$|[=<>!~;@# ])")
_GO = re.compile(r"^\s*(?:require\s+)?([\w.-]+\.[\w./-]+)\s+v\d", re.M)
_LISTS = re.compile(
    r"^(?:install_requires|tests_require|setup_requires)\s*=|^\[options\.extras_require\]", re.M
)


def named(path: str, text: str) -> frozenset[str] | None:
    """The packages that a manifest asks for, in one spelling; None where it is not read here."""
    name = path.rpartition("/")[2]
    read = _TOML.get(name) or _OTHERS.get(name)
    if read is None and name.endswith((".txt", ".in")):
        read = _requirements
    if read is None:
        return None
    try:
        return frozenset(_canon(one) for one in read(text) if one)
    except (ValueError, TypeError, AttributeError):
        return None


def moved(change: Change) -> str:
    """The first file of a change by which other packages would be installed; '' for none."""
    for file in change.facts.files:
        if sorts.lock(file.path):
            return file.path
        if sorts.manifest(file.path):
            before, after = change.texts(file)
            if before is None or _asks(file.path, before) != _asks(file.path, after or ""):
                return file.path
    return ""


def _asks(path: str, text: str) -> Any:
    """All that a manifest says of packages, to be compared."""
    try:
        if path.endswith("package.json"):
            told = json.loads(text or "{}")
            return [told.get(name) for name in _TABLES]
        if path.endswith("pyproject.toml"):
            told = tomllib.loads(text)
            project = {name: told.get("project", {}).get(name)
                       for name in ("dependencies", "optional-dependencies")}  # fmt: skip
            poetry = told.get("tool", {}).get("poetry", {})
            return project, told.get("dependency-groups"), [
                value for name, value in sorted(poetry.items()) if "dependencies" in name
                or name == "group"
            ]  # fmt: skip
    except (ValueError, AttributeError):
        return text
    return [line.split() for line in text.splitlines() if line.split()]


def of_line(text: str) -> str:
    """The package that one line of a manifest asks for; '' for none."""
    bare = text.strip().strip(",").strip("\"'")
    found = _REQUIREMENT.match(bare) or re.match(r'"?([@\w./-]+)"?\s*[:=]\s*["{]', text.strip())
    return _canon(found[1]) if found else ""


def _canon(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).casefold()


def _requirements(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if found := _REQUIREMENT.match(line):
            yield found[1]


def _pyproject(text: str) -> Iterator[str]:
    data = tomllib.loads(text)
    project = data.get("project", {})
    groups = [project.get("dependencies", [])]
    groups += list(project.get("optional-dependencies", {}).values())
    groups += list(data.get("dependency-groups", {}).values())
    groups.append(data.get("build-system", {}).get("requires", []))
    for group in groups:
        yield from _requirements("\n".join(one for one in group if isinstance(one, str)))
    yield from _poetry(data.get("tool", {}).get("poetry", {}))


def _poetry(poetry: dict[str, Any]) -> Iterator[str]:
    yield from (name for name in poetry.get("dependencies", {}) if name != "python")
    yield from poetry.get("dev-dependencies", {})
    for group in poetry.get("group", {}).values():
        yield from group.get("dependencies", {})


def _cargo(text: str) -> Iterator[str]:
    data = tomllib.loads(text)
    for part in ("dependencies", "dev-dependencies", "build-dependencies"):
        yield from data.get(part, {})
        yield from data.get("workspace", {}).get(part, {})


def _pipfile(text: str) -> Iterator[str]:
    data = tomllib.loads(text)
    yield from data.get("packages", {})
    yield from data.get("dev-packages", {})


def _package(text: str) -> Iterator[str]:
    data = json.loads(text)
    for part in _TABLES:
        yield from data.get(part, {})


def _go(text: str) -> Iterator[str]:
    yield from _GO.findall(text)


def _setup(text: str) -> Iterator[str]:
    """The quoted or listed requirements of a `setup.py` or `setup.cfg`."""
    if not _LISTS.search(text) and "install_requires" not in text:
        return
    for line in text.splitlines():
        for quoted in re.findall(r"[\"']([^\"'\n]+)[\"']", line):
            if found := _REQUIREMENT.match(quoted):
                yield found[1]
        if line.startswith((" ", "\t")) and (found := _REQUIREMENT.match(line)):
            yield found[1]


_TOML = {"pyproject.toml": _pyproject, "Cargo.toml": _cargo, "Pipfile": _pipfile}
_OTHERS = {
    "package.json": _package, "go.mod": _go, "setup.py": _setup, "setup.cfg": _setup,
}  # fmt: skip
