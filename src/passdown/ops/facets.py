"""Facets of loops, by name: what may be asked for by one is found among the loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.domain.errors import Invalid
from passdown.domain.scope import ALL

if TYPE_CHECKING:
    from collections.abc import Callable

    from passdown.contract.corpus import Corpus
    from passdown.contract.facet import Facet
    from passdown.domain.proposal import Proposal
    from passdown.domain.record import Record
    from passdown.domain.scope import Sight
    from passdown.ops.operation import Ctx


def takes(ctx: Ctx, sight: Sight, **asked: str) -> Callable[[Record], bool] | None:
    """Whether a record is of all that is asked for; None where nothing is."""
    from passdown.stages.mine.corpus import live

    wanted = {name: value for name, value in asked.items() if value}
    if not wanted:
        return None
    with ctx.store.read(sight) as tx:
        corpus = live(tx)
        facets = {name: _the(ctx, name) for name in wanted}
        values = {name: facets[name].named(corpus, value) for name, value in wanted.items()}
        of = {name: facet.of(corpus) for name, facet in facets.items()}
    return lambda record: all(of[name](record) == value for name, value in values.items())


def routed(ctx: Ctx, *, mine: bool, **asked: str) -> Callable[[Proposal], bool] | None:
    """Whether a question speaks of all that is asked for, and with `mine` of what whoever asks
    keeps; None where nothing is."""
    from passdown.stages.mine.corpus import live

    wanted = {name: value for name, value in asked.items() if value}
    if not wanted and not mine:
        return None
    with ctx.store.read(ctx.sight) as tx:
        corpus = live(tx)
        each = [_speaks(_the(ctx, name), corpus, value) for name, value in wanted.items()]
        each += [_is_kept(ctx, corpus)] if mine else []
    return lambda question: all(takes(question) for takes in each)


def _speaks(facet: Facet, corpus: Corpus, value: str) -> Callable[[Proposal], bool]:
    """Whether a question speaks of this value."""
    if facet.about is None:
        raise Invalid(f"questions have no {facet.name}", where=facet.name, next="Leave it out.")
    about, wanted = facet.about(corpus), facet.named(corpus, value)
    return lambda question: wanted in about(question.loop, question.payload)


def _is_kept(ctx: Ctx, corpus: Corpus) -> Callable[[Proposal], bool]:
    """Whether a question speaks of anything that this person keeps."""
    found = [
        (facet.about(corpus), frozenset(v for v, who in kept.items() if ctx.actor.name in who))
        for loop in ctx.loops.values()
        for facet in loop.facets
        if facet.about and facet.keepers and (kept := facet.keepers(corpus))
    ]
    return lambda question: any(
        not mine.isdisjoint(about(question.loop, question.payload)) for about, mine in found
    )


def into(ctx: Ctx, **asked: str) -> dict[str, str]:
    """What sessions are to be read into, as it is called; NotFound or Conflict where they cannot
    be."""
    from passdown.stages.mine.corpus import live

    wanted = {name: value for name, value in asked.items() if value}
    if not wanted:
        return {}
    with ctx.store.read(ALL) as tx:
        corpus = live(tx)
        return {name: _the(ctx, name).open(corpus, value) for name, value in wanted.items()}


def _the(ctx: Ctx, name: str) -> Facet:
    for loop in ctx.loops.values():
        for facet in loop.facets:
            if facet.name == name:
                return facet
    raise Invalid(f"no loop here knows of {name}", where=name, next=f"Leave {name} out.")
