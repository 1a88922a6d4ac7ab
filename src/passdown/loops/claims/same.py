"""Whether two sentences say the same, speak against each other, or neither: by their words first,
then by rules on numbers, versions, negations, and on what can have one value only."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

from passdown.text.entities import mentions
from passdown.text.similar import differs, near
from passdown.text.tokens import content_words, normalise, stem

Id = TypeVar("Id", str, int)

SAME_WORDS = 0.75
"""From here on what two sentences are about is the same."""
MORE_WORDS = 0.6
"""And from here on, where all that one says stands in the other: that is more detail."""
FEW_WORDS = 0.3
"""With fewer words in common two sentences do not read the same."""
READS_SAME = 0.85
"""From here on they read the same."""
MOST_KIN = 60
COMMON = 2000
"""A word that so many share finds nothing that a rarer one does not."""

# How much it binds, and who is told: not what it is about.
_WEAK_WORDS = """actually again always ask avoid cannot correction do each ensure ever every
everyone everything everywhere first forget future go have here instead keep kindly know like longer
must need never note now ok okay one please prefer project rather remember repo repository run
should stop sure thing unless use want way whenever without work"""
WEAK = frozenset(stem(word) for word in _WEAK_WORDS.split())

_LEAD = re.compile(r"^(?:no|nope|wrong|actually|correction|ok|okay|yes|right)[,:.;!]?\s+")
_ASIDE = re.compile(
    r"[,;:(]?\s*\b(?:and not|but not|not|never|instead of|rather than|in place of)\s+"
    r"(?:in |on |at |the |with |by |to |a |an |using |use )*"
    r"(?P<no>[^,;:.()]{1,80}(?:\.\w[^,;:.()]{0,40})?)"
)
_DONT = re.compile(
    r"^(?:please )?(?:do not|don't|never|stop|avoid|no longer) (?:use|using|run|running|call)\s+"
    r"(?P<no>[^,;:]{1,80}?)(?:\s+here)?\s*(?:[,;:]|\.\s|\s-+\s|\bbut\b)\s*"
    r"(?:but |and |we |always |please |instead )*(?:use|run|call|take|it is|it's)\b"
)
_NOTS = re.compile(
    r"\b(?:not|no|never|none|neither|nor|without|cannot|avoid|unless|stop|refuse|forbidden"
    r"|prohibited|\w+n't)\b"
)
# What has one value at a time, so that another value speaks against it.
_SINGLE = re.compile(
    r"\b(?:lives?|located|stored|kept|found|defined|configured|listens?|ports?|defaults?|called|named"
    r"|set to|runs? (?:on|with|in|at)|requires?|targets?|deployed|branch|url|version|is|are)\b"
)
_VALUES = frozenset({"path", "link"})
_RIVALS = (
    "npm pnpm yarn bun", "pip uv poetry conda pdm pipenv", "pytest unittest nose",
    "jest vitest mocha", "webpack vite rollup esbuild parcel", "docker podman", "tabs spaces",
    "postgres postgresql mysql mariadb sqlite mongodb", "merge rebase squash", "utc local",
)  # fmt: skip
_FAMILY = {stem(word): f"one of {row}" for row in _RIVALS for word in row.split()}


class Bond(Enum):
    """What one sentence is to another."""

    APART = "apart"
    SAME = "same"
    AGAINST = "against"


class Gist(NamedTuple):
    """What a sentence is about: what it is for, what it says no to, whether it forbids, the one
    value it may give with what stands around it, the words of all that it names; and the words
    under which its kin are found, what competes under one name."""

    about: frozenset[str]
    refused: frozenset[str]
    forbids: bool
    values: frozenset[str]
    frame: frozenset[str]
    names: frozenset[str]
    plain: str
    topics: frozenset[str]


def bond(one: str, other: str) -> Bond:
    """What the one sentence is to the other; it does not matter which is which."""
    if normalise(one) == normalise(other):
        return Bond.SAME
    a, b = gist(one), gist(other)
    if a.topics.isdisjoint(b.topics):
        return Bond.APART
    shared = _share(_named(a), _named(b)) or _share(a.about, b.about)
    if _refuses(a, b) or _refuses(b, a) or _compete(a, b) or _elsewhere(a, b):
        return Bond.AGAINST
    if shared < FEW_WORDS or (shared < MORE_WORDS and near(one, other) < READS_SAME):
        return Bond.APART
    if _differ(a, b):
        return Bond.AGAINST
    reads = shared >= SAME_WORDS or _is_detail(a, b) or near(one, other) >= READS_SAME
    return Bond.SAME if reads and not _name_others(a, b) else Bond.APART


@lru_cache(maxsize=65_536)
def gist(text: str) -> Gist:
    """What the sentence is about, its small words and its wording left out."""
    plain, refused = _plain(text)
    about = _words(plain)
    forbids = len(_NOTS.findall(plain)) % 2 == 1
    values, frame = _valued(text) if _SINGLE.search(plain) else (frozenset(), frozenset())
    names = frozenset[str]().union(*(_words(text[m.start : m.end]) for m in mentions(text)))
    every = about | refused
    topics = every | {_FAMILY[word] for word in every if word in _FAMILY}
    return Gist(about, refused - about, forbids, values, frame, names, plain, topics)


class Kin(Generic[Id]):
    """Finds, among many sentences, the few that may say the same or the opposite."""

    def __init__(self) -> None:
        self._texts: dict[Id, str] = {}
        self._under: dict[str, list[Id]] = {}

    def add(self, id: Id, text: str) -> None:
        """Hold one more sentence."""
        self._texts[id] = text
        for word in gist(text).topics:
            self._under.setdefault(word, []).append(id)

    def of(self, text: str) -> list[tuple[Id, Bond]]:
        """Those that say the same or speak against it, those that share most with it first."""
        found = ((id, bond(text, self._texts[id])) for id in self._near(text))
        return [(id, what) for id, what in found if what is not Bond.APART]

    def _near(self, text: str) -> list[Id]:
        topics = [word for word in gist(text).topics if word in self._under]
        weights: dict[Id, float] = {}
        for word in sorted(topics, key=lambda word: (len(self._under[word]), word)):
            those = self._under[word]
            if weights and len(those) > COMMON:
                break
            for id in those:
                weights[id] = weights.get(id, 0.0) + 1 / len(those) ** 0.5
        return sorted(weights, key=lambda id: (-weights[id], id))[:MOST_KIN]


def _plain(text: str) -> tuple[str, frozenset[str]]:
    """The sentence without what it says no to, and the words of that."""
    plain, refused = _LEAD.sub("", normalise(text)), frozenset[str]()
    if dont := _DONT.match(plain):
        return f"use {plain[dont.end() :]}", _words(dont["no"])
    for aside in _ASIDE.finditer(plain):
        before = plain[: aside.start()]
        # At the start, and after an auxiliary, the whole sentence forbids.
        if _words(before) and not re.search(r"\b(?:do|does|is|are|must|should|can|will)$", before):
            refused |= _words(aside["no"])
            plain = f"{before} {plain[aside.end() :]}"
            break
    return plain, refused


def _valued(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The places a sentence names, and the words around them."""
    found = [m for m in mentions(text) if m.kind in _VALUES]
    rest, end = "", 0
    for one in found:
        rest, end = f"{rest}{text[end : one.start]} ", one.end
    return frozenset(m.key for m in found), _words(rest + text[end:])


