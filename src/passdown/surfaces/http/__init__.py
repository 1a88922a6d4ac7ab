"""HTTP, generated from the operations: every one at `POST /api/op/<name>`, and where it says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from passdown import __version__
from passdown.domain.errors import Internal, Invalid, NotFound, PassdownError
from passdown.surfaces.http.calls import Core
from passdown.surfaces.http.door import Door
from passdown.surfaces.http.front import ACTOR, ALIVE, Bounds, Front, Guests
from passdown.surfaces.http.openapi import described, document
from passdown.surfaces.http.problems import STATUS, RefusedError, answer, refused
from passdown.surfaces.http.routes import CALL, as_json, endpoint, unknown, ways
from passdown.surfaces.http.sealed import opens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp, Lifespan

    from passdown.app import App

__all__ = ["ACTOR", "STATUS", "Bounds", "Door", "Front", "Guests", "build"]


def build(
    app: App,
    *,
    door: Door | None = None,
    bounds: Bounds | None = None,
    mounts: Mapping[str, ASGIApp] | None = None,
    pages: Sequence[BaseRoute] = (),
    guests: Guests | None = None,
    lifespan: Lifespan[FastAPI] | None = None,
) -> Front:
    """The server as an ASGI app; `mounts` are other apps that stand behind the same front, `pages`
    what people see, and `guests` who they are."""
    door = door or Door()
    bounds = bounds or Bounds(
        body=app.settings.whole("server.max_body"), rate=app.settings.whole("server.rate")
    )
    web = _bare(lifespan)
    _route(web, app, door)
    web.router.routes += [Route(path, mount) for path, mount in (mounts or {}).items()]
    web.router.routes += pages
    _tell_errors(web)
    return Front(web, door, app.authenticate, bounds, guests, opens(ways(app.operations)))


def _bare(lifespan: Lifespan[FastAPI] | None) -> FastAPI:
    """Without pages of its own: the document stands at one address, made by us."""
    return FastAPI(
        title="passdown",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )


def _route(web: FastAPI, app: App, door: Door) -> None:
    core, operations = Core(app), app.operations
    for way in ways(operations):
        web.add_api_route(
            way.path,
            endpoint(core, way, door),
            methods=[way.method],
            summary=way.op.summary,
            operation_id=re.sub(r"\W+", "_", f"{way.method.lower()}{way.path}").strip("_"),
            include_in_schema=not way.alias,
            openapi_extra=described(way, local=door.local),
        )
    whole = as_json(document(web, operations.values()))
    web.router.routes += [
        Route("/openapi.json", _always(whole)),
        Route(ALIVE, _always(as_json({"ok": True, "server": "passdown"}))),
        Route(CALL + "{name}", unknown(core), methods=["POST"]),
    ]


def _always(response: Response) -> Any:
    async def handle(_: Request) -> Response:
        return Response(response.body, media_type=response.media_type)

    return handle


def _tell_errors(web: FastAPI) -> None:
    """Whatever is raised behind the front ends as a problem, and says nothing it should not."""

    @web.exception_handler(PassdownError)
    async def ours(_: Request, error: PassdownError) -> Response:
        return answer(error)

    @web.exception_handler(RefusedError)
    async def turned_away(_: Request, refusal: RefusedError) -> Response:
        return refused(refusal)

    @web.exception_handler(HTTPException)
    async def unrouted(request: Request, error: HTTPException) -> Response:
        if error.status_code == 404 and "text/html" in request.headers.get("accept", ""):
            return Response(NOWHERE, 404, media_type="text/html")
        return _unrouted(error)

    @web.exception_handler(Exception)
    async def fault(_: Request, error: Exception) -> Response:
        return answer(Internal(f"the server failed: {type(error).__name__}"))


NOWHERE = (
    '<!doctype html><html lang="en"><title>Nothing is here · passdown</title>'
    '<h1>Nothing is at this address</h1><p><a href="/">Back to the inbox</a></p></html>'
)
"""What a person's browser is shown at an address that is none."""


def _unrouted(error: HTTPException) -> Response:
    """No such address, or not with this method."""
    if error.status_code == 404:
        return answer(NotFound("nothing is at this address", next="See GET /openapi.json."))
    headers = error.headers or {}
    allowed = ", ".join(v for k, v in headers.items() if k.lower() == "allow")
    return answer(Invalid(error.detail, next=f"Use {allowed}."), error.status_code, headers)
