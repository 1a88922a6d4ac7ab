"""One item that a model named: a finding where the transcript shows it, else why it is not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from passdown.contract.loop import Dropped, Finding
from passdown.domain.observation import Observation, Seen
from passdown.domain.scope import GLOBAL
from passdown.loops.claims.ask import entities
from passdown.loops.claims.draft import stated_key
from passdown.loops.claims.payload import Add, Category, Quote, Sentence, Share
from passdown.loops.claims.refused import HEDGE
from passdown.text.entities import mentions
from passdown.text.hazard import hazards

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.domain.scope import Scope
    from passdown.loops.claims.payload import Payload

SHORTEST = 8
"""Characters of a receipt: fewer stand everywhere."""
LONGEST = 600
MOST_RECEIPTS = 3
MOST_SURE = 0.9
HEDGED = 0.4
QUESTION = "question"

# What a person said or a tool answered shows something; what the assistant said or did does not.
_SHOWS = (Seen.PROMPT, Seen.RESULT)
_ORDER = (Seen.PROMPT, Seen.RESULT, Seen.CALL, Seen.REPLY)
_PLACEHOLDER = re.compile(r"\[[a-z_-]+:[0-9a-f]{4}\]")
_NEXT_SENTENCE = re.compile(r"[.!?]\s+(?=[A-Z`\"])")
_NUMBER = re.compile(r"\d+(?:[.:]\d+)*")
# What a line of the prompt begins with: not part of what was said.
_LINE = re.compile(
    r"^(?:\| ?)?(?:\[\d+\] (?:person|assistant|call|answer)[^:\n]{0,80}: )?", re.MULTILINE
)


class Item(msgspec.Struct, frozen=True):
    """What is asked for, one lesson each."""

    fact: Sentence
    category: Category
    repo: Annotated[str, msgspec.Meta(max_length=200)]
    confidence: Share
    quotes: Annotated[list[str], msgspec.Meta(min_length=1, max_length=20)]


def finding(raw: Any, part: Sequence[Observation], repo: str) -> Finding[Payload] | Dropped:
    """The item as a question to a person; dropped unless every receipt stands in this part, one
    of them shows it, and it names nothing that is not there."""
    try:
        item = msgspec.convert(raw, Item)
    except (msgspec.ValidationError, RecursionError):
        return Dropped("malformed")
    text = " ".join(item.fact.split())
    scope = _scope(item.repo, repo, part)
    found = [_receipt(quote, part) for quote in item.quotes[:MOST_RECEIPTS]]
    receipts = [one for one in found if one is not None]
    if len(receipts) < len(found):
        return Dropped("no receipt", text)
    seen = [one for one, _ in receipts]
    if reason := _unfit(text, item.category, scope, seen, part):
        return Dropped(reason, text)
    return _asked(item, text, scope or GLOBAL, receipts)


def _unfit(
    text: str,
    category: Category,
    scope: Scope | None,
    seen: Sequence[Observation],
    part: Sequence[Observation],
) -> str:
    """Why this is no question to a person; '' when it is one."""
    reasons = (
        ("malformed", not text.isprintable() or len(text) < 3),
        ("several sentences", bool(_NEXT_SENTENCE.search(text))),
        ("another repo", scope is None),
        ("secret", bool(_PLACEHOLDER.search(text))),
        ("instruction", bool(hazards(text))),
        ("not shown", category != QUESTION and not any(one.seen in _SHOWS for one in seen)),
        ("invented", _invents(text, part)),
    )
    return next((reason for reason, holds in reasons if holds), "")


def _asked(
    item: Item, text: str, scope: Scope, receipts: Sequence[tuple[Observation, Quote]]
) -> Finding[Payload]:
    seen = [one for one, _ in receipts]
    sure = round(min(item.confidence, HEDGED if HEDGE.search(text) else MOST_SURE), 2)
    payload = Add(
        text=text,
        category=item.category,
        scope=scope,
        confidence=sure,
        quotes=tuple(dict.fromkeys(quote for _, quote in receipts)),
        entities=entities(text),
        valid_from=min((one.at for one in seen if one.at), default=""),
    )
    evidence = tuple(sorted({one.seq for one in seen}))
    return Finding(payload, evidence, stated_key(text, scope), text, sure, scope)


def _scope(named: str, repo: str, part: Sequence[Observation]) -> Scope | None:
    """Where it holds; None when that is a repo the session was not in."""
    if named.strip() == "global":
        return GLOBAL
    return part[0].scope if named.strip() in (repo, "") else None


def quoted(quote: str) -> list[str]:
    """The words of a quotation, without what the lines of the prompt begin with."""
    return _LINE.sub("", quote).split()


def _receipt(quote: str, part: Sequence[Observation]) -> tuple[Observation, Quote] | None:
    """Where these words stand, where that counts most; None when they stand nowhere."""
    words = quoted(quote)
    if not SHORTEST <= len("".join(words)) <= LONGEST:
        return None
    form = re.compile(r"\s+".join(map(re.escape, words)))
    for one in sorted(part, key=lambda one: _ORDER.index(one.seen)):
        if hit := form.search(one.text):
            return one, Quote(one.seq, hit.start(), hit.end())
    return None


def _invents(text: str, part: Sequence[Observation]) -> bool:
    """Whether it names a thing or a number that is not in the transcript."""
    there = "\n".join(one.text for one in part).casefold()
    names = [text[m.start : m.end].strip("`").casefold() for m in mentions(text)]
    numbers = {f"{number}." for number in _NUMBER.findall(there)}
    said = [f"{number}." for number in _NUMBER.findall(text)]
    known = all(any(number.startswith(one) for number in numbers) for one in said)
    return not known or not all(name in there for name in names)
