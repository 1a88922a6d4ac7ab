"""Values as lines for a person: tables, facts, cards, errors. Pure; a surface prints them.

One drawing for every text surface, light enough for the start-up path. A terminal gets lines that
fit it; a pipe gets each row whole on one line. What comes from the store is made printable here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.text.safe import columns, one_line, printable
from passdown.text.wire import encode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

GAP = "  "
WHOLE = 1_000_000
READABLE = 100
TALLEST_ROW = 4
SHORTEST_ID = 12
SHORTEST_UUID = 8
LAST_COLUMN = 32
LONGEST_NAME = 24
LONGEST_PLACE = 40
LONG_ID = 32
SMALL = 0.01
STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


class Look(NamedTuple):
    """Where lines go: how wide it is, whether it shows colour, whether lines must fit."""

    width: int = 80
    color: bool = False
    fit: bool = False


class Hints(NamedTuple):
    """What an operation says about showing its result: the key of its card, or of its rows with
    their columns, the facts above them, further rows below; what is said where it is empty."""

    columns: tuple[str, ...] = ()
    rows: str = ""
    card: str = ""
    facts: tuple[str, ...] = ()
    also: tuple[tuple[str, tuple[str, ...]], ...] = ()
    empty: str = ""


def paint(text: str, style: str, look: Look) -> str:
    """The text in a style, where there is colour."""
    return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if look.color and text else text


def result(value: Any, look: Look, hints: Hints = Hints()) -> Iterator[str]:  # noqa: B008
    """Any plain result as lines, the way its operation asked for."""
    if isinstance(value, dict) and hints.card:
        yield from _shown(value.get(hints.card), look, hints.empty)
        if known := [(_title(n), cell(value[n])) for n in hints.facts if value.get(n)]:
            yield ""
            yield from facts(known, look)
    elif isinstance(value, dict) and hints.rows:
        yield from _listed(value, look, hints)
    elif isinstance(value, dict):
        yield from _record(value, look)
    elif isinstance(value, list):
        yield from _rows(value, look, hints.columns)
    else:
        yield from wrap(cell(value), look)


def error(plain: Mapping[str, str], look: Look) -> Iterator[str]:
    """An error in the form every text surface prints."""
    place = f" ({one_line(plain['where'], 400)})" if plain["where"] else ""
    head = paint(f"error[{plain['code']}]:", "red", look)
    yield f"{head} {one_line(plain['what'], 2000)}{place}"
    if plain["next"]:
        yield f"{paint('next:', 'dim', look)} {one_line(plain['next'], 2000)}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], look: Look) -> Iterator[str]:
    """Rows under a quiet head; numbers to the right, the last column wrapped, others cut."""
    head = [one_line(name, LONGEST_NAME) for name in head]
    body = [[one_line(text, WHOLE) for text in row] for row in rows]
    if look.fit:
        body = _with_short_ids(body)
    sizes = [max(map(columns, texts)) for texts in zip(head, *body, strict=True)]
    if look.fit:
        sizes = _fit(sizes, body, look.width)
    right = [bool(body) and all(map(_is_number, texts)) for texts in zip(*body, strict=True)]
    right = right or [False] * len(head)
    yield paint(_cut(_line(head, sizes, right), look), "dim", look)
    for row in body:
        yield from (_cut(line, look) for line in _row(row, sizes, right, look))


def facts(pairs: Sequence[tuple[str, str]], look: Look, indent: str = "") -> Iterator[str]:
    """Names and values, the values aligned."""
    longest = min(LONGEST_NAME, look.width // 3) if look.fit else LONGEST_NAME
    names = [one_line(name, longest) for name, _ in pairs]
    size = max(map(columns, names), default=0)
    for name, (_, value) in zip(names, pairs, strict=True):
        lead = indent + paint(name, "dim", look) + " " * (size - columns(name)) + GAP
        yield from _hang(value, lead, len(indent) + size + len(GAP), look)


def card(value: Mapping[str, Any], look: Look) -> Iterator[str]:
    """A card: the question, then its blocks."""
    yield from (paint(line, "bold", look) for line in wrap(str(value.get("question", "")), look))
    before = ""
    for block in value.get("blocks") or ():
        if block.get("type") != "quote" or before != "quote":
            yield ""
        before = block.get("type", "")
        yield from _block(block, look)


def likelihood(confidence: float) -> str:
    """A confidence in words, with its figure."""
    steps = ((0.9, "very likely"), (0.7, "likely"), (0.5, "more likely than not"))
    words = next((word for least, word in steps if confidence >= least), "uncertain")
    return f"{words} ({confidence:.2f})"


def cell(value: Any) -> str:
    """One value as a short text."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.2f}" if abs(value) >= SMALL or not value else f"{value:.2g}"
        case str():
            return f"{value[:10]} {value[11:16]}" if _is_time(value) else value
        case list():
            return ", ".join(map(cell, value))
        case dict():
            return encode(value)
        case _:
            return str(value)


