"""How a command ends: one exit code for each error, and how an error is told.

0 done, 130 interrupted (Ctrl-C), 141 the reader went away; the rest as in EXIT.
"""

from __future__ import annotations

import errno
import sys

from passdown.config.terminal import look
from passdown.domain.errors import Internal, PassdownError
from passdown.text.draw import error as draw
from passdown.text.wire import encode

EXIT = {
    "internal": 1,
    "invalid": 2,
    "not_found": 3,
    "forbidden": 4,
    "not_pending": 5,
    "conflict": 6,
    "limit": 7,
    "unreadable": 8,
    "store": 9,
    "newer_schema": 10,
    "integrity": 11,
    "unavailable": 12,
}
INTERRUPTED = 130
GONE = 141


def tell(error: Exception, *, as_json: bool) -> int:
    """Print what went wrong to standard error; the exit code that says it too."""
    known = error if isinstance(error, PassdownError) else _unforeseen(error)
    if sys.flags.dev_mode and known.code == Internal.code:
        _trace(error)
    lines = [encode({"error": known.plain()})] if as_json else draw(known.plain(), look(sys.stderr))
    for line in lines:
        print(line, file=sys.stderr)
    return EXIT[known.code]


def _unforeseen(error: Exception) -> PassdownError:
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else ""
    if isinstance(error, OSError) and error.strerror:
        of_output = error.errno in (errno.ENOSPC, errno.EIO, errno.EBADF)
        return Internal(
            error.strerror, where=str(error.filename or ("output" if of_output else where))
        )
    # Its text may hold what no log should; its type and place are enough to find it.
    repeat = "Run it again as `python -X dev -m passdown …` for the trace, and report it."
    return Internal(f"passdown failed: {type(error).__name__}", where=where, next=repeat)


def _trace(error: Exception) -> None:
    import traceback

    traceback.print_exception(error)
