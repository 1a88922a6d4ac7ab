"""The one rule for text and JSON in every backend, so that no store keeps what another cannot.

NUL and lone surrogates become U+FFFD; JSON is strict: text keys, finite numbers, plain values.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from passdown.domain.errors import Invalid, Limit

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
_decoder = json.JSONDecoder()
# Pairs of backslashes go first, so that an escaped backslash before `u0000` stays what it is.
_nul = re.compile(r"(\\\\)|\\u0000")
_LARGEST = 2**63 - 1

LONGEST_NAME = 800
"""Bytes of a name: three of them fit into one entry of a PostgreSQL index."""


def plain(text: str) -> str:
    """The text as every backend keeps it."""
    if text.isascii():
        return text.replace("\0", "\ufffd") if "\0" in text else text
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\0", "\ufffd")


def named(text: str) -> str:
    """As `plain`, for what things are found by: Limit when no index can hold it."""
    text = plain(text)
    if len(text) > LONGEST_NAME // 4 and len(text.encode()) > LONGEST_NAME:
        raise Limit(
            f"a name of more than {LONGEST_NAME} bytes",
            where=text[:80],
            next="Use a shorter name or path.",
        )
    return text


def is_short(*texts: str) -> bool:
    """Whether `plain` and `named` would change none of them: one look at all of them together, for
    those that come by the thousand."""
    every = "".join(texts)
    return len(every) <= LONGEST_NAME and every.isascii() and "\0" not in every


def packed(value: Any) -> str:
    """JSON text of a value; Invalid when it has none."""
    try:
        text = _encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise Invalid(
            f"not a JSON value: {error}", next="Give objects, lists, text, finite numbers, null."
        ) from error
    if "\\u0000" in text:
        text = _nul.sub(lambda found: found[1] or "\ufffd", text)
    return plain(text)


def unpacked(text: str) -> Any:
    """The value of a JSON text."""
    if text == "[]":
        return []
    if text == "{}":
        return {}
    try:
        value, end = _decoder.raw_decode(text)
    except ValueError:
        end = -1
    # What was packed has nothing around it; whatever has is read with more patience.
    return value if end == len(text) else _decoder.decode(text)


def same(value: Any) -> Any:
    """The value as it will be read back."""
    return unpacked(packed(value))


def finite(number: float) -> float:
    """The number; Invalid when it is none or endless."""
    if not math.isfinite(number):
        raise Invalid(f"not a finite number: {number}")
    return float(number)


def whole(number: int) -> int:
    """The number; Invalid when 64 bits do not hold it."""
    if not -_LARGEST <= number <= _LARGEST:
        raise Invalid(f"a number beyond 64 bits: {number}"[:100])
    return int(number)
