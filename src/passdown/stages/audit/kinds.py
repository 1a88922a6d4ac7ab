"""The closed table of what a change may say of itself that code can decide, and the words it says
it with. What is not in the table is not a claim: a false warning costs more than a miss."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from passdown.stages.audit.names import Name, listed_at
from passdown.text.earned import INFO, WARN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True)
class Match:
    """One claim in a sentence: where it stands, what it is about and how much of it."""

    start: int
    end: int
    object: str = ""
    args: dict[str, Any] = field(default_factory=dict)
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of claim: `cap` is the most that a refuted one may weigh before people have labelled
    enough of them; `specific` says that its object tells two claims of the kind apart."""

    name: str
    cap: str
    find: Callable[[str], Iterator[Match]]
    specific: bool = False


_OPENING = (
    r"(?:^|[,:(]\s*|\b(?:and|also|then|now|it|we|i|this (?:pr|change|commit|patch|pull request)|"
    r"which|that)\s+)"
)
_THE = r"(?:(?:the|a|an|its|our|all|both|new|old|unused|dead|obsolete|deprecated|legacy|redundant|"
_THE += (
    r"unnecessary|missing|simple|small|some|several|optional|private|public|internal|helper)\s+)*"
)
_WHAT = (
    r"(?:(?:function|method|class|module|file|script|helper|option|flag|argument|parameter|param|"
    r"field|attribute|property|setting|variable|constant|command|endpoint|package|dependency|"
    r"test|type|enum|hook|decorator|exception|error|folder|directory|document|page)s?\s+"
    r"(?:called\s+|named\s+)?)?"
)
_ADD = r"(?:add(?:s|ed)?|introduc(?:e|es|ed)|creat(?:e|es|ed)|implement(?:s|ed)?)"
_REMOVE = r"(?:remov(?:e|es|ed)|delet(?:e|es|ed)|drop(?:s|ped)?|get(?:s)? rid of)"
_RENAME = r"(?:renam(?:e|es|ed))"
_QUALITY = re.compile(
    r"\s+(?:support|handling|integration|compatibility|instrumentation|backend|adapter|connector|"
    r"driver|export|tracing|metrics|locale|preview|plugin|alert|trace|build|wheel|image|translation|"
    r"logo|icon|badge|link)s?\b",
    re.I,
)
"""What a word stands before that names a product, a platform or a language, and no code."""
_LIST = re.compile(r"(?:\s*(?:,|&|\+|/|and)\s*(?:and\s+)?)(?:the\s+|a\s+|an\s+)?")
_SCOPE = re.compile(
    r"\b(?:in|from|for|of|to|inside|within|under|on|across)\s+(?:the\s+)?((?:[^,;:.()]|\.(?=\w)){2,60})",
    re.I,
)
_NUMBER = r"(\d{1,4}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_COUNTS = {
    word: n
    for n, word in enumerate(
        [
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ],
        1,
    )
}


def count(text: str) -> int:
    """The number a word or figure stands for."""
    return _COUNTS.get(text.casefold()) or int(text)


def _phrases(*patterns: str) -> Callable[[str], Iterator[Match]]:
    """Claims that name nothing: the sentence says one of these."""
    said = re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.I)

    def find(text: str) -> Iterator[Match]:
        if found := said.search(text):
            yield Match(found.start(), found.end(), scope=_scope(text, found.end()))

    return find


def _objects(verb: str, kind: Callable[[Name], bool]) -> Callable[[str], Iterator[Match]]:
    """Claims of what stands right behind the verb, and of what is listed with it."""
    opens = re.compile(rf"{_OPENING}{verb}\s+{_THE}{_WHAT}", re.I)

    def find(text: str) -> Iterator[Match]:
        for found in opens.finditer(text):
            for name in _listed(text, found.end()):
                if kind(name) and (name.ticked or not _QUALITY.match(text, name.end)):
                    yield Match(found.start(), name.end, name.text, scope=_scope(text, name.end))

    return find


