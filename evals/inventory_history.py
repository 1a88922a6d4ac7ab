"""Whether files that real histories later removed as dead were told from those that stayed.

`./run eval inventory --history FOLDER`, where FOLDER holds clones of the repositories that
labels/removed_files.jsonl names (`_removals` says how, and by what rule the list was made). Each
tree is the parent of a commit that removed something; the goals are those of the repositories that
are held out, which no rule was made after. Without clones: a history that is made here.

A file counts as flagged when its proposal takes it away: delete, merge, archive, or wire up or
delete with its tests. Recall is of the files that went alone, by commits that edited no program
that stayed; of the others that went alone it is told beside. A false alarm is a file that is there
to this day, and that people went on to work on (three later commits or more). Told beside: of those
that three commits or more looked at, which were no sweep over very many programs; and of all that
stayed for a year, where one nobody has noticed to be dead counts against us.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import NamedTuple

from evals import Measured
from evals._dead_rivals import RIVALS, asked, whole_files
from evals._history import (
    ALONE,
    EDITS,
    MIXED,
    STAYED,
    Fate,
    Judged,
    between,
    fates,
    gone,
    labelled,
    once,
    share,
    since,
    tree,
)
from evals._removals import HELD_OUT, LEARNT, Removal, clones, git, removals
from evals._wired import planted
from passdown.stages.inventory.ages import ages
from passdown.stages.inventory.classify import DEAD, MANUAL, TEST_ONLY, classify, world
from passdown.stages.inventory.files import read
from passdown.stages.inventory.needless import needless
from passdown.stages.inventory.report import action, goes

READS_DATA = True
LABELS = Path(__file__).with_name("labels") / "removed_files.jsonl"
COMPARED = ("vulture", "deadcode")
PROCESSES = 4
PATIENCE = 120
"""Seconds of a processor that each of them has, a tree of every held-out repository in turn."""
FAILURES = 3
"""Trees that one cannot read, from which on it is not asked on where it could read none."""
UNWIRED = (DEAD, TEST_ONLY, MANUAL)
"""The classes of what nothing starts but a person or a test."""
LAST = ("old_api.py", "older.py", "spare.py", "fake.py")
"""What the made history removes."""
LONGER = "".join(f"step_{n} = {n}\n" for n in range(12))
"""What makes a file long enough to be told from one that hardly says anything."""


class Said(NamedTuple):
    """What all trees came to, and what judging them took."""

    found: list[Judged]
    files: int
    seconds: float
    compared: Mapping[str, float | str]


def measure(data: Path | None) -> Measured:
    """The shares of both sorts that are flagged, of the repositories that nobody learnt from."""
    with TemporaryDirectory() as folder:
        home = Path(folder).resolve()
        here = dict(clones(data if data is not None else _made(home / "made")))
        rows = labelled(LABELS) if data is not None else _labelled_here(here)
        rows = [row for row in rows if row.repo in here and row.alone]
        said = _said(rows, here, home)
    held = [one for one in said.found if one.half == HELD_OUT]
    known = any(one.half == LEARNT for one in said.found)
    learnt = {f"learnt_{name}": value for name, value in _shares(said.found, LEARNT).items()
              if known}  # fmt: skip
    against = {
        **_intervals(held), **learnt, **_by_repository(said.found), **said.compared,
        "trees": len(rows), "cpu_s_200_files": round(said.seconds / max(said.files, 1) * 200, 3),
    }  # fmt: skip
    judged = sum(_is_gone(one) or _is_worked_on(one) for one in held)
    return Measured(_shares(said.found, HELD_OUT), judged, against)


def _said(rows: Sequence[Removal], here: Mapping[str, Path], home: Path) -> Said:
    """Every tree judged, as many at a time as there are processes, and gone from the disk then."""
    dead = gone(rows)
    found: list[Judged] = []
    files, seconds = 0, 0.0
    with ProcessPoolExecutor(PROCESSES) as pool:
        told = [pool.submit(_one, row, here[row.repo], home / str(n), dead[row.repo])
                for n, row in enumerate(rows)]  # fmt: skip
        for n, one in enumerate(as_completed(told)):
            mine, many, took = one.result()
            found, files, seconds = found + mine, files + many, seconds + took
            print(f"{n + 1} of {len(rows)} trees", file=sys.stderr, flush=True)
    found.sort(key=lambda one: (one.repo, one.commit, one.path))
    return Said(once(found, _went), files, seconds, _others(rows, here, home, found))


def _one(
    row: Removal, clone: Path, place: Path, dead: frozenset[str]
) -> tuple[list[Judged], int, float]:
    """What is said of one tree's files, of how many there are, and what that took."""
    with tree(clone, row.parent, place) as root:
        start = process_time()
        told = _told(root, clone, row.parent)
        spent = process_time() - start
        return [*_judged(row, fates(row, clone, root, dead), told)], len(told), spent


