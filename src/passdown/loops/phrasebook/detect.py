"""Finds what is asked again and again and answered the same way, and the pattern that tells it."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from passdown.contract.loop import Dropped, Finding, Unread
from passdown.domain.clock import later, to_seconds
from passdown.domain.scope import GLOBAL
from passdown.loops.phrasebook.category import category
from passdown.loops.phrasebook.clusters import clusters
from passdown.loops.phrasebook.known import Approved
from passdown.loops.phrasebook.narrow import FEW as FEW_OTHERS, SHARED, narrow
from passdown.loops.phrasebook.pairs import history
from passdown.loops.phrasebook.payload import (
    LONGEST_SAMPLE,
    MOST_SAMPLES,
    MOST_SESSIONS,
    Add,
    Seen,
    Update,
)
from passdown.loops.phrasebook.reply import reply
from passdown.text.calibrate import FEW, Pair as Stated, recalibrated
from passdown.text.pattern import Bar, derive_in
from passdown.text.phrases import MOST_PROTOTYPES, compiled, least_like, plain, prototypes
from passdown.text.safe import one_line
from passdown.text.template import masked
from passdown.text.tokens import normalise
from passdown.text.worded import Messages

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.settings import Settings
    from passdown.loops.phrasebook.clusters import Cluster
    from passdown.loops.phrasebook.pairs import History
    from passdown.loops.phrasebook.payload import Payload
    from passdown.loops.phrasebook.reply import Reply
    from passdown.text.pattern import Pattern

MOST_EVIDENCE = 500
WIDTH = 60
MOST_COMPARED = 500
"""Different texts of one cluster among which those are sought that stand for all."""
SMALL, LOOSE, DIVERGE = "too small", "too loose", "answers diverge"
STALE, UNTOLD, KNOWN = "stale risk", "no pattern tells it", "answered by a phrase"


class Asked(NamedTuple):
    """A cluster that may become a question, and the reply it was given."""

    cluster: Cluster
    reply: Reply


def detect(corpus: Corpus, settings: Settings) -> Iterator[Finding[Payload] | Dropped | Unread]:
    """One finding for each question that a pattern tells from all other messages seen; every
    cluster that is none with its reason, every reply that was not read with its own."""
    known = history(corpus, settings)
    since = later(corpus.now, days=-settings.number("phrasebook.observation_window_days"))
    for counts in (known.unread(since), known.lacking(since)):
        yield from (Unread(why, n) for why, n in sorted(counts.items()))
    dropped: Counter[str] = Counter()
    cohesion = settings.number("phrasebook.cohesion")
    worth = _worth(clusters(known.since(since), cohesion=cohesion), settings, dropped)
    yield from _told(worth, known, corpus, settings, dropped)
    yield from (Dropped(why, n=n) for why, n in sorted(dropped.items()))


def _worth(found: Sequence[Cluster], settings: Settings, dropped: Counter[str]) -> Iterator[Asked]:
    """The clusters that hold every threshold."""
    for cluster in found:
        if len(cluster.pairs) < settings.whole("phrasebook.min_cluster_size"):
            dropped[SMALL] += 1
            continue
        if cluster.cohesion < settings.number("phrasebook.least_cohesion"):
            dropped[LOOSE] += 1
            continue
        said = reply(cluster.pairs, settings)
        if said.share < settings.number("phrasebook.consistency"):
            dropped[DIVERGE] += 1
        elif said.stale and settings.text("phrasebook.stale_policy") == "drop":
            dropped[STALE] += 1
        else:
            yield Asked(cluster, said)


def _told(
    worth: Iterator[Asked],
    known: History,
    corpus: Corpus,
    settings: Settings,
    dropped: Counter[str],
) -> Iterator[Finding[Payload]]:
    """The same with a pattern, as findings."""
    every, approved = list(worth), Approved(corpus)
    telling = _Telling(known, settings) if every else None
    for asked in every:
        before = approved.answering(asked.cluster, asked.reply)
        if before is not None and not before.otherwise:
            dropped[KNOWN] += 1
            continue
        known_by = str(before.record.body["pattern"]) if before is not None else ""
        source = known_by or (telling.pattern(asked) if telling else "")
        if not source:
            dropped[UNTOLD] += 1
            continue
        made = _payload(asked, source, corpus, settings)
        yield _finding(asked, before.update(made) if before else made, corpus)


class _Telling:
    """All messages by their words, in which each cluster seeks what tells it from the rest."""

    def __init__(self, known: History, settings: Settings) -> None:
        self._bar = Bar(wrong=settings.whole("phrasebook.max_wrong"))
        self._known, self._messages = known, known.messages
        self._of = Messages([one.text for one in self._messages])
        self._places = {one.seq: place for place, one in enumerate(self._messages)}
        self._answered: dict[str, list[int]] = defaultdict(list)
        self._reading: dict[str, list[int]] = defaultdict(list)
        for place, one in enumerate(self._messages):
            self._answered[one.answer].append(place)
            self._reading[normalise(one.text)].append(place)

    def pattern(self, asked: Asked) -> str:
        """What fires on these and on no other, '' where nothing does; narrower than it had to be
        where there are few others, or replies stand in."""
        found = self._derived(asked)
        if found is None:
            return ""
        texts = [plain(pair.said) for pair in asked.cluster.pairs]
        few = len(self._messages) - len(texts) < FEW_OTHERS
        narrower = narrow(texts) if few or asked.cluster.stood_in else ""
        return narrower if narrower and self._holds(narrower, texts, found) else found.source

    def _holds(self, source: str, texts: Sequence[str], found: Pattern) -> bool:
        """Whether it catches nearly as much of the cluster, and no more of the rest."""
        search, own = compiled(source).search, set(texts)
        caught = sum(search(text) is not None for text in texts) / len(texts)
        wrong = sum(one.text not in own for one in self._known.firing(source))
        return caught >= SHARED * found.recall and wrong <= found.wrong

    def _derived(self, asked: Asked) -> Pattern | None:
        """Whoever got the same answer elsewhere may have asked the same, and counts neither
        way."""
        seqs = [(pair.question or pair.reply).seq for pair in asked.cluster.pairs]
        rows = {self._places[seq] for seq in seqs if seq in self._places}
        if len(rows) < len(seqs):  # replies stand in beside others that have their questions
            return self._beside(asked)
        spare = self._alike(asked) - rows
        return derive_in(self._of, rows, spare=spare, bar=self._bar)

    def _alike(self, asked: Asked) -> set[int]:
        """Messages that read as one of these, or were answered as these are."""
        found = set(self._answered.get(masked(plain(asked.reply.verbatim)), ()))
        for text in {normalise(pair.said) for pair in asked.cluster.pairs}:
            found.update(self._reading.get(text, ()))
        return found

    def _beside(self, asked: Asked) -> Pattern | None:
        """Told from all messages; other replies that stand in count neither way."""
        of, places = self._replies
        rows = {places[pair.reply.seq] for pair in asked.cluster.pairs}
        return derive_in(of, rows, spare=set(places.values()) - rows, bar=self._bar)

    @cached_property
    def _replies(self) -> tuple[Messages, dict[int, int]]:
        """Replies that stand in for their questions, before all messages, and where each is."""
        replies = [pair.reply for pair in self._known.pairs if pair.question is None]
        texts = [*(one.text for one in replies), *(one.text for one in self._messages)]
        return Messages(texts), {one.seq: place for place, one in enumerate(replies)}


def _payload(asked: Asked, pattern: str, corpus: Corpus, settings: Settings) -> Add:
    said, allowed = asked.reply, settings.text("phrasebook.stale_policy") == "allow"
    like = _prototypes(asked.cluster)
    return Add(
        pattern=pattern,
        reply=said.template,
        category=category(asked.cluster, corpus),
        # Questions are not like the replies that stand in for them.
        min_similarity=0.0 if asked.cluster.stood_in else least_like(like),
        prototypes=like,
        stale=() if allowed else said.stale[:50],
        slotted="" if allowed else said.offered,
        verbatim=said.verbatim,
        seen=_seen(asked),
    )


def _seen(asked: Asked) -> Seen:
    pairs = asked.cluster.pairs
    costs = [pair.usd for pair in pairs]
    known = [usd for usd in costs if usd is not None]
    times = [to_seconds(pair.at) for pair in pairs if pair.at]
    cohesion, share = round(asked.cluster.cohesion, 4), round(asked.reply.share, 4)
    return Seen(
        size=len(pairs),
        sessions=tuple(dict.fromkeys(pair.reply.session for pair in pairs))[:MOST_SESSIONS],
        questions=_samples(asked.cluster),
        cohesion=cohesion,
        consistency=share,
        raw=round((cohesion + share) / 2, 4),
        usd=round(sum(known), 6) if len(known) == len(costs) else None,
        days=round((max(times) - min(times)) / 86_400, 3) if times else 0.0,
        stood_in=asked.cluster.stood_in,
    )


def _samples(cluster: Cluster) -> tuple[str, ...]:
    """Three of them, different ones first."""
    texts = [one_line(pair.said, LONGEST_SAMPLE) for pair in cluster.pairs]
    different = dict.fromkeys(texts)
    return (*different, *texts[len(different) :])[:MOST_SAMPLES]


def _prototypes(cluster: Cluster) -> tuple[str, ...]:
    """The middle, then what stands best for all the others, for the commonest of very many."""
    counts = Counter(one_line(pair.said, LONGEST_SAMPLE) for pair in cluster.pairs)
    texts = sorted(counts, key=lambda text: (-counts[text], text))[:MOST_COMPARED]
    middle = one_line(cluster.middle, LONGEST_SAMPLE)
    return tuple(dict.fromkeys((middle, *prototypes(texts))))[:MOST_PROTOTYPES]


def _finding(asked: Asked, payload: Payload, corpus: Corpus) -> Finding[Payload]:
    pairs = asked.cluster.pairs
    seqs = {one.seq for p in pairs for one in (p.question, p.reply) if one is not None}
    scopes = {pair.reply.scope for pair in pairs}
    asks = one_line(asked.cluster.middle, WIDTH)
    return Finding(
        payload=payload,
        evidence=tuple(sorted(seqs)[:MOST_EVIDENCE]),
        key=key_of(payload),
        title=f"Answer “{asks}” with “{one_line(asked.reply.template, WIDTH)}”",
        confidence=_calibrated(payload, corpus),
        scope=scopes.pop() if len(scopes) == 1 else GLOBAL,
    )


def key_of(payload: Payload) -> str:
    """Which question it is: of a new phrase what it is asked, of a known one its key and reply."""
    if isinstance(payload, Add):
        return _digest(normalise((*payload.prototypes, payload.pattern)[0]))
    return f"{payload.target} {_digest(getattr(payload, 'reply', payload.target))}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def _calibrated(payload: Payload, corpus: Corpus) -> float:
    """How sure it is: as alike as questions and answers are, corrected by what became of such
    questions once enough were answered."""
    raw = payload.seen.raw if isinstance(payload, Add | Update) else 1.0
    pairs = [
        Stated(one.stated, one.right)
        for one in corpus.decided()
        if one.loop == "phrasebook" and not one.alone
    ]
    return round(recalibrated(pairs)(raw), 4) if len(pairs) >= FEW else raw
