"""Replies and the questions that caused them: paired by session, filtered, each with its cost."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from passdown.domain.clock import to_seconds
from passdown.domain.observation import Seen, Trust
from passdown.text.outlines import Outlines
from passdown.text.phrases import LONGEST_MESSAGE, plain, words_of
from passdown.text.prices import prices
from passdown.text.similar import near
from passdown.text.template import masked
from passdown.text.vectors import outline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.clock import At
    from passdown.domain.observation import Observation
    from passdown.domain.settings import Settings
    from passdown.text.prices import Prices

LONGEST_QUESTION, LONGEST_ANSWER = 1_000, 2_000
CANNED = frozenset({"canned", "fallback", "static", "template", "none", "phrasebook"})
"""Engines and models that are none."""
STATED = "said"
"""The format of what people told us instead of asking an agent."""
FAILED, ROUTE, SHORT, NO_MODEL = "send failed", "route not allowed", "short circuit", "no model"
LONG, NO_PERSON = "too long to be canned", "asked by no person"


class Pair(NamedTuple):
    """One reply, what it answers where that was kept, and what it cost: None is unknown."""

    reply: Observation
    question: Observation | None
    usd: float | None

    @property
    def said(self) -> str:
        """The question, or the reply that stands in for it."""
        return (self.question or self.reply).text

    @property
    def at(self) -> At:
        """When it was answered."""
        return self.reply.at

    @property
    def seconds(self) -> float:
        """How long the answer took; 0 where that is not known."""
        if self.question is None or not (self.question.at and self.reply.at):
            return 0.0
        return max(0.0, to_seconds(self.reply.at) - to_seconds(self.question.at))


class History:
    """Everything that was asked and answered, read once for a corpus."""

    def __init__(self, corpus: Corpus, settings: Settings) -> None:
        self._left: list[tuple[str, At]] = []
        self._lacking: list[tuple[str, At]] = []
        self._allowed = frozenset(settings.text("phrasebook.routes").replace(",", " ").split())
        self._prices = prices(settings.text("measure.prices"))
        self.pairs: list[Pair] = []
        self.alone: list[Observation] = []
        answers, self.alone = _answers(corpus)
        named = _naming(corpus, (reply for reply, _ in answers))
        for reply, question in answers:
            format = _format(corpus, reply)
            if why := self._why_not(reply, question, named=format in named):
                self._left.append((why, reply.at))
            else:
                self._keep(reply, question)

    def since(self, at: At) -> list[Pair]:
        """What was answered since then; what has no time is in every window."""
        return [pair for pair in self.pairs if not pair.at or pair.at >= at]

    def unread(self, since: At) -> Counter[str]:
        """Why replies of that window were left out, and how many."""
        return Counter(why for why, at in self._left if not at or at >= since)

    def lacking(self, since: At) -> Counter[str]:
        """What replies that were read do not say, and how many of them."""
        return Counter(what for what, at in self._lacking if not at or at >= since)

    @cached_property
    def messages(self) -> list[Message]:
        """What a phrase could be asked: what people said, or replies where no questions are
        kept, by seq."""
        stood_in = all(pair.question is None for pair in self.pairs)
        found = [Message(p.said, p) for p in self.pairs if p.question or stood_in]
        found += [Message(one.text, None, one) for one in self.alone]
        return sorted(found, key=lambda one: one.seq)

    def firing(self, pattern: str) -> Iterator[Message]:
        """The messages that a pattern fires on: only those are tried that hold what it needs."""
        from passdown.text.phrases import compiled

        search = compiled(pattern).search
        for place in self._candidates(pattern):
            message = self.messages[place]
            if len(message.text) <= LONGEST_MESSAGE and search(message.text):
                yield message

    @cached_property
    def forms(self) -> Counter[str]:
        """What was answered, without what changes from one answer to the next, and how often."""
        return Counter(one.answer for one in self.messages if one.pair)

    def answered_like(self, form: str, least: float) -> frozenset[str]:
        """The forms that are that near to this one, itself among them."""
        hopeful = self._outlines.not_beyond(outline(form), least)
        return frozenset(one for one in hopeful if near(one, form) >= least) | {form}

    def _candidates(self, pattern: str) -> Sequence[int]:
        from passdown.text.needs import ways

        found: set[int] = set()
        for way in ways(pattern):
            worded = [need for need in way if need.words and not need.pieces]
            if not worded:
                return range(len(self.messages))
            rows = [
                {row for word in need.words for row in self._rows.get(word, ())} for need in worded
            ]
            found |= min(rows, key=len)
        return sorted(found)

    @cached_property
    def _outlines(self) -> Outlines:
        return Outlines(self.forms)

    @cached_property
    def _rows(self) -> dict[str, list[int]]:
        rows: dict[str, list[int]] = defaultdict(list)
        for place, message in enumerate(self.messages):
            for word in words_of(message.text)[1]:
                rows[word].append(place)
        return dict(rows)

    def _why_not(self, reply: Observation, question: Observation | None, *, named: bool) -> str:
        """Why this reply teaches nothing; '' when it does."""
        meta = reply.meta
        engine, model = (str(meta.get(name, "")).casefold() for name in ("engine", "model"))
        checks = {
            FAILED: reply.ok is False,
            SHORT: meta.get("short_circuit") in (True, "true", "1", 1),
            NO_MODEL: engine in CANNED or model in CANNED or (named and not model),
            ROUTE: bool(self._allowed and meta.get("route", "") not in {"", *self._allowed}),
            NO_PERSON: question is not None and question.trust is not Trust.HUMAN,
            LONG: len(reply.text) > LONGEST_ANSWER
            or (question is not None and len(question.text) > LONGEST_QUESTION),
        }
        return next((why for why, so in checks.items() if so), "")

    def _keep(self, reply: Observation, question: Observation | None) -> None:
        usd = _usd(reply, self._prices)
        self.pairs.append(Pair(reply, question, usd))
        lacks = {
            "without a question": question is None,
            "without a known cost": usd is None,
            "without a route": bool(self._allowed) and not reply.meta.get("route"),
        }
        self._lacking += [(what, reply.at) for what, so in lacks.items() if so]


class Message:
    """Something that could be asked, and how it was answered where that is known."""

    __slots__ = ("answer", "pair", "seen", "seq", "text")

    def __init__(self, text: str, pair: Pair | None, alone: Observation | None = None) -> None:
        seen = alone or (pair and (pair.question or pair.reply))
        assert seen is not None
        self.text = plain(text)
        self.pair, self.seen, self.seq = pair, seen, seen.seq
        self.answer = masked(plain(pair.reply.text)) if pair else ""


_READ: WeakKeyDictionary[Corpus, dict[tuple[str, str], History]] = WeakKeyDictionary()


def history(corpus: Corpus, settings: Settings) -> History:
    """What was asked and answered, read once for each corpus and each way of reading it."""
    how = settings.text("phrasebook.routes"), settings.text("measure.prices")
    read = _READ.setdefault(corpus, {})
    if how not in read:
        read[how] = History(corpus, settings)
    return read[how]


Answers = list[tuple["Observation", "Observation | None"]]


def _answers(corpus: Corpus) -> tuple[Answers, list[Observation]]:
    """Each reply with its question, by time within a session, and the questions without one. Of
    several replies in a row the last is the answer; without a question each is one."""
    found: Answers = []
    alone: list[Observation] = []
    session, asked, reply = "", None, None
    for one in _in_time(corpus):
        if one.session != session or one.seen is Seen.PROMPT:
            _close(asked, reply, found, alone)
            session, asked, reply = one.session, None, None
        if one.seen is Seen.PROMPT:
            asked = one
        elif asked is None:
            found.append((one, None))
        else:
            reply = one
    _close(asked, reply, found, alone)
    return found, alone


def _close(
    asked: Observation | None, reply: Observation | None, found: Answers, alone: list[Observation]
) -> None:
    if asked is not None and reply is not None:
        found.append((reply, asked))
    elif asked is not None and asked.trust is Trust.HUMAN:
        alone.append(asked)


def _in_time(corpus: Corpus) -> Iterator[Observation]:
    """What was asked and answered, session by session, each in the order of its times."""
    several: list[Observation] = []
    for one in corpus.observations(kinds=(Seen.PROMPT, Seen.REPLY)):
        if _format(corpus, one) == STATED:
            continue
        if several and several[-1].session != one.session:
            yield from _ordered(several)
            several = []
        several.append(one)
    yield from _ordered(several)


def _ordered(several: list[Observation]) -> list[Observation]:
    return several if any(not one.at for one in several) else sorted(several, key=lambda o: o.at)


def _naming(corpus: Corpus, replies: Iterator[Observation]) -> set[str]:
    """The formats whose replies name their model: there, one that names none had none."""
    return {_format(corpus, one) for one in replies if one.meta.get("model")}


def _format(corpus: Corpus, one: Observation) -> str:
    session = corpus.session(one.session)
    return session.format if session else ""


def _usd(reply: Observation, known: Prices) -> float | None:
    """What a reply cost: as it was logged, else by its tokens; None where that is not known."""
    paid = reply.meta.get("cost")
    if isinstance(paid, int | float) and not isinstance(paid, bool):
        return float(paid)
    tokens, price = reply.meta.get("tokens"), known.of(str(reply.meta.get("model", "")))
    return price.of(tokens) if price and isinstance(tokens, dict) and tokens else None
