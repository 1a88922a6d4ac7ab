"""What the programs of a package take, read from their source, and how a repository calls them."""

from __future__ import annotations

import ast
import re
import shlex
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

FLAG = re.compile(r"--[a-z][\w-]*")
LONGEST = 4000
_DEFINES = ("add_argument", "add_option", "addoption", "option", "Option")
_NAMES = ("add_parser", "command", "group")
_HINT = re.compile("|".join((*_DEFINES, *_NAMES)))
_OPEN = re.compile(
    r"\bimport (?:typer|fire|cyclopts|tyro|defopt|plac|jsonargparse|docopt|configargparse)\b|"
    r"\bfrom (?:typer|fire|cyclopts|tyro|defopt|plac|jsonargparse|docopt|configargparse)\b|"
    r"f[\"']--\{|[\"']--[\"']\s*[+%]|[\"']--(?:%s|\{)"
)
"""What makes options of names, so that no text holds them."""
_SAID = re.compile(r"(?<![\w-])--[a-z][\w-]*")
_QUOTED = re.compile(r"[\"']([a-z][\w-]{1,40})[\"']|\bdef ([a-z]\w{1,40})")
_LEAVING = re.compile(r"\s[\[(]?deprecated\b", re.I)
_OLD = re.compile(r"^\W{0,3}deprecated\b", re.I)
_RUNNERS = frozenset(
    ("uv run", "poetry run", "pdm run", "hatch run", "pipenv run", "rye run", "pipx run",
     "python -m", "python3 -m")
)  # fmt: skip
_BEFORE = frozenset(
    ("-", "run:", "script:", "command:", "entrypoint:", "RUN", "CMD", "ENTRYPOINT", "sudo", "exec",
     "time", "env", "nohup", "$", "!", "if", "while", "then", "do", "else", "uvx", "commands", "=",
     "entry:", "before_script:", "release:", "web:", "worker:")
)  # fmt: skip
_ENDS = frozenset((";", "&&", "||", "|", "&", ")", "(", ">", ">>", "<", "2", "|&"))
_FILES = re.compile(
    r"(?:^|/)(?:Makefile|GNUmakefile|[Jj]ustfile|Dockerfile[^/]*|Procfile|tox\.ini|package\.json|"
    r"docker-compose[^/]*\.ya?ml)\Z|\.(?:mk|sh|bash)\Z|^\.github/(?:workflows|actions)/|"
    r"^\.(?:gitlab-ci|travis|circleci|gitea|forgejo|buildkite)|^azure-pipelines"
)


@dataclass(frozen=True, slots=True)
class Surface:
    """What the programs of one version take: options and commands that its source declares, those
    of them that are on their way out, and all that its text might still mean by one. `open` where
    options may be made of names."""

    programs: frozenset[str]
    flags: frozenset[str]
    words: frozenset[str]
    old: frozenset[str]
    said: frozenset[str]
    open: bool


class Run(NamedTuple):
    """One call of a program: its options, the command given to it, and where."""

    program: str
    flags: tuple[str, ...]
    word: str
    path: str
    line: int
    text: str


def surface(programs: frozenset[str], sources: Sequence[str]) -> Surface:
    """What the programs of a version take, by its modules."""
    walk = _Walk()
    said: set[str] = set()
    for text in sources:
        said.update(_SAID.findall(text))
        said.update(one or other.replace("_", "-") for one, other in _QUOTED.findall(text))
        if _HINT.search(text):
            walk.read(text)
    is_open = any(_OPEN.search(text) for text in sources)
    return Surface(programs, frozenset(walk.flags), frozenset(walk.words),
                   frozenset(walk.old), frozenset(said), is_open)  # fmt: skip


def of_help(texts: Mapping[str, str]) -> Surface:
    """What programs take, by what they said of themselves: all of it, as far as anybody knows."""
    flags = frozenset(flag for text in texts.values() for flag in _SAID.findall(text))
    old = frozenset(flag for text in texts.values() for row in text.splitlines()
                    if _LEAVING.search(row) for flag in _SAID.findall(row)[:1])  # fmt: skip
    return Surface(frozenset(texts), flags, frozenset(), old, flags, False)


