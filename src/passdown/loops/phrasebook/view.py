"""What the reviewer reads, what a yes would say now, and what a question is called on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.contract.card import Card, Diff, Facts, Quote, Table, Text
from passdown.loops.phrasebook.payload import Add, Retire, Update
from passdown.text.safe import one_line
from passdown.text.template import placeholders, render

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from passdown.contract.card import Block
    from passdown.contract.loop import Replay
    from passdown.domain.observation import Observation
    from passdown.domain.settings import Settings
    from passdown.loops.phrasebook.payload import Payload, Seen, Was

SHOWN = 3
STOOD_IN = "No questions were kept: the replies stand in for them, also for the pattern."


def card(payload: Payload, observations: Sequence[Observation], replay: Replay) -> Card:
    """The question in one sentence, the reply, what may go stale, what it rests on."""
    quotes: list[Block] = [
        Quote(o.text, o.seen.value, o.at, o.session, o.seq) for o in observations[:SHOWN]
    ]
    if isinstance(payload, Retire):
        why = Text(f"Why: {payload.reason or 'no reason was given'}")
        told = Text(f"Replay: {replay.sentence}")
        return Card(
            f"Should the phrase {payload.target} answer nothing any more?", (why, told, *quotes)
        )
    again = Text(f"Replay: {replay.sentence}")
    asked = (*_asked(payload.seen), *quotes, _diff(payload), _facts(payload))
    return Card(_question(payload), (*_warnings(payload), again, *asked))


def _question(payload: Add | Update) -> str:
    if isinstance(payload, Add):
        what = one_line(payload.reply, 100)
        return f"Should such messages be answered without a model: “{what}”"
    if payload.was.enabled and not payload.enabled:
        return f"Should the phrase {payload.target} answer nothing until it is enabled again?"
    return f"Should the phrase {payload.target} be changed?"


def _warnings(payload: Add | Update) -> Iterator[Block]:
    if isinstance(payload, Update) and payload.reason:
        yield Text(f"Why: {payload.reason}")
    stale = [token for token in payload.stale if token in payload.reply]
    if stale:
        yield Text(f"stale_risk: {', '.join(stale)} may be out of date tomorrow.")
    if stale and payload.slotted and payload.slotted != payload.reply:
        yield Diff("The edit that is offered instead", payload.reply, payload.slotted)
    if payload.synthesized:
        yield Text("synthesized: a model wrote this reply; nobody said it so.")
    if payload.seen.stood_in:
        yield Text(STOOD_IN)


def _asked(seen: Seen) -> Iterator[Block]:
    if seen.questions:
        yield Table(("Asked, for example",), tuple((text,) for text in seen.questions))


def _diff(payload: Add | Update) -> Block:
    """A new phrase whole; of one that is known what would be other."""
    now = f"{payload.pattern}\n{payload.reply}"
    if isinstance(payload, Add):
        return Diff("On yes, a new phrase", "", now)
    if not payload.was.pattern:
        return Diff("On yes, the phrase", "", now)
    both = zip(_lines(payload.was), _lines(payload), strict=True)
    other = [(one, two) for one, two in both if one != two]
    before, after = ("\n".join(lines) for lines in zip(*other, strict=True)) if other else ("", now)
    return Diff("On yes, the phrase", before, after)


def _lines(of: Was | Update) -> tuple[str, ...]:
    return (
        of.pattern,
        of.reply,
        f"category {of.category}",
        f"likeness asked for {of.min_similarity:.2f}",
        "enabled" if of.enabled else "switched off",
    )


def _facts(payload: Add | Update) -> Block:
    seen, facts = payload.seen, [("Category", payload.category)]
    if seen.size:
        cost = "unknown" if seen.usd is None else f"${seen.usd:.4f} over {seen.days:g} days"
        facts += [
            ("Asked", f"{seen.size} times in {len(seen.sessions)} sessions"),
            ("Alike", f"questions {seen.cohesion:.2f}, answers {seen.consistency:.2f}"),
            ("Cost of answering", cost),
        ]
    if payload.min_similarity > 0:
        facts.append(("Likeness asked for", f"{payload.min_similarity:.2f}"))
    return Facts(tuple(facts))


def preview(payload: Payload, settings: Settings) -> Sequence[Block]:
    """What the reply says as things stand, and the placeholders that would not resolve."""
    if isinstance(payload, Retire) or not placeholders(payload.reply):
        return ()
    now = render(payload.reply, settings.snapshot)
    missing = ", ".join(now.missing) or "none"
    return (Facts((("Says now", now.text), ("Would not resolve", missing))),)


def wire(payload: Payload) -> Mapping[str, Any]:
    """The names that posters and scripts know."""
    if isinstance(payload, Retire):
        return {"target": payload.target}
    seen = payload.seen
    return {
        "cluster_size": seen.size,
        "sample_questions": list(seen.questions),
        "proposed_pattern": payload.pattern,
        "proposed_reply_template": payload.reply,
        "proposed_category": payload.category,
        "cluster_caller_session_ids": list(seen.sessions),
        "synthesized": payload.synthesized,
        "haiku_synthesized": payload.synthesized,
        "synth_cost_usd": payload.synth_cost_usd,
        "stale_risk": bool(payload.stale),
        "volatile_tokens": list(payload.stale),
        "offered_reply_template": payload.slotted,
        "questions_stood_in": seen.stood_in,
        "raw_confidence": seen.raw,
    }
