"""What a claim would have done had later sessions known it: repeats prevented, or seen again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.contract.loop import Replay, added, over_time
from passdown.domain.clock import to_seconds
from passdown.domain.observation import Seen, Trust
from passdown.loops.claims.again import of_pattern, of_question
from passdown.loops.claims.changes import KIND
from passdown.loops.claims.cure import called
from passdown.loops.claims.detect import alike
from passdown.loops.claims.later import EXAMPLES, NONE, count, first_by_session, later_than
from passdown.loops.claims.payload import Retire
from passdown.loops.claims.prose import sentences
from passdown.loops.claims.stated import bare
from passdown.text.calls import repeats
from passdown.text.similar import differs, near

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.contract.corpus import Corpus
    from passdown.domain.observation import Observation
    from passdown.domain.settings import Settings
    from passdown.loops.claims.later import Later
    from passdown.loops.claims.payload import Claim, Cure, Payload

MOST_ALIKE = 20
NAMED = "named"
"""The place of the name that was looked for, among those that the claim names."""
AWAY = 600
"""Seconds after which nobody was waiting any more."""


def replay(payload: Payload, corpus: Corpus, settings: Settings) -> Replay:
    """Counts over distinct later sessions; a pitfall prevents, a fact is only seen again."""
    if isinstance(payload, Retire):
        return _of_retirement(payload, corpus)
    return _of_claim(payload, corpus)


def grown(
    payload: Payload, filed: Replay, before: Corpus, now: Corpus, settings: Settings
) -> Replay | None:
    """Every session counts by itself, but for two things that are of all of them: which name is
    the rarest, which stays the one that it was, and the most that are looked at, beyond which only
    a whole replay can tell."""
    if isinstance(payload, Retire):
        return filed
    if filed.right + filed.wrong >= MOST_ALIKE:
        return None
    at = int(filed.metrics.get(NAMED, -1))
    named = payload.entities[at] if 0 <= at < len(payload.entities) else _rarest(payload, now)
    return added(filed, _of_claim(payload, before, named), _of_claim(payload, now, named))


def _of_claim(payload: Claim, corpus: Corpus, named: str | None = None) -> Replay:
    later = later_than(payload, corpus)
    if payload.cure is not None:
        return _of_cure(payload.cure, later, corpus)
    if payload.category == "pattern":
        return of_pattern(payload, later, corpus)
    if payload.category == "question":
        return of_question(payload, later, corpus)
    return _of_statement(payload, later, corpus, named)


# ---- pitfalls


def _of_cure(cure: Cure, later: Later, corpus: Corpus) -> Replay:
    hits = (o for o in corpus.by_signature(cure.signature) if o.session in later.ids)
    again = first_by_session(o for o in hits if o.ok is False and _same_call(o, cure, corpus))
    anyway = {o.session: good for o in again if (good := _worked_anyway(o, corpus))}
    avoidable = [o for o in again if o.session not in anyway]
    lost = sum(_seconds_lost(o, corpus) for o in avoidable)
    return Replay(
        sentence=_prevented(len(avoidable), len(anyway), len(later.sessions), lost),
        right=len(avoidable),
        wrong=len(anyway),
        right_examples=tuple(o.seq for o in avoidable[:EXAMPLES]),
        wrong_examples=tuple(o.seq for o in list(anyway.values())[:EXAMPLES]),
        metrics={
            "later_sessions": float(len(later.sessions)),
            "prevented": float(len(avoidable)),
            "seconds_lost": round(lost, 1),
        },
        when=over_time(avoidable, anyway.values()),
    )


def _same_call(failure: Observation, cure: Cure, corpus: Corpus) -> bool:
    calls = (o for o in corpus.in_session(failure.session) if o.seen is Seen.CALL)
    call = next((o for o in calls if o.call == failure.call and o.tool == cure.tool), None)
    return call is not None and repeats(called(call), cure.failed)


def _worked_anyway(failure: Observation, corpus: Corpus) -> Observation | None:
    """The later answer in its session to the same call unchanged, where it worked: then it was
    not the call's fault."""
    items = corpus.in_session(failure.session)
    lines = {o.call: called(o) for o in items if o.seen is Seen.CALL}
    line = lines.get(failure.call)
    good = (o for o in items if o.seen is Seen.RESULT and o.ok and o.seq > failure.seq)
    return next((o for o in good if line and lines.get(o.call) == line), None)


