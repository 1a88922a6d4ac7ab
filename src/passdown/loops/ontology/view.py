"""What the reviewer reads: what would move where, why, and each ontology before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.contract.card import Card, Diff, Facts, Quote, Table, Text
from passdown.domain.proposal import Status
from passdown.loops.ontology import payload as asked
from passdown.loops.ontology.asking import moved, question
from passdown.loops.ontology.context import strays
from passdown.loops.ontology.known import LOOP
from passdown.loops.ontology.past import done, payload_of
from passdown.loops.ontology.world import picture
from passdown.text.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.contract.card import Block
    from passdown.contract.corpus import Corpus
    from passdown.contract.loop import Replay
    from passdown.domain.observation import Observation
    from passdown.domain.settings import Settings
    from passdown.loops.ontology.payload import Payload
    from passdown.loops.ontology.world import Picture

SHOWN, NAMED = 3, 24
LEVEL, SAFE = "ontology.level", "auto_safe"
SHARE = 0.05
"""Of all names, what may move between two cycles while nobody is present."""
BEFORE, AFTER = " before", " after"


def card(payload: Payload, observations: Sequence[Observation], replay: Replay) -> Card:
    """The question in one sentence, what becomes of which ontology, and what it rests on."""
    quotes = [Quote(o.text, o.seen.value, o.at, o.session, o.seq) for o in observations[:SHOWN]]
    why = (Text(f"Why: {payload.reason}"),) if payload.reason else ()
    told = (*why, Text(f"Replay: {replay.sentence}"), *_figures(replay), *_blocks(payload))
    return Card(one_line(question(payload), 400), (*told, *quotes))


def hesitates(payload: Payload, corpus: Corpus, settings: Settings) -> str:
    """Why a person decides this, whatever was granted; '' when a grant suffices."""
    if isinstance(payload, asked.Escalate):
        return "it was escalated: a person chooses"
    if isinstance(payload, asked.Rename | asked.NoAction):
        return "a person reads this before it is so"
    seen = picture(corpus)
    if settings.text(LEVEL) == SAFE and _much(payload, seen, corpus):
        return f"more than {SHARE:.0%} of all names would have moved since the last cycle"
    return "it is none of what the rules find" if strays(payload, seen, settings) else ""


def _much(payload: Payload, seen: Picture, corpus: Corpus) -> bool:
    """Whether this, with all that was done since the last cycle, moves too much at once."""
    last = corpus.kept.cycled(LOOP)
    asked_since = [
        payload_of(one, seen.known)
        for one in corpus.kept.asked(LOOP)
        if one.status is Status.EXECUTED and one.decided_at > last
    ]
    went = {name for one in asked_since if one is not None for name in moved(done(one))}
    went |= set(moved(payload))
    return len(went) > SHARE * len(seen.world.graph)


def _figures(replay: Replay) -> Iterator[Block]:
    """Each ontology that it reaches, before and after."""
    rows: dict[str, list[str]] = {}
    for name, value in sorted(replay.metrics.items()):
        if name.endswith(BEFORE) and (then := replay.metrics.get(_after(name))) is not None:
            ontology, _, what = name.removesuffix(BEFORE).rpartition(": ")
            rows.setdefault(ontology, []).append(f"{what}: {value:g} → {then:g}")
    if rows:
        table = tuple((name, "; ".join(cells)) for name, cells in rows.items())
        yield Table(("Ontology", "Before and after"), table)


def _after(name: str) -> str:
    return name.removesuffix(BEFORE) + AFTER


def _blocks(payload: Payload) -> Iterator[Block]:
    match payload:
        case asked.SplitNew():
            yield Diff(f"On yes, a new ontology `{payload.name}`", "", _listed(payload.concepts))
        case asked.SplitInto():
            title = f"On yes, from {payload.donor.name} to {payload.into.name}"
            yield Diff(title, "", _listed(payload.concepts))
        case asked.Merge():
            yield from _merged(payload)
        case asked.Decompose():
            yield from _decomposed(payload)
        case asked.Rename():
            yield Diff("On yes, it is called", payload.ontology.name, payload.name)
        case asked.NoAction():
            yield Text("On yes, nothing changes.")
        case asked.Escalate():
            yield from _choices(payload)


def _merged(payload: asked.Merge) -> Iterator[Block]:
    names = ", ".join(one.name for one in payload.donors)
    into = payload.into.name if payload.into else payload.name
    yield Text(f"On yes, {names} goes; its names are found as {into}, and nothing is deleted.")
    for route in payload.held:
        yield Facts(((route.into.name, _listed(route.concepts, ", ")),))


def _decomposed(payload: asked.Decompose) -> Iterator[Block]:
    rows = tuple((one.into.name, _listed(one.concepts, ", ")) for one in payload.routes)
    floor = "All others go" if rows else "All its concepts go"
    yield Text(f"On yes, {payload.ontology.name} goes. {floor} to the floor.")
    if rows and payload.routing == "affinity":
        yield Table(("To", "Concepts"), rows)


def _choices(payload: asked.Escalate) -> Iterator[Block]:
    rows = [
        (str(n), asked.action(one), one_line(question(one), 200) + _mark(n, payload))
        for n, one in enumerate(payload.choices)
    ]
    yield Table(("Choice", "Action", "Asks"), tuple(rows))
    yield Text("A yes is to the marked one; another is taken with --edit '{\"choice\": N}'.")
    facts = (("Known", payload.known), ("Not known", payload.unknown))
    yield Facts(tuple((name, value) for name, value in facts if value))


def _mark(n: int, payload: asked.Escalate) -> str:
    return " (recommended)" if n == payload.choice else ""


def _listed(concepts: Sequence[str], joint: str = "\n") -> str:
    more = len(concepts) - NAMED
    told = [one_line(name, 100) for name in concepts[:NAMED]]
    return joint.join([*told, f"and {more} more"] if more > 0 else told)
