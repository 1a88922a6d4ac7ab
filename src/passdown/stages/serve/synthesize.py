"""An answer in prose, from approved records alone: every sentence says which record it is from.

No model writes it: the same records give the same words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from passdown.stages.serve.markers import SHOWN, unmarked
from passdown.text.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from passdown.domain.record import Record
    from passdown.stages.serve.search import Found

LONGEST = 1000
NEAR = 0.2
"""The share of the best one's score that another needs to be about the same."""
COMMON = 3
"""One in so many of the question's words must be in a record that answers it."""
PERSON = 5
SURE = 0.7

SECTIONS = (
    ("What is known", ()),
    ("What goes wrong", ("pitfall", "tool-quirk")),
    ("What is open", ("question",)),
)
"""The parts of an answer and the categories they hold; the first holds all others."""
SURENESS = "How sure this is"

_SENTENCE = re.compile(r"(?:(?<=[.!?])|(?<=[.!?][\"')\]]))\s+(?=[\"'(`\[]*[A-Z0-9])")
_ABBREVIATED = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|no|nr|incl|resp|[A-Z])|^\d+)\.$")


class Sentence(NamedTuple):
    """A sentence and the ids, as they are shown, of the records it is from."""

    text: str
    cites: tuple[str, ...]


class Section(NamedTuple):
    """One part of an answer."""

    title: str
    sentences: tuple[Sentence, ...]


class Doubts(NamedTuple):
    """The records that little stands behind, and those that an open question would change."""

    thin: tuple[str, ...]
    contested: tuple[str, ...]


def relevant(found: Sequence[Found], asked: int) -> list[Record]:
    """Those that are about the question; none rather than one that shares a word by chance."""
    best = max((one.score for one in found), default=0.0)
    return [
        one.record for one in found if len(one.words) * COMMON >= asked and one.score >= NEAR * best
    ]


def compose(records: Sequence[Record], contested: Collection[str]) -> tuple[list[Section], Doubts]:
    """The answer by parts, and how sure it is; nothing of nothing."""
    named = {name for _, names in SECTIONS for name in names}
    sections = []
    for title, names in SECTIONS:
        own = [r for r in records if _is_of(r, names, named)]
        sentences = tuple(one for record in own for one in _said(record))
        if sentences:
            sections.append(Section(title, sentences))
    doubts = Doubts(
        tuple(cite(r) for r in records if _is_thin(r)),
        tuple(cite(r) for r in records if r.id in contested),
    )
    if remarks := tuple(_remarks(doubts)):
        sections.append(Section(SURENESS, remarks))
    return sections, doubts


def told(sections: Sequence[Section]) -> str:
    """The answer as text: parts under their titles, each sentence with its citations."""
    return "\n\n".join(f"{s.title}\n{' '.join(map(cited, s.sentences))}" for s in sections)


def cited(sentence: Sentence) -> str:
    """A sentence with its citations before its last mark."""
    marks = " ".join(f"[pd:{id}]" for id in sentence.cites)
    body = sentence.text.rstrip()
    end = body[-1:] if body[-1:] in ".!?" else "."
    return f"{body.rstrip('.!?')} {marks}{end}"


def cite(record: Record) -> str:
    """A record's id as it is cited."""
    return record.id[:SHOWN]


def sentences(text: str) -> list[str]:
    """The sentences of a text; a full stop of an abbreviation ends none."""
    parts: list[str] = []
    for part in _SENTENCE.split(one_line(text, LONGEST)):
        if parts and _ABBREVIATED.search(parts[-1]):
            parts[-1] = f"{parts[-1]} {part}"
        elif part:
            parts.append(part)
    return parts


def challenged(payloads: Sequence[Mapping[str, object]], records: Sequence[Record]) -> set[str]:
    """The ids of those records that an open question would replace or retire."""
    targets = {str(payload.get("target", "")) for payload in payloads}
    return {record.id for record in records if record.key in targets}


def _is_of(record: Record, names: Collection[str], named: Collection[str]) -> bool:
    category = record.body.get("category", "")
    return category in names if names else category not in named


def _said(record: Record) -> Iterator[Sentence]:
    for text in sentences(unmarked(record.text)):
        yield Sentence(text, (cite(record),))


def _is_thin(record: Record) -> bool:
    """Whether one session alone says it, and no person; or it is not sure enough to be told."""
    sessions = record.body.get("sessions") or ()
    return record.confidence < SURE or (len(sessions) < 2 and record.trust < PERSON)


def _remarks(doubts: Doubts) -> Iterator[Sentence]:
    if doubts.thin:
        yield Sentence("The evidence is thin: hardly more than one session says so.", doubts.thin)
    if doubts.contested:
        yield Sentence(
            "This is contested: a proposal that waits for a person would change it.",
            doubts.contested,
        )
