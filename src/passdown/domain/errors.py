"""Every error a caller can act on: what went wrong, where, and what to do next.

PassdownError
├── Invalid        the parameters, or what they refer to, do not describe a valid call
├── NotFound       nothing has this id or name
├── Forbidden      this actor may not do this
├── NotPending     the proposal was already decided, or has expired
├── Conflict       the world moved: a version, a snapshot or a lease is stale
├── Limit          a bound was reached: size, rate, budget, backlog
├── Unreadable     an input file or stream cannot be understood
├── StoreError     the store cannot be opened, read or written
├── NewerSchema    the store was written by a newer passdown
├── Integrity      the ledger or the store does not verify
├── Unavailable    an optional part (engine, extra, server) is not installed or configured
└── Internal       a fault of ours
"""

from __future__ import annotations

from typing import ClassVar


class PassdownError(Exception):
    """An error with a stable `code`; only surfaces turn it into a status or an exit code."""

    code: ClassVar[str] = "internal"

    def __init__(self, what: str, *, where: str = "", next: str = "", check: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.next = next
        self.check = check
        """Which of a loop's own checks failed, where it names them: kept as why a yes failed."""

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        return f"{self.what}{place}" + (f". {self.next}" if self.next else "")

    def plain(self) -> dict[str, str]:
        """The form every surface sends."""
        return {"code": self.code, "what": self.what, "where": self.where, "next": self.next}


class Invalid(PassdownError):
    """The parameters, or what they refer to, do not describe a valid call."""

    code = "invalid"


class NotFound(PassdownError):
    """Nothing has this id or name."""

    code = "not_found"


class Forbidden(PassdownError):
    """This actor may not do this."""

    code = "forbidden"


class NotPending(PassdownError):
    """The proposal was already decided, or has expired."""

    code = "not_pending"


class Conflict(PassdownError):
    """The world moved: a version, a snapshot or a lease is stale."""

    code = "conflict"


class Limit(PassdownError):
    """A bound was reached: size, rate, budget, backlog."""

    code = "limit"


class Unreadable(PassdownError):
    """An input file or stream cannot be understood."""

    code = "unreadable"


class StoreError(PassdownError):
    """The store cannot be opened, read or written."""

    code = "store"


class NewerSchema(PassdownError):
    """The store was written by a newer passdown."""

    code = "newer_schema"


class Integrity(PassdownError):
    """The ledger or the store does not verify."""

    code = "integrity"


class Unavailable(PassdownError):
    """An optional part (engine, extra, server) is not installed or configured."""

    code = "unavailable"


class Internal(PassdownError):
    """A fault of ours."""

    code = "internal"


ERRORS: tuple[type[PassdownError], ...] = (
    Invalid,
    NotFound,
    Forbidden,
    NotPending,
    Conflict,
    Limit,
    Unreadable,
    StoreError,
    NewerSchema,
    Integrity,
    Unavailable,
    Internal,
)
