"""Operations on sessions: which there are, how one went, what failed, what it took."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import NotFound
from passdown.ops.kinds import Name, When
from passdown.ops.operation import Ctx, Effect, Shell, operation

if TYPE_CHECKING:
    from passdown.contract.card import Card
    from passdown.domain.observation import Observation, Session
    from passdown.storage.port import Tx
    from passdown.text.prices import Prices

EVERY = 100_000
EVERY_TOLD, MOST_TOLD = 1000, 200
"""Rows of what was told that are looked at, and records of them that are shown."""
INNER = frozenset({"signs", "sums"})
"""What a session's meta keeps for those who go on counting; shown as what it says."""


@operation(
    "sessions.list",
    Effect.READ,
    aliases=("sessions",),
    cli=Shell(
        rows="sessions",
        columns=("id", "started_at", "repo", "agent", "errors", "tokens", "cost", "outcome"),
    ),
    example="passdown sessions list --since 7d",
)
def listed(
    ctx: Ctx,
    since: When = "",
    repo: Name = "",
    agent: Name = "",
    outcome: Name = "",
    limit: int = 50,
) -> dict[str, Any]:
    """The sessions that were read, newest first, with what each took and how it went."""
    from passdown.ops.when import moment

    wanted = {"repo": repo, "agent": agent, "outcome": outcome}
    wanted = {name: value for name, value in wanted.items() if value}
    most, prices = max(1, min(limit, 10_000)), _prices(ctx)
    with ctx.store.read(ctx.sight) as tx:
        every = tx.observations.sessions(since=moment(ctx, since), limit=EVERY if wanted else most)
    found = [s for s in every if all(getattr(s, name) == v for name, v in wanted.items())]
    return {"sessions": [_row(session, prices) for session in found[:most]]}


@operation(
    "sessions.show",
    Effect.READ,
    aliases=("session",),
    cli=Shell(card="card"),
    example="passdown sessions show 7a8ede88",
)
def shown(ctx: Ctx, id: Name, limit: int = 200) -> dict[str, Any]:
    """How one session went: its outcome with the evidence, errors and cures, tokens and cost.

    The session is named by its id or the start of it. `limit` bounds the observations that the
    result lists; everything else is of all of them. `asked` is what asking a model about it cost,
    `told` what it was told of what is known, and what it said of that.
    """
    from passdown.ops.purse import spent

    with ctx.store.read(ctx.sight) as tx:
        session = the_session(tx, id)
        items = _all_of(tx, session.id)
        asked = spent(tx, session=session.id)
        told = _told(tx, session.id)
    shows = _evidence(session, items)
    row, lessons = _row(session, _prices(ctx)), _lessons(ctx, session, items)
    errors = _errors(items, lessons)
    return {
        "session": _public(session),
        "sums": row,
        "asked": asked._asdict(),
        "evidence": [_said(one) for one in shows],
        "errors": errors,
        "lessons": lessons,
        "told": told,
        "observations": items[: max(0, min(limit, 10_000))],
        "card": _card(session, row, shows, errors),
    }


def _told(tx: Tx, session: str) -> list[dict[str, Any]]:
    """Each record it was told or that was held back from it, the first one first; with what it
    said of it."""
    from passdown.stages.serve.served import SERVED, SHADOW, WITHHELD

    rows: dict[str, dict[str, Any]] = {}
    for one in reversed(tx.ledger.activities(session=session, limit=EVERY_TOLD)):
        how = str(one.detail.get("how", ""))
        for item in one.items:
            if one.name in (SERVED, WITHHELD, SHADOW):
                row = {"id": item, "at": one.at, "name": one.name, "how": how, "said": []}
                rows.setdefault(item, row)
            elif item in rows:
                rows[item]["said"].append(str(one.detail.get("verdict", one.name)))
    shown = list(rows)[:MOST_TOLD]
    texts = {one.id: one.text for one in tx.knowledge.by_ids(shown)}
    return [{**rows[id], "text": texts[id]} for id in shown if texts.get(id)]