def wrap(text: str, look: Look, lead: str = "", taken: int = 0) -> list[str]:
    """The printable text as lines of the width, all after `lead`, which takes `taken` columns."""
    lines: list[str] = []
    width = max(min(look.width, READABLE) - taken, 16)
    for paragraph in printable(text).split("\n"):
        fitted = _fold(paragraph, width) if look.fit else [paragraph]
        lines += [f"{lead}{line}" for line in fitted]
    return lines


# ---- results nobody gave hints for


def _shown(value: Any, look: Look, empty: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        yield from card(value, look)
    elif value:
        yield from wrap(str(value).rstrip("\n"), look)
    else:
        yield from _nothing(look, empty)


def _listed(value: dict[str, Any], look: Look, hints: Hints) -> Iterator[str]:
    rows = value.get(hints.rows) or []
    if hints.empty and is_empty(value, hints):
        yield from facts(_said(value, hints.facts, ("", None, [], {}, 0)), look)
        yield from _nothing(look, hints.empty)
        return
    known = _said(value, hints.facts)
    yield from facts(known, look)
    if known and rows:
        yield ""
    if rows or not hints.facts:
        yield from _rows(rows, look, hints.columns)
    for name, head in hints.also:
        if more := value.get(name):
            yield ""
            yield paint(_title(name), "bold", look)
            yield from _rows(more, look, head)


def is_empty(value: Any, hints: Hints) -> bool:
    """Whether there is nothing in any of the tables that the answer is shown as."""
    tables = (hints.rows, *(name for name, _ in hints.also)) if hints.rows else ()
    return bool(tables) and not any(value.get(name) for name in tables)


def _said(
    value: dict[str, Any], names: Sequence[str], mute: tuple[Any, ...] = ("", None, [], {})
) -> list[tuple[str, str]]:
    return [(_title(n), cell(value[n])) for n in names if n in value and value[n] not in mute]


def _nothing(look: Look, said: str = "") -> Iterator[str]:
    if look.fit:
        yield paint(said or "nothing", "dim", look)


def _rows(values: list[Any], look: Look, head: Sequence[str] = ()) -> Iterator[str]:
    if not values:
        yield from _nothing(look)
    elif all(isinstance(v, dict) for v in values):
        names = [name for name in head if any(name in v for v in values)]
        names = names or [k for k, v in values[0].items() if not isinstance(v, dict | list)]
        names = names or ["value"]
        yield from table(names, [[cell(v.get(name)) for name in names] for v in values], look)
    else:
        yield from (one_line(cell(value), WHOLE) for value in values)


def _record(value: dict[str, Any], look: Look) -> Iterator[str]:
    """A dictionary: its plain values, then what is nested under a title each; nothing empty."""
    flat = {k: v for k, v in value.items() if not _is_nested(v) and v not in ("", None, [], {})}
    yield from facts([(_title(k), cell(v)) for k, v in flat.items()], look)
    for n, (name, inner) in enumerate((k, v) for k, v in value.items() if _is_nested(v)):
        if flat or n:
            yield ""
        yield paint(one_line(_title(name), 60), "bold", look)
        if isinstance(inner, dict):
            said = [(_title(k), cell(v)) for k, v in inner.items() if v not in ("", None, [], {})]
            yield from facts(said, look, GAP)
        else:
            yield from _rows(inner, look)


def _is_nested(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(v, dict) for v in value)
    return isinstance(value, dict) and bool(value)


def _title(name: str) -> str:
    return name.replace("_", " ")


def _is_time(text: str) -> bool:
    return len(text) == 24 and text[4] == "-" and text[10] == "T" and text[-1] == "Z"


# ---- tables


def _with_short_ids(body: list[list[str]]) -> list[list[str]]:
    """Long ids as the shortest start that tells those of their column apart."""
    columns_of = [list(texts) for texts in zip(*body, strict=True)]
    for texts in columns_of:
        ids = {text for text in texts if _is_long_id(text)}
        size = SHORTEST_ID if any("-" not in i for i in ids) else SHORTEST_UUID
        while len({i[:size] for i in ids}) < len(ids):
            size += 1
        texts[:] = [text[:size] if text in ids else text for text in texts]
    return [list(row) for row in zip(*columns_of, strict=True)]


def _is_long_id(text: str) -> bool:
    """Whether it is a UUID, with its dashes or without."""
    return len(text) in (32, 36) and set(text) <= set("0123456789abcdef-")


def _fit(sizes: list[int], body: list[list[str]], width: int) -> list[int]:
    """Columns narrowed until the row fits: the last one first, which wraps, then other prose."""
    sizes = [min(size, width) for size in sizes]
    *others, last = range(len(sizes))
    loose = [n for n in others if not all(_is_firm(row[n]) for row in body)]
    steps = [([last], LAST_COLUMN), (loose, 8), ([last], 8), ([*others, last], 6)]
    for which, least in steps:
        while (excess := sum(sizes) + len(GAP) * len(others) - width) > 0:
            widest = max(which, key=sizes.__getitem__, default=last)
            if widest not in which or sizes[widest] <= least:
                break
            sizes[widest] -= min(excess, 1 if len(which) > 1 else sizes[widest] - least)
    return sizes


def _is_firm(text: str) -> bool:
    """Whether a cut would make it useless: a number, a time, an id."""
    digits = sum(c in "0123456789-:. " for c in text)
    return digits == len(text) or (len(text) <= LONG_ID and set(text) <= set("0123456789abcdef-"))


def _row(row: list[str], sizes: list[int], right: list[bool], look: Look) -> Iterator[str]:
    if not look.fit:
        yield _line(row, sizes, right)
        return
    cut = [one_line(text, size) for text, size in zip(row[:-1], sizes, strict=False)]
    lines = _fold(row[-1], sizes[-1])
    if len(lines) > TALLEST_ROW:
        lines[TALLEST_ROW - 1 :] = [one_line(" ".join(lines[TALLEST_ROW - 1 :]), sizes[-1])]
    yield _line([*cut, lines[0]], sizes, right)
    margin = " " * (sum(sizes[:-1]) + len(GAP) * (len(sizes) - 1))
    yield from (margin + line for line in lines[1:])


def _line(texts: Sequence[str], sizes: list[int], right: list[bool]) -> str:
    cells = []
    for text, size, to_right in zip(texts, sizes, right, strict=True):
        space = " " * (size - columns(text))
        cells.append(space + text if to_right else text + space)
    return GAP.join(cells).rstrip()


def _cut(line: str, look: Look) -> str:
    """What fits of a line whose columns could not be narrowed enough."""
    return next(_broken(line, look.width)) if look.fit else line


def _is_number(text: str) -> bool:
    return not text or text.lstrip("-").replace(".", "", 1).isdecimal()


# ---- cards


def _block(block: Mapping[str, Any], look: Look) -> Iterator[str]:
    match block:
        case {"type": "quote"}:
            yield from wrap(block["text"], look, paint("│ ", "cyan", look), 2)
            if source := _source(block, look):
                yield from (paint(line, "dim", look) for line in wrap(source, look, "  ", 2))
        case {"type": "diff"}:
            yield one_line(block["title"], look.width if look.fit else WHOLE)
            yield from _side(block["before"], "-", "red", look)
            yield from _side(block["after"], "+", "green", look)
        case {"type": "table"}:
            yield from table(block["head"], block["rows"], look)
        case {"type": "facts"}:
            yield from facts([(name, value) for name, value in block["facts"]], look)
        case _:
            yield from wrap(str(block.get("text", "")), look)


def _source(quote: Mapping[str, Any], look: Look) -> str:
    """Who said it, when, and where it stands; a terminal gets the end of a long path."""
    place = quote.get("file") or quote.get("session") or ""
    if quote.get("file") and quote.get("offset"):
        place = f"{place}:{quote['offset']}"
    if look.fit and len(place) > LONGEST_PLACE:
        place = f"…{place[-LONGEST_PLACE:]}"
    parts = (quote.get("speaker", ""), cell(quote.get("at", "")), place)
    return " · ".join(part for part in parts if part)


def _side(text: str, sign: str, style: str, look: Look) -> Iterator[str]:
    if text:
        yield from (paint(line, style, look) for line in wrap(text, look, f"{sign} ", 2))


def _hang(value: str, lead: str, taken: int, look: Look) -> Iterator[str]:
    if not look.fit:
        yield f"{lead}{one_line(value, WHOLE)}".rstrip()
        return
    first, *rest = wrap(value, look, "", taken)
    yield f"{lead}{first}".rstrip()
    yield from (" " * taken + line for line in rest)


# ---- columns


def _fold(text: str, width: int) -> list[str]:
    """One paragraph as lines of at most `width` columns; a longer word is broken."""
    lines, line, used = [], "", 0
    for word in _pieces(text, width):
        size = columns(word)
        if line and used + 1 + size > width:
            lines.append(line)
            line, used = word, size
        else:
            line, used = (f"{line} {word}", used + 1 + size) if line else (word, size)
    return [*lines, line]


def _pieces(text: str, width: int) -> Iterator[str]:
    stem = text.lstrip(" \t")
    margin = text[: len(text) - len(stem)].expandtabs(4)[: width // 2]
    for n, word in enumerate(stem.split()):
        yield from _broken(margin + word if n == 0 else word, width)


def _broken(word: str, width: int) -> Iterator[str]:
    """The word in parts of at most `width` columns, or of one character that is wider."""
    start = used = 0
    for place, char in enumerate(word):
        size = columns(char)
        if used + size > width and place > start:
            yield word[start:place]
            start, used = place, 0
        used += size
    yield word[start:]
