"""Replay of patterns and questions: done again in that order, asked again, or else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from passdown.contract.loop import Replay, over_time
from passdown.domain.observation import Seen, Trust
from passdown.loops.claims.habit import WINDOW, worked
from passdown.loops.claims.later import EXAMPLES, NONE, count, first_by_session
from passdown.loops.claims.prose import sentences
from passdown.loops.claims.stated import bare
from passdown.loops.claims.unanswered import ASKS, Questions, alike
from passdown.loops.claims.verb import deeds, verbs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.observation import Observation
    from passdown.loops.claims.later import Later
    from passdown.loops.claims.payload import Claim
    from passdown.loops.claims.verb import Deed

MOST_ALIKE = 50
_NAMED = re.compile(r"`([^`]+)`")


def of_pattern(payload: Claim, later: Later, corpus: Corpus) -> Replay:
    """Later sessions that did it in this order, against those that came to its end without."""
    verbs = _NAMED.findall(payload.text)
    right: list[Observation] = []
    wrong: list[Observation] = []
    for session in later.sessions if len(verbs) > 1 else ():
        did = worked(corpus.in_session(session.id))
        end = _recurs(verbs, did)
        other = next((deed for deed in reversed(did) if deed.verb == verbs[-1]), None)
        if end:
            right.append(end.done.call)
        elif other:
            wrong.append(other.done.call)
    return _replay(
        _done_again(len(right), len(wrong), len(later.sessions), verbs), right, wrong, later
    )


def _recurs(verbs: Sequence[str], did: Sequence[Deed]) -> Deed | None:
    """The last deed of the first run of these verbs within a window."""
    for start, first in enumerate(did):
        if first.verb != verbs[0]:
            continue
        at = 1
        for deed in did[start + 1 : start + WINDOW]:
            at += deed.verb == verbs[at]
            if at == len(verbs):
                return deed
    return None


def _done_again(right: int, wrong: int, later: int, verbs: Sequence[str]) -> str:
    if not later:
        return NONE
    if len(verbs) < 2:
        return "It names no commands to look for."
    said = f"Done in this order in {right} of {count(later, 'later session')}"
    return f"{said}; {wrong or 'none'} ran `{verbs[-1]}` without it."


def of_question(payload: Claim, later: Later, corpus: Corpus) -> Replay:
    """Later sessions that ask again, or fail in the same way, against those that answer."""
    wrong = first_by_session(_answers(payload, later, corpus))
    closed = {one.session for one in wrong}
    hits = (*_asked(payload.text, later, corpus), *_failed(payload, later, corpus))
    right = [one for one in first_by_session(hits) if one.session not in closed]
    said = NONE
    if later.sessions:
        again = f"Asked again in {len(right)} of {count(len(later.sessions), 'later session')}"
        said = f"{again}; answered in {len(wrong) or 'none'}."
    return _replay(said, right, wrong, later)


def _asked(question: str, later: Later, corpus: Corpus) -> Iterator[Observation]:
    for one, _ in corpus.similar(question, MOST_ALIKE):
        if one.session in later.ids and one.trust is Trust.HUMAN:
            every = (bare(span.text) for span in sentences(one.text))
            if any(ASKS.match(text) and alike(text, question) for text in every):
                yield one


def _answers(payload: Claim, later: Later, corpus: Corpus) -> Iterator[Observation]:
    asked = Questions({"": payload.text})
    for one, _ in corpus.similar(payload.text, MOST_ALIKE):
        said = sentences(one.text) if one.session in later.ids else ()
        if one.trust is Trust.HUMAN and any(asked.answered_by(span.text) for span in said):
            yield one
    if _signatures(payload, corpus):
        yield from _cured(_verbs_of(payload), later, corpus)


def _cured(verbs: Sequence[str], later: Later, corpus: Corpus) -> Iterator[Observation]:
    """Where what failed worked again."""
    for session in later.sessions if verbs else ():
        did = worked(corpus.in_session(session.id))
        yield from (deed.done.call for deed in did if deed.verb == verbs[0])


def _failed(payload: Claim, later: Later, corpus: Corpus) -> Iterator[Observation]:
    """Where the same command failed with the same error."""
    named = _verbs_of(payload)
    for signature in _signatures(payload, corpus):
        hits = [o for o in corpus.by_signature(signature) if o.session in later.ids]
        for session in dict.fromkeys(o.session for o in hits):
            did = deeds(corpus.in_session(session))
            failed = {d.done.result.seq for d in did if not d.worked and d.verb in named}
            yield from (o for o in hits if o.seq in failed)


def _verbs_of(payload: Claim) -> tuple[str, ...]:
    """What the command does that it names first."""
    return tuple(verb for line in _NAMED.findall(payload.text)[:1] for verb in verbs(line))[:1]


def _signatures(payload: Claim, corpus: Corpus) -> list[str]:
    seen = corpus.get(quote.seq for quote in payload.quotes)
    found = (o.signature for o in seen if o.seen is Seen.RESULT and o.signature)
    return list(dict.fromkeys(found))


def _replay(
    sentence: str, right: Sequence[Observation], wrong: Sequence[Observation], later: Later
) -> Replay:
    return Replay(
        sentence=sentence,
        right=len(right),
        wrong=len(wrong),
        right_examples=tuple(o.seq for o in right[:EXAMPLES]),
        wrong_examples=tuple(o.seq for o in wrong[:EXAMPLES]),
        metrics={"later_sessions": float(len(later.sessions))},
        when=over_time(right, wrong),
    )
