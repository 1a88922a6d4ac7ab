"""Playbooks for audits and for those who ask: which there are, and which are about a change, by the
paths that they are for, by words, and by meaning where an embedder is configured."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import PassdownError
from passdown.ops.kinds import Name, Text
from passdown.ops.operation import Ctx, Effect, Route, Shell, operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.stages.audit.change import Change
    from passdown.stages.audit.judge import Outcome
    from passdown.stages.audit.playbooks import About, Book, Chosen
    from passdown.stages.audit.playbooks_near import Near
    from passdown.stages.audit.verdict import Subject

Json = dict[str, Any]

FOUND = 20
"""Playbooks that search may bring."""
MOST_KEPT = 1000
"""Vectors that a process keeps of texts that it asked the meaning of."""


@operation(
    "audit.search",
    Effect.READ,
    http=(Route("POST", "/vectors/hybrid"),),
    cli=Shell(
        rows="results",
        columns=("id", "title", "score", "words", "text"),
        facts=("mode", "note"),
        empty="no playbook that was approved is about this; `passdown audit playbook` asks for one",
    ),
    example='passdown audit search "round invoice totals"',
)
def audit_search(ctx: Ctx, query: Text, limit: int = 5, repo: Name = "") -> Json:
    """Playbooks about a text, best first: by words, and by meaning where an embedder is set."""
    from passdown.ops.asking import caught_up
    from passdown.ops.meaning import sense
    from passdown.stages.audit.playbooks import KIND
    from passdown.stages.serve.search import search

    meant, note = sense(ctx, query) if _embeds(ctx) else (None, "")
    most, now = max(1, min(limit, 100)), ctx.clock.now()
    hits = caught_up(
        ctx, ctx.narrow(repo),
        lambda tx: search(tx, query, kinds=(KIND,), limit=most, now=now, sense=meant),
    )  # fmt: skip
    rows = [
        {"id": one.record.id, "title": str(one.record.body.get("title", "")),
         "score": round(one.score, 4), "words": list(one.words), "text": one.record.text}
        for one in hits
    ]  # fmt: skip
    return {"results": rows, "mode": "hybrid" if meant else "lexical", "note": note}


def books_of(ctx: Ctx, repo: str) -> list[Book]:
    """The playbooks that somebody approved and that a session in this repository may see."""
    from passdown.ops.playbooks_kept import stale, stands
    from passdown.stages.audit.playbooks import KIND, Book

    with ctx.store.read(ctx.narrow(repo)) as tx:
        found, stand = tx.knowledge.all(KIND), stands(tx)
    return [
        Book(one.id, str(one.body.get("title", "")), one.text,
             tuple(map(str, one.body.get("applies_to", ()))),
             tuple(map(str, one.body.get("tools", ()))), stale(one, stand))
        for one in found
    ]  # fmt: skip


def about_change(
    ctx: Ctx, subject: Subject, change: Change, books: Sequence[Book], past: Sequence[Json]
) -> tuple[list[Chosen], str]:
    """Which of them are about this change: search brings them in its order, and what is rarer than
    chance stays. And what was missed of it."""
    from passdown.stages.audit.judge import symbols
    from passdown.stages.audit.playbooks import about, choose, query

    change.load()
    named = symbols(change)
    found = _searched(ctx, subject.repo, query(change, named))
    now = about([file.path for file in change.facts.files], named)
    near, missed = _near(ctx, now, books, past)
    return choose(now, books, found, past, near), missed


def told(chosen: Sequence[Chosen], missed: str) -> Outcome:
    """What an audit says of them."""
    from passdown.stages.audit.judge import Outcome
    from passdown.stages.audit.playbooks import findings

    kb = {"mode": "hybrid", "playbooks": [one.plain() for one in chosen]} if chosen else {}
    return Outcome(tuple(findings(chosen)), reason=missed, kb=kb)


def _searched(ctx: Ctx, repo: str, words: str) -> list[str]:
    """The ids of playbooks that search brings for these words, best first."""
    from passdown.ops.asking import caught_up
    from passdown.stages.audit.playbooks import KIND
    from passdown.stages.serve.search import search

    now = ctx.clock.now()
    hits = caught_up(ctx, ctx.narrow(repo),
                     lambda tx: search(tx, words, kinds=(KIND,), limit=FOUND, now=now))  # fmt: skip
    return [one.record.id for one in hits]


def _embeds(ctx: Ctx) -> bool:
    return bool(ctx.settings.text("engine.embedder").strip())


def _near(
    ctx: Ctx, now: About, books: Sequence[Book], past: Sequence[Json]
) -> tuple[Near | None, str]:
    """How near they are in meaning; None where no model is to tell it, or too little is known of
    chance, or, with the reason, where it cannot be asked."""
    from passdown.stages.audit import playbooks_near as by_meaning
    from passdown.stages.audit.playbooks import PAST, QUANTILE, about

    if not _embeds(ctx):
        return None, ""
    some = books[: by_meaning.MOST_BOOKS]
    # One that touched the same is not unrelated, and says nothing of chance.
    apart = [row for row in past if not {*row.get("paths", ())} & {*now.paths}]
    rows = apart[-by_meaning.MOST_PAST :]
    if len(rows) < PAST:
        return None, ""
    before = [about(row.get("paths", ()), row.get("symbols", ())) for row in rows]
    texts = [by_meaning.of_change(now), *map(by_meaning.of_book, some),
             *map(by_meaning.of_change, before)]  # fmt: skip
    try:
        first, *rest = _meant(ctx, texts)
    except PassdownError as error:
        return None, f"playbooks are looked for by words only: {error.what}. {error.next}".strip()
    those = list(zip(some, rest[: len(some)], strict=True))
    chance = list(zip(before, rest[len(some) :], strict=True))
    return by_meaning.near(first, those, chance, QUANTILE), ""


def _meant(ctx: Ctx, texts: Sequence[str]) -> list[bytes]:
    """The vector of each text; what this process knows is not asked again, nor is an embedder that
    failed just now."""
    from passdown.domain.clock import later
    from passdown.domain.errors import Unavailable
    from passdown.ops.meaning import AT_ONCE, PATIENCE, REST

    kept, now, model = ctx.facts["kept"], ctx.clock.now(), ctx.embedder()
    until, why = kept.get("books.embedder", ("", ""))
    if until > now:
        raise Unavailable(why, where="engine.embedder")
    known: dict[str, bytes] = kept.setdefault("books.meant", {})
    names = [hashlib.sha256(f"{model.name}\0{text}".encode()).hexdigest() for text in texts]
    lacking = {name: text for name, text in zip(names, texts, strict=True) if name not in known}
    if len(known) + len(lacking) > MOST_KEPT:
        known.clear()
        lacking = dict(zip(names, texts, strict=True))
    wanted = list(lacking.items())
    try:
        for at in range(0, len(wanted), AT_ONCE):
            part = wanted[at : at + AT_ONCE]
            vectors = model.embed([text for _, text in part], seconds=PATIENCE)
            known |= dict(zip((name for name, _ in part), vectors, strict=True))
    except PassdownError as error:
        kept["books.embedder"] = later(now, seconds=REST), error.what
        raise
    return [known[name] for name in names]
