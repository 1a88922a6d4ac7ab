"""Whether what a repository's scripts and playbooks tell programs to do is still taken, where a
change moves the package that they come from. Told is only what a version declared and the next does
not so much as mention."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from passdown.stages.audit import opened, pins
from passdown.stages.audit.change import Proof
from passdown.stages.audit.commands import calls_programs, of_help, runs, surface
from passdown.stages.audit.drift import DEPRECATED, MOST_PACKAGES, REMOVED, UNKNOWN, Drift

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from passdown.stages.audit.change import Change
    from passdown.stages.audit.commands import Run, Surface
    from passdown.stages.audit.drift import Playbook
    from passdown.stages.audit.pins import Bump
    from passdown.stages.audit.shelf import Shelf

MOST_FILES = 200
_FENCED = re.compile(
    r"^[ \t]*(?:```|~~~)[ \t]*(?:sh|bash|shell|console|text|zsh)[ \t]*\n(.*?)^[ \t]*(?:```|~~~)",
    re.M | re.S | re.I,
)


def commands(change: Change, shelf: Shelf, playbooks: Sequence[Playbook] = ()) -> Iterator[Drift]:
    """What the calls of programs run into, of each package that the change moves."""
    for bump in pins.bumps(change)[:MOST_PACKAGES]:
        place = shelf.place(bump.package, bump.old)
        names = sorted(_programs(place)) if place is not None else []
        called = [("", one) for one in _called(change, names)]
        called += [(book.id, one) for book in playbooks for block in _FENCED.findall(book.text)
                   for one in runs("", block, names)]  # fmt: skip
        if any(run.flags or run.word for _, run in called):
            yield from _moved(bump, shelf, called)


def _called(change: Change, names: Sequence[str]) -> list[Run]:
    """How the tree after the change calls these programs."""
    if change.after is None:
        return []
    paths = [one for one in change.after.naming(names, "*") if calls_programs(one)][:MOST_FILES]
    change.after.load(paths)
    return [run for path in paths for run in runs(path, change.after.read(path) or "", names)]


def _moved(bump: Bump, shelf: Shelf, called: Sequence[tuple[str, Run]]) -> Iterator[Drift]:
    before, after = (shelf.place(bump.package, one) for one in (bump.old, bump.new))
    if before is None or after is None:
        why = f"there is no {bump.package} {bump.old if before is None else bump.new} to look at"
        yield Drift(bump.package, bump.old, bump.new, UNKNOWN, why=why)
        return
    old, new = _surfaces(before, after)
    if _is_other(old, new):
        names = ", ".join(sorted({run.program for _, run in called})[:3])
        why = f"what `{names}` takes is not in its source"
        yield Drift(bump.package, bump.old, bump.new, UNKNOWN, why=why)
        return
    yield from _told(bump, old, new, called)


def _programs(place: Path) -> frozenset[str]:
    return opened.programs(place) | opened.helps(place).keys()


def _surfaces(before: Path, after: Path) -> tuple[Surface, Surface]:
    """What both versions take: by what their programs said, where that was saved of both."""
    said = opened.helps(before), opened.helps(after)
    if said[0] and said[0].keys() == said[1].keys():
        return of_help(said[0]), of_help(said[1])
    old, new = (surface(opened.programs(one), opened.sources(one)) for one in (before, after))
    return old, new


def _is_other(old: Surface, new: Surface) -> bool:
    """Whether what the one version takes cannot be held against what the other does."""
    rewritten = 2 * len(new.flags) < len(old.flags)
    return old.open or new.open or rewritten or not (old.flags | old.words)


def _told(
    bump: Bump, old: Surface, new: Surface, called: Sequence[tuple[str, Run]]
) -> Iterator[Drift]:
    """One row for each option or command that drifted, however often it is given."""
    found: dict[tuple[str, str, str], list[tuple[str, Run]]] = defaultdict(list)
    for id, run in called:
        if run.program in old.programs & new.programs:
            for status, what in _became(run, old, new):
                found[status, run.program, what].append((id, run))
    for (status, program, what), hits in found.items():
        symbol = f"{program} {what}"
        places = tuple(Proof(run.path, run.line, run.text, "run here")
                       for id, run in hits if not id)  # fmt: skip
        books = tuple(dict.fromkeys(id for id, _ in hits if id))
        yield Drift(bump.package, bump.old, bump.new, status, symbol, f"`{symbol}` {status}",
                    symbol, symbol if status == DEPRECATED else "", places, books)  # fmt: skip


def _became(run: Run, old: Surface, new: Surface) -> Iterator[tuple[str, str]]:
    """What became of the options and the command of one call, where that is certain."""
    if run.word in old.words and run.word not in new.words | new.said:
        yield REMOVED, run.word
        return
    for flag in dict.fromkeys(run.flags):
        if flag in old.flags and flag not in new.flags | new.said:
            yield REMOVED, flag
        elif flag in new.old and flag in old.flags - old.old:
            yield DEPRECATED, flag
