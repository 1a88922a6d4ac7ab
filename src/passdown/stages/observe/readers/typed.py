"""JSON that other programs wrote, as typed records: what has the wrong type is left out."""

from __future__ import annotations

from types import UnionType
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar, Union, get_args, get_origin

from msgspec import DecodeError, Raw, Struct, ValidationError, convert, json as fast, structs

from passdown.stages.observe.readers.document import tolerant

if TYPE_CHECKING:
    from passdown.contract.reader import Json

T = TypeVar("T", bound=Struct)
_UNFIT = object()


Decoded: TypeAlias = tuple[T | None, bool, str]
"""A record, whether bytes in it had to be replaced, and why there is none."""


class Typed(Generic[T]):
    """Reads objects as one type: fast when they have it, field by field when they have not."""

    def __init__(self, kind: type[T]) -> None:
        self._kind = kind
        self._decode = fast.Decoder(kind).decode

    def read(self, raw: bytes | Raw) -> Decoded[T]:
        """The record; never raises."""
        try:
            return self._decode(raw), False, ""
        except (DecodeError, UnicodeDecodeError):
            return self._leniently(bytes(raw))
        except RecursionError:
            return None, False, "nested too deeply"

    def _leniently(self, raw: bytes) -> Decoded[T]:
        found, damaged, reason = tolerant(raw)
        if reason or not isinstance(found, dict):
            return None, False, reason or "not an object"
        return fitted(found, self._kind), damaged, ""


def fitted(found: Json, kind: type[T]) -> T:
    """The record made of those fields that have the type they should have."""
    kept = {}
    for one in structs.fields(kind):
        if one.encode_name in found:
            value = _fit(found[one.encode_name], one.type)
            if value is not _UNFIT:
                kept[one.name] = value
    return kind(**kept)


def _fit(value: Any, kind: Any) -> Any:
    """The value if it is of this kind, or what fits in it; else _UNFIT."""
    options = get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
    if Raw in options:
        return Raw(fast.encode(value))
    try:
        return convert(value, kind)
    except ValidationError:
        parts = (_part(value, option) for option in options)
        return next((part for part in parts if part is not _UNFIT), _UNFIT)


def _part(value: Any, kind: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, Struct) and isinstance(value, dict):
        return fitted(value, kind)
    if get_origin(kind) is list and isinstance(value, list):
        (inner,) = get_args(kind)
        return [part for one in value if (part := _fit(one, inner)) is not _UNFIT]
    return _UNFIT
