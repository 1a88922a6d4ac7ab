"""Facets of loops, by name: what may be asked for by one is found among the loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.domain.errors import Invalid
from passdown.domain.scope import ALL

if TYPE_CHECKING:
    from collections.abc import Callable

    from passdown.contract.facet import Facet
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
