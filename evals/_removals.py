"""Files that repositories' histories removed as dead, found by one rule that knows no verdict.

    python -m evals._removals FOLDER > evals/labels/removed_files.jsonl

FOLDER holds a clone of each repository, bare or not, in `owner+name`, `owner+name/repo` or
`owner/name`. The rule, decided before any tool was asked about a file:

- A commit counts when it is no merge, is younger than SINCE, and its subject says that something is
  unused, dead, obsolete, orphaned, or no longer, never or not used.
- A file counts when that commit deletes it whole, no renaming and no new file of its name explains
  that, it is not back today, and it is program text (`counts`): no test, document, example,
  migration, packaging script, vendored copy, or file that says nothing or cannot be parsed.
- It went `alone` when no surviving file that is no test and no document lost a line that says its
  module's name, and `mixed` otherwise: what stopped naming it was its user until then, and no
  reading of the tree before could call it dead. What went `mixed` has users of its own: what it
  imports went `mixed` with it.

Repositories that a rule of the inventory was ever looked at with are LEARNT_FROM; all others are
held out.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from passdown.text import sorts

SINCE = "2016-01-01"
LEARNT, HELD_OUT = "learnt", "held out"
LEARNT_FROM = frozenset(
    Path(__file__).with_name("labels").joinpath("learnt_from.txt").read_text().split()
)
WIDEST = 60
"""Python files that one commit deletes, from which on it is no tidying."""

_SAYS = re.compile(
    r"\b(?:unused|dead|obsolete|orphan(?:s|ed)?|(?:no longer|never|not) used)\b"
    r"(?![- ](?:links?|urls?|letters?|locks?|imports?|variables?|arg|param))",
    re.I,
)
_IMPORTS = re.compile(r"^[ \t]*(?:from|import)\b(?:[^(\n]*\([^)]*\)|[^\n]*)", re.M)
_APART = re.compile(
    r"(?:^|/)(?:migrations?|alembic|versions|_?vendor(?:ed)?|third[_-]?party|extern(?:al)?|"
    r"(?:[\w-]+[_-])?i?tests?|testing|test-\w+|testutils?|testprojects?|testdata|benchmarks?|"
    r"examples?)/|^t/|(?:^|/)(?:setup|conf|noxfile)\.py\Z"
)


class Removal(NamedTuple):
    """One commit that removed files as dead, with the tree before it."""

    repo: str
    half: str
    commit: str
    parent: str
    later: str
    alone: tuple[str, ...]
    mixed: tuple[str, ...]
    beside: int = 0


class Change(NamedTuple):
    """A commit's own account of itself: what each path became."""

    commit: str
    parent: str
    date: str
    subject: str
    paths: tuple[tuple[str, str], ...]

    @property
    def deleted(self) -> list[str]:
        """The Python files that it took away, unless a new file bears the name of one."""
        new = {_name(path) for what, path in self.paths if what in "AC"}
        return [p for what, p in self.paths
                if what == "D" and p.endswith(".py") and _name(p) not in new]  # fmt: skip

    @property
    def edited(self) -> list[str]:
        """The programs that stayed and that it edited."""
        return [p for what, p in self.paths
                if what in "MR" and p.endswith(".py") and not sorts.test(p)]  # fmt: skip


def git(clone: Path, *words: str, patience: int = 600) -> str:
    """What git says of a clone; nothing that the clone brings is run."""
    safe = (
        "-c",
        "core.fsmonitor=false",
        "-c",
        "core.hooksPath=/dev/null",
        "-c",
        "core.quotePath=0",
    )
    done = subprocess.run(
        ["git", f"--git-dir={clone}", *safe, *words], check=True, capture_output=True,
        timeout=patience,
    )  # fmt: skip
    return done.stdout.decode("utf-8", "replace")


