"""Facets of loops, by name: what may be asked for by one is found among the loops."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import Invalid
from passdown.domain.record import Record
from passdown.domain.scope import ALL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.contract.corpus import Corpus
    from passdown.contract.facet import Facet
    from passdown.domain.proposal import Proposal
    from passdown.domain.scope import Sight
    from passdown.ops.operation import Ctx


def takes(ctx: Ctx, sight: Sight, **asked: str) -> Callable[[Record], bool] | None:
    """Whether a record is of all that is asked for; None where nothing is."""
    wanted = {name: value for name, value in asked.items() if value}
    if not wanted:
        return None
    of, values = dict[str, Callable[[Record], str]](), dict[str, str]()
    for name, value in wanted.items():
        facet = _the(ctx, name)
        with _known(replace(ctx, sight=sight), facet) as (known, corpus):
            of[name], values[name] = facet.of(known), facet.named(corpus, value)
    return lambda record: all(of[name](record) == value for name, value in values.items())


@contextmanager
def _known(ctx: Ctx, facet: Facet) -> Iterator[tuple[Any, Corpus]]:
    """What the facet is told by, and the corpus."""
    from passdown.ops.views import viewed
    from passdown.stages.mine.corpus import live

    if facet.view is not None:
        with viewed(ctx, "", facet.view) as both:
            yield both
    else:
        with ctx.store.read(ctx.sight) as tx:
            corpus = live(tx)
            yield corpus, corpus


def routed(ctx: Ctx, *, mine: bool, **asked: str) -> Callable[[Proposal], bool] | None:
    """Whether a question speaks of all that is asked for, and with `mine` of what whoever asks
    keeps; None where nothing is."""
    wanted = {name: value for name, value in asked.items() if value}
    if not wanted and not mine:
        return None
    each = [_speaks(ctx, _the(ctx, name), value) for name, value in wanted.items()]
    each += [_is_kept(ctx)] if mine else []
    if never in each:
        return never
    return lambda question: all(takes(question) for takes in each)


def never(question: Proposal) -> bool:
    """No question is meant."""
    return False


def _speaks(ctx: Ctx, facet: Facet, value: str) -> Callable[[Proposal], bool]:
    """Whether a question speaks of this value."""
    if facet.about is None:
        raise Invalid(f"questions have no {facet.name}", where=facet.name, next="Leave it out.")
    with _known(ctx, facet) as (known, corpus):
        about, wanted = facet.about(known), facet.named(corpus, value)
    return lambda question: wanted in about(question.loop, question.payload)


def _is_kept(ctx: Ctx) -> Callable[[Proposal], bool]:
    """Whether a question speaks of anything that this person keeps."""
    found = []
    for facet in (one for loop in ctx.loops.values() for one in loop.facets):
        if facet.about and facet.keepers:
            with _known(ctx, facet) as (known, corpus):
                about, kept = facet.about(known), facet.keepers(corpus)
            mine = frozenset(value for value, who in kept.items() if ctx.actor.name in who)
            found += [(about, mine)] if mine else []
    if not found:
        return never
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
