"""Where a search looks: in what was approved, or in what was said and done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from passdown.domain.actor import Kind
from passdown.domain.errors import Forbidden, Invalid

if TYPE_CHECKING:
    from collections.abc import Callable

    from passdown.domain.clock import At
    from passdown.domain.observation import Observation
    from passdown.domain.scope import Sight
    from passdown.ops.operation import Ctx
    from passdown.stages.serve.meaning import Sense
    from passdown.stages.serve.search import Found
    from passdown.stages.serve.sessions import Turn

    Place: TypeAlias = Callable[[Ctx, Sight, "Asked", int], dict[str, Any]]

LONGEST = 1000
"""Characters of a turn that are shown; of its neighbours a third."""

MOST = 1000
"""Turns looked at where some may be unwanted."""


class Asked(NamedTuple):
    """What is looked for, and which of it is wanted."""

    query: str
    kind: str = ""
    category: str = ""
    scope: str = ""
    entity: str = ""
    trust: int = 0
    as_of: At = ""
    session: str = ""
    ontology: str = ""
    explain: bool = False


def place(name: str) -> Place:
    """How to search there; Invalid when it is no place."""
    places: dict[str, Place] = {"": in_records, "records": in_records, "sessions": in_sessions}
    if name not in places:
        raise Invalid(f"nothing to search in {name[:80]!r}", next="Use records or sessions.")
    return places[name]


def in_records(ctx: Ctx, sight: Sight, asked: Asked, limit: int) -> dict[str, Any]:
    """What was approved; what is handed out is noted."""
    from passdown.ops.asking import caught_up
    from passdown.ops.facets import takes
    from passdown.stages.serve.search import Only, search

    if asked.session:
        raise Invalid("records are of no session", where="session", next="Add `--in sessions`.")
    also = takes(ctx, sight, ontology=asked.ontology)
    only = Only(asked.category, asked.scope, asked.entity, asked.trust, also)
    sense, note = _sense(ctx, asked.query)
    how: dict[str, Any] = {"kinds": (asked.kind,) if asked.kind else (), "only": only}
    how |= {"limit": limit, "now": ctx.clock.now(), "as_of": asked.as_of, "sense": sense}
    found = caught_up(ctx, sight, lambda tx: search(tx, asked.query, **how))
    if asked.kind and not found:
        _check_kind(asked.kind, _kinds(ctx))
    served(ctx, "search", tuple(f.record.id for f in found))
    return {
        "results": [_record(f, asked.explain) for f in found],
        **({"note": note} if note else {}),
    }


def _sense(ctx: Ctx, query: str) -> tuple[Sense | None, str]:
    """What the question means to the embedder, where there is one, and what there is to say of
    that."""
    if not ctx.settings.text("engine.embedder").strip():
        return None, ""
    from passdown.ops.asking import catch_up
    from passdown.ops.meaning import sense

    catch_up(ctx)  # how many records it knows the meaning of is told of those there are now
    return sense(ctx, query)


def _for_people(ctx: Ctx) -> None:
    """Nobody approved what was said, so no agent is handed it."""
    if ctx.actor.kind is Kind.AGENT:
        raise Forbidden(
            "what was said in sessions is approved by nobody: people search it",
            where="search",
            next="Leave `in` out to search what is approved.",
        )


def in_sessions(ctx: Ctx, sight: Sight, asked: Asked, limit: int) -> dict[str, Any]:
    """What was said and done, as it was said; and which sessions say most of it."""
    from passdown.domain.observation import Seen
    from passdown.stages.serve.sessions import Narrow, search_sessions

    _for_people(ctx)
    if asked.category or asked.entity or asked.ontology:
        what = "only records have a category, entities and an ontology"
        raise Invalid(what, next="Leave out `--in`.")
    if asked.kind:
        _check_kind(asked.kind, {one.value for one in Seen})
    narrow = Narrow((asked.kind,) if asked.kind else (), asked.session, until=asked.as_of)
    most = MOST if asked.trust or asked.scope else limit
    _listen(ctx)
    with ctx.store.read(sight) as tx:
        heading = search_sessions(tx, asked.query, narrow=narrow, limit=most)
    turns = [turn for turn in heading.turns if _wanted(turn.seen, asked)][:limit]
    sessions = list(heading.sessions[:limit])
    return {"results": [_turn(turn, asked.explain) for turn in turns], "sessions": sessions}


def _kinds(ctx: Ctx) -> set[str]:
    """The kinds of records there are: asked only where none is found, for loops are dear to
    load."""
    from passdown.ops.knobs import CONTROL

    return {CONTROL, *(kind for name in ctx.loops for kind in ctx.loops[name].kinds)}


def _check_kind(kind: str, known: set[str]) -> None:
    if kind not in known:
        one_of = ", ".join(sorted(known))
        raise Invalid(f"no kind {kind[:80]!r}", where="kind", next=f"One of: {one_of}.")


def served(ctx: Ctx, how: str, items: tuple[str, ...]) -> None:
    """Note what was handed out, before it is."""
    from passdown.ops.serving import give, reader

    give(ctx, reader(ctx, how), items)


def _listen(ctx: Ctx) -> None:
    """Let the index hear what was seen since; nothing is written when it heard all of it."""
    from passdown.domain.scope import ALL
    from passdown.stages.serve.follow import deaf, hear

    with ctx.store.read(ALL) as tx:
        more = deaf(tx)
    while more:
        with ctx.store.write(ALL) as tx:
            more = bool(hear(tx))


def _wanted(one: Observation, asked: Asked) -> bool:
    return one.trust >= asked.trust and one.scope == (asked.scope or one.scope)


def _record(found: Found, explain: bool) -> dict[str, Any]:
    record = found.record
    why = {"why": {"words": list(found.words), **_rounded(found.parts)}} if explain else {}
    return {
        "id": record.id,
        "kind": record.kind,
        "category": record.body.get("category", ""),
        "scope": record.scope,
        "text": record.text,
        "confidence": record.confidence,
        "score": round(found.score, 4),
        **why,
    }


def _turn(turn: Turn, explain: bool) -> dict[str, Any]:
    one = turn.seen
    return {
        "id": str(one.seq),
        "kind": one.seen.value,
        "scope": one.scope,
        "text": one.text[:LONGEST],
        "session": one.session,
        "at": one.at,
        "actor": one.meta.get("speaker", ""),
        "trust": int(one.trust),
        "before": _beside(turn.before),
        "after": _beside(turn.after),
        "score": round(turn.score, 4),
        **({"why": _rounded(turn.parts)} if explain else {}),
    }


def _beside(one: Observation | None) -> str:
    return one.text[: LONGEST // 3] if one else ""


def _rounded(parts: Any) -> dict[str, float]:
    return {name: round(part, 4) for name, part in parts.items()}
