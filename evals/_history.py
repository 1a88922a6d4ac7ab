"""The trees of labelled removals out of clones, and what became of every file in them."""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from shutil import rmtree
from typing import NamedTuple, Protocol, TypeVar

from evals._removals import Removal, counts, git
from passdown.stages.inventory.ages import BULK
from passdown.stages.inventory.stopped import Stop, stopped
from passdown.text.stats import wilson

ALONE, MIXED, STAYED = "alone", "mixed", "stayed"
EDITS = 3
"""Later commits that touched a file, from which on it is known that it was worked on."""
LACKING = 3
"""Programs that a clone may lack of a commit, and still be taken for whole."""
_PICTURES = re.compile(r"\.(?:po|mo|pot|png|jpe?g|gif|svg|ico|pdf|woff2?|ttf|eot|gz|zip|map|css)\Z")
"""What no inventory reads."""


class Fate(NamedTuple):
    """What became of a file: how, how many commits edited it from then on where it is there to this
    day, and how many of these were no sweep over more than BULK programs."""

    how: str
    edits: int
    looks: int


class OfAFile(Protocol):
    """What is known of one file of a repository."""

    @property
    def repo(self) -> str: ...

    @property
    def path(self) -> str: ...


Of = TypeVar("Of", bound=OfAFile)


class Judged(NamedTuple):
    """One file of the tree before a commit: what became of it, its class, whether what is proposed
    takes it away, and how many programs the commit edited besides."""

    repo: str
    half: str
    commit: str
    path: str
    fate: Fate
    cls: str
    goes: bool
    beside: int = 0


def labelled(path: Path) -> list[Removal]:
    """The removals of a committed list."""
    rows = (json.loads(line) for line in path.read_text().splitlines())
    return [Removal(**{**r, "alone": tuple(r["alone"]), "mixed": tuple(r["mixed"])}) for r in rows]


@contextmanager
def tree(clone: Path, commit: str, place: Path) -> Iterator[Path]:
    """A commit's files on disk for a while, modes and all, without any of its hooks or filters."""
    index = place.with_name(f"{place.name}.index")
    place.mkdir(parents=True)
    command = ["git", f"--git-dir={clone.resolve()}", f"--work-tree={place}", "-c",
               "core.bare=false", "-c", "core.hooksPath=/dev/null"]  # fmt: skip
    said = {**os.environ, "GIT_INDEX_FILE": str(index)}
    try:
        subprocess.run([*command, "read-tree", commit], check=True, env=said, cwd=place)
        names = git(clone, "ls-tree", "-r", "-z", "--name-only", commit).split("\0")
        wanted = "\0".join(name for name in names if not _PICTURES.search(name))
        # A clone may lack its largest files, and git says so; a table or two may be among them.
        whole = subprocess.run(
            [*command, "checkout-index", "-f", "-q", "-z", "--stdin"], input=wanted.encode(),
            capture_output=True, env=said, cwd=place,
        )  # fmt: skip
        if whole.returncode and whole.stderr.count(b".py ") > LACKING:
            raise ValueError(f"{clone.name} lacks programs of {commit}: it is no whole clone")
        yield place
    finally:
        rmtree(place)
        index.unlink(missing_ok=True)


def fates(one: Removal, clone: Path, root: Path, dead: frozenset[str]) -> dict[str, Fate]:
    """What became of each file that counts: those that the commit removed, and those that stayed
    for a year, whatever their name is then. A file that another of the labelled commits removed as
    dead is of neither sort."""
    told = dict.fromkeys(one.alone, ALONE) | dict.fromkeys(one.mixed, MIXED)
    today = _names_later(clone, one.parent, "HEAD")
    edits, looks = _edits(clone, one.parent)
    for path in sorted(_names_later(clone, one.parent, one.later)):
        if path not in dead and path not in told and counts(path, _read(root / path)):
            told[path] = STAYED
    return {path: Fate(how, edits[path], looks[path]) if path in today else Fate(how, 0, 0)
            for path, how in told.items()}  # fmt: skip


def since(
    clone: Path, commit: str, words: Set[str], texts: Mapping[str, str]
) -> Mapping[str, Stop]:
    """Which of these words the history up to a commit stopped saying; none where the clone lacks
    what would be compared."""
    try:
        return stopped(partial(git, clone), commit, words, texts)
    except subprocess.CalledProcessError:
        return {}


def share(found: Sequence[bool]) -> float:
    """How many of them are so."""
    return round(sum(found) / len(found), 4) if found else math.nan


def between(found: Sequence[bool]) -> str:
    """Wilson's interval of that share, at 95 %, with the counts."""
    n, k = len(found), sum(found)
    low, high = wilson(k, n)
    return f"{k}/{n}, {low:.3f} to {high:.3f}" if n else "0/0"


def once(found: Iterable[Of], went: Callable[[Of], bool]) -> list[Of]:
    """Each file of a repository once: as removed where it was, else as first seen."""
    kept: dict[tuple[str, str], Of] = {}
    for one in found:
        known = kept.get((one.repo, one.path))
        if known is None or (went(one) and not went(known)):
            kept[one.repo, one.path] = one
    return list(kept.values())


def gone(rows: Iterable[Removal]) -> dict[str, frozenset[str]]:
    """Every file of each repository that one of the labelled commits removed."""
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row.repo, set()).update((*row.alone, *row.mixed))
    return {repo: frozenset(paths) for repo, paths in found.items()}


def _names_later(clone: Path, before: str, later: str) -> frozenset[str]:
    """The Python files of a commit that are there in a later one, by their names or by others."""
    here = _python(clone, before)
    try:
        said = git(clone, "diff", "-M", "-l4000", "--name-status", "--diff-filter=R", before, later,
                   "--", "*.py")  # fmt: skip
    except subprocess.CalledProcessError:
        said = ""  # a clone that lacks what would be compared
    moved = {line.split("\t")[1] for line in said.splitlines()}
    return here & (_python(clone, later) | moved)


def _python(clone: Path, commit: str) -> frozenset[str]:
    said = git(clone, "ls-tree", "-r", "--name-only", commit)
    return frozenset(path for path in said.splitlines() if path.endswith(".py"))


def _edits(clone: Path, commit: str) -> tuple[Counter[str], Counter[str]]:
    """How many commits touched each file since, and how many of them looked at it: a sweep over
    very many says of none that anyone did."""
    said = git(clone, "log", "--no-merges", "--no-renames", "--format=%x01", "--name-only",
               f"{commit}..HEAD", "--", "*.py")  # fmt: skip
    edits: Counter[str] = Counter()
    looks: Counter[str] = Counter()
    for part in said.split("\x01"):
        names = list(filter(None, part.splitlines()))
        edits.update(names)
        looks.update(names if len(names) <= BULK else ())
    return edits, looks


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