def _told(root: Path, clone: Path, commit: str) -> dict[str, tuple[str, bool]]:
    """The class of every file, and whether what is proposed takes it away."""
    seen = ages(partial(git, clone), commit)
    found = world(read(root))
    rows = classify(found)
    weighed = needless(found, rows, seen, partial(since, clone, commit))
    return {row.path: (row.cls, goes(action(row, (), weighed.get(row.path)))) for row in rows}


def _judged(
    row: Removal, became: Mapping[str, Fate], told: Mapping[str, tuple[str, bool]]
) -> Iterable[Judged]:
    for path, fate in became.items():
        if path in told:
            yield Judged(row.repo, row.half, row.commit, path, fate, *told[path], row.beside)


def _others(
    rows: Sequence[Removal], here: Mapping[str, Path], home: Path, found: Sequence[Judged]
) -> dict[str, float | str]:
    """What other tools flag of one tree of each held-out repository, with ours over the same; what
    one cannot read is counted, and left out."""
    newest = {row.repo: row for row in reversed(rows) if row.half == HELD_OUT}
    told: dict[str, float | str] = {}
    for name in COMPARED:
        flags: dict[str, frozenset[str]] = {}
        seconds, failed = 0.0, []
        for repo, row in newest.items():
            with tree(here[repo], row.parent, home / f"{name}-tree") as root:
                answer = asked(name, home, [root])
                if answer.why:
                    failed.append(answer.why)
                else:
                    flags[repo] = whole_files(answer.flags[root], root)
                seconds += answer.seconds
            if seconds > PATIENCE or (len(failed) >= FAILURES and not flags):
                break
        told |= _beside(name, flags, newest, found, seconds) if flags else {name: failed[0]}
        told |= {f"{name}_failed": len(failed)} if flags and failed else {}
    return told


def _beside(
    name: str, flags: Mapping[str, frozenset[str]], newest: Mapping[str, Removal],
    found: Sequence[Judged], seconds: float,
) -> dict[str, float | str]:  # fmt: skip
    same = [one for one in found if one.repo in flags and one.commit == newest[one.repo].commit]
    told: dict[str, float | str] = {name: RIVALS[name].pinned, f"{name}_cpu_s": round(seconds, 1),
                                    f"{name}_trees": len(flags)}  # fmt: skip
    for figure, counts in (("recall", _is_gone), ("false_alarms", _is_worked_on)):
        mine = [one for one in same if counts(one)]
        told[f"{name}_{figure}"] = between([one.path in flags[one.repo] for one in mine])
        told[f"beside_{name}_{figure}"] = between([one.goes for one in mine])
    return told


def _shares(found: Sequence[Judged], half: str) -> dict[str, float]:
    mine = [one for one in found if one.half == half]
    away, worked = list(filter(_is_gone, mine)), list(filter(_is_worked_on, mine))
    return {
        "recall": share([one.goes for one in away]),
        "false_alarms": share([one.goes for one in worked]),
        "dead_recall": share([_is_dead(one) for one in away]),
        "dead_false_alarms": share([_is_dead(one) for one in worked]),
        "removed": len(away),
        "worked_on": len(worked),
        "repositories": len({one.repo for one in mine}),
    }


def _went(one: Judged) -> bool:
    """Whether a file was removed, with or without what used it."""
    return one.fate.how != STAYED


