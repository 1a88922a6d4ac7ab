"""Ontologies as they stand, which writes nothing; and the questions that people ask about them."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from heapq import nsmallest
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta

from passdown.contract.loop import Finding
from passdown.domain.errors import Invalid, NotFound
from passdown.loops.ontology import payload as asked
from passdown.loops.ontology.asking import moved
from passdown.loops.ontology.checks import check
from passdown.loops.ontology.detect import found
from passdown.loops.ontology.inherit import spread
from passdown.loops.ontology.knobs import thresholds
from passdown.loops.ontology.known import HOME, LOOP, PRIMORDIAL, look
from passdown.loops.ontology.names import CLAIM
from passdown.loops.ontology.payload import Place
from passdown.loops.ontology.questions import Questions
from passdown.loops.ontology.world import picture

if TYPE_CHECKING:
    from collections.abc import Mapping

    from passdown.contract.corpus import Corpus
    from passdown.domain.settings import Settings
    from passdown.loops.ontology.atlas import Atlas
    from passdown.loops.ontology.known import Domain, Domains
    from passdown.loops.ontology.world import Picture

Short = Annotated[str, Meta(max_length=200)]
Long = Annotated[str, Meta(max_length=600)]
MOST = 1000


def listed(corpus: Corpus, gone: bool = False) -> dict[str, Any]:
    """The ontologies there are, the largest first; with `gone` those that went, too."""
    seen = picture(corpus)
    sizes, claims = Counter(seen.world.homes.values()), spread(seen, {})
    wanted = seen.known.every.values() if gone else seen.known.live
    rows = [_row(one, sizes, claims) for one in wanted]
    rows.sort(key=lambda row: (-row["concepts"], row["key"]))
    return {"ontologies": rows, "concepts": len(seen.world.homes), "epoch": seen.clock.now}


def shown(seen: Atlas, corpus: Corpus, name: Short, limit: int = 200) -> dict[str, Any]:
    """One ontology: its concepts, the claims that belong to it, and what was decided about it."""
    one = _the(name, seen.known)
    belongs, most = seen.belongs.get(one.key, set()), max(1, min(limit, MOST))
    concepts = (concept for concept, home in seen.homes.items() if home == one.key)
    keys = nsmallest(most, (seen.ties.holdings[id].key for id in belongs))
    claims = filter(None, (corpus.record(CLAIM, key) for key in keys))
    history = [row for row in seen.questions.rows(seen.known) if one.key in row["about"]]
    return {
        **_row(one, seen.sizes, {one.key: len(belongs)}),
        "description": one.description,
        "aliases": list(one.aliases),
        "members": nsmallest(most, concepts),
        "belongs": [{"id": held.id, "text": held.text} for held in claims],
        "history": history[-20:],
    }


def home_of(corpus: Corpus, concept: Short) -> dict[str, Any]:
    """Where a name is at home, and where it was before."""
    seen = picture(corpus)
    called = seen.known.names.called(concept)
    if called not in seen.world.homes:
        raise NotFound(f"no concept {concept[:80]!r}", next="`passdown graph` lists names.")
    one = seen.known.every[seen.world.homes[called]]
    before = [row for row in _decisions(corpus) if called in row["moved"]]
    told = [{name: row[name] for name in ("id", "at", "action", "title")} for row in before]
    return {"concept": called, "ontology": one.name, "key": one.key, HOME: one.id, "moves": told}


def preview(corpus: Corpus, settings: Settings) -> dict[str, Any]:
    """What a cycle would ask now; nothing is written."""
    seen = picture(corpus)
    rows, dropped = [], Counter[str]()
    for one in found(seen, corpus, settings):
        if isinstance(one, Finding):
            rows.append(
                {
                    "action": asked.action(one.payload),
                    "title": one.title,
                    "confidence": one.confidence,
                    "moved": len(moved(one.payload)),
                    "rule": one.payload.signal,
                    "why": one.payload.reason,
                }
            )
        else:
            dropped[one.reason] += one.n
    return {"questions": rows, "dropped": dict(sorted(dropped.items())), "epoch": seen.clock.now}


def scores(corpus: Corpus, settings: Settings, ontology: Short = "") -> dict[str, Any]:
    """What can be measured of each ontology: how much there is of it, how it holds together, where
    it is drawn, and how much has happened since it began."""
    from passdown.loops.ontology.features import features

    seen = picture(corpus)
    only = [_the(ontology, seen.known).key] if ontology else None
    every = features(seen.world, thresholds(settings), only=only)
    rows = [{"name": seen.known.every[one.id].name, **_rounded(asdict(one))} for one in every]
    return {"ontologies": rows, "epoch": seen.clock.now}


def under_pressure(seen: Atlas) -> dict[str, Any]:
    """Whether ontologies are too few and large or too many and small, by the median and the 95th
    percentile, and what would relieve it."""
    from passdown.loops.ontology.pressure import pressed

    named = [one.key for one in seen.known.live if not one.is_floor]
    return _rounded(asdict(pressed(seen.sizes, named, PRIMORDIAL)))


def _rounded(told: dict[str, Any]) -> dict[str, Any]:
    return {k: round(v, 4) if isinstance(v, float) else v for k, v in told.items()}


def cycle(corpus: Corpus, settings: Settings) -> Any:
    """Look at once, however little was decided since the last cycle, and ask."""
    return [one for one in found(picture(corpus), corpus, settings) if isinstance(one, Finding)]


def history(corpus: Corpus, ontology: Short = "", limit: int = 100) -> dict[str, Any]:
    """Every question about ontologies and what became of it, the latest first."""
    seen = picture(corpus)
    key = _the(ontology, seen.known).key if ontology else ""
    rows = [row for row in _decisions(corpus) if not key or key in row["about"]]
    most = max(1, min(limit, MOST))
    told = [{k: v for k, v in row.items() if k != "moved"} for row in reversed(rows)]
    return {"decisions": told[:most], "all": len(rows)}


def graph_file(corpus: Corpus) -> dict[str, Any]:
    """What is known as one graph: nodes, edges, homes and ontologies, as `ontology import` reads
    it."""
    from passdown.loops.ontology.exchange import written

    return written(corpus)


# ---- what people ask


def rename(
    corpus: Corpus, settings: Settings, ontology: Short, name: Short, reason: Long = ""
) -> Any:
    """Ask whether an ontology should be called otherwise."""
    one = _place(ontology, picture(corpus))
    return _held(asked.Rename(ontology=one, name=name, reason=reason), corpus, settings)


def move(
    corpus: Corpus, settings: Settings, into: Short, concept: tuple[Short, ...], reason: Long = ""
) -> Any:
    """Ask whether concepts should be at home in another ontology."""
    seen = picture(corpus)
    names = tuple(dict.fromkeys(seen.known.names.called(name) for name in concept))
    if unknown := [name for name in names if name not in seen.world.homes]:
        told = ", ".join(unknown)[:200]
        raise NotFound(f"no concept {told}", next="`passdown graph` lists names.")
    donors = {seen.world.homes[name] for name in names}
    if len(donors) != 1:
        step = "Ask about those of one at a time."
        raise Invalid("they are of several ontologies", where="concept", next=step)
    donor = seen.known.every[donors.pop()]
    payload = asked.SplitInto(
        donor=Place(donor.key, donor.name),
        concepts=names,
        into=_place(into, seen),
        reason=reason,
    )
    return _held(payload, corpus, settings)


def _held(payload: asked.Payload, corpus: Corpus, settings: Settings) -> asked.Payload:
    """The same, where it could be done now."""
    check(payload, picture(corpus).known, settings)
    return payload


def _row(one: Domain, sizes: Mapping[str, int], claims: Mapping[str, int]) -> dict[str, Any]:
    return {
        "key": one.key,
        "id": one.id,
        "name": one.name,
        "state": one.state if one.is_live else "gone",
        "concepts": sizes.get(one.key, 0),
        "claims": claims.get(one.key, 0),
        "since": one.since,
        "reviewers": list(one.reviewers),
    }


def _the(name: str, known: Domains) -> Domain:
    found = known.find(Place(name, name)) or known.named(name)
    if found is None:
        step = "`passdown ontology list` has them."
        raise NotFound(f"no ontology {name[:80]!r}", next=step)
    return found


def _place(name: str, seen: Picture) -> Place:
    one = _the(name, seen.known)
    return Place(one.key, one.name)


def _decisions(corpus: Corpus) -> list[dict[str, Any]]:
    """Every question, by when it was asked."""
    return Questions(corpus.kept.asked(LOOP)).rows(look(corpus))
