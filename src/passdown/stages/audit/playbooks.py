"""Which playbooks are about a change: by the paths that they are for, and by words that are rarer
than chance. Where nothing stands out there is none: one that fits by chance is worse."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import re2

from passdown.stages.audit.change import Proof
from passdown.stages.audit.finding import Finding, digest
from passdown.text.earned import INFO
from passdown.text.tokens import content_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from passdown.stages.audit.change import Change
    from passdown.stages.audit.facts import Touched
    from passdown.stages.audit.playbooks_near import Near

Json: TypeAlias = dict[str, Any]

KIND = "playbook"
MOST = 3
PAST = 20
"""Earlier changes of a repository that chance is told by; with fewer only paths tell."""
MOST_PAST = 400
QUANTILE = 0.98
"""What a playbook must fit better than, of unrelated changes, to be brought up by its words. Of 447
real requests over playbooks of other repositories' 0.9 in 100 bring one so; at 0.95 it is 4.7."""
NARROW = 0.2
"""What a glob must tell: one that matches what every change touches says nothing."""
SHARED = 2
RRF = 60
LONGEST = 60
_ERROR = re.compile(r"\b(?:raise|throw|panic|Err)\b[^\"']*[\"']([^\"'\n]{4,120})[\"']")
_FROM = re.compile(r"^\s*(?:from|import)\s+([A-Za-z_][\w.]*)|\bfrom\s+[\"']([^\"']+)[\"']")


@dataclass(frozen=True)
class Book:
    """A playbook as it was approved."""

    id: str
    title: str
    text: str
    applies_to: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    stale: str = ""
    """Why it may be out of date; '' where nothing is known against it."""

    @cached_property
    def words(self) -> frozenset[str]:
        """What it talks of."""
        return frozenset(content_words(" ".join((self.title, *self.tools, self.text))))

    @cached_property
    def _globs(self) -> tuple[Any, ...]:
        return tuple(re2.compile(_pattern(one)) for one in self.applies_to)

    def first(self, paths: Iterable[str]) -> str:
        """The first of these paths that it is for; '' for none."""
        globs = self._globs
        return next((path for path in paths
                     if any(one.fullmatch(_sayable(path)) for one in globs)), "")  # fmt: skip


@dataclass(frozen=True, slots=True)
class About:
    """What a change is about, as far as its row will tell of it, too."""

    paths: tuple[str, ...]
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Chosen:
    """One playbook that is about a change, and why."""

    book: Book
    score: float
    why: str
    path: str = ""

    def plain(self) -> Json:
        """As a verdict cites it."""
        told = {"id": self.book.id, "title": self.book.title, "score": round(self.score, 4),
                "why": self.why}  # fmt: skip
        return {**told, "stale": self.book.stale} if self.book.stale else told


def about(paths: Sequence[str], symbols: Sequence[str]) -> About:
    """What these paths and names say."""
    return About(tuple(paths), frozenset(content_words(" ".join((*paths, *symbols)))))


def query(change: Change, symbols: Sequence[str]) -> str:
    """What to look for: names that came and went, parts of paths, imports, words of errors."""
    files = change.facts.files
    parts = [part for file in files for part in re.split(r"[/.]", file.path) if len(part) > 2]
    told = [word for file in files for word in _told(file)]
    words = dict.fromkeys((*symbols[:LONGEST], *parts[:LONGEST], *told[:LONGEST]))
    return _sayable(" ".join(words))


def choose(
    now: About,
    books: Sequence[Book],
    found: Sequence[str],
    past: Sequence[Mapping[str, Any]],
    near: Near | None = None,
) -> list[Chosen]:
    """The playbooks about this change, the surest first, those that may be out of date after the
    others. `found` are those that search brings, in its order; `past` the rows of earlier audits,
    which tell what chance does; `near` how near they are in meaning, where a model tells it."""
    before = [about(row.get("paths", ()), row.get("symbols", ())) for row in past[-MOST_PAST:]]
    chance = _Chance(before)
    least = chance.bar(books)
    order = {id: place for place, id in enumerate(found)}
    chosen = [one for book in books if (one := _fits(now, book, chance, least, order, near))]
    ranked = sorted(chosen, key=lambda one: (-one.score, one.book.id))
    meant = sorted(near.scores, key=lambda id: (-near.scores[id], id)) if near else []
    lists = ([one.book.id for one in ranked], found, meant)
    fused = {one.book.id: _fused(one.book.id, lists, len(books)) for one in ranked}
    surest = sorted(
        ranked, key=lambda one: (bool(one.book.stale), -fused[one.book.id], one.book.id)
    )
    return surest[:MOST]


