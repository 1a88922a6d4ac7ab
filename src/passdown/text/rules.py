"""The redaction rules: loaded from rules.toml, each checked once, compiled when first needed."""

from __future__ import annotations

import tomllib
from base64 import b64encode
from dataclasses import dataclass, fields
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

import re2

from passdown.text.checks import CHECKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from passdown.text.identity import Check

ENCODED = "encoded"
"""The check of the rule that looks inside base64: the redactor itself answers it."""


@dataclass(frozen=True)
class Rule:
    """One kind of secret or personal data: how it is found and what it must hold."""

    id: str
    kind: Literal["secret", "personal"]
    pattern: str
    check: str
    keywords: tuple[str, ...] = ()
    seek: str = ""
    optional: bool = False
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()

    def __reduce__(self) -> tuple[Any, ...]:
        return Rule, tuple(getattr(self, field.name) for field in fields(self))

    @property
    def label(self) -> str:
        """What its placeholders begin with."""
        return f"secret:{self.id}" if self.kind == "secret" else self.id

    @property
    def sought(self) -> str:
        """A pattern that every text with a match also matches, and that is cheap to look for."""
        if not self.keywords:
            return self.seek or self.pattern
        fold = "(?i)" if "(?i)" in self.pattern else ""
        return fold + "|".join(re2.escape(keyword) for keyword in self.keywords)

    @cached_property
    def compiled(self) -> Any:
        """The pattern over UTF-8 bytes."""
        return re2.compile(self.pattern.encode(), options())

    @cached_property
    def verdict(self) -> Check | None:
        """Its check; None for the one that the redactor answers itself."""
        return CHECKS.get(self.check)


def options(*, capture: bool = True) -> Any:
    """How every rule is compiled: quietly, over UTF-8, with room for the wide ones."""
    chosen = re2.Options()
    chosen.log_errors = False
    chosen.never_capture = not capture
    chosen.max_mem = 64 << 20
    return chosen


@cache
def shipped() -> tuple[Rule, ...]:
    """The rules that come with the package, most specific first."""
    table = tomllib.loads(files("passdown.text").joinpath("rules.toml").read_text("utf-8"))
    return tuple(_rule(entry) for entry in table["rule"])


def chosen(rules: Iterable[Rule], also: Iterable[str]) -> tuple[Rule, ...]:
    """The rules without the optional ones, except those named."""
    named = frozenset(also)
    return tuple(rule for rule in rules if not rule.optional or rule.id in named)


def _rule(entry: Mapping[str, Any]) -> Rule:
    pattern = entry["pattern"]
    if not isinstance(pattern, str):
        pattern = "|".join(f"(?:{part})" for part in pattern)
    coded = (part for word in entry.get("wraps", ()) for part in _coded(word))
    return Rule(
        entry["id"],
        entry["kind"],
        pattern,
        entry["check"],
        keywords=(*entry.get("keywords", ()), *coded),
        seek=entry.get("seek", ""),
        optional=entry.get("optional", False),
        yes=tuple(entry["yes"]),
        no=tuple(entry["no"]),
    )


def _coded(word: str) -> Iterator[str]:
    """What base64 makes of the word wherever it starts in a group of three bytes."""
    for lead, first in enumerate((0, 2, 3)):
        code = b64encode(bytes(lead) + word.encode()).decode()
        yield code[first : (lead + len(word)) * 8 // 6]
