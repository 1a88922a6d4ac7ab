"""Operations that serve: brief, search, get, records, why. A read never writes to the chain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.domain.errors import NotFound
from passdown.ops import finding
from passdown.ops.kinds import Id, Name, Text, When
from passdown.ops.operation import Ctx, Effect, Route, Shell, operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.domain.record import Edge, Record
    from passdown.stages.serve.brief import Need, Packed
    from passdown.stages.serve.served import Reader
    from passdown.storage.port import Tx


RELATED = 200
"""Relations of which the other end is told, too."""


@operation(
    "brief",
    Effect.READ,
    agents=True,
    http=(Route("GET", "/api/brief"),),
    cli=Shell(
        card="text",
        empty="nothing is approved yet that a session here should know; `passdown review` decides",
    ),
    aliases=("kb.context",),
    example='passdown brief --repo web --task "fix the login test"',
)
def brief(
    ctx: Ctx,
    repo: Name = "",
    agent: Name = "",
    task: Text = "",
    budget: int = 0,
    session: Name = "",
    ontology: Name = "",
) -> dict[str, Any]:
    """What a new session should know, within a token budget; with `ontology`, of that one alone.

    On the command line the repo one stands in is meant where none is named.
    """
    from passdown.ops.facets import takes
    from passdown.ops.knobs import CONTROL
    from passdown.ops.serving import assigned
    from passdown.stages.serve.brief import choose

    who = assigned(ctx, "brief", session, task)
    repo = repo or _repo_here(ctx)
    with ctx.store.read(ctx.narrow(repo, agent)) as tx:
        need = _need(ctx, tx, (repo, agent, task), budget)
        need, records = choose(tx, need, without=(CONTROL,))
    if ontology:
        records = list(filter(takes(ctx, ctx.narrow(repo, agent), ontology=ontology), records))
    packed = _given(ctx, records, need, who)
    items, left = list(packed.items), packed.left_out
    return {"text": packed.text, "items": items, "tokens": packed.tokens, "left_out": left}


def _need(ctx: Ctx, tx: Tx, who: tuple[str, str, str], budget: int) -> Need:
    """What the brief of this repo, agent and task is to hold."""
    from passdown.stages.serve.brief import Need

    return Need(
        *who,
        budget=budget if budget > 0 else ctx.settings.whole("brief.budget"),
        floor=ctx.settings.number("brief.min_confidence"),
        now=ctx.clock.now(),
        queue=tx.queue.waiting(),
    )


def _given(ctx: Ctx, records: list[Record], need: Need, who: Reader) -> Packed:
    """The brief without what is held back from this reader; noted before it is returned."""
    from passdown.ops.serving import give
    from passdown.stages.serve.brief import Packed, pack

    packed = pack(records, need)
    if shadow := [id for id in packed.items if who.trial.shadows(id)]:
        packed = pack([r for r in records if not who.trial.shadows(r.id)], need)
    items = give(ctx, who, packed.items, shadow=shadow)
    return packed if len(items) == len(packed.items) else Packed("", (), 0, 0)


@operation(
    "search",
    Effect.READ,
    agents=True,
    http=(Route("GET", "/api/search"),),
    cli=Shell(
        rows="results",
        columns=("id", "kind", "scope", "text", "why"),
        facts=("note",),
        empty="nothing that was approved answers this; `passdown pending` shows what is asked",
    ),
    aliases=("kb.search",),
    example='passdown search "flaky login test"',
)
def search(
    ctx: Ctx,
    query: Text,
    limit: int = 0,
    kind: Name = "",
    repo: Name = "",
    agent: Name = "",
    explain: bool = False,
    in_: Name = "",
    category: Name = "",
    scope: Name = "",
    entity: Name = "",
    trust: int = 0,
    as_of: When = "",
    session: Name = "",
    ontology: Name = "",
) -> dict[str, Any]:
    """Approved knowledge that answers this; nothing rather than a guess.

    `--in sessions` searches what was said and done instead: nobody approved that, so it is for
    people. `kind` is then prompt, reply, call, result, note or event. `--as-of` is what was so,
    or had been said, then. `--ontology` is what belongs to that domain.
    """
    then = as_of and _moment(ctx, as_of)
    narrow = (kind, category, scope, entity, trust, then, session, ontology)
    asked = finding.Asked(query, *narrow, explain)
    most = min(limit, 200) if limit > 0 else ctx.settings.whole("search.limit")
    sight = ctx.narrow(repo, agent) if repo or agent else ctx.sight
    return {"query": query, **finding.place(in_)(ctx, sight, asked, most)}


@operation(
    "get",
    Effect.READ,
    agents=True,
    example="passdown get 3f9a01bc",
    resource="records/{id}",
)
def get(ctx: Ctx, id: Id) -> dict[str, Any]:
    """One record by its id or the start of it, with its versions and relations."""
    from passdown.stages.serve.served import opinions

    with ctx.store.read(ctx.sight) as tx:
        record = the_record(tx, id)
        versions = tx.knowledge.versions(record.kind, record.key)
        edges, said = tx.knowledge.edges(record.id), opinions(tx, record.id)
        told = {"edges": edges, "related": _related(tx, record, edges), "feedback": said}
        return {**_whole(record), "versions": len(versions), **told}


def _related(tx: Tx, record: Record, edges: Sequence[Edge]) -> list[dict[str, Any]]:
    """The other ends of its relations, as far as they may be seen; `back`: it is pointed at."""
    ends = [(e.type, e.target if e.source == record.id else e.source, e) for e in edges]
    known = {one.id: one for one in tx.knowledge.by_ids([end for _, end, _ in ends][:RELATED])}
    return [
        {
            "type": type,
            "id": end,
            "kind": known[end].kind,
            "text": str(known[end].body.get("title") or known[end].text),
            "back": edge.target == record.id,
        }
        for type, end, edge in ends
        if end in known
    ]


@operation(
    "records",
    Effect.READ,
    cli=Shell(rows="records", columns=("id", "kind", "scope", "confidence", "text")),
    example="passdown records --kind claim",
    resource="records",
)
def records(
    ctx: Ctx, kind: Name = "", limit: int = 100, scope: Name = "", category: Name = ""
) -> dict[str, Any]:
    """What is known: active records by kind; of one scope the surest first."""
    most = max(1, min(limit, 10_000))
    with ctx.store.read(ctx.sight) as tx:
        if scope or category:
            found = _narrowed(tx, kind, scope, category, most)
        else:
            found = tx.knowledge.all(kind, limit=most)
        return {"records": [_whole(r) for r in found], "counts": tx.knowledge.counts()}


READ = 3_000
"""Records that are looked at for those of one scope or category."""


def _narrowed(tx: Tx, kind: str, scope: str, category: str, most: int) -> list[Record]:
    """So many of one kind, scope and category, where they are asked for; more are read only where
    the first of them are others."""
    for n in (min(2 * most, READ), max(most, READ)):
        every = _of_scope(tx, scope, n) if scope else tx.knowledge.all(kind, limit=n)
        found = [
            one
            for one in every
            if kind in ("", one.kind) and category in ("", one.body.get("category"))
        ]
        if len(found) >= most or len(every) < n:
            break
    return found[:most]


def _of_scope(tx: Tx, scope: str, most: int) -> list[Record]:
    """What is said to hold there, the surest first, then what is open."""
    from passdown.storage.wanted import Wanted

    found = tx.knowledge.best(Wanted(scope, tx.now), limit=most)
    left = most - len(found)
    return [*found, *tx.knowledge.best(Wanted(scope, tx.now, asks=True), limit=left)]


@operation("why", Effect.READ, example="passdown why 3f9a01bc")
def why(ctx: Ctx, id: Id) -> dict[str, Any]:
    """Who decided that this is so, when, on what evidence, and whom it was served to."""
    from passdown.stages.serve.served import SERVED, opinions

    with ctx.store.read(ctx.sight) as tx:
        record = the_record(tx, id)
        proposal = tx.queue.get(record.made_by) if record.made_by else None
        evidence = tx.observations.get(proposal.evidence) if proposal else []
        served = tx.ledger.activities(name=SERVED, item=record.id, limit=1000)
        return {
            "record": _whole(record),
            "decision": _decision(proposal),
            "messages": tx.queue.messages(proposal.id) if proposal else [],
            "evidence": [_quote(o) for o in evidence],
            "served": len(served),
            "sessions": sorted({a.session for a in served if a.session}),
            "feedback": opinions(tx, record.id),
            "history": [e for e in tx.ledger.entries(subject=record.id, limit=100)],
        }


def _repo_here(ctx: Ctx) -> str:
    """The repo of the caller's folder, where the caller has one."""
    from passdown.ops import here

    return here.repo() if ctx.facts.get("stands_here") else ""


