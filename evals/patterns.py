"""Patterns mined on one half of messages and tried on the other: how often right, how often wrong.

The clusters are the labelled ones, so that this measures the patterns and not the clustering. Each
labelled set has a phrasebook of its own; what is out of its scope, and at least thirty thousand
other messages that nobody mined, must fire nothing. Canned replies are mined from four fifths of
the days and tried on the fifth, beside the reply of the nearest question by BM25.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from evals import Measured
from evals._asked import Answered, Said, is_kept_aside, messages
from evals._matching import scanned, speed
from passdown.text.pattern import derive_in
from passdown.text.phrases import Phrase, PhraseSet, least_like, prototypes
from passdown.text.scan import available
from passdown.text.stats import wilson
from passdown.text.tokens import content_words
from passdown.text.worded import Messages

READS_DATA = True
LEAST = 5
"""Messages of one intent in the half that is mined, as `min_cluster_size` has it."""
MOST_BACKGROUND = 20_000
FEW, FOLDS = 3, 5


class Fired(NamedTuple):
    """What a phrasebook did with messages it never saw."""

    asked: int
    right: int
    wrong: int
    outside: int
    fired_outside: int


def measure(data: Path | None) -> Measured:
    """Mine, try, compare; then how fast ten thousand phrases are."""
    known = messages(data)
    shown = [text for text in known.others if not is_kept_aside(text)][:MOST_BACKGROUND]
    unseen = [text for text in known.others if is_kept_aside(text)]
    figures: dict[str, float] = {}
    total, others, phrases = Fired(0, 0, 0, 0, 0), 0, 0
    for name, said in known.labelled.items():
        book = _mined(said, shown)
        fired = _tried(book, [one for one in said if is_kept_aside(one.text)])
        total = Fired(*map(sum, zip(total, fired, strict=True)))
        others += sum(book.best(text) is not None for text in unseen)
        phrases += len(book.phrases)
        figures[f"coverage_{name}"] = round(fired.right / max(fired.asked, 1), 4)
        figures[f"precision_{name}"] = _share(fired.right, fired.right + fired.wrong)
    figures |= {
        "precision": _share(total.right, total.right + total.wrong),
        "coverage": _share(total.right, total.asked),
        "wrong_out_of_scope": total.fired_outside,
        "wrong_others": others,
        "others": len(unseen),
        "wrong_at_most": round(
            wilson_upper(others + total.fired_outside, len(unseen) + total.outside), 6
        ),
    }
    figures |= _canned(known.answered, shown)
    figures |= _speeds()
    against: dict[str, float | str] = {"phrases": phrases, "out_of_scope": total.outside}
    return Measured(figures, total.asked, against)


def wilson_upper(k: int, n: int) -> float:
    """The one-sided 95 % bound of a share: exact (three in n) where there was none."""
    return 1 - 0.05 ** (1 / n) if not k and n else wilson(k, n, 1.645)[1]


def _share(k: int, n: int) -> float:
    return round(k / n, 4) if n else 0.0


def _mined(said: Sequence[Said], shown: Sequence[str], least: int = LEAST) -> PhraseSet:
    """A phrase for each intent of the half that is mined, all the rest outside of it."""
    mine = [one for one in said if not is_kept_aside(one.text)]
    return _book([(one.text, one.intent) for one in mine], shown, least)


def _book(asked: Sequence[tuple[str, str]], shown: Sequence[str], least: int) -> PhraseSet:
    read = Messages([*(text for text, _ in asked), *shown])
    rows = defaultdict[str, list[int]](list)
    for row, (_, about) in enumerate(asked):
        if about:
            rows[about].append(row)
    phrases = []
    for about, own in sorted(rows.items()):
        found = derive_in(read, own) if len(own) >= least else None
        if found:
            like = prototypes([read.texts[row] for row in own])
            phrases.append(Phrase(about, found.source, least_like(like), like))
    return PhraseSet(phrases)


def _tried(book: PhraseSet, said: Sequence[Said]) -> Fired:
    count: Counter[str] = Counter()
    for one in said:
        hit = book.best(one.text)
        count["asked" if one.intent else "outside"] += 1
        if hit:
            how = "right" if hit.id == one.intent else "wrong"
            count[how if one.intent else "fired_outside"] += 1
    return Fired(*(count[name] for name in Fired._fields))


def _canned(answered: Sequence[Answered], shown: Sequence[str]) -> dict[str, float]:
    """Replies mined from four fifths of the days, on the fifth; the nearest question beside it."""
    count: Counter[str] = Counter()
    for fold in range(FOLDS):
        before = [one for one in answered if _fold(one) != fold]
        after = [one for one in answered if _fold(one) == fold]
        book = _book([(one.question, one.reply) for one in before], shown, FEW)
        count["phrases"] += len(book.phrases)
        nearest = _Nearest([one.question for one in before])
        for one in after:
            place, hit = nearest.of(one.question), book.best(one.question)
            guessed = place is not None and before[place].reply == one.reply
            count["top"] += guessed
            count["fired"] += hit is not None
            count["right"] += hit is not None and hit.id == one.reply
            count["there"] += guessed and hit is not None
    return {
        "canned_phrases": round(count["phrases"] / FOLDS, 1),
        "canned_coverage": _share(count["fired"], len(answered)),
        "canned_precision": _share(count["right"], count["fired"]),
        "bm25_top_1": _share(count["top"], len(answered)),
        "bm25_precision_where_fired": _share(count["there"], count["fired"]),
    }


def _fold(one: Answered) -> int:
    """By the day, so that no conversation is on both sides."""
    return blake2b(one.at[:10].encode(), digest_size=1).digest()[0] % FOLDS


class _Nearest:
    """The question nearest by BM25 (k1 1.2, b 0.75) to another."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = [Counter(content_words(text)) for text in texts]
        self.mean = sum(map(Counter.total, self.texts)) / max(len(texts), 1)
        self.often = Counter(word for text in self.texts for word in text)

    def of(self, text: str) -> int | None:
        """Its place; None where no word is shared."""
        asked = set(content_words(text))
        scores = [self._score(asked, held) for held in self.texts]
        best = max(range(len(scores)), key=scores.__getitem__, default=None)
        return best if best is not None and scores[best] > 0 else None

    def _score(self, asked: set[str], held: Counter[str]) -> float:
        long = 1.2 * (0.25 + 0.75 * held.total() / max(self.mean, 1e-9))
        n = len(self.texts)
        return sum(
            math.log(1 + (n - self.often[word] + 0.5) / (self.often[word] + 0.5))
            * (held[word] * 2.2 / (held[word] + long))
            for word in sorted(asked & held.keys())
        )


def _speeds() -> dict[str, float]:
    """In the core install, and with the extra `match` where it is there."""
    found = speed()
    figures: dict[str, float] = {
        "messages_per_cpu_s": round(found.a_second),
        "times_the_re_loop": round(found.times_the_loop, 1),
        "longest_ms": round(found.longest_ms, 2),
        "agrees_with_re": float(found.agreed),
        "built_s": round(found.built_s, 2),
        "mb_for_10k_phrases": round(found.mb, 1),
    }
    if available():
        quick = speed(scanned)
        figures |= {
            "scanned_per_cpu_s": round(quick.a_second),
            "scanned_agrees_with_re": float(quick.agreed),
            "scanner_built_s": round(quick.built_s, 1),
        }
    return figures
