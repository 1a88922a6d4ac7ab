"""Who may see what: every row has a scope, every read is bound to a sight."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TypeAlias

from passdown.domain.errors import Invalid

Scope: TypeAlias = str
"""`global`, `repo:<name>` or `agent:<name>`."""

GLOBAL: Scope = "global"
FAMILIES = ("repo", "agent")
LONGEST = 200


def parse(text: str) -> Scope:
    """A scope as a person writes it, in its one stored form."""
    text = unicodedata.normalize("NFKC", text).strip()
    if text in ("", GLOBAL):
        return GLOBAL
    family, colon, name = text.partition(":")
    if family not in FAMILIES or not colon:
        raise Invalid(f"no scope {text[:80]!r}", next="Use global, repo:<name> or agent:<name>.")
    return f"{family}:{clean(name)}"


def of(repo: str = "", agent: str = "") -> Scope:
    """The narrowest scope of something seen in this repo or by this agent."""
    if repo:
        return f"repo:{clean(repo)}"
    return f"agent:{clean(agent)}" if agent else GLOBAL


def clean(name: str) -> str:
    """One form of a repo's or agent's name; what could escape a folder or a line is refused."""
    name = unicodedata.normalize("NFKC", name).strip().strip("/")
    bad = any(unicodedata.category(c).startswith("C") for c in name)
    if not name or len(name) > LONGEST or bad or ".." in name.split("/"):
        raise Invalid(f"not a usable name: {name[:80]!r}", next="Use letters, digits, - _ . and /.")
    return name


@dataclass(frozen=True, slots=True)
class Sight:
    """What a reader may see: these scopes, or, when there is no list, all."""

    scopes: tuple[Scope, ...] | None = None

    @staticmethod
    def at(repo: str = "", agent: str = "") -> Sight:
        """What concerns a session of this agent in this repo."""
        own = [f"{f}:{clean(n)}" for f, n in (("repo", repo), ("agent", agent)) if n]
        return Sight((GLOBAL, *own))

    def sees(self, scope: Scope) -> bool:
        """Whether a row of this scope may be shown."""
        return self.scopes is None or scope in self.scopes


ALL = Sight(None)
