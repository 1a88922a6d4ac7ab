"""A repository's own linters as checks of an audit: run where the installation allows it and the
base asks for it; one that is not there is told as not run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from passdown.domain.errors import PassdownError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from passdown.ops.operation import Ctx
    from passdown.stages.audit.change import Change
    from passdown.stages.audit.judge import Outcome, Part, Work
    from passdown.stages.audit.runs import lint
    from passdown.stages.audit.runs.linters import Asked, Tool
    from passdown.stages.audit.tree import Tree
    from passdown.stages.audit.verdict import Subject

NAME = "lint"
_YOUNGER = re.compile(r"^\s*(?:requires-python|target-version|python[-_]version|python)\s*=")
"""What says for which Python a source is: with the base's, newer syntax looks broken."""


def lints(ctx: Ctx, subject: Subject, change: Change) -> tuple[Part, ...]:
    """The checks that run linters, one for each; or one that says why none is run."""
    from passdown.stages.audit.judge import Part

    if not ctx.settings.flag("audit.linters"):
        return ()
    try:
        asked = _asked(subject, change)
    except PassdownError as error:
        return (Part(NAME, _failing(error)),)
    if isinstance(asked, str):
        return (Part(NAME, _skipping(asked)),)
    return tuple(
        Part(f"{NAME}.{tool.name}", _running(ctx, subject, change, tool, asked),
             required=asked.required)
        for tool in asked.tools
    )  # fmt: skip


def _asked(subject: Subject, change: Change) -> Asked | str:
    """What the base asks for; or why nothing is run."""
    from passdown.stages.audit.runs.linters import asked
    from passdown.stages.audit.runs.plan import FILE
    from passdown.stages.audit.tree import Tree

    if change.before is None or change.after is None:
        return "without the repository there is nothing to look at"
    base = Tree(change.before.repo, subject.base) if subject.base else change.before
    found = asked(base.read(FILE), change.before)
    if found is None:
        return f"{FILE} of the base asks for no linters"
    return found if found.tools else "the base configures no linter that is known here"


def _running(
    ctx: Ctx, subject: Subject, change: Change, tool: Tool, asked: Asked
) -> Callable[[Work], Outcome]:
    from passdown.stages.audit.judge import Outcome
    from passdown.stages.audit.verdict import SKIPPED, TIMEOUT

    def find(work: Work) -> Outcome:
        why = _stops(ctx, subject, change, tool)
        if why or change.after is None:
            return Outcome(status=SKIPPED, reason=why)
        try:
            return _ran(ctx, change, change.after, tool, asked)
        except Unavailable as error:
            return Outcome(status=SKIPPED, reason=error.what)
        except TimeoutError:
            why = f"{tool.name} was not done in {asked.seconds:g} s"
            return Outcome(status=TIMEOUT, reason=why)

    return find


def _stops(ctx: Ctx, subject: Subject, change: Change, tool: Tool) -> str:
    """Why it is not run on this change; '' where it is."""
    from passdown.stages.audit.packages import moved
    from passdown.stages.audit.runs.loaded import loaded
    from passdown.stages.audit.runs.sandbox import NONE

    names = [file.after for file in change.facts.files if file.after]
    sources = [name for name in names if tool.is_source(name)]
    if not sources:
        return f"{tool.name} reads nothing that changed"
    if change.before and (path := loaded(tool, change.before, sources)):
        return f"{tool.name} is set up to load {path}, which the change touches"
    loose = ctx.settings.text("audit.sandbox") == NONE
    if subject.is_fork and (tool.imports or loose):
        return f"it comes from a fork: {tool.name} might run what it brings"
    if tool.packages and (path := moved(change)):
        return f"{tool.name} needs what {path} asks for, and nothing is installed for a change"
    return ""


def _ran(ctx: Ctx, change: Change, after: Tree, tool: Tool, asked: Asked) -> Outcome:
    from passdown.stages.audit.judge import Outcome
    from passdown.stages.audit.runs import lint
    from passdown.stages.audit.runs.sandbox import sandbox

    kind = ctx.settings.text("audit.sandbox")
    box = sandbox("" if kind == "auto" else kind)
    found = lint.program(tool, after, ctx.settings.text("audit.python"))
    folder, name = _folder(ctx), _name(change, tool, found, box.kind)
    known = lint.kept(folder, name)
    both = known or lint.run(tool, change, box, found, asked.seconds)
    if both is None:
        return Outcome(reason=f"{tool.name} reads nothing that changed")
    if known is None:
        lint.keep(folder, name, both)
    return _told(change, tool, both, cached=known is not None)


def _told(change: Change, tool: Tool, both: lint.Both, *, cached: bool) -> Outcome:
    """What is new of what it says. Of files in which something is not installed here nothing is
    told: the rest may follow from that."""
    from dataclasses import replace

    from passdown.stages.audit.judge import Outcome
    from passdown.stages.audit.linted import linted
    from passdown.stages.audit.runs.heard import is_missing
    from passdown.text.earned import INFO

    blind = {one.path for one in both.head if is_missing(one)}
    head = [one for one in both.head if one.path not in blind]
    base = [one for one in both.base if not is_missing(one)]
    found = list(linted(change, head, base, elsewhere=True))
    if eased := _is_younger(change):
        found = [replace(one, severity=INFO) for one in found]
    notes = [
        f"{tool.name}: {len(found)} new",
        f"{len(blind)} files use what is not installed here" if blind else "",
        "the base's configuration was used" if _is_anew(change, tool) else "",
        "another Python is asked for: only noted" if eased and found else "",
    ]
    return Outcome(found, reason="; ".join(filter(None, notes)), cached=cached)


def _is_younger(change: Change) -> bool:
    """Whether the change says that the sources are for another Python."""
    return any(
        _YOUNGER.match(line.text)
        for file in change.facts.files
        if file.path.endswith((".toml", ".cfg", ".ini"))
        for line in file.added
    )


def _is_anew(change: Change, tool: Tool) -> bool:
    names = {path for path, _ in tool.marks}
    return any(file.path.rpartition("/")[2] in names for file in change.facts.files)


def _name(change: Change, tool: Tool, found: lint.Program, kind: str) -> str:
    from passdown.stages.audit.runs import lint

    trees = [one.commit for one in (change.before, change.after) if one is not None]
    return lint.key(*trees, repr(tool), found.name, kind)


def _folder(ctx: Ctx) -> Path:
    from passdown.ops.auditing import under

    return under(ctx, ctx.settings.text("audit.runs"))


def _skipping(reason: str) -> Callable[[Work], Outcome]:
    from passdown.stages.audit.judge import Outcome
    from passdown.stages.audit.verdict import SKIPPED

    return lambda work: Outcome(status=SKIPPED, reason=reason)


def _failing(error: PassdownError) -> Callable[[Work], Outcome]:
    def find(work: Work) -> Outcome:
        raise error

    return find
