"""Where a request is: at which forge, in which repository, under which number. Only a forge that is
configured is ever asked, whatever an address says."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from passdown.domain.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

GITHUB, GITEA = "github", "gitea"
_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]|\.(?!\.)){0,99}"
_REPO = re.compile(rf"{_PART}/{_PART}")
_SHORT = re.compile(rf"({_PART}/{_PART})#([1-9]\d{{0,9}})")
_PATH = re.compile(rf"({_PART}/{_PART})/pulls?/([1-9]\d{{0,9}})(?:[/?#].*)?")
_API = {GITHUB: "/api/v3", GITEA: "/api/v1"}


@dataclass(frozen=True, slots=True)
class Forge:
    """One forge and the token that it knows us by; a token is in no text of it."""

    kind: str
    url: str
    token: str = field(default="", repr=False)

    @property
    def host(self) -> str:
        """Its name, as the origin of a clone says it."""
        return urlsplit(self.url).hostname or ""

    @property
    def folder(self) -> str:
        """Its name as that of a folder; two that differ in their ports have one each."""
        port = urlsplit(self.url).port
        return f"{self.host}_{port}" if port else self.host

    @property
    def scheme(self) -> str:
        """How it is reached."""
        return urlsplit(self.url).scheme

    @property
    def api(self) -> str:
        """Where programs ask it."""
        if self.kind == GITHUB and self.host == "github.com":
            return "https://api.github.com"
        return f"{self.url}{_API[self.kind]}"

    @property
    def graph(self) -> str:
        """Where GitHub answers to those it tells no name otherwise."""
        if self.host == "github.com":
            return "https://api.github.com/graphql"
        return f"{self.url}/api/graphql"


@dataclass(frozen=True, slots=True)
class Place:
    """One request of one repository at one forge."""

    forge: Forge
    repo: str
    number: int

    @property
    def path(self) -> str:
        """The repository, for programs."""
        return f"/repos/{self.repo}"

    @property
    def clone(self) -> str:
        """Where its commits are."""
        return f"{self.forge.url}/{self.repo}.git"

    def __str__(self) -> str:
        return f"{self.forge.host}/{self.repo}#{self.number}"


def forge(kind: str, url: str, token: str = "") -> Forge:
    """The forge at this address.

    Raises:
        Invalid: it is no address of a web server, or one with a password in it.
    """
    parts = urlsplit(url.strip().rstrip("/"))
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise Invalid(f"audit.{kind} is no address of a forge", next="Say https://HOST.")
    if parts.username or parts.password:
        raise Invalid(f"audit.{kind} holds a name or a password", next="Put it in a variable.")
    return Forge(kind, parts.geturl(), token)


def is_repo(name: str) -> bool:
    """Whether this is OWNER/NAME, and no way out of a folder."""
    return bool(_REPO.fullmatch(name)) and not name.lower().endswith((".git", ".lock", "."))


def placed(said: str, forges: Sequence[Forge], kind: str = "") -> Place:
    """The request that is meant by `OWNER/REPO#N` or by its address.

    Raises:
        Invalid: nothing is, or it is at a forge that is not configured, or at either of two.
    """
    near = [one for one in forges if kind in ("", one.kind)]
    if "://" in said:
        return _addressed(said, near)
    found = _SHORT.fullmatch(said.strip())
    if found is None or not is_repo(found[1]):
        raise Invalid(f"{said[:100]!r} names no request", next="Say OWNER/REPO#N or its address.")
    if len(near) != 1:
        which = " or ".join(one.url for one in near) or f"no {kind or 'forge'} is configured"
        raise Invalid(f"at which forge: {which}?", next="Say --forge github or --forge gitea.")
    return Place(near[0], found[1], int(found[2]))


def _addressed(said: str, forges: Sequence[Forge]) -> Place:
    for one in forges:
        if said.startswith(f"{one.url}/"):
            found = _PATH.fullmatch(said[len(one.url) + 1 :])
            if found is not None and is_repo(found[1]):
                return Place(one, found[1], int(found[2]))
            raise Invalid("this is the address of no request", next="It ends in /pull/N.")
    known = ", ".join(one.url for one in forges) or "none"
    raise Invalid(
        f"this is at none of the forges that are configured ({known})",
        next="Set audit.github or audit.gitea to where it is.",
    )
