"""A third party's loop: what somebody asked to be remembered, told outside when it is approved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from passdown.contract import Card, Finding, Loop, Quote, Replay
from passdown.contract.query import Query
from passdown.domain.change import Change, Emit, Put
from passdown.domain.observation import Seen
from passdown.domain.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.contract import Corpus
    from passdown.domain.observation import Observation
    from passdown.domain.settings import Settings

KIND = "remark"
START = "remember: "


class Keep(Struct, frozen=True, tag_field="action", tag="KEEP", forbid_unknown_fields=True):
    """Shall this be remembered?"""

    text: str


def _asked(observation: Observation) -> str:
    text = observation.text
    return " ".join(text[len(START) :].split()) if text.startswith(START) else ""


def detect(corpus: Corpus, settings: Settings) -> Iterator[Finding[Keep]]:
    """Each thing once that somebody asked to be remembered."""
    found: dict[str, list[int]] = {}
    for one in corpus.observations(kinds=(Seen.PROMPT,)):
        if text := _asked(one):
            found.setdefault(text, []).append(one.seq)
    for text, seqs in found.items():
        if text.isprintable() and corpus.record(KIND, text) is None:
            yield Finding(Keep(text), tuple(sorted(seqs)), text, f"Remember: {text}", 0.8)


def replay(payload: Keep, corpus: Corpus, settings: Settings) -> Replay:
    """How often it was asked for."""
    seqs = [o.seq for o in corpus.observations() if _asked(o) == payload.text]
    return Replay(f"Asked for {len(seqs)} times.", len(seqs), 0, tuple(seqs[:3]))


def changes(payload: Keep, corpus: Corpus, settings: Settings) -> Sequence[Change]:
    """One record, and word of it to the outside."""
    record = Record(KIND, payload.text, payload.text)
    return [Put(record), Emit("remarks", {"text": payload.text})]


def card(payload: Keep, evidence: Sequence[Observation], replay: Replay) -> Card:
    """Who asked for it."""
    quotes = tuple(Quote(o.text, "person", o.at, o.session, o.seq) for o in evidence)
    return Card(f"Remember: {payload.text}?", quotes)


def loud(corpus: Corpus, least: int = 1) -> list[str]:
    """What is remembered and has at least so many letters."""
    return [r.text for r in corpus.records(KIND) if len(r.text) >= least]


def carry(detail: dict[str, Any]) -> dict[str, Any]:
    """Carry the word outside; here, no further than the answer."""
    return {"carried": detail["detail"]["text"]}


LOOP: Loop[Keep] = Loop(
    name="remarks",
    summary="What somebody asked to be remembered.",
    kinds=(KIND,),
    payload=Keep,
    actions=("KEEP",),
    settings=(),
    detect=detect,
    replay=replay,
    changes=changes,
    card=card,
    queries=(Query("loud", loud),),
)