def _moment(ctx: Ctx, text: str) -> str:
    from passdown.ops.when import moment

    return moment(ctx, text)


def the_record(tx: Tx, id: str) -> Record:
    """The one record whose id is this, or starts so; NotFound says which there are."""
    wanted = id.removeprefix("pd:")
    found = tx.knowledge.find(wanted)
    if len(found) == 1:
        return found[0]
    exact = [r for r in found if r.id == wanted]
    if exact:
        return exact[0]
    if found:
        ids = ", ".join(r.id for r in found[:5])
        raise NotFound(f"{id} is the start of several ids", next=f"One of: {ids}.")
    raise NotFound(f"no record {id}", next="`passdown search` finds ids.")


def _whole(record: Record) -> dict[str, Any]:
    from dataclasses import asdict

    return {"id": record.id, **asdict(record)}


def _decision(proposal: Any) -> dict[str, Any] | None:
    if proposal is None:
        return None
    return {
        "proposal": proposal.id,
        "title": proposal.title,
        "state": proposal.status.value,
        "decided_by": proposal.decided_by,
        "decided_at": proposal.decided_at,
        "reason": proposal.reason,
        "replay": proposal.replay,
        "flags": list(proposal.flags),
    }


def _quote(o: Any) -> dict[str, Any]:
    return {
        "seq": o.seq,
        "session": o.session,
        "seen": o.seen.value,
        "at": o.at,
        "text": o.text[:2000],
        "pointer": o.pointer,
    }