class _Walk(ast.NodeVisitor):
    """Collects what calls declare: `add_argument("--x")`, `@click.option("--x")`."""

    def __init__(self) -> None:
        self.flags: set[str] = set()
        self.words: set[str] = set()
        self.old: set[str] = set()

    def read(self, text: str) -> None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self.visit(ast.parse(text))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return

    def visit_Call(self, node: ast.Call) -> None:
        """A call that declares an option or a command."""
        called = _last(node.func)
        if called in _DEFINES:
            found = {part for one in _texts(node.args) for part in one.split("/")
                     if FLAG.fullmatch(part)}  # fmt: skip
            self.flags |= found
            if _is_old(node.keywords):
                self.old |= found
        elif called in _NAMES:
            self.words.update(_texts([*node.args[:1], *(
                one.value for one in node.keywords if one.arg == "name")]))  # fmt: skip
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """A function that is a command by its decorator."""
        if any(_last(one.func if isinstance(one, ast.Call) else one) in ("command", "group")
               for one in node.decorator_list):  # fmt: skip
            self.words.add(node.name.replace("_", "-"))
        self.generic_visit(node)


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _texts(nodes: Sequence[ast.expr]) -> list[str]:
    return [one.value for one in nodes
            if isinstance(one, ast.Constant) and isinstance(one.value, str)]  # fmt: skip


def _is_old(keywords: Sequence[ast.keyword]) -> bool:
    """Whether a declaration says that it should not be used any more."""
    for one in keywords:
        value = one.value.value if isinstance(one.value, ast.Constant) else None
        if one.arg == "deprecated" and value:
            return True
        if one.arg == "help" and isinstance(value, str) and _OLD.match(value):
            return True
    return False


# ---- how a repository calls them


def calls_programs(path: str) -> bool:
    """Whether a file of this name says which programs are run."""
    return bool(_FILES.search(path))


def runs(path: str, text: str, programs: Collection[str]) -> list[Run]:
    """The calls of these programs in a script, a workflow or a recipe."""
    found: list[Run] = []
    for n, row in _rows(text):
        if any(one in row for one in programs):
            found += _of_row(path, n, row, programs)
    return found


def _rows(text: str) -> Iterator[tuple[int, str]]:
    """Lines, those that go on joined, with the number of the first."""
    start, held = 0, ""
    for n, line in enumerate(text.splitlines(), 1):
        start = start or n
        if line.rstrip().endswith("\\") and len(held) < LONGEST:
            held += line.rstrip()[:-1] + " "
            continue
        whole = held + line
        if not whole.lstrip().startswith(("#", "//")) and len(whole) < LONGEST:
            yield start, whole
        start, held = 0, ""


def _of_row(path: str, n: int, row: str, programs: Collection[str]) -> Iterator[Run]:
    for part in _parts(row):
        words = _bare(part)
        name = words[0].rpartition("/")[2] if words else ""
        if name in programs:
            flags, word = _given(words[1:])
            yield Run(name, flags, word, path, n, row.strip()[:300])


def _parts(row: str) -> Iterator[list[str]]:
    """The words of each command of a row."""
    lexer = shlex.shlex(row.strip(), posix=True, punctuation_chars=";&|()<>")
    lexer.whitespace_split = True
    try:
        words = list(lexer)
    except ValueError:
        return
    part: list[str] = []
    for word in (one for whole in words for one in _split(whole)):
        if word in _ENDS:
            yield part
            part = []
        else:
            part.append(word)
    yield part


def _split(word: str) -> list[str]:
    """A word that is a whole command is its words: `"run": "tool --x"`."""
    bare = word.strip("[],")
    return bare.split() if " " in bare else [bare] if bare else []


def _bare(part: Sequence[str]) -> list[str]:
    """A command without what stands before its program."""
    words = list(part)
    while words:
        if " ".join(words[:2]) in _RUNNERS:
            words = words[2:]
        elif words[0] in _BEFORE or re.fullmatch(r"\w+=.*|[\w.-]+:", words[0]):
            words = words[1:]
        else:
            return [words[0].lstrip("-+@"), *words[1:]]
    return []


def _given(words: Iterable[str]) -> tuple[tuple[str, ...], str]:
    """The options of a call, and the command right after the program. What may be another program's
    is not looked at."""
    flags: list[str] = []
    first = ""
    for n, word in enumerate(words):
        if word in ("--", "-m", "-c") or word.endswith(".py") or word.startswith(("$", "`", "#")):
            break
        if n == 0 and re.fullmatch(r"[a-z][\w-]*", word):
            first = word
        elif found := re.fullmatch(r"(--[a-z][\w-]*)(?:=.*)?", word):
            flags.append(found[1])
    return tuple(flags), first
