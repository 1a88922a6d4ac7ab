"""Detector: what a person stated or corrected, in a sentence that stands on its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from passdown.domain.observation import Seen, Trust
from passdown.loops.claims.durable import FRAMED, SURE, durable, rather
from passdown.loops.claims.prose import sentences
from passdown.loops.claims.refused import CONCRETE, QUESTION
from passdown.loops.claims.rules import MEMORY, PROHIBITION, RULES, STATEMENT, Rule
from passdown.text.entities import TOOLS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.contract.corpus import Corpus
    from passdown.domain.observation import Observation
    from passdown.loops.claims.durable import Plain
    from passdown.loops.claims.payload import Category
    from passdown.loops.claims.prose import Span

# Commands to the client itself: what stands in them is its language, not a statement.
_TYPED_AT_CLIENT = frozenset({"command", "shell"})

TEMPLATE = 3
"""In so many sessions nobody types the same sentence after the same text: a script sends it."""
_BEFORE = 60

FEWEST_WORDS = 4
MOST_WORDS = 40

_LEAD = re.compile(
    r"^(?:(?:ok(?:ay)?|yes|yeah|yep|sure|also|and|but|so|oh|btw|by the way|please|pls|plz|hmm+|"
    r"well|heads[- ]up|actually|just so you know|for context|thanks|thank you|great|cool|perfect|"
    r"nice|hey|sorry|fyi|just|again|wait|"
    r"one (?:more |last |other )?thing|"
    r"for the record)\b[,.:!;\s\u2013\u2014-]*)+",
    re.IGNORECASE,
)
_SMILE = re.compile(
    r"\s*(?:[:;]-?[)(DPp]|<3|[\U0001f300-\U0001faff\u2600-\u27bf\ufe0f\u200d]+)\s*$"
)
# When to think of what is said then.
_ANNOUNCED = re.compile(
    r"^(?:(?:before|when|if|while|after|once|in) [^:,.]{3,60}|(?:quick|small|general) \w+): "
    r"(?=\S+ \S+ )",
    re.IGNORECASE,
)
_COMMA = re.compile(r"(?:[,;]|\s[-\u2013\u2014])\s+(?:and |so |but )?")
MOST_COMMAS = 4
# What is said under a condition is not said without it.
_AFTER_CONDITION = re.compile(
    r"^(?:if|when|unless|in case|once|until|while|for|i|we're|i'm|can|could|would|no|nope|wrong)\b",
    re.IGNORECASE,
)
_NOT_ENGLISH = re.compile(r"(?![a-zA-Z])[^\W\d_]")
_USED = re.compile(r"(?:use|prefer|run|call) `?([\w.-]+)", re.IGNORECASE)
_ASIDE = re.compile(r"\s*\([^()]*\)")
_PLEASE = re.compile(r",?\s*\b(?:please|pls|thanks|thank you|ok|okay)\s*[.!]*$", re.IGNORECASE)


# What only leads to what is said: an answer, a frame.
_ANSWERED = re.compile(
    r"^(?:[^,.:?!]{0,40}\? )?(?:no|nope|wrong(?: \w+)?|not quite|stop|nah|careful|warning)\b"
    r"\s*[,.:;!\u2013-]+\s*",
    re.IGNORECASE,
)
_FRAME = re.compile(
    r"^(?:(?:for context|fyi|btw|by the way|heads[- ]up|just so (?:you know|it'?s clear|that'?s "
    r"clear|we'?re clear)|to be clear|for (?:your )?(?:info|information|background)|background|"
    r"one (?:thing|warning|note|rule|more thing|caveat|gotcha)(?: (?:to|you should) know)?|gotcha|"
    r"caveat|small note|worth knowing|good to know|as a reminder|reminder|you should know|"
    r"before (?:i|you) forget|found it|ah|right|yeah)\b\s*[:,.;\u2013-]*\s*(?:that )?)+",
    re.IGNORECASE,
)
# Orders to some agent: a role, and how it is to answer.
_PERSONA = re.compile(r"(?:.*\b)?(?:you are|act as|you're) an? \w+", re.IGNORECASE)


class Stated(NamedTuple):
    """One statement and the words it was made in."""

    observation: Observation
    span: Span
    text: str
    category: Category
    confidence: float
    plain: bool = False


def stated(corpus: Corpus) -> Iterator[Stated]:
    """Every statement in the prompts of people, in corpus order."""
    replied: set[str] = set()
    found: list[Stated] = []
    places: dict[tuple[str, str], set[str]] = {}
    for one in corpus.observations(kinds=(Seen.PROMPT, Seen.REPLY, Seen.RESULT)):
        if one.seen is not Seen.PROMPT:
            replied.add(one.session)
        elif one.trust is Trust.HUMAN and one.meta.get("kind") not in _TYPED_AT_CLIENT:
            for said in _in_prompt(one, one.session in replied):
                found.append(said)
                places.setdefault(_place(said), set()).add(one.session)
    for said in found:
        if len(places[_place(said)]) < TEMPLATE or not _place(said)[0]:
            yield said


def _place(said: Stated) -> tuple[str, str]:
    """The sentence with what stands before it, letter for letter; '' before it where that is too
    little to tell a text that a script sends from what people say again."""
    text, start = said.observation.text, said.span.start
    before = text[max(0, start - _BEFORE) : start]
    return (before if len(before) == _BEFORE else ""), said.span.text


def _in_prompt(one: Observation, after_reply: bool) -> Iterator[Stated]:
    # A line is remembered; a page that begins with the client's sign for it is a prompt.
    told_to_remember = one.meta.get("kind") == "memory" and "\n" not in one.text.strip()
    before = ""
    for span in sentences(one.text):
        if told_to_remember:
            found = remembered(span.text)
        else:
            found = statement(span.text, after_reply=after_reply)
        if found:
            text, rule = found
            weak = bool(rule.plain and rule.plain.search(text))
            yield Stated(one, span, text, _category(text, rule), rule.confidence, plain=weak)
        elif not told_to_remember:
            yield from _plainly(one, span, before, after_reply)
        before = span.text


def _plainly(one: Observation, span: Span, before: str, after_reply: bool) -> Iterator[Stated]:
    """What the sentence says in plain words; the one before it may announce it, too."""
    announced = bool(FRAMED.search(before))
    if plain := in_plain_words(span.text, after_reply, announced=announced):
        yield Stated(one, span, plain.text, plain.category, SURE, plain=True)


def remembered(sentence: str) -> tuple[str, Rule] | None:
    """What a person told their client to remember, unless it asks something."""
    said = bare(sentence)
    if len(said.split()) < FEWEST_WORDS or QUESTION.search(said):
        return None
    return finished(said), MEMORY


def statement(sentence: str, *, after_reply: bool = False) -> tuple[str, Rule] | None:
    """What the sentence states, in one clean sentence, and the form it has; None when it states
    nothing that holds beyond the task at hand."""
    plain = bare(_ANNOUNCED.sub("", bare(sentence)))
    for clause in (plain, *_clauses(plain)):
        found = _stated(clause, after_reply=after_reply)
        if found:
            return found
    return None


def in_plain_words(sentence: str, after_reply: bool, *, announced: bool = False) -> Plain | None:
    """What the sentence says for good in a form of no rule; None when it shows too few signs."""
    whole = bare(sentence)
    if _PERSONA.match(whole) or (QUESTION.search(whole) and not _ANSWERED.match(whole)):
        return None
    if not after_reply and _ANSWERED.match(whole):
        return None
    found = rather(_ANSWERED.sub("", whole)) if after_reply else None
    said = bare(_FRAME.sub("", bare(_ANSWERED.sub("", whole))))
    if found is None and FEWEST_WORDS < len(said.split()) <= MOST_WORDS and not _is_cut(said):
        found = durable(said, framed=announced or _is_framed(sentence, after_reply))
    return found._replace(text=finished(found.text)) if found else None


def _is_framed(sentence: str, after_reply: bool) -> bool:
    """Whether it is announced as worth knowing, or corrects what was done."""
    return bool(FRAMED.search(sentence) or (after_reply and _ANSWERED.match(bare(sentence))))


def _clauses(plain: str) -> Iterator[str]:
    """What a run-on sentence says besides: from each comma on, and up to the first."""
    places = [found.span() for found in _COMMA.finditer(plain)]
    if len(places) > MOST_COMMAS or QUESTION.search(plain) or _PERSONA.match(plain):
        return
    for start, end in places:
        if not _AFTER_CONDITION.match(plain):
            yield bare(plain[end:])
            if start == places[0][0]:
                yield bare(plain[:start])


def _stated(plain: str, *, after_reply: bool) -> tuple[str, Rule] | None:
    for rule in RULES:
        found = rule.pattern.match(plain) if after_reply or not rule.after_reply else None
        if found:
            said = _said(found)
            return (finished(said), rule) if _holds(said, rule) else None
    return None


def _said(found: re.Match[str]) -> str:
    """What is kept of the sentence; what to use, and for what, always in one form."""
    both = found.groupdict()
    if both.get("right"):
        return f"Use {both['right']}, not {both['wrong']}"
    return bare(both["say"])


def bare(sentence: str) -> str:
    """The sentence without what only leads it in or out."""
    text = " ".join(sentence.split())
    text = _SMILE.sub("", _LEAD.sub("", text))
    return _PLEASE.sub("", text).strip()


def _holds(said: str, rule: Rule) -> bool:
    fewest = FEWEST_WORDS - rule.concrete
    if not fewest <= len(said.split()) <= MOST_WORDS or _is_cut(said):
        return False
    aside = _ASIDE.sub("", said)
    if any(refused.search(aside) for refused in rule.refused):
        return False
    if rule.name == "not-use" and said.split()[1].strip("`,").lower() not in TOOLS:
        return False
    if rule.concrete and not CONCRETE.search(said):
        return False
    return not rule.after_reply or bool(STATEMENT.match(said) and CONCRETE.search(said))


def _is_cut(said: str) -> bool:
    """Whether a quotation was left open in it, or it ends one; or it is in another language, of
    which no form here tells anything."""
    foreign = sum(bool(_NOT_ENGLISH.search(word)) for word in said.split())
    return bool(said.count("`") % 2 or said.count('"') % 2 or foreign > 1)


def finished(said: str) -> str:
    """Capital first, full stop last."""
    said = said.rstrip(" ,;:\u2013\u2014-!")
    if said[:1].islower() and not re.match(r"\S*[\w`][./_:=`]\w", said):
        said = said[0].upper() + said[1:]
    return said if said.endswith((".", "…", ")", "?")) else said + "."


def _category(text: str, rule: Rule) -> Category:
    used = _USED.match(text) if rule.name in ("use-not", "not-use") else None
    if used and used[1].lower() in TOOLS:
        return "tool-quirk"
    return "pitfall" if PROHIBITION.match(text) else rule.category
