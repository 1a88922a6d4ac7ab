"""What a change says of itself in its title, its text and its commits, read without a model."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from passdown.stages.audit.kinds import BY_NAME, KINDS, Kind, Match
from passdown.stages.audit.names import canon
from passdown.stages.audit.prose import Sentence, sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ASSERTED, CHECKBOX, INTERMEDIATE = "asserted", "checkbox", "intermediate"

MOST = 60
"""Claims of one change that are read; a message with more is a list, not a description."""

_BOT = re.compile(
    r"\[bot\]|\bbot\b|dependabot|renovate|pre-commit-ci|github-actions|greenkeeper", re.I
)
_PREFIX = re.compile(r"^(?:\[[^\]]{1,30}\]\s*)*(?:[a-z]+(?:\([^)]*\))?!?:\s+)?", re.I)
_NUMBERED = re.compile(r"\s*\(#\d+\)\s*$")
_STEP = re.compile(r"^\* ", re.M)
_TAKEN_BACK = re.compile(
    r"\b(?:remov|revert|drop|delet|pivot|undo|undid|back out|backed out)", re.I
)


@dataclass(frozen=True, slots=True)
class Text:
    """One text that came with a change: `src` is `title`, `body` or `commit:SHA`."""

    src: str
    text: str
    author: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """One claim, and where it stands."""

    kind: str
    text: str
    src: str
    start: int
    end: int
    object: str = ""
    args: dict[str, Any] = field(default_factory=dict)
    scope: str = ""
    modality: str = ASSERTED
    superseded: str = ""
    words: str = ""

    @property
    def key(self) -> str:
        """Which claim it is, whatever the numbers in it."""
        return _digest(self.kind, canon(self.object), self.scope.casefold())

    @property
    def sig(self) -> str:
        """Which claim it is, with its numbers."""
        args = ",".join(f"{name}={self.args[name]}" for name in sorted(self.args))
        return _digest(self.key, args)

    @property
    def specific(self) -> bool:
        """Whether meeting it again says something: it names what it is about."""
        return BY_NAME[self.kind].specific


def claims(texts: Sequence[Text], *, bot: bool = False) -> tuple[Said, ...]:
    """Every claim of these texts, one of each kind and object: the first of them."""
    found: dict[tuple[str, str], Said] = {}
    for text in texts:
        author_is_bot = bot or bool(_BOT.search(text.author))
        for claim in _of(text):
            if author_is_bot and claim.kind != "bump":
                continue
            if len(found) >= MOST:
                return tuple(found.values())
            place = (claim.kind, canon(claim.object) or claim.scope.casefold())
            found.setdefault(place, claim)
    return tuple(found.values())


def is_bot(author: str) -> bool:
    """Whether this is a program's name."""
    return bool(_BOT.search(author))


def _of(text: Text) -> Iterator[Said]:
    told = list(sentences(text.text))
    undone = _Undone(told) if _squashed(text) else None
    for sentence in told:
        for claim in _in(text, sentence):
            yield claim if undone is None else undone.step(claim)


def _squashed(text: Text) -> bool:
    """Whether the body is the list of commits that one was made of: what an early one did, a later
    one may have undone."""
    return text.src != "title" and len(_STEP.findall(text.text)) >= 3


class _Undone:
    """What the steps of a message take back. Which of them name a thing is looked up once for each
    thing: a message of thousands of steps is read in the time that its length takes."""

    def __init__(self, told: Sequence[Sentence]) -> None:
        self._steps = [(one, one.text.casefold()) for one in told if _TAKEN_BACK.search(one.text)]
        self._naming: dict[str, list[Sentence]] = {}

    def step(self, claim: Said) -> Said:
        """One step of several, and the later one that takes it back."""
        if claim.kind != "removes" and claim.object:
            naming = self._of(canon(claim.object))
            at = bisect_right(naming, claim.start, key=lambda one: one.start)
            if at < len(naming):
                later = naming[at].text[:200]
                return replace(claim, modality=INTERMEDIATE, superseded=later)
        return replace(claim, modality=INTERMEDIATE)

    def _of(self, name: str) -> list[Sentence]:
        if name not in self._naming:
            self._naming[name] = [one for one, folded in self._steps if name in folded]
        return self._naming[name]


def _in(text: Text, sentence: Sentence) -> Iterator[Said]:
    if sentence.box == " ":
        return
    for kind, match in _matches(text, sentence):
        yield Said(
            kind=kind.name,
            text=sentence.text[:400],
            src=text.src,
            start=sentence.start + match.start,
            end=sentence.start + match.end,
            object=match.object,
            args=match.args,
            scope=match.scope,
            modality=CHECKBOX if sentence.box else ASSERTED,
            words=sentence.text[match.start : match.end].strip(" ,"),
        )


def _matches(text: Text, sentence: Sentence) -> Iterator[tuple[Kind, Match]]:
    """What one sentence claims; 'adds 3 tests' is no second claim that it adds tests."""
    taken: set[tuple[str, int]] = set()
    for kind, match in _every(text, sentence):
        if (
            kind.name == "adds_tests"
            and {("n_tests", match.start), ("regression_test", match.start)} & taken
        ):
            continue
        taken.add((kind.name, match.start))
        yield kind, match


def _every(text: Text, sentence: Sentence) -> Iterator[tuple[Kind, Match]]:
    weak = sentence.weak
    prefix = (
        _PREFIX.match(sentence.text) if text.src == "title" or _is_subject(text, sentence) else None
    )
    lead = prefix.end() if prefix else 0
    bare = _NUMBERED.sub("", sentence.text)
    for kind in KINDS:
        if kind.name == "type":
            if lead:
                yield from ((kind, match) for match in kind.find(bare))
        elif not weak:
            yield from ((kind, _moved(match, lead)) for match in kind.find(bare[lead:]))


def _is_subject(text: Text, sentence: Sentence) -> bool:
    return text.src.startswith("commit:") and sentence.start == 0


def _moved(match: Match, by: int) -> Match:
    return replace(match, start=match.start + by, end=match.end + by) if by else match


def _digest(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]
