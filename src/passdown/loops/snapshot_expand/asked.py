"""What was asked and answered, grouped by what the question is about, whatever its numbers."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from passdown.domain.observation import Seen, Trust
from passdown.text.template import masked
from passdown.text.tokens import content_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.contract.corpus import Corpus
    from passdown.domain.observation import Observation

LONGEST = 2_000

Subject = tuple[str, ...]


class Pair(NamedTuple):
    """A question of a person and the first reply to it."""

    question: Observation
    reply: Observation


def subject(question: str) -> Subject:
    """What a question is about: the stems of its content words, numbers left out."""
    return tuple(sorted(set(content_words(masked(question)))))


def shape(reply: str) -> str:
    """A reply without its values and its white space."""
    return " ".join(masked(reply).split())


def by_subject(corpus: Corpus) -> dict[Subject, list[Pair]]:
    """Every pair by what was asked, in the order of the sessions."""
    found: dict[Subject, list[Pair]] = defaultdict(list)
    for pair in _pairs(corpus):
        about = subject(pair.question.text)
        if about:
            found[about].append(pair)
    return found


def _pairs(corpus: Corpus) -> Iterator[Pair]:
    asked: Observation | None = None
    for one in corpus.observations(kinds=(Seen.PROMPT, Seen.REPLY)):
        if one.seen is Seen.PROMPT:
            asked = one if one.trust is Trust.HUMAN and len(one.text) <= LONGEST else None
        elif asked is not None and asked.session == one.session and one.ok is not False:
            if len(one.text) <= LONGEST:
                yield Pair(asked, one)
            asked = None