def clones(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every clone in a folder, by its repository's name."""
    for head in sorted(
        {*folder.glob("*/HEAD"), *folder.glob("*/*/HEAD"), *folder.glob("*/*/*/HEAD")}
    ):
        place = head.parent
        if not (place / "objects").is_dir():
            continue
        parts = place.relative_to(folder).parts
        name = "/".join(part for part in parts if part not in ("repo", ".git")).replace("+", "/")
        if name.count("/") == 1:
            yield name.removesuffix(".git"), place


def half(repo: str) -> str:
    """Which part of the repositories one is of."""
    return LEARNT if repo in LEARNT_FROM else HELD_OUT


def removals(repo: str, clone: Path) -> Iterator[Removal]:
    """Every commit of a repository that removed files as dead, the newest first."""
    today = frozenset(git(clone, "ls-tree", "-r", "--name-only", "HEAD").splitlines())
    for change in _changes(clone):
        gone = [path for path in change.deleted if path not in today]
        gone = [path for path in gone if counts(path, _text(clone, change.parent, path))]
        if not gone or len(change.deleted) > WIDEST:
            continue
        lost = _lost(clone, change)
        alone, mixed = apart(clone, change.parent, gone, [p for p in gone if _said(p) & lost])
        later = _later(clone, change)
        beside = len(change.edited)
        yield Removal(repo, half(repo), change.commit, change.parent, later, alone, mixed, beside)


def apart(
    clone: Path, parent: str, gone: Sequence[str], used: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What went alone and what did not: what was used, and whatever that imports."""
    mixed, waiting = set(used), list(used)
    while waiting:
        text = _text(clone, parent, waiting.pop())
        said = set(re.findall(r"\w+", "\n".join(_IMPORTS.findall(text))))
        fresh = [path for path in gone if path not in mixed and _said(path) & said]
        mixed.update(fresh)
        waiting += fresh
    return tuple(p for p in gone if p not in mixed), tuple(p for p in gone if p in mixed)


def counts(path: str, text: str) -> bool:
    """Whether a file is program text that the inventory has to judge."""
    if sorts.test(path) or sorts.shown(path) or sorts.generated(path) or _APART.search(path):
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(not _is_silent(node) for node in body)


def _is_silent(node: ast.stmt) -> bool:
    silent = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return silent or isinstance(node, ast.Pass)


def _changes(clone: Path) -> Iterator[Change]:
    said = git(
        clone, "log", "HEAD", "--no-merges", f"--since={SINCE}", "-M", "--name-status", "-i", "-E",
        "--grep=unused|dead|obsolete|orphan|used", "--format=%x01%H%x00%P%x00%cI%x00%s",
    )  # fmt: skip
    for part in said.split("\x01")[1:]:
        head, _, rest = part.partition("\n")
        commit, parents, date, subject = head.split("\0")
        paths = tuple((line[0], line.rpartition("\t")[2]) for line in rest.splitlines() if line)
        if _SAYS.search(subject) and parents:
            yield Change(commit, parents.split()[0], date, subject, paths)


def _text(clone: Path, commit: str, path: str) -> str:
    return git(clone, "show", f"{commit}:{path}")


def _lost(clone: Path, change: Change) -> frozenset[str]:
    """The words of the lines that surviving files lost, tests and documents aside."""
    kept = [path for what, path in change.paths
            if what in "MR" and not sorts.test(path) and not sorts.shown(path)
            and not sorts.news(path)]  # fmt: skip
    if not kept:
        return frozenset()
    said = git(clone, "show", "-M", "--format=", "-U0", change.commit, "--", *kept)
    lines = [x for x in said.splitlines() if x.startswith("-") and not x.startswith("---")]
    return frozenset(re.findall(r"\w+", "\n".join(lines)))


def _said(path: str) -> set[str]:
    """The word that whoever uses a module has to say."""
    parts = path.removesuffix(".py").split("/")
    return {parts[-2] if parts[-1] in ("__init__", "__main__") and len(parts) > 1 else parts[-1]}


def _later(clone: Path, change: Change) -> str:
    """The state of a year later, or today's: of the line that all was merged into, or else of any;
    its own where there is none."""
    date = datetime.fromisoformat(change.date)
    # A leap day has no namesake in the year after.
    year = date.replace(year=date.year + 1, day=min(date.day, 28)).isoformat()
    for words in (("--first-parent",), ()):
        if found := git(clone, "rev-list", "-1", *words, f"--before={year}", "HEAD").strip():
            return found
    return change.commit


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def main(argv: Sequence[str]) -> int:
    """Print a line for each removal of every clone in the folder."""
    for repo, clone in clones(Path(argv[0])):
        found = list(removals(repo, clone))
        files = sum(len(one.alone) for one in found)
        print(f"{repo}: {len(found)} commits, {files} files alone", file=sys.stderr)
        for one in found:
            print(json.dumps(one._asdict()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
