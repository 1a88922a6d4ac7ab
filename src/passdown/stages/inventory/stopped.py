"""Which names a history has stopped saying: what was imported, tested or spoken of once and is no
more had a use, and lost it."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from passdown.text import sorts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Set

    Ask = Callable[..., str]
    Stops = Callable[[Set[str], Mapping[str, str]], Mapping[str, "Stop"]]

DAYS = (120, 365, 730, 1460)
"""How far back is looked: a file that lost its last user waits for years, or for a week."""
_WORD = re.compile(r"[A-Za-z_]\w+")
_LOST = re.compile(r"^-.{0,2000}$", re.M)
_GAINED = re.compile(r"^\+.{0,2000}$", re.M)
"""Lines that a person writes are no longer."""
_IMPORTS = re.compile(r"^-[ \t]*(?:from|import)\b.*|^-[ \t]+[\w.]+(?: as \w+)?,?[ \t]*\)?$", re.M)
"""A line of an import, or one of the names that it goes on with."""


class Stop(NamedTuple):
    """How many programs imported, tests said and programs said a name more than do now."""

    imports: int = 0
    tests: int = 0
    programs: int = 0


class _Change(NamedTuple):
    """The words that one file lost and gained, and which of the lost ones it imported."""

    path: str
    lost: Set[str]
    gained: Counter[str]
    imported: Set[str]


def stopped(ask: Ask, tip: str, words: Set[str], texts: Mapping[str, str]) -> dict[str, Stop]:
    """Of these words, those that the texts of today say less than they did: by how many files at
    the most, of some days of the last years. `ask` puts words to git."""
    newest = int(ask("log", "-1", "--format=%ct", tip))
    found: dict[str, Stop] = {}
    for days in DAYS if words else ():
        day = datetime.fromtimestamp(newest - days * 86_400, UTC).isoformat()
        then = ask("rev-list", "-1", "--first-parent", f"--before={day}", tip).strip()
        if not then:
            break
        for word, stop in _since(ask, then, tip, words, texts).items():
            found[word] = Stop(*map(max, found.get(word, Stop()), stop))
    return found


def _since(
    ask: Ask, then: str, tip: str, words: Set[str], texts: Mapping[str, str]
) -> dict[str, Stop]:
    """The same since one commit."""
    imports: Counter[str] = Counter()
    said: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for one in _changes(ask, then, tip, words):
        now = _counted(_WORD.findall(texts.get(one.path, "")), words)
        is_test = sorts.test(one.path)
        gone = {word for word in one.lost if not now[word]}
        said[is_test].update(gone)
        said[is_test].subtract(word for word, n in one.gained.items()
                               if word not in one.lost and now[word] <= n)  # fmt: skip
        imports.update(() if is_test else gone & one.imported)
    told = {word: Stop(imports[word], max(said[True][word], 0), max(said[False][word], 0))
            for word in {*imports, *said[True], *said[False]}}  # fmt: skip
    return {word: stop for word, stop in told.items() if any(stop)}


def _changes(ask: Ask, then: str, tip: str, words: Set[str]) -> Iterator[_Change]:
    """What became of each Python file from one commit to another, of these words."""
    said = ask(
        "-c", "core.quotePath=false", "diff", "-U0", "--no-renames", "--no-color", "--no-prefix",
        "--no-ext-diff", "--no-textconv", "--relative", then, tip, "--", "*.py",
    )  # fmt: skip
    for part in re.split(r"^diff --git .*\n", said, flags=re.M)[1:]:
        head, _, rest = part.partition("\n@@")
        names = re.findall(r"^(?:---|\+\+\+) (.+?)\t?$", head, re.M)
        paths = [name for name in names if name != "/dev/null"]
        lost, gained = (_counted(_WORD.findall("\n".join(kind.findall(rest))), words)
                        for kind in (_LOST, _GAINED))  # fmt: skip
        if paths and (lost or gained):
            imported = _WORD.findall("\n".join(_IMPORTS.findall(rest)))
            yield _Change(paths[-1], lost.keys(), gained, words & set(imported))


def _counted(said: Iterable[str], words: Set[str]) -> Counter[str]:
    """How often each of these words is said."""
    return Counter(filter(words.__contains__, said))