def findings(chosen: Iterable[Chosen]) -> Iterator[Finding]:
    """That there is a playbook for this."""
    for one in chosen:
        badge = " (may be out of date)" if one.book.stale else ""
        message = f"“{one.book.title[:80]}”{badge} is about this: {one.why}"[:200]
        where = (Proof(one.path, 0, "", "changed"),) if one.path else ()
        yield Finding(
            "kb.playbook", "kb_query", INFO, message, digest("kb.playbook", one.book.id),
            1.0, where, (), (one.book.id,), most=INFO,
        )  # fmt: skip


class _Chance:
    """What unrelated changes of the same repository look like."""

    def __init__(self, before: Sequence[About]) -> None:
        self.before = before
        self.often = Counter(word for one in before for word in one.words)

    def rare(self, n: int) -> float:
        """From 1 for what no earlier change has to about 0 for what all have."""
        many = len(self.before)
        return math.log((many + 1) / (min(n, many) + 0.5)) / math.log((many + 1) / 0.5)

    def fit(self, now: About, book: Book) -> float:
        """How much of what a playbook talks of is in a change, what is rare counting most."""
        total = sum(self.rare(self.often[word]) for word in book.words)
        shared = sum(self.rare(self.often[word]) for word in book.words & now.words)
        return shared / total if total > 0 else 0.0

    def narrow(self, book: Book) -> float:
        """How much it tells that a path matches."""
        return self.rare(sum(bool(book.first(one.paths)) for one in self.before))

    def bar(self, books: Sequence[Book]) -> float:
        """What the best playbook of 98 in 100 changes that have none does not exceed."""
        best = sorted(
            max((self.fit(one, book) for book in books if not book.first(one.paths)), default=0.0)
            for one in self.before
        )
        return best[int(QUANTILE * (len(best) - 1) + 0.999)] if best else 1.0


def _fused(id: str, lists: Iterable[Sequence[str]], last: int) -> float:
    """Its places in these lists as one number; a list that is empty has no say."""
    return sum(1 / (RRF + (one.index(id) if id in one else last)) for one in lists if one)


def _fits(
    now: About,
    book: Book,
    chance: _Chance,
    least: float,
    order: Mapping[str, int],
    near: Near | None,
) -> Chosen | None:
    fit, path = chance.fit(now, book), book.first(now.paths)
    narrow = chance.narrow(book) if path else 0.0
    if narrow >= NARROW:
        return Chosen(book, fit + narrow, f"it is for {path}", path)
    shared = sorted(
        book.words & now.words, key=lambda word: (-chance.rare(chance.often[word]), word)
    )
    enough = len(chance.before) >= PAST and len(shared) >= SHARED and book.id in order
    if enough and fit > least:
        return Chosen(book, fit, f"both talk of {', '.join(shared[:4])}")
    if near is not None and len(chance.before) >= PAST and near.is_near(book.id):
        return Chosen(book, fit, "they are nearer in meaning than unrelated changes are")
    return None


def _told(file: Touched) -> Iterator[str]:
    """The imports and the words of errors in lines that came."""
    for line in file.added:
        if found := _FROM.search(line.text):
            yield (found[1] or found[2]).split(".")[0]
        if found := _ERROR.search(line.text):
            yield found[1]


def _pattern(glob: str) -> str:
    """A glob as RE2 reads it: `**` crosses folders, `*` and `?` do not; a folder is all below."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", _sayable(glob.removeprefix("./")))
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    found = "".join(known.get(part, re2.escape(part)) for part in parts)
    return f"(?s){found}.*" if glob.endswith("/") else f"(?s){found}"


def _sayable(text: str) -> str:
    """Without bytes that are no text: paths may hold any."""
    return text.encode("utf-8", "replace").decode()
