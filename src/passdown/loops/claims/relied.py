"""Detector: a value that a command printed and that later calls of its session were made with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from passdown.domain.observation import Seen, Trust
from passdown.loops.claims.check import of_text
from passdown.loops.claims.cure import command, done
from passdown.loops.claims.draft import TWICE as SAID, Draft, distinct, key, receipt, sure
from passdown.loops.claims.payload import Quote
from passdown.loops.claims.prose import sentences
from passdown.loops.claims.refused import (
    DANGLING,
    HEDGE,
    MOMENT,
    NARRATION,
    NEARBY,
    QUESTION,
    TROUBLE,
)
from passdown.loops.claims.stated import bare, finished
from passdown.loops.claims.verb import verbs
from passdown.text.calls import SHELLS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.observation import Observation
    from passdown.domain.scope import Scope
    from passdown.loops.claims.cure import Done

MOST_TEXT = 4000
MOST_DEEP = 8
MOST_VALUES = 2000
"""Values of one session that are remembered, the newest."""

_PORT = re.compile(
    r"\b(?:listening|running|serving|available|started|ready|local|server|address)\b[^\n]{0,60}?"
    r"(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\bport|\[::\])[ :]{1,2}(?P<value>\d{4,5})\b",
    re.IGNORECASE,
)
_VERSION_ASKED = re.compile(
    r"(?P<program>[a-z][\w.+-]{0,30}) (?:--version|-V|version)", re.IGNORECASE
)
_VERSION = re.compile(r"(?<![\d.])(?P<value>\d+\.\d+(?:\.\d+){0,2})(?![\w.]*\d)")
# A search of the whole repo: the only hit elsewhere may be one of many.
_SEARCH = re.compile(r"(?:find \. |fd |git ls-files |rg --files )(?!.*(?: -maxdepth |\| *head))")
_PLACE = re.compile(r"(?:\./)?(?P<value>[\w.@+-]+(?:/[\w.@+-]+)+)")
_TOKEN = re.compile(r"[\w@+-]+(?:[./:][\w@+-]+)+|\b\d{4,5}\b")
_VALUE = re.compile(r"`(?P<quoted>[^`\s]+)`|\bport (?P<port>\d{2,5})\b")
_ASSERTS = re.compile(
    r"^(?!so |now |then |also |let |this |i |we )(?:the |our )?[\w`./ -]{3,60}? (?:listens? on|is "
    r"served (?:on|at)|runs? on|lives? (?:in|at|under)|(?:is|are) (?:defined|configured|stored|"
    r"kept|located|declared|documented) (?:in|at|under)|(?:is|are) pinned to|requires?|goes? to|"
    r"comes? from|points? to)\b .{3,80}$",
    re.IGNORECASE,
)
_OF_ANY_MACHINE = re.compile(r"/dev/|/tmp/|/proc/")
_REFUSED = (DANGLING, HEDGE, MOMENT, NARRATION, NEARBY, QUESTION, TROUBLE, _OF_ANY_MACHINE)


class Found(NamedTuple):
    """One value, the sentence it makes, and the calls that show it was found and used."""

    text: str
    shape: str
    source: Observation
    words: str
    used: Observation
    said: tuple[Observation, int, int] | None = None


def relied(corpus: Corpus) -> Iterator[Draft]:
    """Each fact that a command told and later calls relied on, with all its sessions."""
    groups: dict[tuple[Scope, str], list[Found]] = {}
    for session in corpus.sessions():
        items = corpus.in_session(session.id)
        for found in (*_printed(done(items)), *_asserted(items)):
            groups.setdefault((session.scope, found.shape), []).append(found)
    for (scope, shape), group in groups.items():
        sessions = distinct(corpus, (one.source.session for one in group))
        yield _draft(scope, shape, group, sessions)


def _draft(scope: Scope, shape: str, group: Sequence[Found], sessions: int) -> Draft:
    first = group[0]
    return Draft(
        key=key("relied", scope, shape),
        text=first.text,
        category="fact",
        scope=scope,
        # Said by the assistant, printed by a tool and used in a call: three data points.
        confidence=max(sure(sessions), SAID if first.said else 0.0),
        seen=tuple({o.seq: o for one in group for o in _seen(one)}.values()),
        quotes=tuple(dict.fromkeys(quote for one in group for quote in _quotes(one))),
        check=of_text(first.text),
    )


def _seen(one: Found) -> tuple[Observation, ...]:
    return (one.source, one.used, *((one.said[0],) if one.said else ()))


def _quotes(one: Found) -> Iterator[Quote]:
    if one.said:
        yield Quote(one.said[0].seq, *one.said[1:])
    yield receipt(one.source, one.words)
    yield receipt(one.used, one.words)


# ---- what commands printed


class _Printed(NamedTuple):
    text: str
    shape: str
    value: str
    source: Observation


def _printed(calls: Sequence[Done]) -> Iterator[Found]:
    known: dict[str, _Printed] = {}
    told: set[str] = set()
    for one in calls:
        for value in _values(one.call.text):
            found = known.get(value)
            if found and found.shape not in told:
                told.add(found.shape)
                yield Found(found.text, found.shape, found.source, value, one.call)
        if one.result.ok and min(one.call.trust, one.result.trust) > Trust.AGENT:
            for found in _of_result(one):
                known.setdefault(found.value, found)


def _values(text: str) -> Iterator[str]:
    """The values that a call names: ports, versions, paths, and what they end with."""
    for token in _TOKEN.findall(text[:MOST_TEXT]):
        yield token
        yield token.removeprefix("./").removeprefix("v")
        yield from _folders(token)
        _, colon, port = token.rpartition(":")
        if colon:
            yield port.partition("/")[0]


def _folders(path: str) -> Iterator[str]:
    """The folders that it is in."""
    parts = path.split("/")[:MOST_DEEP]
    return ("/".join(parts[:n]) for n in range(2, len(parts)))


def _of_result(one: Done) -> Iterator[_Printed]:
    if one.call.tool.lower() not in SHELLS:
        return
    line = command(one.call)
    yield from _port(one, line)
    yield from _version(one, line)
    yield from _place(one, line)


def _port(one: Done, line: str) -> Iterator[_Printed]:
    found, does = _PORT.search(one.result.text[:MOST_TEXT]), verbs(line)
    if found and len(does) == 1 and found["value"] not in line:
        text = f"`{does[0]}` listens on port {found['value']}."
        yield _Printed(text, f"port\0{does[0]}\0{found['value']}", found["value"], one.result)


def _version(one: Done, line: str) -> Iterator[_Printed]:
    asked, found = _VERSION_ASKED.fullmatch(line), _VERSION.search(one.result.text[:200])
    if asked and found:
        program, value = asked["program"], found["value"]
        text = f"`{line}` answers {value}."
        yield _Printed(text, f"version\0{program}\0{value}", value, one.result)


def _place(one: Done, line: str) -> Iterator[_Printed]:
    """The only hit of a search for a file."""
    found = _PLACE.fullmatch(one.result.text.strip())
    if found and _SEARCH.match(line) and found["value"] not in line:
        path = found["value"]
        name = path.rpartition("/")[2]
        yield _Printed(f"`{name}` is at `{path}`.", f"place\0{path}", path, one.result)


# ---- what the assistant said, with a receipt


def _asserted(items: Sequence[Observation]) -> Iterator[Found]:
    """What the assistant said of a value that a tool had printed, and then made a call with."""
    printed: dict[str, Observation] = {}
    said: dict[str, list[tuple[str, Observation, int, int]]] = {}
    for one in items:
        if one.seen is Seen.RESULT and one.ok and one.trust >= Trust.TOOL:
            _remember(one, printed)
        elif one.seen is Seen.REPLY and one.trust >= Trust.ASSISTANT:
            for value, text, start, end in _claims(one):
                if _bare(value) in printed:
                    said.setdefault(_bare(value), []).append((text, one, start, end))
        elif one.seen is Seen.CALL and said:
            for value in dict.fromkeys(_values(one.text)):
                for text, reply, start, end in said.pop(value, ()):
                    shape = f"said\0{text.lower()}"
                    yield Found(text, shape, printed[value], value, one, (reply, start, end))


def _bare(value: str) -> str:
    """The value as a token of an output or a call: a path without the slashes at its ends."""
    return value.removeprefix("./").strip("/")


def _remember(result: Observation, printed: dict[str, Observation]) -> None:
    for value in _TOKEN.findall(result.text[:MOST_TEXT]):
        if len(printed) < MOST_VALUES:
            printed.setdefault(value, result)


def _claims(reply: Observation) -> Iterator[tuple[str, str, int, int]]:
    for span in sentences(reply.text):
        text = bare(span.text)
        if not _ASSERTS.match(text) or any(refused.search(text) for refused in _REFUSED):
            continue
        for found in _VALUE.finditer(text):
            value = found["quoted"] or found["port"]
            yield value, finished(text), span.start, span.end
