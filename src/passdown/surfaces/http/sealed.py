"""Posts that prove themselves by a seal over their bytes: they are handed on as they came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.routing import compile_path

from passdown.domain.errors import Forbidden, Unreadable
from passdown.surfaces.http.problems import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from starlette.requests import Request

    from passdown.surfaces.http.calls import Core
    from passdown.surfaces.http.routes import Way

ACCEPTED = 202
MOST = 64
"""Headers that are handed on, of those that are nobody's standard."""


def opens(ways: Iterable[Way]) -> Callable[[str], bool]:
    """Whether a post to this address has to prove nothing but its seal."""
    known = [compile_path(way.path)[0] for way in ways if way.headers]
    return lambda path: any(one.match(path) for one in known)


async def called(core: Core, way: Way, request: Request, actor: Any) -> Any:
    """The operation's answer to a sealed post; a bad seal is a caller nobody knows."""
    params = {**request.path_params, way.headers: _headers(request)}
    params[way.body] = _text(await request.body())
    try:
        return await core.call(way.op.name, params, actor)
    except Forbidden as error:
        raise RefusedError(401, error) from error


def _headers(request: Request) -> dict[str, str]:
    own = [(name, value) for name, value in request.headers.items() if name.startswith("x-")]
    return dict(own[:MOST])


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        what = Unreadable("the body is not UTF-8", where="body", next="Send JSON.")
        raise RefusedError(400, what) from error
