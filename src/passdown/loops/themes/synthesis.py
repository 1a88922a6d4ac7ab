"""From a cluster to the page that is proposed: its strongest claims, questions, contradictions."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

from passdown.domain.record import Life
from passdown.domain.scope import GLOBAL
from passdown.loops.themes.clusters import theme as theme_of
from passdown.loops.themes.page import title_of
from passdown.loops.themes.payload import (
    CLAIM,
    MOST_CLAIMS,
    MOST_ENTITIES,
    MOST_LINKS,
    MOST_MONTHS,
    MOST_STATEMENTS,
    File,
    Pair,
    Period,
    Statement,
    Support,
)
from passdown.text.similar import differs, near

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.scope import Scope
    from passdown.loops.themes.claims import Claim
    from passdown.loops.themes.clusters import Theme
    from passdown.loops.themes.payload import Target

SAME = 0.6
"""From here two statements are about one thing: the weaker one is left out, or stands against."""
MOST_QUESTIONS = 3
MOST_EVIDENCE = 500
OF_ONE = 30
"""Observations that one cited claim brings as evidence."""
CONSIDERED = 200
"""Claims, the strongest first, of which the statements are chosen."""


def page_of(found: Theme, kind: str, corpus: Corpus, links: Sequence[Target] = ()) -> File:
    """The page about a cluster; of a very large one the strongest claims."""
    told, asked, against = _chosen(found.claims[:CONSIDERED], found.names)
    names = found.names[:MOST_ENTITIES]
    return File(
        kind=kind,
        title=title_of(names),
        entities=names,
        claims=tuple(claim.key for claim in found.claims[:MOST_CLAIMS]),
        statements=tuple(map(statement, (*told, *asked))),
        against=tuple(Pair(a.key, b.key) for a, b in against)[:MOST_LINKS],
        contested=tuple(_contested(found, corpus))[:MOST_LINKS],
        links=tuple(links)[:MOST_LINKS],
        support=support(found),
        scopes=scopes(found.claims),
    )


def statement(claim: Claim) -> Statement:
    """What a claim says, as a page cites it."""
    return Statement(
        claim.key, claim.record.text[:600], len(claim.sessions), claim.at, asks=claim.asks
    )


def support(found: Theme) -> Support:
    """What a cluster rests on, in figures."""
    months: dict[str, list[Claim]] = defaultdict(list)
    for claim in found.claims:
        months[claim.at[:7]].append(claim)
    times = [claim.at for claim in found.claims]
    return Support(
        sessions=len(found.sessions),
        claims=len(found.claims),
        score=round(found.score, 6),
        significance=found.significance,
        since=min(times),
        until=max(times),
        months=tuple(
            Period(month, len(those), len(theme_of((), those).sessions))
            for month, those in sorted(months.items())[-MOST_MONTHS:]
        ),
    )


def scopes(claims: Iterable[Claim]) -> tuple[Scope, ...]:
    """The repos and agents whose claims are on the page."""
    return tuple(sorted({c.record.scope for c in claims} - {GLOBAL}))[:MOST_LINKS]


def scope_of(told: Sequence[Scope]) -> Scope:
    """Where a page of such claims is told: where they are, or everywhere if they are of several."""
    return told[0] if len(told) == 1 else GLOBAL


def evidence(found: Theme, cited: Iterable[str]) -> tuple[int, ...]:
    """The observations that its claims rest on: all of those that are cited, then one of each."""
    first = frozenset(cited)
    seqs: dict[int, None] = {}
    for claim in found.claims:
        if claim.key in first:
            seqs |= dict.fromkeys(claim.evidence[:OF_ONE])
    for claim in found.claims:
        seqs |= dict.fromkeys(claim.evidence[:1])
    return tuple(sorted(list(seqs)[:MOST_EVIDENCE]))


def _chosen(
    claims: Sequence[Claim], names: Sequence[str]
) -> tuple[list[Claim], list[Claim], list[tuple[Claim, Claim]]]:
    """Statements and questions, the strongest of those that say the same, and pairs that are about
    one thing and do not say the same of it."""
    rest = {claim.key: _rest(claim.record.text, names) for claim in claims}
    asked = _different((claim for claim in claims if claim.asks), rest)[:MOST_QUESTIONS]
    most = MOST_STATEMENTS - len(asked)
    told = _different((claim for claim in claims if not claim.asks), rest)[:most]
    return told, asked, list(_against(told, rest))


def _rest(text: str, names: Sequence[str]) -> str:
    """What a claim says of the names: they stand in all of them and make all alike."""
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "")
    return text


def _different(claims: Iterable[Claim], rest: Mapping[str, str]) -> list[Claim]:
    kept: list[Claim] = []
    for claim in claims:
        text = rest[claim.key]
        if not any(_says(text, rest[other.key]) for other in kept):
            kept.append(claim)
        if len(kept) == MOST_STATEMENTS:
            break
    return kept


def _says(text: str, other: str) -> bool:
    """Whether one of them is redundant beside the other."""
    return near(text, other) >= SAME and not differs(text, other)


def _against(claims: Sequence[Claim], rest: Mapping[str, str]) -> Iterator[tuple[Claim, Claim]]:
    for one, other in combinations(claims, 2):
        text, against = rest[one.key], rest[other.key]
        if near(text, against) >= SAME and differs(text, against):
            yield one, other


def _contested(found: Theme, corpus: Corpus) -> Iterator[str]:
    """The keys of contested claims about two of the names or more."""
    names = frozenset(found.names)
    for record in corpus.records(CLAIM, lives=(Life.CONTESTED,)):
        if len(names.intersection(record.body.get("entities", ()))) > 1:
            yield record.key
