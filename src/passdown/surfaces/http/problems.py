"""Errors on the wire: problem details (RFC 9457) with our code, one HTTP status per error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from starlette.responses import Response

from passdown.domain.errors import (
    Conflict,
    Forbidden,
    Integrity,
    Internal,
    Invalid,
    Limit,
    NewerSchema,
    NotFound,
    NotPending,
    PassdownError,
    StoreError,
    Unavailable,
    Unreadable,
)
from passdown.text.wire import encode

if TYPE_CHECKING:
    from collections.abc import Mapping

STATUS: Mapping[type[PassdownError], int] = {
    Invalid: 422,
    NotFound: 404,
    Forbidden: 403,
    NotPending: 409,
    Conflict: 409,
    Limit: 429,
    Unreadable: 422,
    StoreError: 503,
    NewerSchema: 503,
    Integrity: 500,
    Unavailable: 501,
    Internal: 500,
}

MEDIA = "application/problem+json"


class Problem(msgspec.Struct, frozen=True):
    """What an error looks like over HTTP: the members of RFC 9457, then ours."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    what: str
    where: str = ""
    next: str = ""


class RefusedError(Exception):
    """A request that is turned away before, or instead of, reaching an operation."""

    def __init__(self, status: int, error: PassdownError, **headers: str) -> None:
        super().__init__(error.what)
        self.status = status
        self.error = error
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def problem(error: PassdownError, status: int = 0) -> Problem:
    """The error as it is sent, with its own status unless another one says more."""
    title = (type(error).__doc__ or error.code).strip()
    return Problem(
        type=f"urn:passdown:error:{error.code}",
        title=title,
        status=status or STATUS[type(error)],
        detail=error.what,
        **error.plain(),
    )


def answer(
    error: PassdownError, status: int = 0, headers: Mapping[str, str] | None = None
) -> Response:
    """The error as a response."""
    body = problem(error, status)
    return Response(encode(msgspec.to_builtins(body)), body.status, dict(headers or {}), MEDIA)


def refused(refusal: RefusedError) -> Response:
    """A refusal as a response."""
    return answer(refusal.error, refusal.status, refusal.headers)
