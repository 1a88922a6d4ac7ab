"""Detector: a person said with what, instead, a tool's call should have been made."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from passdown.domain.observation import Seen, Trust
from passdown.loops.claims.cure import command
from passdown.loops.claims.draft import Draft, distinct, key, receipt
from passdown.loops.claims.payload import Quote
from passdown.loops.claims.prose import sentences
from passdown.loops.claims.stated import bare, statement
from passdown.loops.claims.verb import verbs
from passdown.text.calls import SHELLS
from passdown.text.entities import TOOLS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.observation import Observation
    from passdown.domain.scope import Scope
    from passdown.loops.claims.prose import Span

FIRST, MORE, MOST = 0.75, 0.05, 0.9

_INSTEAD = re.compile(
    r"^(?:no|nope|stop|don'?t)?[,.! ]*(?:(?:you|we) (?:should|must|have to|need to) |always )?"
    r"(?:use|run|try|do|call|it'?s|with)(?: it)?(?: with| through| via)? "
    r"`?(?P<right>[a-z][\w.:/-]*(?: [a-z][\w:/-]*){0,3}?)`?(?: for (?:this|that|it))?"
    r"(?:,? instead(?: of (?:that|this|`?(?P<wrong>[a-z][\w.:/ -]{1,40}?)`?))?|,? not "
    r"`?(?P<not>[a-z][\w.:/ -]{1,40}?)`?)[.!]*$",
    re.IGNORECASE,
)


def instead(corpus: Corpus) -> Iterator[Draft]:
    """Each such correction once, with every session it was made in."""
    groups: dict[tuple[Scope, str, str], list[tuple[Observation, Span, Observation]]] = {}
    last: dict[str, Observation] = {}
    for one in corpus.observations(kinds=(Seen.PROMPT, Seen.CALL)):
        if one.seen is Seen.CALL:
            last[one.session] = one
        elif one.trust is Trust.HUMAN and one.session in last:
            for span, right, wrong in _corrected(one, last[one.session]):
                group = groups.setdefault((one.scope, right, wrong), [])
                group.append((one, span, last[one.session]))
    for (scope, right, wrong), group in groups.items():
        sessions = distinct(corpus, (prompt.session for prompt, _, _ in group))
        yield _draft((scope, right, wrong), group, sessions)


def _draft(
    which: tuple[Scope, str, str],
    group: Sequence[tuple[Observation, Span, Observation]],
    sessions: int,
) -> Draft:
    scope, right, wrong = which
    return Draft(
        key=key("instead", scope, right, wrong),
        text=f"Use `{right}` instead of `{wrong}`.",
        category="tool-quirk",
        scope=scope,
        confidence=round(min(FIRST + MORE * (sessions - 1), MOST), 2),
        seen=tuple(o for prompt, _, call in group for o in (prompt, call)),
        quotes=tuple(
            quote
            for prompt, span, call in group
            for quote in (Quote(prompt.seq, span.start, span.end), receipt(call, wrong))
        ),
    )


def _corrected(prompt: Observation, call: Observation) -> Iterator[tuple[Span, str, str]]:
    """What to use and what the last call did use, where the person names the one, and not another
    than the other."""
    if call.tool.lower() not in SHELLS:
        return
    for span in sentences(prompt.text):
        found = _INSTEAD.match(bare(span.text))
        wrong = _called(found, command(call)) if found else ""
        if statement(span.text, after_reply=True):
            continue
        if found and wrong and found["right"].split()[0] in TOOLS and found["right"] != wrong:
            yield span, found["right"], wrong


def _called(found: re.Match[str], line: str) -> str:
    """What of the call is not to be used: what the person names, else all that it did."""
    named = found["wrong"] or found["not"]
    if named:
        return named if re.search(rf"(?<![\w-]){re.escape(named)}(?![\w-])", line) else ""
    did = verbs(line)
    return did[0] if len(did) == 1 else ""
