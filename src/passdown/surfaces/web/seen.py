"""One observation, as the way into the session it was made in."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.responses import RedirectResponse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from passdown.surfaces.web.site import Site, Visit


def routes(site: Site) -> Sequence[BaseRoute]:
    """The address of an observation."""
    return (site.page("/seen/{seq:int}", seen),)


def seen(visit: Visit) -> Response:
    """Its place in its session."""
    seq = visit.request.path_params["seq"]
    found = visit.call("seen", seq=seq)
    session = quote(found["session"], safe="")
    return RedirectResponse(f"/sessions/{session}?from={seq}#o{seq}", 303)