def _seconds_lost(failure: Observation, corpus: Corpus) -> float:
    """From the failing answer to the next one that worked; nothing where a time is missing or
    somebody was away."""
    after = (o for o in corpus.in_session(failure.session) if o.seq > failure.seq)
    good = next((o for o in after if o.seen is Seen.RESULT and o.ok), None)
    if good is None or not good.at or not failure.at:
        return 0.0
    lost = to_seconds(good.at) - to_seconds(failure.at)
    return lost if 0 < lost <= AWAY else 0.0


def _prevented(avoidable: int, anyway: int, later: int, lost: float) -> str:
    if not later:
        return NONE
    if not avoidable and not anyway:
        return f"Not hit again in {count(later, 'later session')}."
    said = f"Would have prevented {count(avoidable, 'repeat')} in {count(later, 'later session')}"
    if lost >= 1:
        said += f", {_time(lost)} in all"
    if anyway:
        said += f"; in {anyway} of them the same call worked unchanged later on"
    return f"{said}."


# ---- statements


def _of_statement(payload: Claim, later: Later, corpus: Corpus, named: str | None) -> Replay:
    if not later.sessions:  # as of what was said just now: nothing need be looked for
        return Replay(NONE, metrics={"later_sessions": 0.0})
    name = _rarest(payload, corpus) if named is None else named
    said = list(_alike(payload.text, later, corpus))
    against = first_by_session(o for o, why in said if why)
    denied = {o.session for o in against}
    at_hand = [one for one in _hits(name, corpus) if one.session in later.ids]
    again = first_by_session(
        o for o in (*(o for o, why in said if not why), *at_hand) if o.session not in denied
    )
    return Replay(
        sentence=_seen_again(len(again), len(against), len(later.sessions)),
        right=len(again),
        wrong=len(against),
        right_examples=tuple(o.seq for o in again[:EXAMPLES]),
        wrong_examples=tuple(o.seq for o in against[:EXAMPLES]),
        metrics={
            "later_sessions": float(len(later.sessions)),
            **({NAMED: float(payload.entities.index(name))} if name else {}),
        },
        when=over_time(again, against),
    )


def _alike(text: str, later: Later, corpus: Corpus) -> Iterator[tuple[Observation, str]]:
    """What people said later that says the same, or with the reason why it says otherwise."""
    for one, _ in corpus.similar(text, MOST_ALIKE):
        if one.session not in later.ids or one.trust is not Trust.HUMAN:
            continue
        every = [bare(span.text) for span in sentences(one.text)]
        score, said = max(((near(text, each), each) for each in every), default=(0.0, ""))
        if alike(text, said, score):
            yield one, differs(text, said)


def _rarest(payload: Claim, corpus: Corpus) -> str:
    """Of what it names, that which is at hand least often; '' where nothing of it is."""
    hits = {entity: len(_hits(entity, corpus)) for entity in payload.entities}
    return min(filter(hits.get, hits), key=hits.__getitem__, default="")


def _hits(entity: str, corpus: Corpus) -> list[Observation]:
    """Where a name stands; a command also where it was run."""
    if not entity:
        return []
    program, space, _ = entity.partition(" ")
    if not space:
        return list(corpus.by_entity(entity))
    return [one for one in corpus.by_entity(program) if entity in one.text]


def _seen_again(again: int, against: int, later: int) -> str:
    if not later:
        return NONE
    denied = f"{against or 'none'} {'contradict' if against > 1 else 'contradicts'} it"
    return f"Seen again in {again} of {count(later, 'later session')}; {denied}."


def _of_retirement(payload: Retire, corpus: Corpus) -> Replay:
    record = corpus.record(KIND, payload.target)
    if record is None:
        return Replay("There is no such claim any more.")
    since = sum(1 for s in corpus.sessions() if s.started_at > record.created_at)
    told = record.created_at[:10] or "a day that is not known"
    return Replay(f"Told since {told}; {count(since, 'session')} began since then.")


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