def _listed(text: str, at: int) -> Iterator[Name]:
    """The names of a list that starts here; the list ends where a word is none."""
    while True:
        name = listed_at(text, at)
        if name is None:
            return
        yield name
        more = _LIST.match(text, name.end)
        if more is None:
            return
        at = more.end()


def _scope(text: str, at: int) -> str:
    """What narrows a claim, behind it: 'in the SDK'."""
    found = _SCOPE.match(text, at + len(text[at:]) - len(text[at:].lstrip()))
    return found[1].strip() if found else ""


def _numbered(pattern: str) -> Callable[[str], Iterator[Match]]:
    said = re.compile(pattern, re.I)

    def find(text: str) -> Iterator[Match]:
        for found in said.finditer(text):
            yield Match(
                found.start(), found.end(), args={"n": count(found[found.lastindex or 0])},
                scope=_scope(text, found.end()),
            )  # fmt: skip

    return find


_RENAMED = re.compile(rf"{_OPENING}{_RENAME}\s+{_THE}{_WHAT}", re.I)
_TO = re.compile(r"\s*(?:to|->|=>|→|into)\s*(?:the\s+)?", re.I)


def _renames(text: str) -> Iterator[Match]:
    for found in _RENAMED.finditer(text):
        old = next(_listed(text, found.end()), None)
        turn = _TO.match(text, old.end) if old else None
        new = next(_listed(text, turn.end()), None) if turn else None
        if old and new and old.text != new.text:
            yield Match(found.start(), new.end, old.text, {"to": new.text},
                        _scope(text, new.end))  # fmt: skip


_VERSION = r"v?(\d+(?:\.\w+)+|\d+)"
_BUMPED = re.compile(
    rf"\b(?:bump(?:s|ed)?|updat(?:e|es|ed)|upgrad(?:e|es|ed))\s+(?:the\s+)?(?:dependency\s+)?"
    rf"`?([@\w./-]+?)`?(?:\s+(?:requirement|dependency|version))?\s+from\s+[`\W]?{_VERSION}`?\s+to\s+"
    rf"`?\W?{_VERSION}",
    re.I,
)


def _bumps(text: str) -> Iterator[Match]:
    for found in _BUMPED.finditer(text):
        yield Match(found.start(), found.end(), found[1], {"from": found[2], "to": found[3]})


_PREFIX = re.compile(r"(docs?|tests?|ci|style)(?:\(([^)]*)\))?!?:\s", re.I)


def _typed(text: str) -> Iterator[Match]:
    if found := _PREFIX.match(text):
        kind = found[1].casefold().rstrip("s") if found[1].casefold() != "ci" else "ci"
        yield Match(
            0, found.end(), {"doc": "docs", "test": "test", "style": "style"}.get(kind, kind)
        )


def _path(name: Name) -> bool:
    return name.path


def _symbol(name: Name) -> bool:
    return not name.path and len(name.text) > 2


_A_TEST = (
    r"(?:unit |integration |regression |e2e |end-to-end |property |new |more |additional |basic )*"
)
_TESTS = r"(?:test cases?|test coverage|testcases?|tests?)"

