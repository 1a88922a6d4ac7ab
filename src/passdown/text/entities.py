"""The names a text mentions: identifiers, paths, commands, packages, errors, links, tools."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from passdown.text.tokens import STOP_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

ENTITY = "entity"
"""The kind of record that a name has: its body holds `name`, `kind` and `aliases`."""

LONGEST = 200
"""A longer run of characters is data, not a name."""

MOST = 500
"""Mentions taken of one text, so that a listing of files does not drown what it is about."""

_TOOLS = """apt apt-get bash bat biome black brew bun bunx bundle cargo clang cmake composer conda
corepack curl deno docker docker-compose dotnet eslint fd find flake8 gcc gem gh git
glab go gofmt golangci-lint gradle grep gunzip hatch helm isort java javac jest
journalctl jq just k9s kubectl ls lsof make maven meson mix mocha mvn mypy mysql nano
nginx ninja node npm npx nvm nx openssl pdm perl php pip pip3 pipx playwright pnpm
podman poetry pre-commit prettier protoc psql pulumi pyenv pyright pytest python
python3 rails rake redis-cli rg rsync ruby ruff rustc rustup rye scp screen sed
sqlite3 ssh sudo swift systemctl tar terraform tmux tofu tox tsc tsx turbo uv uvicorn
uvx vim vite vitest wget xcodebuild yarn zsh"""
TOOLS = frozenset(_TOOLS.split())
"""Programs that are known by name, also outside of a command."""

# Words of everyday language: a tool only where something else says so.
_HOMONYMS = "bat black fd find go just ls make mix node rake rye screen swift turbo"
_PROSE = frozenset(_HOMONYMS.split())
_INSTALL = re.compile(
    r"\b(?:pip3?|uv(?: pip)?|npm|pnpm|yarn|bun|cargo|gem|apt(?:-get)?|brew|poetry|go|conda)[ ]{1,3}"
    r"(?:install|add|get|i)[ ]{1,3}(?:-{1,2}[\w-]{1,40}[ ]{1,3}){0,6}"
)
_CHUNK = re.compile(
    r"(?P<link>https?://[^\s<>\"'`\])}]{1,400})"
    r"|`(?P<code>[^`\n]{1,200})`"
    r"|(?P<prompt>(?:^|(?<=\n))[ \t]{0,8}\$ )(?P<line>[^\n]{1,200})"
    r"|(?P<word>[^\s`\"'()\[\]{}<>,;|*\u2018-\u201f\u2026\u2192]+)"
)
_EDGE = re.compile(r"[.,:;!?=&#%^+]+$")
_PLACE = re.compile(r"(?::\d+){1,2}$|#L\d+(?:-L?\d+)?$")
_ERROR = re.compile(
    r"(?:\w+(?:\.|::))*([A-Z][A-Za-z0-9]*(?:Error|Exception|Warning|Failure|Panic))"
)
_PACKAGE = re.compile(
    r"((?:@[a-z0-9][\w.-]*/)?[A-Za-z][\w.-]*)@[\^~]?v?\d[\w.+-]*|(@[a-z0-9][\w.-]*/[a-z0-9][\w.-]*)"
)
_REQUIREMENT = re.compile(
    r"(?:@[\w.-]+/)?[A-Za-z](?:[\w.-]*\w)?(?:\[[\w,-]+\])?(?:[=<>~!]=?[\w.*]*\w)?"
)
_SUBCOMMAND = re.compile(r"[a-z][a-z0-9:-]*")
_OPTION = re.compile(r"--?[A-Za-z][\w-]*")
_STARTS_COMMAND = re.compile(r"(?:^|\n|&&|\|\|?|;|\bsudo)[ \t]{0,8}$")
_SLASHED = re.compile(r"/[a-z][a-z0-9_:-]*")
_QUOTED = re.compile(r"[A-Za-z_$@][\w$@.-]*[\w$]|[A-Za-z]")
_FLAG = re.compile(r"--[a-z][a-z0-9-]+")
_SUFFIXES = (
    "py|pyi|ipynb|js|mjs|cjs|jsx|ts|tsx|go|rs|java|kt|c|h|cc|cpp|hpp|cs|rb|php|sh|bash|zsh|ps1|json"
    "|jsonl|ya?ml|toml|md|mdx|rst|txt|log|csv|tsv|sql|html?|s?css|less|lock|cfg|ini|env|xml|proto|tf"
    "|swift|vue|svelte|dart|ex|exs|scala|lua|db|sqlite3?|png|svg|pdf|whl|gz|zip|tar|conf|service"
)
_FILE = re.compile(
    rf"[\w.@+-]*\w\.(?:{_SUFFIXES})|Makefile|Dockerfile|Justfile|Gemfile|Rakefile|Procfile|\.[a-z]+rc"
    r"|\.gitignore|go\.(?:mod|sum)",
    re.IGNORECASE,
)
_DOTENV = re.compile(r"\.env(?:\.[a-z]+)?")
_PATH = re.compile(
    r"(?:[A-Za-z]:)?(?:~|\.{1,2})?[/\\]?(?:[\w.@+$%~-]+[/\\])+[\w.@+$%~*-]*|[~.]{0,2}/[\w.@+-]+"
)
_FOLDERS = """src lib app apps cmd pkg internal test tests spec docs doc bin scripts tools
packages examples node_modules .github .claude .git config etc usr var tmp opt
crates vendor assets migrations components"""
_ROOTS = frozenset(_FOLDERS.split())
_MOUNTS = "bin dev etc home mnt opt private proc root sys tmp users usr var"
_SYSTEM = frozenset(_MOUNTS.split())
_SNAKE = re.compile(r"\$?_*[A-Za-z][A-Za-z0-9]*(?:_+[A-Za-z0-9]+)+_*|__\w+__|\$[A-Za-z_]\w+")
_CAMEL = re.compile(
    r"[a-z]+[0-9]*(?:[A-Z][a-z0-9]*)+|(?:[A-Z][a-z0-9]+){2,}|[A-Z]{2,}[a-z]+(?:[A-Z][a-z0-9]*)*"
)
_DOTTED = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\.|::|->|#)[A-Za-z_$][\w$]*)+")
_DOMAIN = re.compile(
    r"(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|ai|app|co|de|uk|eu|gov|edu)", re.IGNORECASE
)
_PLURAL = re.compile(r"[A-Z]{2,}s")
_HASH = re.compile(r"(?=[a-f]*[0-9])[0-9a-f]{7,64}")
_VALUES = frozenset(["true", "false", "null", "none", "nil", "undefined", "yes", "no", "ok"])
_GENERIC = STOP_WORDS | {"command", "commands", "package", "packages", "dependencies", "step"}
_ABBREVIATIONS = frozenset(["e.g", "i.e", "a.k.a", "vs", "etc", "n/a", "w/o", "p.s", "u.s"])
_RUNNERS = frozenset(["run", "compose", "exec", "tool", "script"])


class Mention(NamedTuple):
    """One name, where it stands (in code points) and the key others' mentions of it share."""

    kind: str
    key: str
    start: int
    end: int


