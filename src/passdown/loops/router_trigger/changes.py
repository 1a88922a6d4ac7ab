"""What a yes implies: a trigger is made, or fires no more."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from passdown.domain.change import Put, Retire as TakeOut
from passdown.domain.errors import Conflict
from passdown.domain.record import Life, Record
from passdown.loops.router_trigger.payload import KIND, Payload, Retire
from passdown.text.phrases import compiled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.change import Change
    from passdown.domain.settings import Settings

_PART = re.compile(r"[^a-z0-9]+")


def changes(payload: Payload, corpus: Corpus, settings: Settings) -> Sequence[Change]:
    """The record as it would be; Invalid with the reason where the pattern can be none, Conflict
    where the trigger is there already, or is not."""
    if isinstance(payload, Retire):
        known = corpus.record(KIND, payload.target)
        if known is None or known.life is not Life.ACTIVE:
            raise Conflict(f"no trigger {payload.target}", next="Reject this.")
        return [TakeOut(KIND, payload.target, known.version)]
    compiled(payload.pattern)
    key = _key(payload.route, payload.pattern)
    before = corpus.record(KIND, key)
    if before is not None and before.life is Life.ACTIVE:
        raise Conflict(f"there is a trigger {key}", next="Reject this.")
    body = {
        "pattern": payload.pattern,
        "route": payload.route,
        "questions": list(payload.questions),
    }
    text = f"{payload.pattern} goes to {payload.route}"
    version = before.version if before else 0
    return [Put(Record(KIND, key, text, body, version=version))]


def _key(route: str, pattern: str) -> str:
    said = hashlib.sha256(f"{route}\0{pattern}".encode("utf-8", "replace")).hexdigest()[:10]
    words = _PART.sub("-", route.lower())[:60].strip("-")
    return f"{words}-{said}" if words else said