KINDS: tuple[Kind, ...] = (
    Kind("n_tests", WARN, _numbered(
        rf"{_OPENING}(?:add(?:s|ed)?|includ(?:e|es|ed|ing)|write|wrote|with)\s+{_NUMBER}\s+{_A_TEST}"
        rf"{_TESTS}\b|^{_NUMBER}\s+new {_A_TEST}{_TESTS}\b"
    ), specific=True),
    Kind("tests_pass", WARN, _phrases(
        r"\b(?:all|the|existing)\s+(?:\w+\s+)?tests?\s+(?:are\s+)?(?:still\s+)?(?:pass(?:es|ing|ed)?|"
        r"green)\b",
        r"\btest suite (?:still )?pass(?:es|ed)?\b",
    )),
    Kind("n_pass", WARN, _numbered(r"\b(\d{1,6})\s+(?:tests?\s+)?pass(?:ed|ing)\b"), specific=True),
    Kind("regression_test", WARN, _phrases(
        rf"{_OPENING}(?:{_ADD}|includ(?:e|es|ed)|with)\s+{_THE}regression {_TESTS}\b",
    )),
    Kind("adds_tests", INFO, _phrases(
        rf"{_OPENING}(?:{_ADD}|includ(?:e|es|ed|ing)|wrote|write|extend(?:s|ed)?|have added)\s+"
        rf"{_THE}(?:\w+ )?{_A_TEST}{_TESTS}\b"
        r"(?![-/]|\s+(?:job|matrix|runner|helper|fixture|util|script|data|suite|command|config|docs?|mode|env|workflow|harness|server|client|page)\b)",
    )),
    Kind("docs_only", INFO, _phrases(
        r"\b(?:docs?|documentation)[ -]only\b",
        r"\bonly (?:docs?|documentation|comments?)\b(?: change)?",
    )),
    Kind("test_only", INFO, _phrases(
        r"\btests?[ -]only\b", r"\bonly tests? (?:are )?(?:changed|added)\b",
    )),
    Kind("type", INFO, _typed),
    Kind("no_api_change", WARN, _phrases(
        r"\bno (?:public )?api changes?\b",
        r"\b(?:public )?api (?:is|remains|stays) (?:un|not )changed\b",
        r"\bno changes? to (?:the )?(?:public )?api\b",
    )),
    Kind("back_compat", WARN, _phrases(
        r"\b(?:fully )?backwards?[- ]compatible\b(?! layer| shim| mode)",
        r"\bno breaking changes?\b",
        r"\bnon-breaking change\b",
    )),
    Kind("no_behavior_change", INFO, _phrases(
        r"\bno (?:functional|behaviou?r(?:al)?|runtime|user-visible) changes?\b",
        r"\bno (?:change (?:in|of|to) )?behaviou?r\b(?! change)",
        r"\bpure(?:ly)? refactor(?:ing)?\b",
    )),
    Kind("no_new_deps", WARN, _phrases(
        r"\bno (?:new|additional|extra) (?:\w+ )?(?:deps|dependenc(?:y|ies))\b",
    )),
    Kind("all_callers_updated", WARN, _phrases(
        r"\b(?:updat(?:e|es|ed)|migrat(?:e|es|ed)|adjust(?:s|ed)?)\s+all (?:the )?"
        r"(?:call(?:er)?s|call ?sites|usages?|uses|references)\b",
    )),
    Kind("changelog", INFO, _phrases(
        rf"{_OPENING}(?:{_ADD}|updat(?:e|es|ed))\s+{_THE}(?:changelog|change log|release notes?|"
        r"news fragment|newsfragment|changeset)(?:\s+entry)?\b",
    )),
    Kind("docs_updated", INFO, _phrases(
        rf"{_OPENING}(?:{_ADD}|updat(?:e|es|ed)|improv(?:e|es|ed))\s+{_THE}"
        r"(?:docs?|documentation|readme)(?=\s*(?:$|[,.;:)]|and\b|for\b|to\b|with\b|accordingly))",
    )),
    Kind("n_files", INFO, _numbered(
        r"\b(?:chang(?:es|ed)|touch(?:es|ed)|modif(?:ies|ied))\s+(?:only\s+)?(\d{1,4})\s+files?\b"
    ), specific=True),
    Kind("renames", WARN, _renames, specific=True),
    Kind("bump", WARN, _bumps, specific=True),
    Kind("adds_file", WARN, _objects(_ADD, _path), specific=True),
    Kind("adds_symbol", WARN, _objects(_ADD, _symbol), specific=True),
    Kind("removes", WARN, _objects(_REMOVE, lambda name: len(name.text) > 2), specific=True),
)  # fmt: skip

BY_NAME = {kind.name: kind for kind in KINDS}
