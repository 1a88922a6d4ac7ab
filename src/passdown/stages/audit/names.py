"""The things a sentence names: code in backticks, paths, identifiers; and one form to compare them
by."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

LONGEST = 120

_WORD = r"[A-Za-z_$][\w$]*"
_TICKED = re.compile(r"`{1,2}([^`\n]{1,160})`{1,2}")
_SUFFIX = (
    "py|pyi|js|jsx|mjs|ts|tsx|rs|go|md|rst|txt|toml|cfg|ini|ya?ml|json|sh|html|css|sql|lock|c|h|"
    "cpp|java|rb|ipynb"
)
_PATH = (
    r"(?:\.{0,2}/)?(?:[\w.@+-]+/)+[\w.@+*-]*[\w*]|"
    rf"[\w-]+(?:\.[\w-]+)*\.(?:{_SUFFIX})\b|Dockerfile|Makefile"
)
_FLAG = r"--[a-z][\w-]+"
_CALL = rf"{_WORD}(?:\.{_WORD})*\(\)"
_DOTTED = rf"{_WORD}(?:(?:\.|::){_WORD})+"
_SNAKE = r"[A-Za-z$]\w*_\w+|__?[A-Za-z]\w+"
_CAMEL = r"[a-z]+(?:[A-Z][a-z0-9]+)+|(?:[A-Z][a-z0-9]+){2,}|[A-Z][A-Z0-9]*_[A-Z0-9_]+"
NAME = re.compile(
    rf"(?P<ticked>`{{1,2}}[^`\n]{{1,160}}`{{1,2}})|(?<![\w./-])(?P<bare>{_PATH}|{_FLAG}|{_CALL}|"
    rf"{_DOTTED}|{_SNAKE}|{_CAMEL})(?![\w/])"
)
_FILE = re.compile(rf"(?:{_PATH})/?\Z")
_CODE = re.compile(rf"-{{0,2}}{_WORD}(?:(?:\.|::|-){_WORD})*(?:\([^()]*\))?\Z")
_SPLIT = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# Products and formats that are written in two capitals and name no code.
_PROPER = frozenset(
    [
        "github",
        "gitlab",
        "javascript",
        "typescript",
        "mysql",
        "openai",
        "chatgpt",
        "macos",
        "ios",
        "youtube",
        "linkedin",
        "stackoverflow",
        "json",
        "yaml",
        "pypi",
        "numpy",
        "pytorch",
        "tensorflow",
        "fastapi",
        "graphql",
        "websocket",
        "readme",
        "changelog",
        "devops",
        "codeql",
        "vscode",
        "intellij",
        "oauth",
        "nodejs",
        "huggingface",
        "langchain",
        "e.g",
        "i.e",
        "three.js",
        "d3.js",
    ]
)


_PRODUCT = re.compile(r"[A-Z]\w*\.js\Z")
_ENDED = re.compile(rf"\.(?:{_SUFFIX})\Z|(?:^|/)(?:Dockerfile|Makefile)\Z|.\Z(?<=/)")


class Name(NamedTuple):
    """One thing named: the text itself, where it stands, and whether it stood in backticks."""

    text: str
    start: int
    end: int
    ticked: bool

    @property
    def path(self) -> bool:
        """Whether it is the path of a file or folder."""
        return bool(_FILE.match(self.text)) and "(" not in self.text


def listed_at(text: str, at: int) -> Name | None:
    """The name that stands at this very place; None for none."""
    found = NAME.match(text, at)
    return _name(found) if found else None


def _name(found: re.Match[str]) -> Name | None:
    ticked = found["ticked"] is not None
    bare = found[0].strip("`").strip() if ticked else found[0]
    return Name(bare, found.start(), found.end(), ticked) if fit(bare, ticked=ticked) else None


def fit(text: str, *, ticked: bool) -> bool:
    """Whether this can be looked for in code: one name, no sentence, no expression."""
    if not text or len(text) > LONGEST or " " in text.strip():
        return False
    if not ticked and (text.casefold() in _PROPER or _PRODUCT.match(text)):
        return False
    return bool(_FILE.match(text) or _CODE.match(text))


def canon(text: str) -> str:
    """One form of a name: no backticks, no call, no leading `./`, no case."""
    folded = unicodedata.normalize("NFKC", text).casefold().strip("`'\" ")
    return re.sub(r"\(.*\)$", "", folded).removeprefix("./").rstrip("/")


def last(text: str) -> str:
    """What a dotted name ends with: `Client.send()` is looked for as `send`."""
    bare = re.sub(r"\(.*\)$", "", text.strip("`"))
    return re.split(r"\.|::", bare)[-1] if not _FILE.match(bare) else bare


def parts(text: str) -> list[str]:
    """The words a name is made of, without case."""
    return [part.casefold() for part in _SPLIT.split(text) if len(part) > 1]


def flat(text: str) -> str:
    """A name without case and without what joins its words: `OpenTelemetry`, `open_telemetry`."""
    return re.sub(r"[^a-z0-9]+", "", text.casefold())


def doubtful(text: str) -> bool:
    """Whether it has the form of a path and may as well be none: `read/write`, `CI/CD`, `/users`.
    A known ending or a slash behind it says that it is one."""
    return "/" in text and not _ENDED.search(text)


def distinctive(text: str) -> bool:
    """Whether a name is hardly met by chance: long, and of more than one word."""
    bare = last(text)
    return len(bare) >= 6 and (("_" in bare.strip("_")) or bool(re.search(r"[a-z][A-Z]", bare)))