def mentions(text: str) -> tuple[Mention, ...]:
    """Every name in the text, in order; of a long text the first 500. None stands inside another,
    but for the packages that a command installs."""
    packages = _installed(text)
    found: list[Mention] = []
    for match in _CHUNK.finditer(text):
        found.extend(_named(match, packages))
        if len(found) >= MOST:
            break
    return tuple(found[:MOST])


def record_key(name: str, scope: str) -> str:
    """The key of the record that a name has where this scope is told of it."""
    return f"{scope} {name}"


def keys(text: str) -> tuple[str, ...]:
    """The keys of the names in the text, each once, in order."""
    return tuple(dict.fromkeys(mention.key for mention in mentions(text)))


def _installed(text: str) -> dict[int, int]:
    """Where the names stand that an install command is given: start and end."""
    spans: dict[int, int] = {}
    for match in _INSTALL.finditer(text):
        place = match.end()
        while (name := _REQUIREMENT.match(text, place, place + LONGEST)) is not None:
            if name.group().lower() in _GENERIC:
                break
            spans[name.start()] = name.end()
            place = name.end() + 1
            if text[name.end() : place] != " ":
                break
    return spans


def _named(match: re.Match[str], packages: dict[int, int]) -> Iterator[Mention]:
    kind = match.lastgroup or ""
    start, end = match.span(kind)
    if kind == "link":
        name = match[kind].rstrip(".,;:!?*_")
        yield Mention("link", name, start, start + len(name))
    elif kind in ("code", "line"):
        yield from _code(match[kind], start)
        yield from (
            _package(match.string, at, packages[at]) for at in range(start, end) if at in packages
        )
    elif start in packages:
        yield _package(match.string, start, packages[start])
    elif end - start <= LONGEST and match.string[start - 1 : start] != "<":
        # A homonym is a program where a command starts.
        runs = match[kind] in _PROSE and _STARTS_COMMAND.search(
            match.string, max(start - 16, 0), start
        )
        yield from _word(match[kind], start, quoted=bool(runs))


