"""The weights of the signs that a file is needless, from what real histories removed.

    python -m evals._needless FOLDER > src/passdown/stages/inventory/weights.py

FOLDER holds clones of the repositories that labels/removed_files.jsonl names; only those are read
that may be learnt from (`_removals.LEARNT_FROM`), the held-out ones stay unseen. A logistic
regression over the signs of `stages/inventory/signs.py`: of each commit that removed several files
one counts as much as that of one that removed a single file, and of a large repository's files one
counts less than that of a small one's, so that neither says it all. Files that stayed and were
worked on later count in full, those that only stayed a tenth: some are dead, and nobody has
noticed. The bar is where, each twelfth of the repositories judged by weights of the others, no more
than FALSE of the files that stayed and were worked on would be proposed to go.
"""

from __future__ import annotations

import hashlib
import math
import pprint
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression

from evals._history import ALONE, EDITS, STAYED, fates, gone as removed, labelled, once, since, tree
from evals._removals import LEARNT, Removal, clones, git
from passdown.stages.inventory.ages import ages
from passdown.stages.inventory.classify import classify, world
from passdown.stages.inventory.files import read
from passdown.stages.inventory.signs import GROUPS, signs

LABELS = Path(__file__).with_name("labels") / "removed_files.jsonl"
FALSE = 0.0125
"""The share of files that people went on to work on, and that would be proposed to go: less than is
allowed, for of repositories that nobody had looked at it was half as much again and more."""
UNSURE = 0.1
"""What a file that stayed, and that nobody worked on, counts of one that somebody did."""
FOLDS = 12
LOOSENESS = 0.1
"""How far a weight may go from nothing for the examples it explains."""
USUAL = ("never_touched", "new", "swept", "quiet", "lately", "changes")
"""The signs that are taken to be as usual where there is no history."""
TABLES = sorted(set(GROUPS.values()))


class Example(NamedTuple):
    """One file: what became of it, whether it was worked on later, and its signs."""

    repo: str
    commit: str
    path: str
    gone: bool
    alone: bool
    worked: bool
    kind: str
    seen: Mapping[str, float]


def examples(folder: Path, half: str = LEARNT) -> list[Example]:
    """Every file of the labelled trees, each once: as removed where it was, else as first seen."""
    here = dict(clones(folder))
    rows = [one for one in labelled(LABELS) if one.half == half and one.repo in here and one.alone]
    dead = removed(rows)
    found: list[Example] = []
    with TemporaryDirectory() as home, ProcessPoolExecutor(2) as pool:
        told = [pool.submit(_of_tree, row, here[row.repo], Path(home) / str(n), dead[row.repo])
                for n, row in enumerate(rows)]  # fmt: skip
        for n, one in enumerate(as_completed(told)):
            found += one.result()
            print(f"{n + 1} of {len(rows)} trees", file=sys.stderr, flush=True)
    found.sort(key=lambda one: (one.repo, one.commit, one.path))
    return once(found, lambda one: one.gone)


def _of_tree(row: Removal, clone: Path, place: Path, dead: frozenset[str]) -> list[Example]:
    with tree(clone, row.parent, place) as root:
        became = fates(row, clone, root, dead)
        found = world(read(root))
    past, stops = ages(partial(git, clone), row.parent), partial(since, clone, row.parent)
    told = signs(found, classify(found), past, stops)
    files = []
    for path, fate in became.items():
        if path in found.sources and fate.how in (ALONE, STAYED):
            kind, seen = told.get(path, ("", {}))
            gone = fate.how == ALONE
            files.append(Example(row.repo, row.commit, path, gone, gone and not row.beside,
                                 not gone and fate.edits >= EDITS, kind, seen))  # fmt: skip
    return files


def weighed(found: Sequence[Example]) -> np.ndarray:
    """How much each counts."""
    many = Counter((one.repo, one.commit) for one in found if one.gone)
    size = Counter(one.repo for one in found if one.kind)
    shares: np.ndarray = np.array(
        [(1 / many[one.repo, one.commit] if one.gone else 1.0 if one.worked else UNSURE)
         / math.sqrt(size[one.repo] or 1) for one in found]
    )  # fmt: skip
    mean: float = float(shares.mean())
    return np.asarray(shares / mean)


def table(found: Sequence[Example], names: Sequence[str]) -> np.ndarray:
    """The signs as numbers, a row for each file: once for all of them, and once for each group
    alone, so that a sign may weigh otherwise for a program than for a module."""
    rows = np.array([[one.seen.get(name, 0.0) for name in names] for one in found])
    group = np.array([GROUPS[one.kind] for one in found])
    return np.hstack([rows, *(rows * (group == name)[:, None] for name in TABLES)])


def fitted(rows: np.ndarray, gone: np.ndarray, weights: np.ndarray) -> LogisticRegression:
    """The regression over these."""
    model = LogisticRegression(C=LOOSENESS, max_iter=5000, class_weight="balanced")
    return model.fit(rows, gone, sample_weight=weights)


def bar(found: Sequence[Example], names: Sequence[str]) -> tuple[float, float]:
    """Where a file is proposed to go, and the share of those gone alone that then would be."""
    open_ = [one for one in found if one.kind]
    rows, weights = table(open_, names), weighed(open_)
    gone = np.array([one.gone for one in open_])
    fold = np.array([_fold(one.repo) for one in open_])
    scores = np.zeros(len(open_))
    for n in range(FOLDS):
        rest = fold != n
        if not rest.all():
            model = fitted(rows[rest], gone[rest], weights[rest])
            scores[~rest] = model.decision_function(rows[~rest])
    worked = sorted((s for s, one in zip(scores, open_, strict=True) if one.worked), reverse=True)
    place = float(worked[int(FALSE * sum(one.worked for one in found))])
    alone = [float(s) > place for s, one in zip(scores, open_, strict=True) if one.alone]
    return place, sum(alone) / sum(one.alone for one in found)


def _fold(repo: str) -> int:
    return int(hashlib.sha256(f"fold {repo}".encode()).hexdigest(), 16) % FOLDS


def module(found: Sequence[Example]) -> Iterator[str]:
    """The module that the inventory goes by."""
    open_ = [one for one in found if one.kind]
    names = sorted({name for one in open_ for name in one.seen})
    gone = np.array([one.gone for one in open_])
    model = fitted(table(open_, names), gone, weighed(open_))
    place, share = bar(found, names)
    print(f"left out, {share:.3f} of those that went alone", file=sys.stderr)
    shared, *own = np.split(model.coef_[0], len(TABLES) + 1)
    weights, usual = {}, {}
    for group, more in zip(TABLES, own, strict=True):
        mine = [one.seen for one in open_ if GROUPS[one.kind] == group]
        weights[group] = {name: round(float(w), 3)
                          for name, w in zip(names, shared + more, strict=True)
                          if any(seen.get(name) for seen in mine)}  # fmt: skip
        usual[group] = {name: round(float(np.median([s[name] for s in mine if name in s])), 2)
                        for name in USUAL if any(name in s for s in mine)}  # fmt: skip
    yield '"""What each sign weighs, as `python -m evals._needless` found it. Written by that."""\n'
    yield "from __future__ import annotations\n"
    yield f"BAR = {place - float(model.intercept_[0]):.3f}"
    yield f"WEIGHTS = {pprint.pformat(weights, width=90)}"
    yield '"""By the group of a file."""'
    yield f"USUAL = {pprint.pformat(usual, width=90)}"
    yield '"""The middle of what histories say, for a file whose history is not known."""'


def main(argv: Sequence[str]) -> int:
    """Print the module."""
    print("\n".join(module(examples(Path(argv[0])))))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
