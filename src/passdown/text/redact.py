"""Redaction: secrets and personal data become typed, stable placeholders before any write."""

from __future__ import annotations

import hmac
from base64 import b64decode
from bisect import bisect_right
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

import re2

from passdown.domain.errors import Invalid
from passdown.text.identity import Around
from passdown.text.rules import Rule, chosen, options, shipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# A placeholder put in can change what its neighbours look like: they are looked at again, a
# few times at most, so that redacting twice changes nothing and no input makes it loop.
_PASSES = 4
# How much of the surroundings a check sees, in bytes.
_BEFORE = 64
_AFTER = 16
_REREAD = 256
_LONGEST_ENCODED = 65_536


@dataclass(frozen=True, slots=True)
class Found:
    """Which rule found what, in code points of the original text."""

    rule: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Redacted:
    """The text without what was found, and what was found where."""

    text: str
    found: tuple[Found, ...]


class _Hit(NamedTuple):
    """One find in code points, with what stands in its place."""

    start: int
    end: int
    rule: str
    placeholder: str


class _Span(NamedTuple):
    """One find in bytes: its rule by rank, and what its placeholder is made from."""

    start: int
    end: int
    rank: int
    value: str


class Redactor:
    """Redacts under one key: equal values get equal placeholders, under this key only. `allow`
    holds values, or RE2 patterns of whole values, that stay; `also` names optional rules."""

    def __init__(
        self,
        key: bytes,
        allow: Sequence[str] = (),
        rules: Sequence[Rule] | None = None,
        *,
        also: Sequence[str] = (),
    ) -> None:
        if not key:
            raise Invalid("the redaction key is empty", next="Give at least one byte.")
        self._key = key
        self._rules = chosen(shipped() if rules is None else rules, also)
        self._literal = frozenset(allow)
        self._allowed = [pattern(entry) for entry in allow]
        self._sought: _Sought | None = None
        labels = "|".join(re2.escape(label) for label in sorted({r.label for r in self._rules}))
        self._placed = re2.compile(rf"\[(?:{labels}):[0-9a-f]{{4}}\]".encode(), options())

    def __reduce__(self) -> tuple[Any, ...]:
        # Another process compiles the rules itself: no pattern of RE2 can be handed over.
        also = tuple(rule.id for rule in self._rules if rule.optional)
        return partial(Redactor, also=also), (self._key, tuple(self._literal), self._rules)

    def placeholder(self, label: str, value: str) -> str:
        """What stands in the place of a value: the same for equal ones, under this key only."""
        # Four digits: enough to tell values of one text apart, too few to search for a value with.
        tag = hmac.digest(self._key, value.encode("utf-8", "replace"), "sha256").hex()[:4]
        return f"[{label}:{tag}]"

    @property
    def version(self) -> str:
        """Another one whenever a rule, or what stays, is another."""
        rules = [(r.id, r.kind, r.pattern, r.check, r.keywords) for r in self._rules]
        return sha256(repr((rules, sorted(self._literal))).encode()).hexdigest()

    def clean(self, text: str) -> str:
        """The redacted text alone."""
        return self.redact(text).text

    def redact(self, text: str) -> Redacted:
        """The text with a placeholder for each find; redacting the result changes nothing."""
        hits: list[_Hit] = []
        for _ in range(_PASSES):
            current = _rendered(text, hits) if hits else text
            fresh = self._scan(current)
            if not fresh:
                break
            hits = sorted([*hits, *_translated(fresh, hits)])
        if not hits:
            return Redacted(text, ())
        found = tuple(Found(hit.rule, hit.start, hit.end) for hit in hits)
        return Redacted(_rendered(text, hits), found)

    def _scan(self, text: str) -> list[_Hit]:
        data = text.encode("utf-8", "replace")
        spans = [span for rank in self._candidates(data) for span in self._spans(rank, data)]
        if not spans:
            return []
        kept = [match.span() for match in self._placed.finditer(data)] if b":" in data else []
        pieces = [piece for span in _merged(spans) for piece in _outside(span, kept, data)]
        places = _places(pieces, data, text)
        return [self._hit(piece, place) for piece, place in zip(pieces, places, strict=True)]

    def _candidates(self, data: bytes) -> list[int]:
        """The ranks of the rules that may find something."""
        if self._sought is None:
            self._sought = _Sought(self._rules)
        return self._sought.ranks(data)

    def _spans(self, rank: int, data: bytes) -> Iterator[_Span]:
        """What one rule finds. After a refusal the search goes on inside the refused match: what
        looked like a value may hold the name of the next one."""
        rule = self._rules[rank]
        position = 0
        while match := rule.compiled.search(data, position):
            begin = match.start()
            start, end = _value(match)
            value = data[start:end].decode("utf-8", "replace")
            verdict = self._verdict(rule, value, _around(data, begin, start, end))
            if verdict is not None and not self._stays(value):
                yield _Span(start, end, rank, verdict)
                position = end
            else:
                # Not all of a long refused value: what repeats must not be read once a byte.
                position = max(start, end - _REREAD) if start > begin else end
            position = max(position, begin + 1)

    def _verdict(self, rule: Rule, value: str, around: Around) -> str | None:
        if rule.verdict is None:
            return value if self._hides(value) else None
        return rule.verdict(value, around)

    def _hides(self, value: str) -> bool:
        """Whether text stands behind this base64 in which another rule finds something."""
        plain = _decoded(value)
        if not plain:
            return False
        data = plain.encode()
        ranks = self._candidates(data)
        plainly = (rank for rank in ranks if self._rules[rank].verdict is not None)
        return any(True for rank in plainly for _ in self._spans(rank, data))

    def _stays(self, value: str) -> bool:
        return value in self._literal or any(entry.fullmatch(value) for entry in self._allowed)

    def _hit(self, span: _Span, place: tuple[int, int]) -> _Hit:
        rule = self._rules[span.rank]
        return _Hit(*place, rule.id, self.placeholder(rule.label, span.value))


