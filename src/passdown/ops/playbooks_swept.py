"""Playbooks held against what is in use: every night by the sweep, which remembers how each
stands and asks people about those that tell to write what is gone."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import PassdownError
from passdown.ops.playbooks_kept import STANDS, loop_of_playbooks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from passdown.contract.corpus import Corpus
    from passdown.contract.loop import Finding, Loop
    from passdown.domain.record import Record
    from passdown.ops.operation import Ctx
    from passdown.stages.audit.playbooks import Book
    from passdown.stages.audit.playbooks_worn import Worn
    from passdown.stages.audit.shelf import Shelf

Json = dict[str, Any]

SESSION = "swept:audit"
MOST_MIRRORS = 200
READ = 64
"""Packages whose source is read in one sweep: what was read before is kept."""
HERE = "audit.packages"
RESTAMP = "restamp"
"""How the loop of audits calls what is asked of a playbook that is there."""


def swept(ctx: Ctx, notes: list[str]) -> list[Json]:
    """Hold every playbook against what is in use, remember how it stands, and ask about what no
    longer does: those of which there is something to tell."""
    from passdown.domain.scope import ALL
    from passdown.stages.audit.playbooks import KIND

    with ctx.store.read(ALL) as tx:
        records = tx.knowledge.all(KIND)
    # Without any, too: of one that is gone nothing is kept.
    found = _looked(ctx, records, notes) if records else []
    _remember(ctx, found)
    return [row for one, rows in found if (row := _told(ctx, one, rows, notes))]


def _remember(ctx: Ctx, found: Iterable[tuple[Record, list[Worn]]]) -> None:
    from passdown.domain.scope import ALL

    kept = {one.id: {"version": one.version, "rows": [_plain(row) for row in rows]}
            for one, rows in found}  # fmt: skip
    told = json.dumps(kept, sort_keys=True)
    with ctx.store.read(ALL) as tx:
        before = tx.registry.value(STANDS) or "{}"
    if before != told:
        with ctx.store.write(ALL) as tx:
            tx.registry.keep(STANDS, told)


def _looked(
    ctx: Ctx, records: Iterable[Record], notes: list[str]
) -> list[tuple[Record, list[Worn]]]:
    from passdown.ops.checks import shelf_of
    from passdown.ops.operation import Progress
    from passdown.stages.audit.playbooks import Book
    from passdown.stages.audit.playbooks_worn import worn

    shelf = shelf_of(ctx)
    shelf.left = READ
    here = in_use(ctx, notes)
    found = []
    for n, one in enumerate(records):
        ctx.report(Progress(n, 0, "playbooks", one.id))
        tools = tuple(map(str, one.body.get("tools", ())))
        book = Book(one.id, str(one.body.get("title", "")), one.text, (), tools)
        found.append((one, worn(book, shelf, _installed(book, shelf, here))))
    return found


def _installed(
    book: Book, shelf: Shelf, here: Mapping[str, Mapping[str, list[str]]]
) -> Mapping[str, Mapping[str, list[str]]]:
    """What is in use, with what stands installed in the folders that are named."""
    from passdown.stages.audit.pins import canon
    from passdown.stages.audit.playbooks_worn import stamps
    from passdown.stages.audit.uses import of_words

    names = {*stamps(book), *(canon(use.package) for use in of_words("", book.text))}
    found = {name: {version: list(where) for version, where in here.get(name, {}).items()}
             for name in names}  # fmt: skip
    for name in names:
        if version := shelf.installed(name):
            found[name].setdefault(version, []).append(HERE)
    return found


def in_use(ctx: Ctx, notes: list[str]) -> dict[str, dict[str, list[str]]]:
    """Which versions of which packages the repositories pin that requests were audited of."""
    from passdown.ops.requests import FOLDER
    from passdown.stages.audit import pins
    from passdown.stages.audit.tree import Tree

    found: dict[str, dict[str, list[str]]] = {}
    for mirror in sorted((ctx.home / FOLDER).glob("*/*/*.git"))[:MOST_MIRRORS]:
        name = f"{mirror.parent.name}/{mirror.name.removesuffix('.git')}"
        try:
            pinned = pins.in_force(Tree(mirror, tip)) if (tip := _tip(mirror)) else {}
        except PassdownError as error:
            notes.append(f"{name}: {error.what}")
            continue
        for package, version in pinned.items():
            found.setdefault(package, {}).setdefault(version, []).append(name)
    return found


def _tip(mirror: Path) -> str:
    """The newest commit of a branch that requests are made to; '' for none."""
    from passdown.stages.audit import git

    said = git.ask(mirror, "for-each-ref", "--sort=-committerdate", "--count=1",
                   "--format=%(objectname)", "refs/base")  # fmt: skip
    return said.decode("ascii", "replace").strip()


def _plain(row: Worn) -> Json:
    return {**row.plain(), "line": row.line, "stale": row.is_told}


def _told(ctx: Ctx, record: Record, rows: list[Worn], notes: list[str]) -> Json:
    """What is told of one playbook, and what became of the question about it; {} for nothing."""
    from passdown.stages.audit.playbooks_worn import UNSTAMPED

    worst = rows[0] if rows and rows[0].is_told else None
    bare = [row for row in rows if row.status == UNSTAMPED]
    if worst is None and not bare:
        return {}
    shown = worst or bare[0]
    told = {"id": record.id, "title": str(record.body.get("title", "")),
            "state": "stale" if worst else UNSTAMPED, "why": shown.line}  # fmt: skip
    try:
        return {**told, **_asked(ctx, record, [worst] if worst else bare, rows)}
    except PassdownError as error:
        notes.append(f"playbook {record.id}: {error.what}")
        return {**told, "fate": "refused"}


def _asked(ctx: Ctx, record: Record, about: list[Worn], rows: list[Worn]) -> Json:
    """Put to people what should become of it: once for one reason."""
    from passdown.domain.actor import system
    from passdown.domain.scope import ALL
    from passdown.ops.standing import settle
    from passdown.stages.mine.corpus import live
    from passdown.stages.propose.file import file

    loop = loop_of_playbooks(ctx)
    seq = _evidence(ctx, record, [row for row in rows if row.is_told] or about)
    with ctx.store.read(ALL) as tx:
        finding = _finding(loop, live(tx), record, about, seq)
        replay = loop.replay(finding.payload, live(tx), ctx.settings)
    with ctx.store.write(ALL) as tx:
        by = system(loop.name).name
        filed = file(tx, loop, finding, replay, by=by, settings=ctx.settings, as_of=seq)
        settle(ctx, tx, filed.proposal)
    return {"fate": filed.fate.value, "proposal": filed.proposal.id if filed.proposal else ""}


def _finding(
    loop: Loop[Any], corpus: Corpus, record: Record, about: list[Worn], seq: int
) -> Finding[Any]:
    """The question: whether one that tells what is gone should go, or whether one that names no
    version is right for the one in use."""
    from passdown.contract.loop import Finding
    from passdown.text.safe import one_line

    first, title = about[0], one_line(str(record.body.get("title", "")), 60)
    choice = "retire" if first.is_told else "still_accurate"
    restamp = next(ask.run for ask in loop.asks if ask.name == RESTAMP)
    fresh = ",".join(f"{row.tool}=={row.new}" for row in about)
    payload = restamp(corpus, record.id, choice, tools=fresh)
    asked = (
        f"“{title}” tells what is gone: {first.line}. Retire it?"
        if first.is_told
        else f"Is “{title}” right for {', '.join(f'{row.tool} {row.new}' for row in about)}?"
    )
    key = f"{choice} {record.key} {first.tool} {first.symbol} {first.why}"
    return Finding(payload, (seq,), key, one_line(asked, 180), 0.7, record.scope)


def _evidence(ctx: Ctx, record: Record, rows: list[Worn]) -> int:
    """Keep what the sweep saw as an observation: the same again is the same one."""
    from passdown.domain.observation import Observation, Seen, Session, Trust
    from passdown.domain.scope import ALL

    said = "\n".join(_lines(record, rows))
    uid = hashlib.sha256(f"{record.id}\0{record.version}\0{said}".encode()).hexdigest()[:32]
    now = ctx.clock.now()
    item = Observation(SESSION, uid, Seen.EVENT, said, now, Trust.TOOL, record.scope)
    with ctx.store.write(ALL) as tx:
        known = tx.observations.session(SESSION)
        began = known.started_at if known else now
        session = Session(SESSION, "swept", started_at=began, ended_at=now)
        if added := tx.observations.add(session, [item]):
            return added[0]
        every = tx.observations.scan(session=SESSION, limit=1_000_000)
        return next(one.seq for one in every if one.uid == uid)


def _lines(record: Record, rows: list[Worn]) -> Iterator[str]:
    yield f"Playbook “{str(record.body.get('title', ''))[:80]}” ({record.id}):"
    for row in rows[:10]:
        signs = f" (it was {row.was or 'nothing'}, it is {row.now or 'gone'})" if row.why else ""
        yield f"- {row.line}{signs if row.old else ''}; in use by {', '.join(row.where[:5])}"
