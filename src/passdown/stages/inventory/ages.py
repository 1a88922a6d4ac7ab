"""What a history says of each file: how old it is, and how much and how lately it was worked on."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

QUARTER = 90 * 86_400
YEAR = 365 * 86_400
BULK = 30
"""Python files of one commit, from which on it does not say that anyone looked at each."""
WIDEST = 60
"""Python files that one commit takes away, from which on it is no tidying."""


class Past(NamedTuple):
    """How often a file was changed, how often of these by a wide sweep and how often in the last
    year by none, with the quarters since it was written and since it was last worked on."""

    changes: int
    sweeps: int
    lately: int
    age: float
    quiet: float


class Ages(NamedTuple):
    """The past of every Python file that a history knows; `cut` where that does not go back to its
    beginning, so that nothing goes by it; and how many files went in the last year from each folder
    and from all below it, the whole among these as ''."""

    past: Mapping[str, Past] = {}
    cut: bool = False
    gone: Mapping[str, int] = {}
    gone_below: Mapping[str, int] = {}


class _Touched(NamedTuple):
    """One commit: when it was made, the Python files that it touched, and those it took away."""

    when: int
    names: list[str]
    taken: list[str]


def ages(ask: Callable[..., str], tip: str = "HEAD") -> Ages:
    """Of the Python files up to a commit, as of its day. `ask` puts words to git."""
    if ask("rev-parse", "--is-shallow-repository").strip() == "true":
        # Where it is cut every file seems new, and what was merged from beyond seems untouched.
        return Ages(cut=True)
    newest = int(ask("log", "-1", "--format=%ct", tip))
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    changes: Counter[str] = Counter()
    looked: Counter[str] = Counter()
    lately: Counter[str] = Counter()
    touched = list(_changes(ask, tip))
    for one in touched:
        changes.update(one.names)
        first.update(dict.fromkeys(one.names, one.when))
        if len(one.names) <= BULK:
            for name in one.names:
                last.setdefault(name, one.when)
            looked.update(one.names)
            lately.update(one.names if newest - one.when < YEAR else ())
    past = {
        path: Past(n, n - looked[path], lately[path], (newest - first[path]) / QUARTER,
                   (newest - last.get(path, first[path])) / QUARTER)
        for path, n in changes.items()
    }  # fmt: skip
    return Ages(past, False, *_gone([one for one in touched if newest - one.when < YEAR], touched))


def _gone(
    lately: Sequence[_Touched], every: Sequence[_Touched]
) -> tuple[dict[str, int], dict[str, int]]:
    """How many files lately went from each folder, and from all below it. One that was only moved
    is none of them: its name is there still."""
    here: dict[str, bool] = {}
    for one in every:
        taken = set(one.taken)
        for name in one.names:
            here.setdefault(name, name not in taken)
    names = {path.rpartition("/")[2] for path, is_here in here.items() if is_here}
    folders: Counter[str] = Counter()
    below: Counter[str] = Counter()
    for one in lately:
        went = [path for path in one.taken if path.rpartition("/")[2] not in names]
        for path in went if len(went) <= WIDEST else ():
            folder = path.rpartition("/")[0]
            folders[folder] += 1
            while folder:
                below[folder] += 1
                folder = folder.rpartition("/")[0]
            below[""] += 1
    return dict(folders), dict(below)


def _changes(ask: Callable[..., str], span: str) -> Iterator[_Touched]:
    """What each commit touched, the newest first."""
    words = ("--no-merges", "--no-renames", "-z", "--format=%x01%ct%x02", "--name-status")
    # As the tree is named, which a folder below the repository's own may be asked for.
    for part in ask("log", *words, "--relative", span, "--", "*.py").split("\x01")[1:]:
        when, _, rest = part.partition("\x02")
        said = rest.strip("\0\n").split("\0")
        pairs = list(zip(said[::2], said[1::2], strict=False))
        yield _Touched(int(when), [name for _, name in pairs],
                       [name for what, name in pairs if what == "D"])  # fmt: skip
