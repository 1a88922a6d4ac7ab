"""JSON that other programs wrote: read leniently, as values, with the place of each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import DecodeError, Raw, json as fast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.contract.reader import Json


class Loaded(NamedTuple):
    """A value, or why there is none. `damaged` says that bytes in it had to be replaced."""

    value: Any = None
    damaged: bool = False
    reason: str = ""


class Piece(NamedTuple):
    """One element of an array and where its bytes stand in the array's."""

    offset: int
    raw: bytes


def load(raw: bytes) -> Loaded:
    """The value these bytes are; slower and tolerant when they are not what they should be."""
    try:
        return Loaded(fast.decode(raw))
    except RecursionError:
        return Loaded(reason="nested too deeply")
    except (DecodeError, UnicodeDecodeError):
        return tolerant(raw)


def record(raw: bytes) -> Loaded:
    """As `load`, where only an object will do."""
    found = load(raw)
    if isinstance(found.value, dict) or found.reason:
        return found
    return Loaded(reason="not an object")


def pieces(raw: bytes) -> list[Piece] | None:
    """The elements of a JSON array as they stand; None when it is none, or no sound one."""
    try:
        found = fast.decode(raw, type=list[Raw])
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return list(_placed(raw, map(bytes, found)))


def _placed(raw: bytes, found: Iterable[bytes]) -> Iterator[Piece]:
    end = 0
    for one in found:
        # Between two elements there is nothing that an element could be.
        offset = raw.index(one, end)
        end = offset + len(one)
        yield Piece(offset, one)


def tolerant(raw: bytes) -> Loaded:
    """The value, with what cannot be text replaced and numbers beyond all bounds left out."""
    text = raw.decode("utf-8", "replace")
    damaged = "\ufffd" in text and not _is_utf8(raw)
    try:
        found = json.loads(text, parse_constant=lambda _: None)
        clean = json.dumps(found, ensure_ascii=False, allow_nan=False)
    except RecursionError:
        return Loaded(reason="nested too deeply")
    except ValueError as e:
        return Loaded(reason=f"not JSON: {getattr(e, 'msg', 'a number beyond all bounds')}")
    if not clean.isascii() and not _encodes(clean):
        damaged, found = True, json.loads(clean.encode("utf-8", "replace"))
    return Loaded(found, damaged)


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def text(value: Any) -> str:
    """A text, or '' for anything else."""
    return value if isinstance(value, str) else ""


def table(value: Any) -> Json:
    """An object, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def listed(value: Any) -> list[Any]:
    """An array, or an empty one for anything else."""
    return value if isinstance(value, list) else []


def whole(value: Any) -> int:
    """A number of things; 0 for anything else, and for what cannot be one."""
    sound = isinstance(value, int) and not isinstance(value, bool)
    return value if sound and 0 < value < 1 << 40 else 0


def parts(content: Any) -> str:
    """A message's text: itself, or the texts of its parts; what is no text is named."""
    if isinstance(content, str):
        return content
    return "\n".join(_part(part) for part in listed(content))


def _part(part: Any) -> str:
    if isinstance(part, str):
        return part
    found = table(part)
    return text(found["text"]) if "text" in found else f"[{text(found.get('type')) or 'unknown'}]"


def places(raw: bytes, key: str, n: int) -> list[tuple[int, int]]:
    """Where the n elements of the array under this key stand, and how long they are; the whole
    document for each where that cannot be told."""
    try:
        found = fast.decode(raw, type=dict[str, Raw]).get(key)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        found = None
    array = bytes(found) if found is not None else b""
    start, placed = raw.find(array), pieces(array) or []
    if len(placed) != n:
        return [(0, len(raw))] * n
    return [(start + piece.offset, len(piece.raw)) for piece in placed]
