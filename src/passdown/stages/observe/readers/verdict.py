"""Whether a tool's answer tells of a failure, where the format itself does not say."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from msgspec import DecodeError, json as fast

from passdown.stages.observe.readers.document import text as as_text
from passdown.stages.observe.readers.provenance import SHELLS, plain
from passdown.text.signature import exit_code

_FAILED = re.compile(
    r"\s*(?:(?:Tool |Execution )?(?:Error|ERROR|Exception)\b[: ]|Traceback \(most )"
)
_CODES = ("exit_code", "exitCode", "returncode", "return_code")
_OUTPUTS = ("output", "stdout", "stderr", "error")


class Verdict(NamedTuple):
    """A tool's answer in plain words; `ok` is None where nothing tells."""

    text: str
    ok: bool | None = None
    code: int = 0


def verdict(tool: str, said: str) -> Verdict:
    """What a tool answered, by the signs that tools give."""
    if said.lstrip()[:1] == "{":
        found = _object(said)
        if found is not None:
            return _told(found, said)
    code = exit_code(said) if tool in SHELLS else None
    if code is not None:
        return Verdict(said, not code, code)
    return Verdict(said, False if _FAILED.match(said) else None)


def _object(said: str) -> dict[str, Any] | None:
    try:
        found = fast.decode(said)
    except (DecodeError, UnicodeEncodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _told(found: dict[str, Any], said: str) -> Verdict:
    """An answer that is an object: a command's output, or whatever says that it failed."""
    code = next((found[c] for c in _CODES if type(found.get(c)) is int), None)
    if code is not None and any(isinstance(found.get(name), str) for name in _OUTPUTS):
        words = "\n".join(part for name in _OUTPUTS if (part := as_text(found.get(name)).rstrip()))
        return Verdict(f"Exit code {code}\n{words}" if code else words, not code, code)
    if code is not None:
        return Verdict(said, not code, code)
    good = next((found[k] for k in ("success", "ok") if isinstance(found.get(k), bool)), None)
    error = found.get("error")
    if good is False or (error and good is None) or found.get("is_error") is True:
        return Verdict(f"Error: {plain(error)}\n{said}" if error else said, ok=False)
    return Verdict(said, good)