def _is_gone(one: Judged) -> bool:
    """Whether a file went alone, by a commit that did nothing but tidy up."""
    return one.fate.how == ALONE and not one.beside


def _is_worked_on(one: Judged) -> bool:
    """Whether a file stayed, and people went on to work on it."""
    return one.fate.how == STAYED and one.fate.edits >= EDITS


def _is_dead(one: Judged) -> bool:
    return one.goes and one.cls == DEAD


def _intervals(held: Sequence[Judged]) -> dict[str, str]:
    """The same shares with their intervals; of files that went beside edits, or with what used
    them, and of all that stayed, apart; and of each class, and those of what nothing started."""
    away, worked = list(filter(_is_gone, held)), list(filter(_is_worked_on, held))
    sorts = {how: [one for one in held if one.fate.how == how] for how in (ALONE, MIXED, STAYED)}
    classes = Counter(one.cls for one in away)
    return {
        "recall_between": between([one.goes for one in away]),
        "false_alarms_between": between([one.goes for one in worked]),
        "dead_false_alarms_between": between([_is_dead(one) for one in worked]),
        "false_alarms_looked_at": between([one.goes for one in worked if one.fate.looks >= EDITS]),
        "removed_beside_edits": between([one.goes for one in sorts[ALONE] if one.beside]),
        "removed_with_their_users": between([one.goes for one in sorts[MIXED]]),
        "all_that_stayed": between([one.goes for one in sorts[STAYED]]),
        "recall_by_class": ", ".join(
            f"{cls} {sum(one.goes for one in away if one.cls == cls)}/{n}"
            for cls, n in classes.most_common()
        ),
        "recall_unwired": between([one.goes for one in away if one.cls in UNWIRED]),
    }


def _by_repository(found: Sequence[Judged]) -> dict[str, str]:
    """How many of each repository's removed files are flagged, and of those worked on later."""
    told = {}
    for repo in sorted({one.repo for one in found}):
        mine = [one for one in found if one.repo == repo]
        away = [one.goes for one in mine if _is_gone(one)]
        kept = [one.goes for one in mine if _is_worked_on(one)]
        told[repo] = f"{mine[0].half}: {sum(away)}/{len(away)} and {sum(kept)}/{len(kept)}"
    return told


# ---- a history that is made here


def _made(folder: Path) -> Path:
    """A clone of a repository that was worked on for years, before and after a commit removed
    what nothing starts."""
    work = folder / "made+shop"
    planted(work)
    last = [path for path in work.rglob("*.py") if path.name in LAST]
    for path in last:
        # Each service's own: of what twelve say nothing would be known by its name.
        own = rf"def \1_of_{path.relative_to(work).parts[1]}"
        path.write_text(re.sub(r"def (\w+)", own, path.read_text()) + LONGER)

    def run(*words: str, date: str = "") -> None:
        person = ("-c", "user.name=someone", "-c", "user.email=someone@example.com")
        said = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date} if date else {}
        subprocess.run(["git", *person, *words], cwd=work, check=True, capture_output=True,
                       env={"PATH": "/usr/bin:/bin:/usr/local/bin", **said})  # fmt: skip

    run("init", "-q")
    run("add", "-A")
    run("commit", "-qm", "Shops", date="2014-01-01T00:00:00Z")
    for year in (2017, 2018, 2019, 2020, 2021):
        if year == 2019:
            for path in last:
                path.unlink()
            run("commit", "-qam", "Remove unused modules", date="2019-01-01T00:00:00Z")
        for service in sorted((work / "services").iterdir()):
            told = service / "README.md"
            told.write_text(f"{told.read_text()}python scripts/fix_{service.name}.py\n")
            for path in {*service.rglob("*.py")}.difference(last):
                path.write_text(f"{path.read_text()}# looked at in {year}\n")
            run("commit", "-qam", "Look at each", date=f"{year}-05-01T00:00:00Z")
    return folder


def _labelled_here(here: Mapping[str, Path]) -> list[Removal]:
    """What the rule finds in the made history, as if held out."""
    return [one._replace(half=HELD_OUT) for repo, clone in here.items()
            for one in removals(repo, clone)]  # fmt: skip
