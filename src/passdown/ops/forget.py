"""Operations that take back for good what was observed, with all that was derived from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.domain.errors import Invalid, NotFound
from passdown.ops.kinds import FilePath, Name
from passdown.ops.operation import Ctx, Effect, Progress, Shell, operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.stages.apply.reach import Reach
    from passdown.stages.observe.forget import Part
    from passdown.storage.port import Tx

LABEL = "forgotten"
"""What the placeholders of forgotten texts begin with."""


@operation(
    "forget",
    Effect.ADMIN,
    cli=Shell(
        rows="records",
        columns=("id", "kind", "left", "text"),
        facts=("sessions", "observations", "files", "continued_by", "scrubbed", "copies", "next"),
        also=(("proposals", ("id", "loop", "state", "becomes", "title")),),
    ),
    example="passdown forget --session 7a8ede88",
    long=True,
)
def forget(
    ctx: Ctx, session: Name = "", path: FilePath = "", repo: Name = "", confirm: bool = False
) -> dict[str, Any]:
    """Take a session, the files of a path or a repo back, with all derived from it; shown first.

    Without `confirm` nothing is done but saying what would go. A folder, or a glob whose `*` stands
    for slashes too, is a path. What is forgotten is not read again unless `ingest --again` asks.
    """
    from passdown.ops.scrub import DUE, copies, scrub, trim
    from passdown.stages.observe.forget import forget_files

    with ctx.store.read(ctx.sight) as tx:
        parts, files = _meant(tx, session, path, repo)
        found = _blast(tx, parts, files)
    if not confirm:
        return {
            **found,
            "copies": copies(ctx),
            "next": "The same with --confirm does it, for good.",
        }
    if path:
        with ctx.store.write(ctx.sight) as tx:
            forget_files(tx, files)
    for n, part in enumerate(parts):
        ctx.report(Progress(n, len(parts), "sessions", part.session.id))
        with ctx.store.write(ctx.sight) as tx:
            forget_one(ctx, tx, part)
            tx.registry.keep(DUE, "due")
    return {**found, "lines": trim(ctx), **scrub(ctx), "copies": copies(ctx)}


def forget_one(ctx: Ctx, tx: Tx, part: Part) -> None:
    """Forget one session, or a part of it, with all that rests on it alone."""
    from passdown.stages.apply.crystal import forget_page
    from passdown.stages.apply.forget import cite_less, forget_records
    from passdown.stages.apply.reach import reach
    from passdown.stages.gate.forget import forget_proposals, rest_on_less
    from passdown.stages.observe.forget import forget_part, seqs_of

    def say(text: str) -> str:
        return redactor.placeholder(LABEL, text)

    redactor, id = ctx.redactor(), part.session.id if part.whole else ""
    seqs = frozenset(seqs_of(tx, part))
    found = reach(tx, seqs)
    forget_records(tx, found, ctx.actor, say)
    cite_less(tx, found, seqs, id, ctx.actor)
    forget_proposals(tx, found.lost, ctx.actor, say)
    rest_on_less(tx, found.kept, seqs, id, ctx.actor, say)
    forget_page(tx, id)
    mark = forget_part(tx, part)
    tx.index.forget_vectors()
    tx.ledger.append("session.forgotten", ctx.actor.name, mark, _counts(found, len(seqs)))


def _counts(found: Reach, observations: int) -> dict[str, Any]:
    """What the ledger says of it: how much, and which proposals; nothing of what was said."""
    return {
        "observations": observations,
        "records": len(found.gone),
        "records_less": len(found.less),
        "proposals": [p.id for p in found.lost],
        "proposals_less": [p.id for p in found.kept],
    }


def _meant(tx: Tx, session: str, path: str, repo: str) -> tuple[list[Part], list[str]]:
    """What is to be forgotten; the files only where a path was named."""
    from passdown.ops.sessions import the_session
    from passdown.stages.observe import forget as observed

    if sum(map(bool, (session, path, repo))) != 1:
        raise Invalid(
            "name one of session, path and repo",
            where="forget",
            next="passdown forget --session ID",
        )
    if session:
        return [observed.Part(the_session(tx, session))], []
    if repo:
        parts, files = observed.of_repo(tx, repo), list[str]()
    else:
        parts, files = observed.of_path(tx, observed.placed(path))
    if not parts and not files:
        what = f"nothing was read from {path}" if path else f"no session in the repo {repo}"
        raise NotFound(what, next="`passdown sessions` lists what was read.")
    return parts, files


def _blast(tx: Tx, parts: Sequence[Part], files: list[str]) -> dict[str, Any]:
    """What goes, and what only loses some of what it rests on."""
    from passdown.domain.record import record_id
    from passdown.stages.apply.reach import reach
    from passdown.stages.observe.forget import seqs_of

    seqs = [seq for part in parts for seq in seqs_of(tx, part)]
    found = reach(tx, seqs)
    gone = {record_id(*key) for key in found.gone}
    records = tx.knowledge.by_ids(record_id(*key) for key in (*found.gone, *found.less))
    return {
        "sessions": len(parts),
        "observations": len(seqs),
        "files": files,
        "records": [
            {"id": r.id, "kind": r.kind, "left": r.id not in gone, "text": r.text} for r in records
        ],
        "proposals": _proposals(found),
        "continued_by": _continued_by(tx, parts),
        "served": sum(len(tx.ledger.activities(name="served", item=id)) for id in sorted(gone)),
    }


def _proposals(found: Reach) -> list[dict[str, Any]]:
    rows = [(p, "closed" if p.open else "forgotten") for p in found.lost]
    rows += [(p, "rests on less") for p in found.kept]
    rows.sort(key=lambda row: (row[0].created_at, row[0].title))
    return [
        {"id": p.id, "loop": p.loop, "state": p.status.value, "becomes": becomes, "title": p.title}
        for p, becomes in rows
    ]


def _continued_by(tx: Tx, parts: Sequence[Part]) -> list[str]:
    """Sessions that go on from what goes, and do not go with it."""
    ids = {part.session.id for part in parts}
    every = tx.observations.sessions(limit=1_000_000)
    return [s.id for s in every if s.parent in ids and s.id not in ids]
