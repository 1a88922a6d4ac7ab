"""Secrets in what came: told by rule and line, never by value."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from passdown.stages.audit.change import Proof
from passdown.stages.audit.finding import Finding, digest
from passdown.text import sorts
from passdown.text.earned import BLOCK, INFO
from passdown.text.rules import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.stages.audit.change import Change
    from passdown.text.redact import Redactor

RULE = "secret"
_GUESSED = frozenset(
    ("password", "secret", "key", "hex-key", "encoded", "vendor-key", "auth-header", "curl-user",
     "url-password", "jwt", "api-token")
)  # fmt: skip
"""Rules that go by the words around a value, not by its form: right to hide, not to block."""


def leaks(change: Change, redactor: Redactor) -> Iterator[Finding]:
    """Each line that came with something in it that opens a door."""
    for file in change.facts.files:
        for line in file.added:
            done = redactor.redact(line.text)
            kinds = sorted({one.rule for one in done.found if one.rule in _opening()})
            if kinds:
                proof = Proof(file.path, line.n, done.text.strip()[:300], "came")
                message = f"a secret came: {', '.join(kinds)}"
                fp = digest(RULE, file.path, done.text.strip())
                weight = _weight(file.path, kinds)
                yield Finding(RULE, "static", weight, message, fp, locations=(proof,), most=weight)


@cache
def _opening() -> frozenset[str]:
    """The rules that find keys, and not somebody's address or number."""
    return frozenset(rule.id for rule in shipped() if rule.kind == "secret")


def _weight(path: str, kinds: list[str]) -> str:
    if sorts.test(path) or sorts.shown(path) or sorts.lock(path) or _GUESSED.issuperset(kinds):
        return INFO
    return BLOCK