def _package(text: str, start: int, end: int) -> Mention:
    return Mention("package", re.split(r"[\[=<>~!]", text[start:end])[0].lower(), start, end)


def _code(text: str, start: int) -> Iterator[Mention]:
    """What stands in backticks or after a prompt: a command, or one name."""
    inner = text.strip()
    start += len(text) - len(text.lstrip())
    first, _, rest = inner.removeprefix("$ ").partition(" ")
    if first in TOOLS and rest:
        yield Mention("command", _command(first, rest.split()), start, start + len(inner))
    elif inner and " " not in inner:
        known = list(_word(inner, start, quoted=True))
        yield from known or _quoted(inner, start)


def _quoted(name: str, start: int) -> Iterator[Mention]:
    """A word that is a name only because someone put it in backticks."""
    plain = name.removesuffix("()")
    if _QUOTED.fullmatch(plain) and plain.lower() not in _VALUES and not _HASH.fullmatch(plain):
        yield Mention("identifier", plain, start, start + len(name))


def _command(tool: str, words: list[str]) -> str:
    """How the command begins: tool, subcommand and flags, up to what differs from use to use."""
    most = 2 if words and words[0] in _RUNNERS else 1
    begin = [tool]
    for place, word in enumerate(words):
        plain = place < most and _SUBCOMMAND.fullmatch(word)
        if not plain and not _OPTION.fullmatch(word):
            break
        begin.append(word)
    return " ".join(begin)


def _word(text: str, start: int, *, quoted: bool = False) -> Iterator[Mention]:
    name = _EDGE.sub("", text)
    bare = _PLACE.sub("", name)
    if len(bare) < 2 or bare.lower() in _ABBREVIATIONS:
        return
    kind, key = _classified(bare, quoted)
    if kind:
        yield Mention(kind, key, start, start + len(bare))


@lru_cache(maxsize=32_768)
def _classified(name: str, quoted: bool) -> tuple[str, str]:
    """The kind and the key of one word; ('', '') when it is no name."""
    if name in TOOLS:
        return ("tool", name) if quoted or name not in _PROSE else ("", "")
    if error := _ERROR.fullmatch(name):
        return "error", error.group(1)
    if package := _PACKAGE.fullmatch(name):
        return "package", (package.group(1) or package.group(2)).lower()
    if _SLASHED.fullmatch(name) and name[1:].lower() not in _SYSTEM:
        return "command", name
    if _FILE.fullmatch(name) or _DOTENV.fullmatch(name) or _is_path(name, quoted):
        return "path", name.replace("\\", "/").removeprefix("./").rstrip("/") or name
    return ("identifier", name.removesuffix("()")) if _is_identifier(name) else ("", "")


def _is_path(name: str, quoted: bool) -> bool:
    if not _PATH.fullmatch(name):
        return False
    parts = [part for part in re.split(r"[/\\]", name) if part]
    if not parts or all(part.replace(".", "").isdigit() for part in parts):
        return False
    if name.startswith(("/", "./", "../", "~/", ".\\")) or parts[0].lower() in _ROOTS:
        return len(name) > 3
    # Words with slashes between them are prose (read/write) unless one of them is no word.
    return quoted or any(not part.replace("-", "").isalpha() for part in parts)


def _is_identifier(name: str) -> bool:
    plain = name.removesuffix("()")
    if any(form.fullmatch(plain) for form in (_FLAG, _SNAKE, _CAMEL)):
        return not _PLURAL.fullmatch(plain)
    if not _DOTTED.fullmatch(plain) or _DOMAIN.fullmatch(plain):
        return plain != name and plain.isidentifier()
    first, last = plain.split(".", 1)[0], plain.rsplit(".", 1)[-1]
    # The end of one sentence and the start of the next, with no space between.
    return not (first.isalpha() and first.islower() and last[:1].isupper() and "." in plain)
