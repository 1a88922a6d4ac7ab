"""Finds words that messages of one route have in common, and no message of another has."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from passdown.contract.loop import Dropped, Finding
from passdown.loops.router_trigger.payload import KIND, AddTrigger, Payload
from passdown.loops.router_trigger.routed import routed
from passdown.text.pattern import Bar, derive_in
from passdown.text.phrases import compiled
from passdown.text.safe import one_line
from passdown.text.stats import wilson
from passdown.text.worded import Messages

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.settings import Settings
    from passdown.loops.router_trigger.routed import Routed

ONE_ROUTE, FEW = "all took the same route", "too few took it"
UNTOLD, KNOWN = "no words tell it", "a trigger fires already"
MOST_EVIDENCE, SAMPLES = 200, 3

_LINE = re.compile(r"[\r\n]+")


def detect(corpus: Corpus, settings: Settings) -> Iterator[Finding[Payload] | Dropped]:
    """At most one finding for each route, by its name; a route without one with the reason."""
    every = list(routed(corpus))
    rows: dict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(every):
        rows[_LINE.sub(" ", one.route)].append(place)
    if len(rows) < 2:
        yield from (Dropped(ONE_ROUTE, route) for route in rows)
        return
    read, least = Messages([one.text for one in every]), settings.whole("router_trigger.min_asked")
    for route, own in sorted(rows.items()):
        found = derive_in(read, own, bar=Bar(support=least)) if len(own) >= least else None
        if found is None:
            yield Dropped(UNTOLD if len(own) >= least else FEW, route)
            continue
        fired = firing(found.source, [every[place] for place in own])
        if _known(corpus, route, fired):
            yield Dropped(KNOWN, route)
        else:
            yield _finding(route, found.source, fired)


def firing(pattern: str, messages: Sequence[Routed]) -> list[Routed]:
    """Those of these messages that the pattern fires on."""
    search = compiled(pattern).search
    return [one for one in messages if search(one.text) is not None]


def _known(corpus: Corpus, route: str, fired: Sequence[Routed]) -> bool:
    """Whether a trigger that was approved sends all of them there."""
    there = (r for r in corpus.records(KIND) if r.body.get("route") == route)
    return any(len(firing(str(r.body["pattern"]), fired)) == len(fired) for r in there)


def _finding(route: str, pattern: str, fired: Sequence[Routed]) -> Finding[Payload]:
    samples = dict.fromkeys(one_line(one.question.text, 300) for one in fired)
    seqs = sorted(seq for one in fired for seq in (one.question.seq, one.reply.seq))
    return Finding(
        payload=AddTrigger(pattern, route, tuple(samples)[:SAMPLES]),
        evidence=tuple(seqs[:MOST_EVIDENCE]),
        key=f"{route} {pattern}"[:700],
        title=f"Send “{one_line(fired[0].question.text, 60)}” to {one_line(route, 60)} at once",
        confidence=round(wilson(len(fired), len(fired))[0], 4),
    )
