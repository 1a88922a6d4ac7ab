"""Operations on a session while it goes on: begin, what is likely next, end, its page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from passdown.domain.clock import new_id
from passdown.domain.errors import Invalid, NotFound
from passdown.domain.scope import ALL
from passdown.ops.kinds import Name, Text
from passdown.ops.operation import Ctx, Effect, Shell, operation

if TYPE_CHECKING:
    from passdown.domain.observation import Observation, Session
    from passdown.stages.serve.salience import Live
    from passdown.storage.port import Tx

REFLEX = "retrieval.reflex"
CLOSEST = 3
"""Records about a question whose names count as its own."""
PAGE = 5000


@operation("session.start", Effect.WRITE, example="passdown session start --repo web")
def start(ctx: Ctx, session: Name = "", repo: Name = "", agent: Name = "") -> dict[str, Any]:
    """Begin a session, or go on with one; what it asks about is remembered until it ends."""
    from passdown.stages.serve.salience import start as begin

    id = session or new_id()
    found = begin(ctx.home, _seat(ctx, id), ctx.clock.now(), {"repo": repo, "agent": agent})
    return {"session": id, "started_at": found.started_at, "questions": len(found.questions)}


@operation(
    "salience",
    Effect.READ,
    agents=True,
    cli=Shell(rows="entities", columns=("entity", "score", "times", "beside")),
    example='passdown salience 7a8ede88 --query "why does test_login fail"',
)
def salience(ctx: Ctx, session: Name, query: Text = "", limit: int = 0) -> dict[str, Any]:
    """The names a session is likely to need next: those that came up with what it asks about.

    With `query` that question counts first. Nothing but names is kept, until the session ends.
    """
    from passdown.stages.serve.salience import asked, live, rank

    _named(session)
    enabled, window, top_k = _reflex(ctx)
    if not enabled:
        return {"session": session, "enabled": False, "questions": 0, "entities": []}
    if query:
        asked(ctx.home, _seat(ctx, session), ctx.clock.now(), _names(ctx, query))
    found = live(ctx.home, _seat(ctx, session))
    questions = found.questions if found else ()
    ranked = rank(questions, window=window, top_k=limit if 0 < limit < top_k else top_k)
    entities = [{**one._asdict(), "beside": list(one.beside)} for one in ranked]
    return {
        "session": session,
        "enabled": True,
        "questions": len(questions),
        "entities": entities,
    }


@operation("session.end", Effect.WRITE, example="passdown session end 7a8ede88")
def end(ctx: Ctx, session: Name) -> dict[str, Any]:
    """End a session: which proposals rest on it, and what it asked about is forgotten."""
    from passdown.stages.serve.salience import end as forget, live

    _named(session)
    with ctx.store.read(ctx.sight) as tx:
        known = _session(tx, session)
    seat = _seat(ctx, known.id if known else session)
    going = live(ctx.home, seat)
    if known is None and going is None:
        raise NotFound(f"no session {session}", next="`passdown sessions` lists those there are.")
    proposals = _proposals(ctx, known) if known else []
    if known:
        known = _ended(ctx, known, proposals)
    forget(ctx.home, seat)
    return {
        "session": known.id if known else session,
        "started_at": known.started_at if known else _began(going),
        "ended_at": known.ended_at if known else ctx.clock.now(),
        "proposal_ids": proposals,
        "questions": len(going.questions) if going else 0,
    }


@operation(
    "session.crystallize",
    Effect.WRITE,
    cli=Shell(facts=("id", "text")),
    example="passdown session crystallize 7a8ede88",
)
def crystallize(ctx: Ctx, session: Name) -> dict[str, Any]:
    """Keep a page of what a session took: ids, times, counts, tools, and nobody's words.

    It needs no approval, since nothing in it was said; it is archived, and never served or mined.
    """
    from passdown.stages.apply.crystal import crystallise

    _named(session)
    with ctx.store.read(ctx.sight) as tx:
        known = _session(tx, session)
    if known is None:
        raise NotFound(f"no session {session}", next="`passdown sessions` lists those there are.")
    proposals = _proposals(ctx, known)
    with ctx.store.write(ctx.sight) as tx:
        page = crystallise(tx, known, _all_of(tx, known.id), proposals, ctx.actor.name)
    return {
        "id": page.id,
        "kind": page.kind,
        "life": page.life.value,
        "text": page.text,
        "body": page.body,
        "version": page.version,
    }


def _seat(ctx: Ctx, session: str) -> str:
    """Where a session's questions are kept: who sees a part only has a session of their own."""
    scopes = ctx.sight.scopes
    return session if scopes is None else "\0".join((session, *scopes))


def _named(session: str) -> None:
    if not session.strip():
        raise Invalid("no session is named", next="`passdown session start` begins one.")


def _reflex(ctx: Ctx) -> tuple[bool, int, int]:
    """Whether, over how many questions and for how many names; a setting that makes no sense is
    its default."""
    settings = ctx.settings
    window, top_k = (settings.whole(f"{REFLEX}.{name}") for name in ("window", "top_k"))
    return settings.flag(f"{REFLEX}.enabled"), window, top_k


def _names(ctx: Ctx, query: str) -> list[str]:
    """The names in a question, and in what is known about it."""
    from passdown.ops.asking import known
    from passdown.text.entities import keys

    clean = ctx.redactor().clean(query)
    told = (found.record.text for found in known(ctx, ctx.sight, clean, CLOSEST))
    return list(dict.fromkeys(name for text in (clean, *told) for name in keys(text)))


def _session(tx: Tx, id: str) -> Session | None:
    from passdown.ops.sessions import the_session

    try:
        return the_session(tx, id)
    except NotFound:
        return None


def _began(going: Live | None) -> str:
    return going.started_at if going else ""


def _proposals(ctx: Ctx, session: Session) -> list[str]:
    """The proposals with something of this session among their evidence, as far as they may be
    seen."""
    with ctx.store.read(ctx.sight) as tx:
        seqs = {one.seq for one in _all_of(tx, session.id)}
    with ctx.store.read(ALL) as tx:
        resting = tx.erasure.resting_on(seqs) if seqs else []
    with ctx.store.read(ctx.sight) as tx:
        return [id for id in resting if tx.queue.get(id) is not None]


def _ended(ctx: Ctx, session: Session, proposals: list[str]) -> Session:
    with ctx.store.write(ctx.sight) as tx:
        now = tx.observations.session(session.id) or session
        meta = {**now.meta, "proposal_ids": proposals}
        ended = replace(now, ended_at=now.ended_at or ctx.clock.now(), meta=meta)
        tx.observations.add(ended, [])
    return ended


def _all_of(tx: Tx, session: str) -> list[Observation]:
    found: list[Observation] = []
    while page := tx.observations.scan(
        session=session, flagged=True, after=found[-1].seq if found else 0, limit=PAGE
    ):
        found += page
    return found
