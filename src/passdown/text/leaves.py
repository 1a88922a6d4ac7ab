"""The texts inside of JSON values: read, rewritten, and what they say of places in a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

PLACE = ("seq", "start", "end")
"""A quote: the code points of a stored text that it stands at."""


RECORD = frozenset({"kind", "key", "version"})
"""What a record written down has: its key is what it is found by."""


def texts(value: Any, *, names: bool = True) -> Iterator[str]:
    """Every text in the value, by the order of names; the names too, unless they are not meant."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name in sorted(value):
            yield from [name] if names else ()
            yield from texts(value[name], names=names)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts(inner, names=names)


def each(value: Any, say: Callable[[str], str]) -> Any:
    """The value with every text in it, names too, as `say` says it; the key of a record stays."""
    if isinstance(value, str):
        return say(value)
    if isinstance(value, dict):
        found = {say(name): each(inner, say) for name, inner in value.items()}
        return {**found, "key": value["key"]} if value.keys() >= RECORD else found
    if isinstance(value, list):
        return [each(inner, say) for inner in value]
    return value


def shifted(value: Any, moves: Mapping[int, Callable[[int, bool], int]]) -> Any:
    """The value with every quote of these texts at its new place."""
    if isinstance(value, list):
        return [shifted(inner, moves) for inner in value]
    if not isinstance(value, dict):
        return value
    inner = {name: shifted(each, moves) for name, each in value.items()}
    seq, start, end = (value.get(name) for name in PLACE)
    if isinstance(seq, int) and isinstance(start, int) and isinstance(end, int) and seq in moves:
        inner |= {"start": moves[seq](start, False), "end": moves[seq](end, True)}
    return inner


def without(value: Any, seqs: Collection[int], session: str = "") -> Any:
    """The value without quotes of these observations, and without their numbers and their session
    where evidence is listed."""
    if isinstance(value, list):
        left = (inner for inner in value if not _quotes(inner, seqs))
        return [without(inner, seqs, session) for inner in left]
    if not isinstance(value, dict):
        return value
    found = {name: without(inner, seqs, session) for name, inner in value.items()}
    for name, gone in (("evidence", seqs), ("sessions", {session})):
        if isinstance(found.get(name), list):
            found[name] = [one for one in found[name] if not _is_in(one, gone)]
    return found


def elsewhere(value: Any, names: Collection[str], text: str, say: Callable[[str], str]) -> Any:
    """The value with a placeholder for this text wherever it is told of what has this name."""
    if isinstance(value, list):
        return [elsewhere(inner, names, text, say) for inner in value]
    if not isinstance(value, dict):
        return value
    naming = [name for name, inner in value.items() if isinstance(inner, str) and inner in names]
    return {
        name: say(text)
        if inner == text and any(other != name for other in naming)
        else elsewhere(inner, names, text, say)
        for name, inner in value.items()
    }


def quoted(value: Any) -> set[int]:
    """The observations that are quoted in it."""
    if isinstance(value, list):
        return {seq for inner in value for seq in quoted(inner)}
    if not isinstance(value, dict):
        return set()
    own = {value["seq"]} if isinstance(value.get("seq"), int) else set()
    return own | {seq for inner in value.values() for seq in quoted(inner)}


def _quotes(value: Any, seqs: Collection[int]) -> bool:
    return isinstance(value, dict) and isinstance(value.get("seq"), int) and value["seq"] in seqs


def _is_in(value: Any, gone: Collection[Any]) -> bool:
    return isinstance(value, int | str) and value in gone
