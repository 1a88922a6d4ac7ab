"""Further checks of an audit, as they are asked for: each is put together here from what the caller
named, what is configured and what is known, and judged beside the others."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from passdown.domain.errors import Limit, NotFound, PassdownError, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.ops.operation import Ctx
    from passdown.stages.audit.change import Change
    from passdown.stages.audit.infer_mcp import Heard
    from passdown.stages.audit.judge import Outcome, Part, Work
    from passdown.stages.audit.memory import Memory
    from passdown.stages.audit.playbooks import Book, Chosen
    from passdown.stages.audit.shelf import Shelf
    from passdown.stages.audit.verdict import Subject

NONE = "none"
WORDS = 300
"""Characters of what servers are asked about a change."""


def every(
    ctx: Ctx, subject: Subject, change: Change, memory: Memory | PassdownError
) -> tuple[Part, ...]:
    """The checks of every audit beside those that need nothing but the change: its tests, the
    playbooks about it, and what drifted under it."""
    from passdown.ops.linting import lints
    from passdown.ops.playbooks import about_change, books_of, told
    from passdown.ops.running import tests
    from passdown.stages.audit.judge import Part

    books = books_of(ctx, subject.repo)
    past = [] if isinstance(memory, PassdownError) else memory.audits
    # Called by the checks that need it: what breaks there is told of them and ends no audit.
    chosen = cache(lambda: about_change(ctx, subject, change, books, past) if books else ([], ""))
    shelf = shelf_of(ctx, change)
    return (
        *lints(ctx, subject, change),
        tests(ctx, subject, change),
        Part("kb_query", lambda work: told(*chosen())),
        Part("drift", lambda work: _drift(change, shelf, books, chosen()[0])),
        _inference(ctx, subject, change, books),
    )


def _drift(
    change: Change, shelf: Shelf, books: Sequence[Book], chosen: Sequence[Chosen]
) -> Outcome:
    from passdown.stages.audit.drift import Playbook, findings, unknown
    from passdown.stages.audit.drifted import drifted
    from passdown.stages.audit.judge import Outcome

    near = {one.book.id for one in chosen}
    told = [Playbook(one.id, one.title, one.text, one.tools, one.id in near) for one in books]
    found = drifted(change, shelf, told)
    rows = [one.plain() for one in found]
    return Outcome(tuple(findings(found)), reason=unknown(found), kb={"drift": rows})


def _inference(ctx: Ctx, subject: Subject, change: Change, books: Sequence[Book]) -> Part:
    """What a model adds, where it is asked: not unless somebody said so."""
    from passdown.stages.audit.judge import Outcome, Part
    from passdown.stages.audit.verdict import SKIPPED

    asked = ctx.settings.text("audit.inference")
    required = asked == "required" and not subject.is_fork

    def find(work: Work) -> Outcome:
        if asked == "off":
            return Outcome(status=SKIPPED, reason="audit.inference is off")
        if subject.is_fork:
            return Outcome(status=SKIPPED, reason="it comes from a fork: no model is shown it")
        if ctx.writer().name == NONE:
            return Outcome(status=SKIPPED, reason="no engine is configured")
        return _inferred(ctx, subject, change, work, books)

    return Part("inference", find, required=required, late=True)


def _inferred(
    ctx: Ctx, subject: Subject, change: Change, work: Work, books: Sequence[Book]
) -> Outcome:
    from passdown.domain.scope import ALL
    from passdown.stages.audit.inference import NOTHING, inferred, is_blind
    from passdown.stages.gate.trust import keyed

    with ctx.store.read(ALL) as tx:
        boundary = keyed(tx, f"boundary:{subject.audit_key}")[:24]
    blind = is_blind(subject.audit_key, ctx.settings.number("audit.blind"))
    heard = NOTHING if blind else _heard(ctx, change)
    title = subject.title
    return inferred(ctx.writer(), title, change, work, books, boundary, heard, blind=blind)


def _heard(ctx: Ctx, change: Change) -> Heard:
    """What the servers say that `audit.mcp` names; that one cannot be asked is told and no more."""
    from passdown.stages.audit.infer_mcp import Heard, heard, servers
    from passdown.stages.audit.judge import symbols
    from passdown.stages.audit.playbooks import query

    if not (named := ctx.settings.text("audit.mcp").strip()):
        return Heard()
    try:
        secret = ctx.facts["secret"]
        known = [replace(one, env={name: secret(value) for name, value in one.env.items()})
                 for one in servers(secret(named))]  # fmt: skip
    except PassdownError as error:
        return Heard(missed=(f"audit.mcp: {error.what}",))
    words = ctx.redactor().clean(query(change, symbols(change)))[:WORDS]
    return heard(known, words, ctx.facts["environment"]())


def shelf_of(ctx: Ctx, change: Change | None = None) -> Shelf:
    """Where versions of packages stand: beside the repository, in folders that were named, and
    where our own are."""
    from sysconfig import get_paths

    from passdown.ops.auditing import under
    from passdown.stages.audit.shelf import Shelf

    named = [part.strip() for part in ctx.settings.text("audit.packages").split(",")]
    folders = [Path(part).expanduser() for part in named if part]
    after = change.after if change is not None else None
    home = list(_environments(after.repo)) if after is not None else []
    return Shelf(
        sources=(*folders, Path(get_paths()["purelib"])),
        home=(*home, *folders),
        kept=under(ctx, ctx.settings.text("audit.snapshots")),
    )


def _environments(repo: Path) -> Iterator[Path]:
    """Where a repository's own packages are installed, as its developers have them."""
    for name in (".venv", "venv"):
        yield from sorted(repo.glob(f"{name}/lib/python3*/site-packages"))[:2]


def linters(
    place: Path, change: Change, head: Sequence[str], base: Sequence[str]
) -> tuple[Part, ...]:
    """What reports of linters say of the change. They were asked for: without them an audit is not
    complete."""
    from passdown.stages.audit.judge import Outcome, Part
    from passdown.stages.audit.linted import LARGEST, linted, results

    def find(work: Work) -> Outcome:
        new, old = ([one for file in files for one in results(read(file, LARGEST))]
                    for files in (head, base))  # fmt: skip
        return Outcome(tuple(linted(change, new, old, str(place.resolve()))))

    return (Part("sarif", find, required=True),) if head else ()


def read(file: str, most: int) -> bytes:
    """What stands in a file that the caller named; no more of it is held than so many bytes.

    Raises:
        Limit: it has more.
        NotFound: it is not there.
        Unreadable: it cannot be read.
    """
    path = Path(file).expanduser()
    try:
        with path.open("rb") as source:
            data = source.read(most + 1)
    except FileNotFoundError as error:
        raise NotFound("there is no such file", where=str(path)) from error
    except OSError as error:
        raise Unreadable(str(error.strerror), where=str(path)) from error
    if len(data) > most:
        what = f"it has more than {most:,} bytes, which is all that is read"
        raise Limit(what, where=str(path), next="Name a smaller one.")
    return data
