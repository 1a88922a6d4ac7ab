"""The operation that answers a question in cited prose, from what was approved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.domain.errors import Invalid, Limit, Unreadable
from passdown.ops import finding
from passdown.ops.kinds import Name, Text
from passdown.ops.operation import Ctx, Effect, Shell, operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.domain.record import Record
    from passdown.domain.scope import Sight
    from passdown.stages.serve.synthesize import Section

MOST = 12
"""Records that one answer is made of."""
OPEN = 1000
NONE = "none"
"""The name of the engine that is not there."""


@operation(
    "synthesize",
    Effect.READ,
    cli=Shell(card="text", facts=("why", "llm", "model")),
    aliases=("kb.synthesize",),
    example='passdown synthesize "how are the tests run"',
)
def synthesize(
    ctx: Ctx,
    question: Text,
    repo: Name = "",
    agent: Name = "",
    limit: int = 0,
    llm: bool = False,
    fallback: bool = False,
) -> dict[str, Any]:
    """An answer in prose from what was approved, every sentence with its citation; or none.

    No model is asked unless `llm` says so: it may only say the same more smoothly. A rewrite that
    lost or invented a citation is an error; with `fallback` the plain answer is given, and says so.
    """
    if not question.strip():
        raise Invalid("nothing was asked", next='passdown synthesize "how ..."')
    if llm:
        _engine(ctx)
    sight = ctx.narrow(repo, agent) if repo or agent else ctx.sight
    records = _records(ctx, sight, question, min(limit, 50) if limit > 0 else MOST)
    if not records:
        return _nothing(question)
    answer = _plain(ctx, sight, question, records)
    if llm:
        answer = _rewritten(ctx, question, answer, fallback=fallback)
    finding.served(ctx, "synthesize", tuple(answer["items"]))
    del answer["parts"]
    return answer


def _engine(ctx: Ctx) -> None:
    """Unavailable, in the engine's own words, when none is configured."""
    writer = ctx.writer()
    if writer.name == NONE:
        writer.write("", schema={}, max_tokens=1)


def _records(ctx: Ctx, sight: Sight, question: str, limit: int) -> list[Record]:
    from passdown.ops.asking import known
    from passdown.stages.serve.synthesize import relevant
    from passdown.text.tokens import content_words

    found = known(ctx, sight, question, limit)
    return relevant(found, len(set(content_words(question))))


def _plain(ctx: Ctx, sight: Sight, question: str, records: Sequence[Record]) -> dict[str, Any]:
    from passdown.stages.serve.synthesize import challenged, compose, told

    with ctx.store.read(sight) as tx:
        payloads = [p.payload for p in tx.queue.all(limit=OPEN)]
    sections, doubts = compose(records, challenged(payloads, records))
    return {
        "question": question,
        "text": told(sections),
        "sections": _shown(sections),
        "items": [record.id for record in records],
        "abstained": False,
        "thin": list(doubts.thin),
        "contested": list(doubts.contested),
        "llm": "off",
        "why": "",
        "model": "",
        "parts": sections,
    }


def _shown(sections: Sequence[Section]) -> list[dict[str, Any]]:
    return [
        {
            "title": one.title,
            "sentences": [{"text": s.text, "cites": list(s.cites)} for s in one.sentences],
        }
        for one in sections
    ]


def _rewritten(
    ctx: Ctx, question: str, answer: dict[str, Any], *, fallback: bool
) -> dict[str, Any]:
    """The same as a model says it; what it may not say is an error, or told."""
    from passdown.stages.serve.rewrite import rewritten
    from passdown.stages.serve.synthesize import Section, told

    try:
        clean = ctx.redactor().clean(question)
        found, said = rewritten(ctx.writer(), clean, answer["parts"])
    except (Unreadable, Limit) as error:
        if not fallback:
            raise
        return {**answer, "llm": "rejected", "why": error.what}
    sections = [Section("", tuple(found))]
    text = told(sections).strip()
    told_by = {"llm": "used", "model": said.model}
    return {**answer, "text": text, "sections": _shown(sections), **told_by}


def _nothing(question: str) -> dict[str, Any]:
    empty: dict[str, Any] = {"sections": [], "items": [], "thin": [], "contested": []}
    why = "nothing that was approved answers this"
    told = {"abstained": True, "llm": "off", "why": why, "model": ""}
    return {"question": question, "text": "", **empty, **told}
