"""The tests of a change as a check of its audit: run where the installation allows it and the base
asks for it, never for a fork; kept, so that the same change is not run twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from passdown.domain.errors import PassdownError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from passdown.ops.operation import Ctx
    from passdown.stages.audit.change import Change
    from passdown.stages.audit.judge import Outcome, Part, Work
    from passdown.stages.audit.runs.dynamic import Bench, Late
    from passdown.stages.audit.runs.plan import Plan
    from passdown.stages.audit.runs.record import Record
    from passdown.stages.audit.verdict import Subject

NAME = "dynamic"


def tests(ctx: Ctx, subject: Subject, change: Change) -> Part:
    """The check that runs tests, or that says why none are run."""
    from passdown.stages.audit.judge import Part

    try:
        plan = _plan(ctx, subject, change)
    except PassdownError as error:
        return Part(NAME, _failing(error))
    if isinstance(plan, str):
        return Part(NAME, _skipping(plan))
    return Part(NAME, lambda work: _ran(ctx, subject, change, plan, work), required=plan.required)


def _plan(ctx: Ctx, subject: Subject, change: Change) -> Plan | str:
    """How the base wants tests run; or why none are."""
    from passdown.stages.audit.runs.dynamic import stops
    from passdown.stages.audit.runs.plan import FILE, plan
    from passdown.stages.audit.tree import Tree

    if not ctx.settings.flag("audit.dynamic"):
        return "audit.dynamic is off"
    if subject.is_fork:
        return "it comes from a fork: nothing of it is run"
    if (why := stops(change)) or change.before is None:
        return why
    base = Tree(change.before.repo, subject.base) if subject.base else change.before
    return plan(base.read(FILE)) or f"{FILE} of the base does not ask for it"


def _skipping(reason: str) -> Callable[[Work], Outcome]:
    from passdown.stages.audit.judge import Outcome
    from passdown.stages.audit.verdict import SKIPPED

    return lambda work: Outcome(status=SKIPPED, reason=reason)


def _failing(error: PassdownError) -> Callable[[Work], Outcome]:
    def find(work: Work) -> Outcome:
        raise error

    return find


def _ran(ctx: Ctx, subject: Subject, change: Change, plan: Plan, work: Work) -> Outcome:
    """What the run shows; where something for it is missing, that it was not done."""
    from passdown.stages.audit.judge import Outcome
    from passdown.stages.audit.runs import record, weigh
    from passdown.stages.audit.verdict import SKIPPED, TIMEOUT

    try:
        bench = _bench(ctx, change, plan)
        folder, name = _folder(ctx), _name(subject, change, bench)
        known = record.kept(folder, name)
        found = known or _fresh(folder, name, change, bench)
    except Unavailable as error:
        return Outcome(status=SKIPPED, reason=error.what)
    if not isinstance(found, record.Record):
        late = found is not None
        reason = f"not done in {plan.seconds:g} s" if late else "no test is about this change"
        return Outcome(status=TIMEOUT if late else SKIPPED, reason=reason)
    before, work.held = work.held, weigh.claims(found, change, work.held)
    findings = (*weigh.findings(found, change), *weigh.refuted(before, work.held))
    return Outcome(findings, reason=weigh.told(found), cached=known is not None)


def _fresh(folder: Path, name: str, change: Change, bench: Bench) -> Record | Late | None:
    from passdown.stages.audit.runs import dynamic, record

    found = dynamic.run(change, bench)
    if isinstance(found, record.Record):
        record.keep(folder, name, found)
    return found


def _bench(ctx: Ctx, change: Change, plan: Plan) -> Bench:
    from passdown.stages.audit.runs.dynamic import Bench
    from passdown.stages.audit.runs.plan import environment
    from passdown.stages.audit.runs.sandbox import sandbox

    kind = ctx.settings.text("audit.sandbox")
    box = sandbox("" if kind == "auto" else kind)
    repo = change.before.repo if change.before is not None else Path()
    if plan.command:
        return Bench(box, plan, None)
    return Bench(box, plan, environment(plan, repo, ctx.settings.text("audit.python")))


def _folder(ctx: Ctx) -> Path:
    from passdown.ops.auditing import under

    return under(ctx, ctx.settings.text("audit.runs"))


def _name(subject: Subject, change: Change, bench: Bench) -> str:
    """What tells one run from another: the change, the files it touches on either side, and how
    they are run. What it stands on is not in it: the same change, rebased, is the same."""
    from passdown.stages.audit.runs.record import key

    files = [
        (tree.name_of(path) if tree is not None and path else "", path)
        for file in change.facts.files
        for tree, path in ((change.before, file.before), (change.after, file.after))
    ]
    plan = repr(replace(bench.plan, required=False))
    python = bench.python.name if bench.python else ""
    return key(subject.patch_id or subject.head, repr(files), plan, python, bench.box.kind)