def _row(session: Session, prices: Prices) -> dict[str, Any]:
    """What a list says of a session; its cost is None when a model it used has no price."""
    sums: dict[str, Any] = session.meta.get("sums", {})
    models = [
        {"model": name, **taken, "cost": _cost(prices, name, taken)}
        for name, taken in sorted(sums.get("tokens", {}).items())
    ]
    costs = [m["cost"] for m in models]
    told = sums.get("cost")
    known = None if None in costs or not costs else round(sum(costs), 6)
    counts = {name: n for name, n in sums.items() if name not in ("tokens", "cost")}
    return {
        "id": session.id,
        "started_at": session.started_at,
        "ended_at": session.ended_at,
        "repo": session.repo,
        "agent": session.agent or session.format,
        "outcome": session.outcome,
        "errors": 0,
        **counts,
        "tokens": sum(n for m in models for k, n in m.items() if k in ("in", "out")),
        "models": models,
        "cost": round(told, 6) if told is not None else known,
        "cost_from": "the transcript" if told is not None else "prices" if known else "",
    }


def _cost(prices: Prices, model: str, taken: dict[str, int]) -> float | None:
    price = prices.of(model)
    return round(price.of(taken), 6) if price else None


def _prices(ctx: Ctx) -> Prices:
    from passdown.text.prices import prices

    return prices(ctx.settings.text("measure.prices"))


def _public(session: Session) -> Session:
    meta = {name: value for name, value in session.meta.items() if name not in INNER}
    return replace(session, meta=meta)


def _all_of(tx: Tx, id: str) -> list[Observation]:
    from passdown.stages.mine.past import in_place

    found: list[Observation] = []
    while page := tx.observations.scan(
        session=id, flagged=True, after=found[-1].seq if found else 0, limit=5000
    ):
        found += page
    return in_place(found)


def _evidence(session: Session, items: list[Observation]) -> list[Observation]:
    """The observations that show how it went."""
    seqs = set(session.meta.get("signs", {}).get("by", ()))
    return [one for one in items if one.seq in seqs]


def _said(one: Observation) -> dict[str, Any]:
    return {"seq": one.seq, "seen": one.seen.value, "at": one.at, "text": one.text[:400]}


def _lessons(ctx: Ctx, session: Session, items: list[Observation]) -> list[dict[str, Any]]:
    """What the loops find in this session alone, whatever is approved already."""
    from passdown.contract.loop import Finding
    from passdown.stages.mine.corpus import alone

    past, found = alone(session, items, ctx.clock.now()), []
    for name, loop in ctx.loops.items():
        # A loop that fails is told of by its mining cycle; the rest can be shown.
        with suppress(Exception):
            every = loop.detect(past, ctx.settings)
            found += [(name, one) for one in every if isinstance(one, Finding)]
    return [
        {
            "loop": name,
            "title": finding.title,
            "confidence": finding.confidence,
            "evidence": list(finding.evidence),
        }
        for name, finding in found
    ]


def _errors(items: list[Observation], lessons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What failed, each kind once, with the lesson that it taught where there is one."""
    from passdown.stages.measure.troubles import troubles

    taught = {seq: lesson["title"] for lesson in reversed(lessons) for seq in lesson["evidence"]}
    return [
        {
            "seq": one.seq,
            "tool": one.tool,
            "call": one.call,
            "error": one.error,
            "times": one.times,
            "cure": next((taught[seq] for seq in one.seqs if seq in taught), ""),
            "worked_later": one.again,
        }
        for one in troubles(items)
    ]


def _card(
    session: Session,
    row: dict[str, Any],
    shows: list[Observation],
    errors: list[dict[str, Any]],
) -> Card:
    from passdown.ops.pages import session_card

    return session_card(session, row, shows, errors)


def the_session(tx: Tx, id: str) -> Session:
    """The session of this id, else the only one whose id starts like it."""
    if exact := tx.observations.session(id):
        return exact
    near = [s for s in tx.observations.sessions(limit=EVERY) if id and s.id.startswith(id)]
    if len(near) == 1:
        return near[0]
    if near:
        some = ", ".join(s.id for s in near[:5])
        raise NotFound(f"{id} is the start of several ids", next=f"One of: {some}.")
    raise NotFound(f"no session {id}", next="`passdown sessions list` lists them.")