class _Sought:
    """One pass over a text that says which rules to run. Words and forms are sought apart: one
    automaton for both would be the product of the two."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._sets: list[tuple[Any, list[int]]] = []
        for worded in (True, False):
            ranks = [rank for rank, rule in enumerate(rules) if bool(rule.keywords) is worded]
            sought = re2.Set.SearchSet(options(capture=False))
            for rank in ranks:
                sought.Add(rules[rank].sought.encode())
            if ranks:
                sought.Compile()
                self._sets.append((sought, ranks))

    def ranks(self, data: bytes) -> list[int]:
        """The ranks of the rules whose words or form occur."""
        return [ranks[i] for sought, ranks in self._sets for i in sought.Match(data) or ()]


def moved(done: Redacted, place: int, *, is_end: bool = False) -> int:
    """Where a place of the original is in the redacted text: inside of what was replaced, at the
    beginning of the placeholder, or at its end for the end of something."""
    old = new = 0
    for found in done.found:
        if place < found.start or (is_end and place == found.start):
            break
        start = new + found.start - old
        old, new = found.end, done.text.index("]", start) + 1
        if place < old:
            return new if is_end and place > found.start else start
    return new + place - old


def pattern(entry: str) -> Any:
    """An allow-list entry as a pattern of whole values; Invalid names what RE2 does not take."""
    try:
        return re2.compile(entry, options())
    except re2.error as problem:
        what = f"the allow-list entry {entry!r} is no RE2 pattern: {problem}"
        raise Invalid(what, next="Escape it, or write it as RE2 understands it.") from None


def _value(match: Any) -> tuple[int, int]:
    """The span of the one group that took part, or of the whole match."""
    return match.span(match.lastindex or 0)  # type: ignore[no-any-return]


def _around(data: bytes, begin: int, start: int, end: int) -> Around:
    before = data[max(begin - _BEFORE, 0) : begin]
    sides = (before, data[begin:start], data[end : end + _AFTER])
    return Around(*(side.decode("latin-1") for side in sides))


def _merged(spans: list[_Span]) -> list[_Span]:
    """Overlapping finds become one, named by the most specific rule."""
    merged: list[_Span] = []
    for span in sorted(spans):
        last = merged[-1] if merged else None
        if last is None or span.start >= last.end:
            merged.append(span)
            continue
        first = min(last, span, key=lambda each: each.rank)
        merged[-1] = first._replace(start=last.start, end=max(last.end, span.end))
    return merged


def _outside(span: _Span, kept: list[tuple[int, int]], data: bytes) -> Iterator[_Span]:
    """What of the find is not yet a placeholder."""
    start = span.start
    first = bisect_right(kept, span.start, key=lambda place: place[1])
    for low, high in (*_until(kept, first, span.end), (span.end, span.end)):
        if low > start and any(map(str.isalnum, data[start:low].decode())):
            whole = (start, low) == (span.start, span.end)
            value = span.value if whole else data[start:low].decode()
            yield _Span(start, low, span.rank, value)
        start = max(start, high)


def _until(kept: list[tuple[int, int]], first: int, end: int) -> Iterator[tuple[int, int]]:
    """The placeholders from the first on that begin before the end."""
    for place in range(first, len(kept)):
        if kept[place][0] >= end:
            return
        yield kept[place]


def _places(spans: list[_Span], data: bytes, text: str) -> list[tuple[int, int]]:
    """Code points of the byte spans, which are in order."""
    if len(data) == len(text):
        return [(span.start, span.end) for span in spans]
    places: list[tuple[int, int]] = []
    at = point = 0
    for span in spans:
        start = point + len(data[at : span.start].decode())
        point = start + len(data[span.start : span.end].decode())
        at = span.end
        places.append((start, point))
    return places


def _rendered(text: str, hits: list[_Hit]) -> str:
    parts: list[str] = []
    at = 0
    for hit in hits:
        parts += (text[at : hit.start], hit.placeholder)
        at = hit.end
    return "".join([*parts, text[at:]])


def _translated(fresh: list[_Hit], hits: list[_Hit]) -> list[_Hit]:
    """Finds in the text with placeholders, at their places in the original."""
    ends: list[int] = []
    shifts = [0]
    for hit in hits:
        longer = len(hit.placeholder) - (hit.end - hit.start)
        shifts.append(shifts[-1] + longer)
        ends.append(hit.end + shifts[-1])
    return [
        hit._replace(
            start=hit.start - shifts[bisect_right(ends, hit.start)],
            end=hit.end - shifts[bisect_right(ends, hit.end - 1)],
        )
        for hit in fresh
    ]


def _decoded(value: str) -> str:
    """The readable text behind base64 of either alphabet; '' when there is none."""
    if len(value) > _LONGEST_ENCODED:
        value = value[:_LONGEST_ENCODED]
    padded = value.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        plain = b64decode(padded + "=" * (-len(padded) % 4), validate=True).decode()
    except ValueError:
        return ""
    return plain if plain.replace("\n", "").replace("\t", "").isprintable() else ""
