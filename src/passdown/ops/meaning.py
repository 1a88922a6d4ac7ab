"""What search asks an embedder: about a question as it comes, about records ahead of time.

Nothing is asked inside a transaction, and nothing fails with it: where the embedder is away, too
dear or behind, words are searched as ever, and the answer says so.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from passdown.domain.clock import later
from passdown.domain.errors import PassdownError
from passdown.domain.scope import ALL
from passdown.stages.serve.meaning import Field, Sense, field, keep, lacking
from passdown.text.dense import parts

if TYPE_CHECKING:
    from passdown.engines.port import Meaning
    from passdown.ops.checkup import Check
    from passdown.ops.operation import Ctx

AT_ONCE = 64
"""Records that one request is about."""

BATCHES = 200
"""Requests of one run; the next run goes on."""

PATIENCE = 4.0
"""Seconds that a search waits for the embedder."""

REST = 30
"""Seconds for which an embedder that failed is not asked by searches of the same process."""

TROUBLE = "meanings.trouble"
"""The registry's name for what went wrong last; '' when it went well."""


def sense(ctx: Ctx, query: str) -> tuple[Sense | None, str]:
    """What the question means; None, and why, where words alone are to be searched. A note beside
    it says what is not known of yet."""
    kept, now = ctx.facts["kept"], ctx.clock.now()
    until, why = kept.get("embedder", ("", ""))
    if until > now:
        return None, why
    try:
        model = ctx.embedder()
        (vector,) = model.embed([query], seconds=PATIENCE)
    except PassdownError as error:
        why = f"Searched by words only: {error.what}. {error.next}".strip()
        kept["embedder"] = later(now, seconds=REST), why
        return None, why
    return _among_all(ctx, model.name, vector)


def _among_all(ctx: Ctx, model: str, vector: bytes) -> tuple[Sense | None, str]:
    name = f"field {model} {parts(vector)}"
    with ctx.store.read(ALL) as tx:
        known: Field | None = ctx.facts["kept"].get(name)
        found = field(tx, model, parts(vector), known)
        every = tx.index.counts(())[1]
    ctx.facts["kept"][name] = found
    if not found.ids:
        return None, _behind(0, every, model) if every else ""
    late = found.mark.many < every
    return Sense(model, vector, found), _behind(found.mark.many, every, model) if late else ""


def _behind(many: int, every: int, model: str) -> str:
    how = "Searched by words only" if not many else "Searched in part by words only"
    return f"{how}: {many} of {every} records have a vector of {model}. passdown index follow"


def follow_meaning(ctx: Ctx) -> dict[str, Any]:
    """Make the vectors that are lacking; how many, and what went wrong, which is remembered for
    `doctor`."""
    done = 0
    try:
        model = ctx.embedder()
        for _ in range(BATCHES):
            taken = _batch(ctx, model)
            if taken is None:
                break
            done += taken
    except PassdownError as error:
        _remember(ctx, {"at": ctx.clock.now(), "what": error.what, "next": error.next})
        return {"meant": done, "note": f"Not all meaning is known: {error.what}. {error.next}"}
    _remember(ctx, {})
    return {"meant": done}


def _batch(ctx: Ctx, model: Meaning) -> int | None:
    """Make some; how many, None when none is lacking."""
    with ctx.store.read(ALL) as tx:
        records = lacking(tx, model.name, AT_ONCE)
    if not records:
        return None
    texts = [record.text for record in records]
    vectors = model.embed(texts, seconds=ctx.settings.number("engine.timeout"))
    with ctx.store.write(ALL) as tx:
        return keep(tx, model.name, records, vectors)


def _remember(ctx: Ctx, trouble: dict[str, str]) -> None:
    with ctx.store.read(ALL) as tx:
        before = tx.registry.value(TROUBLE)
    told = json.dumps(trouble) if trouble else ""
    if before != told:
        with ctx.store.write(ALL) as tx:
            tx.registry.keep(TROUBLE, told)


def standing(ctx: Ctx) -> Check:
    """How it stands with meaning, for `doctor`. Nobody is asked."""
    if not ctx.settings.text("engine.embedder").strip():
        return True, "search is by words: engine.embedder is not set", ""
    model = ctx.embedder()
    try:
        model.check()
    except PassdownError as error:
        return False, f"{model.name}: {error.what}", error.next
    with ctx.store.read(ALL) as tx:
        trouble = json.loads(tx.registry.value(TROUBLE) or "{}")
        more = len(lacking(tx, model.name, 1000))
    if trouble:
        return False, f"{model.name}, at {trouble['at']}: {trouble['what']}", trouble["next"]
    if more:
        least = "at least " if more == 1000 else ""
        return False, f"{model.name}: {least}{more} records lack a vector", "passdown index follow"
    return True, f"{model.name} knows every record", ""
