"""Draft to Observation: redacted, cut to what is kept, stamped with trust, flags and its bytes."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.contract.reader import SessionFacts
from passdown.domain.observation import ECHO, Observation, Pointer, Seen
from passdown.stages.observe.cut import halves, joined, shortened
from passdown.text.hazard import hazards
from passdown.text.signature import signature

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from passdown.contract.reader import Draft, Json
    from passdown.domain.scope import Scope
    from passdown.text.redact import Found, Redactor

RESULT = 2048
"""Bytes kept of a tool's answer: the first and the last half of it."""
LONG = 8192
"""Bytes kept of an error, and of what a tool was called with."""
SHORT = 200
DEEPEST = 4
MOST = 50

_NUMBERS = (bool, int, float)
_NOTHING: Mapping[str, int] = {}

# Ids that clients make and that are never secrets; most texts of a name's length are one.
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?:toolu|call)_[0-9A-Za-z]{20,40}")
_UID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?::[0-9a-z:]{1,40})?")


class Stamped(NamedTuple):
    """An observation ready to be stored, and which rules found something in it."""

    item: Observation
    found: Mapping[str, int]


class Stamp:
    """Makes drafts storable, by one redactor, one text cap and one idea of what an echo is."""

    def __init__(
        self, redactor: Redactor, *, max_text: int, is_echo: Callable[[str], bool]
    ) -> None:
        self._redactor = redactor
        self._max_text = max_text
        self._is_echo = is_echo
        self.name = lru_cache(4096)(self._name)

    def __reduce__(self) -> tuple[Any, ...]:
        make = partial(Stamp, max_text=self._max_text, is_echo=self._is_echo)
        return make, (self._redactor,)

    def observation(self, draft: Draft, raw: bytes | None, file: str, scope: Scope) -> Stamped:
        """What may be stored of a draft; `raw` is the line it stands in."""
        text, found = self._text(draft)
        item = Observation(
            session=self.name(draft.session),
            uid=uid(draft.session, draft.uid),
            seen=draft.seen,
            text=text,
            at=draft.at,
            trust=draft.trust,
            scope=scope,
            tool=self.name(draft.tool),
            call=self.name(draft.call),
            ok=draft.ok,
            signature=signature(text) if draft.ok is False else "",
            pointer=_pointer(draft, raw, file),
            flags=self.flags(text),
            meta=self.meta(draft.meta),
        )
        return Stamped(item, found)

    def facts(self, facts: SessionFacts) -> SessionFacts:
        """What may be stored of a session."""
        names = (facts.id, facts.agent, facts.model, facts.repo, facts.branch)
        id, agent, model, repo, branch = (self.name(name) for name in names)
        outcome, parent = self.name(facts.outcome), self.name(facts.parent)
        at, meta = facts.at, self.meta(facts.meta)
        return SessionFacts(id, agent, model, repo, branch, at, outcome, parent, meta)

    def _name(self, text: str) -> str:
        """A short text that is compared, never read: an id, a tool, a branch."""
        if not text or _ID.fullmatch(text):
            return text
        # Cut after it is clean: half a secret is one that no rule knows.
        return self._redactor.clean(text[:LONG])[:SHORT]

    def meta(self, meta: Json) -> Json:
        """Every text in it redacted, its size bounded."""
        return {self.name(str(k)): self._value(v, 0) for k, v in list(meta.items())[:MOST]}

    def memory(self, value: Any, depth: int = 0) -> Any:
        """What a reader remembers, as it may be stored: whole, but for what is redacted in it."""
        if isinstance(value, str):
            return self.name(value) if len(value) <= SHORT else self._redactor.clean(value)
        if depth < DEEPEST and isinstance(value, dict):
            return {self.name(str(k)): self.memory(v, depth + 1) for k, v in value.items()}
        if depth < DEEPEST and isinstance(value, list):
            return [self.memory(v, depth + 1) for v in value]
        return None if isinstance(value, dict | list) else value

    def _value(self, value: Any, depth: int) -> Any:
        if isinstance(value, str):
            return self.name(value) if len(value) <= SHORT else self._cut(value, 1024)[0]
        if value is None or isinstance(value, _NUMBERS):
            return value
        if depth < DEEPEST and isinstance(value, dict):
            pairs = list(value.items())[:MOST]
            return {self.name(str(k)): self._value(v, depth + 1) for k, v in pairs}
        if depth < DEEPEST and isinstance(value, list | tuple):
            return [self._value(v, depth + 1) for v in value[:MOST]]
        return "…"

    def _text(self, draft: Draft) -> tuple[str, Mapping[str, int]]:
        if draft.seen is Seen.RESULT:
            return self._cut(draft.text, LONG if draft.ok is False else RESULT)
        if draft.seen is Seen.CALL:
            return self._cut(draft.text, LONG)
        return self._cut(draft.text, self._max_text)

    def _cut(self, text: str, most: int) -> tuple[str, Mapping[str, int]]:
        """At most about so many bytes of the redacted text: its beginning and its end."""
        half = most // 2
        ends = halves(text, half) if len(text) > most else None
        if ends is None:
            whole = self._redactor.redact(text)
            return shortened(whole.text, half), _counted(whole.found)
        head, tail = map(self._redactor.redact, ends)
        found = _counted((*head.found, *tail.found))
        return joined(head.text, tail.text, half, len(text)), found

    def flags(self, text: str) -> tuple[str, ...]:
        """Why this text must not be mined; nothing when it may."""
        flags = hazards(text)
        return (*flags, ECHO) if self._is_echo(text) else flags


def uid(session: str, text: str) -> str:
    """A uid that is one of a kind in all sessions and holds nothing readable: the client's UUID,
    which a resumed session repeats, or a hash of the session's own numbering."""
    if _UID.fullmatch(text):
        return text
    return hashlib.sha256(f"{session}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _counted(found: Sequence[Found]) -> Mapping[str, int]:
    return Counter(one.rule for one in found) if found else _NOTHING


def _pointer(draft: Draft, raw: bytes | None, file: str) -> Pointer | None:
    if raw is None:
        return None
    return Pointer(file, draft.offset, draft.length, hashlib.sha256(raw).hexdigest())
