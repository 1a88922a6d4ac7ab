"""Styles and scripts, as files of this package: named by what they hold, kept by browsers."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request

FOLDER = Path(__file__).parent / "static"
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FOR_GOOD = "public, max-age=31536000, immutable"


def files() -> Route:
    """The one address below which they stand."""
    return Route("/static/{mark}/{name}", _file)


def address(name: str) -> str:
    """Where this file is asked for; every file has another address once one of them changed, so
    that a script finds those it imports beside it."""
    return f"/static/{_mark()}/{name}"


def text(name: str) -> str:
    """What is in this file, for a page that stands alone."""
    return _held()[name].decode()


@cache
def _held() -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(FOLDER.iterdir()) if p.suffix in KINDS}


@cache
def _mark() -> str:
    return hashlib.sha256(b"".join(_held().values())).hexdigest()[:12]


async def _file(request: Request) -> Response:
    name = request.path_params["name"]
    held = _held().get(name)
    if held is None or request.path_params["mark"] != _mark():
        return Response("No such file.", 404, media_type="text/plain")
    kind = KINDS[Path(name).suffix]
    return Response(held, media_type=kind, headers={"cache-control": FOR_GOOD})