def _words(text: str) -> frozenset[str]:
    return frozenset(content_words(text)) - WEAK


def _named(a: Gist) -> frozenset[str]:
    """What it is about without the numbers it gives."""
    return frozenset(word for word in a.about if not word[:1].isdigit())


def _share(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / len(a | b) if a or b else 0.0


def _is_detail(a: Gist, b: Gist) -> bool:
    less, more = sorted((a.about, b.about), key=len)
    return len(less) > 2 and less <= more


def _name_others(a: Gist, b: Gist) -> bool:
    """Whether each names something that the other says nothing of."""
    return not (a.names <= b.about | b.refused or b.names <= a.about | a.refused)


def _differ(a: Gist, b: Gist) -> bool:
    """Whether number, version, pole or polarity tells them apart."""
    if a.forbids != b.forbids:
        return True
    why = differs(a.plain, b.plain)
    return why in ("version", "number") or (why == "negation" and _poles_apart(a, b))


def _poles_apart(a: Gist, b: Gist) -> bool:
    """Whether they still differ once every negation is taken out."""
    return differs(_NOTS.sub(" ", a.plain), _NOTS.sub(" ", b.plain)) == "negation"


def _refuses(a: Gist, b: Gist) -> bool:
    """Whether a says no to what b is for, and to nothing else of it."""
    hit = a.refused & b.about
    if not hit or 2 * len(hit) < len(a.refused) or b.forbids or hit & a.about:
        return False
    return _share(b.about - hit, a.about - hit) >= MORE_WORDS or b.about <= hit | a.about


def _compete(a: Gist, b: Gist) -> bool:
    """Whether each is for something else of which one uses one only, for the same purpose."""
    ours = {_FAMILY[w]: w for w in a.about if w in _FAMILY}
    theirs = {_FAMILY[w]: w for w in b.about if w in _FAMILY}
    rival = {f for f in ours.keys() & theirs.keys() if ours[f] != theirs[f]}
    if not rival or a.forbids or b.forbids:
        return False
    rest = (a.about - {ours[f] for f in rival}, b.about - {theirs[f] for f in rival})
    return not any(rest) or _share(*rest) >= SAME_WORDS


def _elsewhere(a: Gist, b: Gist) -> bool:
    """Whether both give the one value of the same thing, and not the same one."""
    if not a.values or not b.values or a.values & b.values or a.forbids != b.forbids:
        return False
    return bool(a.frame) and _share(a.frame, b.frame) >= SAME_WORDS
