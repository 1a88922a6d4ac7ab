"""What was said or done: sessions and their observations, each with a pointer to its bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, TypeAlias

from passdown.domain.clock import At
from passdown.domain.scope import GLOBAL, Scope

Json: TypeAlias = dict[str, Any]


class Trust(IntEnum):
    """Where a text comes from; what is derived inherits the minimum."""

    WEB = 1
    AGENT = 2
    ASSISTANT = 3
    TOOL = 4
    HUMAN = 5


class Seen(StrEnum):
    """What kind of thing an observation is."""

    PROMPT = "prompt"
    REPLY = "reply"
    CALL = "call"
    RESULT = "result"
    NOTE = "note"
    EVENT = "event"


ECHO = "echo"
"""The flag of an observation that repeats what passdown served: never evidence."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where the raw bytes stand; the sha256 is of the raw line."""

    file: str
    offset: int
    length: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Session:
    """One run of an agent."""

    id: str
    format: str
    agent: str = ""
    model: str = ""
    repo: str = ""
    branch: str = ""
    started_at: At = ""
    ended_at: At = ""
    outcome: str = ""
    parent: str = ""
    meta: Json = field(default_factory=dict)

    @property
    def scope(self) -> Scope:
        """The repo it ran in, or global."""
        return f"repo:{self.repo}" if self.repo else GLOBAL


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing said or done, redacted. `seq` is given by the store; `uid` is what makes a
    second reading of the same thing no second observation."""

    session: str
    uid: str
    seen: Seen
    text: str
    at: At = ""
    trust: Trust = Trust.ASSISTANT
    scope: Scope = GLOBAL
    tool: str = ""
    call: str = ""
    ok: bool | None = None
    signature: str = ""
    pointer: Pointer | None = None
    flags: tuple[str, ...] = ()
    meta: Json = field(default_factory=dict)
    seq: int = 0

    @property
    def minable(self) -> bool:
        """Whether loops may take it as evidence: not quarantined, not an echo."""
        return not self.flags


@dataclass(frozen=True, slots=True)
class Source:
    """How far one file was read, and what its reader must remember to go on."""

    key: str
    format: str
    device: int
    inode: int
    offset: int
    tail: str
    memory: Json = field(default_factory=dict)
    read_at: At = ""
    counts: Json = field(default_factory=dict)
