"""The names a text mentions: identifiers, paths, commands, packages, errors, links, tools."""

from __future__ import annotations

import re
from typing import NamedTuple

LONGEST = 200
"""A longer run of characters is data, not a name."""

MOST = 500
"""Mentions taken of one text, so that a listing of files does not drown what it is about."""

TOOLS = frozenset(
    [
        "apt",
        "bash",
        "brew",
        "bun",
        "bundle",
        "cargo",
        "clang",
        "cmake",
        "conda",
        "curl",
        "docker",
        "docker-compose",
        "eslint",
        "flake8",
        "gcc",
        "gem",
        "gh",
        "git",
        "go",
        "gradle",
        "grep",
        "helm",
        "hatch",
        "java",
        "jest",
        "jq",
        "kubectl",
        "make",
        "maven",
        "mocha",
        "mvn",
        "mypy",
        "node",
        "npm",
        "npx",
        "nvm",
        "pip",
        "pip3",
        "pipx",
        "playwright",
        "pnpm",
        "podman",
        "poetry",
        "pre-commit",
        "prettier",
        "psql",
        "pyright",
        "pytest",
        "python",
        "python3",
        "redis-cli",
        "rg",
        "rsync",
        "ruff",
        "rustc",
        "rustup",
        "sed",
        "sqlite3",
        "ssh",
        "systemctl",
        "tar",
        "terraform",
        "tmux",
        "tox",
        "tsc",
        "uv",
        "uvicorn",
        "uvx",
        "vite",
        "vitest",
        "wget",
        "yarn",
    ]
)

LINK = r"(?P<link>https?://[^\s<>\"'`\])]+)"
CODE = r"`(?P<code>[^`\n]{1,200})`"
PATH = (
    r"(?P<path>(?<![\w/.~-])(?:~|\.{1,2})?/?(?:[\w.@-]+/)+[\w.@-]*"
    r"|(?<![\w/.-])[\w-]+\.[a-z]{1,5}\b(?!\())"
)
ERROR = r"(?P<error>\b[A-Z]\w*(?:Error|Exception|Warning|Failure)\b)"
DOTTED = r"(?P<dotted>\b[a-zA-Z_]\w*(?:\.[a-zA-Z_]\w*)+\b)"
SNAKE = r"(?P<snake>\b[a-zA-Z]\w*_\w+\b)"
CAMEL = r"(?P<camel>\b(?:[a-z]+[A-Z]\w*|[A-Z][a-z0-9]+[A-Z]\w*)\b)"
WORD = r"(?P<word>\b[a-z][a-z0-9-]+\b)"
NAMES = re.compile("|".join((LINK, CODE, ERROR, PATH, DOTTED, SNAKE, CAMEL, WORD)))
INSTALL = re.compile(
    r"\b(?:pip3?|uv(?: pip)?|npm|pnpm|yarn|cargo|gem|apt(?:-get)?|brew|poetry|go)\s+"
    r"(?:install|add|get|i)\s+(?:-[\w-]+\s+)*(?P<package>[\w@][\w@./-]*)"
)
FILES = re.compile(r"[\w-]+\.(?:[a-z]{1,4}|[jt]sx?|jsonl?|ya?ml|toml|lock)\Z")
NOT_PATHS = frozenset({"e.g", "i.e", "and/or", "his/her", "he/she", "n/a", "yes/no", "either/or"})
KINDS = {
    "error": "error",
    "dotted": "identifier",
    "snake": "identifier",
    "camel": "identifier",
    "link": "link",
}


class Mention(NamedTuple):
    """One name, where it stands (in code points) and the key others' mentions of it share."""

    kind: str
    key: str
    start: int
    end: int


def mentions(text: str) -> tuple[Mention, ...]:
    """Every name in the text, in order; a name inside a longer one is not taken twice."""
    packages = {m["package"]: m.span("package") for m in INSTALL.finditer(text)}
    spans = set(packages.values())
    found = [Mention("package", name.lower(), *at) for name, at in packages.items()]
    for match in NAMES.finditer(text):
        if match.span() not in spans and (one := _mention(match)):
            found.append(one)
        if len(found) >= MOST:
            break
    return tuple(sorted(found, key=lambda m: (m.start, m.end)))


def keys(text: str) -> tuple[str, ...]:
    """The keys of the names in the text, each once, in order."""
    return tuple(dict.fromkeys(m.key for m in mentions(text)))


def _mention(match: re.Match[str]) -> Mention | None:
    group = match.lastgroup or ""
    name = match[group]
    start, end = match.span(group)
    if len(name) > LONGEST:
        return None
    if group == "code":
        return _code(name, start, end)
    if group == "word":
        return Mention("tool", name, start, end) if name in TOOLS else None
    if group == "path":
        return _path(name, start, end)
    if group == "dotted" and FILES.match(name):
        return _path(name, start, end)
    key = name.rstrip(".,;:") if group == "link" else name
    return Mention(KINDS[group], key, start, start + len(key))


def _code(text: str, start: int, end: int) -> Mention | None:
    """What stands in backticks: a command, a path, or an identifier."""
    name = text.strip()
    if not name:
        return None
    first = name.split()[0]
    if " " in name:
        known = first in TOOLS or first.startswith("./")
        return Mention("command", " ".join(name.split()), start, end) if known else None
    if "/" in name or FILES.match(name):
        return _path(name, start, end)
    return Mention("tool" if name in TOOLS else "identifier", name, start, end)


def _path(name: str, start: int, end: int) -> Mention | None:
    trimmed = name.rstrip(".,;:")
    plain = trimmed.removeprefix("./").rstrip("/")
    if (
        plain.lower() in NOT_PATHS
        or len(plain) < 3
        or plain.replace("/", "").replace(".", "").isdigit()
    ):
        return None
    return Mention("path", plain, start, end - (len(name) - len(trimmed)))
