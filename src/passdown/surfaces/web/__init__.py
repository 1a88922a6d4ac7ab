"""The cockpit: pages made on the server, where a person decides. A page calls operations and fills
a template; it knows nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.surfaces.web import (
    audits,
    beside,
    controls,
    decisions,
    graph,
    inbox,
    inventory,
    knowledge,
    live,
    measure,
    phrases,
    regions,
    seen,
    sessions,
    sign,
)
from passdown.surfaces.web.entry import Entry
from passdown.surfaces.web.proxy import configured
from passdown.surfaces.web.site import Site
from passdown.surfaces.web.static import files

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from passdown.app import App
    from passdown.domain.actor import Actor
    from passdown.domain.errors import PassdownError

__all__ = ["Entry", "configured", "routes"]

PAGES = (
    inbox,
    beside,
    phrases,
    decisions,
    knowledge,
    graph,
    regions,
    sessions,
    audits,
    inventory,
    measure,
    controls,
    seen,
    live,
    sign,
)


def routes(
    app: App,
    entry: Entry,
    *,
    who: Callable[[Request], Actor],
    status: Callable[[PassdownError], int],
) -> Sequence[BaseRoute]:
    """Every address of the cockpit; `who` tells who asks, `status` how an error is answered."""
    site = Site(app, entry, who, status)
    return [route for part in PAGES for route in part.routes(site)] + [files()]
