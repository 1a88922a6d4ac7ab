"""What a loop raised, told in one line: it may be third-party code, and must not end a cycle."""

from __future__ import annotations

from passdown.domain.errors import PassdownError


def told(what: str, error: Exception) -> str:
    """What was raised and where, in one line."""
    if isinstance(error, PassdownError):
        return f"{what}: {error}"
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    code = trace.tb_frame.f_code if trace else None
    where = f" ({code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno})" if code and trace else ""
    return f"{what} raised {type(error).__name__}: {str(error)[:200]}{where}"
