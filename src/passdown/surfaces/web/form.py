"""A payload as a form: which of its members a person may write, and what they wrote as a payload.

Nothing here knows a loop: a text is a field, a number and a flag are, a list of texts is one with
a line each. What is deeper stays as it is; the whole can be written as JSON.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from passdown.domain.errors import Invalid

FIXED = ("action",)
LONG = 60


class Field(NamedTuple):
    """One member as it is written: `kind` is line, text, number, flag or lines."""

    name: str
    kind: str
    value: str


def fields(payload: dict[str, Any]) -> list[Field]:
    """The members that can be written, in their order."""
    found = (_field(name, value) for name, value in payload.items() if name not in FIXED)
    return [one for one in found if one is not None]


def payload(asked: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """What was asked, with what a person wrote in its place."""
    if isinstance(whole := told.get("whole"), str) and whole.strip():
        return _object(whole)
    written = told.get("fields")
    if not isinstance(written, dict):
        raise Invalid("no fields", where="edit", next='Send {"fields": {"name": "text"}}.')
    known = {one.name: one for one in fields(asked)}
    changed = {
        name: _value(known[name], asked[name], text)
        for name, text in written.items()
        if name in known and isinstance(text, str)
    }
    return {**asked, **changed}


def _field(name: str, value: Any) -> Field | None:
    match value:
        case bool():
            return Field(name, "flag", "yes" if value else "")
        case int() | float():
            return Field(name, "number", f"{value:g}")
        case str():
            long = len(value) > LONG or "\n" in value
            return Field(name, "text" if long else "line", value)
        case [*parts] if parts and all(isinstance(part, str) for part in parts):
            return Field(name, "lines", "\n".join(parts))
        case _:
            return None


def _value(field: Field, asked: Any, text: str) -> Any:
    if field.kind == "flag":
        return text == "yes"
    if field.kind == "lines":
        return [line.strip() for line in text.splitlines() if line.strip()]
    if field.kind == "number":
        return _number(field.name, asked, text)
    return text


def _number(name: str, asked: float, text: str) -> float:
    try:
        return int(text) if isinstance(asked, int) else float(text)
    except ValueError:
        kind = "a whole number" if isinstance(asked, int) else "a number"
        raise Invalid(f"{name} is not {kind}", where="edit", next="Write digits.") from None


def _object(whole: str) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(whole)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Invalid(
            f"not JSON: {error}", where="edit", next="Mend it, or use the form."
        ) from error
    if not isinstance(found, dict):
        raise Invalid("not a JSON object", where="edit", next="Write {...}.")
    return found
