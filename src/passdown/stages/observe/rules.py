"""The rules that text had to pass before it was stored, for what is stored already."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from passdown.storage.texts import PLACES
from passdown.text.hazard import hazards, version
from passdown.text.leaves import each
from passdown.text.redact import moved
from passdown.text.signature import signature

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from passdown.storage.texts import Texts
    from passdown.text.redact import Redacted, Redactor

HAZARDS = frozenset({"instruction", "hidden", "blob", "oversize"})
"""The flags that a rule sets; others were set for another reason, and stay."""
SCOPE = re.compile(r"(?:repo|agent):")


class Rules:
    """Says what a stored row should say, and counts by rule why."""

    def __init__(self, redactor: Redactor, released: Mapping[int, frozenset[str]]) -> None:
        self._redactor = redactor
        self._released = released
        self.found: Counter[str] = Counter()

    @property
    def version(self) -> str:
        """Another one whenever a rule or what is allowed is another."""
        both = f"{self._redactor.version}\0{version()}"
        return hashlib.sha256(both.encode()).hexdigest()[:16]

    def clean(self, text: str) -> str:
        """A text as it should stand; the name in a scope by itself, as it was when it was kept."""
        if len(text) <= 206 and (family := SCOPE.match(text)):
            return family.group() + self._clean(text[family.end() :])
        return self._clean(text)

    def _clean(self, text: str) -> str:
        done = self._redactor.redact(text)
        self.found.update(found.rule for found in done.found)
        return done.text

    def row(self, texts: Texts) -> Texts:
        """What a row should say."""
        place, values = PLACES[texts.table], dict(texts.values)
        for name in place.plain:
            values[name] = self.clean(values[name])
        for name in place.json:
            values[name] = each(values[name], self.clean)
        done = texts._replace(values=values)
        return self._observation(texts, done) if texts.table == "observations" else done

    def _observation(self, before: Texts, after: Texts) -> Texts:
        """With the flags that the rules of quarantine give it now, and its own signature."""
        values, (seq,) = after.values, after.key
        held = set(hazards(values["text"])) - self._released.get(seq, frozenset())
        was = set(before.values["flags"])
        self.found.update(f"quarantined:{flag}" for flag in held - was)
        self.found.update(f"released:{flag}" for flag in (was & HAZARDS) - held)
        flags = [flag for flag in before.values["flags"] if flag not in HAZARDS or flag in held]
        values["flags"] = [*flags, *sorted(held - was)]
        if values["signature"] and values["text"] != before.values["text"]:
            values["signature"] = signature(values["text"])
        return after

    def moves(self, before: str) -> Callable[[int, bool], int]:
        """Where a place in the text before is in the text as it should stand."""
        done: Redacted = self._redactor.redact(before)
        return lambda place, is_end: moved(done, place, is_end=is_end)


def changed(before: Texts, after: Texts) -> bool:
    """Whether a row says something else now."""
    mine: dict[str, Any] = before.values
    return mine != after.values
