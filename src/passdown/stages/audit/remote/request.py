"""What a forge says of a request: its text, its author, its two ends. Both forges say it alike."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from passdown.domain.errors import Unreadable
from passdown.stages.audit.remote.place import is_repo
from passdown.stages.audit.said import Text, is_bot

Json: TypeAlias = dict[str, Any]
T = TypeVar("T")

_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_BRANCH = re.compile(r"(?!.*(?:\.\.|@\{|//))[^\s~^:?*\[\\\x00-\x20\x7f]{1,250}")
_UNDONE = re.compile(r"^\s*reverts?\s+(?:(\S+/[^\s#]+))?#([1-9]\d{0,9})\b", re.I | re.M)
_DRAFT = re.compile(r"\s*(?:WIP:|\[WIP\])", re.I)
LONGEST = 262_144
"""Characters of a title or a text that are read."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it is now. `squash` is what the one commit will say, where that is known."""

    repo: str
    number: int
    title: str
    body: str
    author: str
    is_bot: bool
    is_draft: bool
    is_fork: bool
    state: str
    branch: str
    base: str
    head: str
    merged: str = ""
    squash: str = ""
    labels: tuple[str, ...] = ()

    def texts(self) -> list[Text]:
        """What it says of itself."""
        told = [Text("title", self.title, self.author), Text("body", self.body, self.author)]
        if self.squash:
            told.append(Text("commit:squash", self.squash, self.author))
        return told

    def plain(self) -> Json:
        """What is told of it beside the verdict."""
        return {"state": self.state, "draft": self.is_draft, "labels": list(self.labels)}

    def undoes(self) -> int:
        """The number of the request that this one says it takes back; 0 for none."""
        found = _UNDONE.search(self.body)
        if found is None or (found[1] or self.repo).casefold() != self.repo.casefold():
            return 0
        return int(found[2])


def read(told: Any) -> Request:
    """The request that a forge describes.

    Raises:
        Unreadable: it does not describe one.
    """
    try:
        return _read(told)
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise Unreadable(
            f"this describes no request: {type(error).__name__}",
            next="See that a GitHub, Gitea or Forgejo answers there.",
        ) from error


def _read(told: Json) -> Request:
    base, head, user = told["base"], told["head"], told.get("user") or {}
    repo = str(base["repo"]["full_name"])
    author, number = _text(user.get("login")), int(told["number"])
    return Request(
        repo=_kept(repo, is_repo(repo)),
        number=_kept(number, 0 < number < 10**10),
        title=_text(told["title"]),
        body=_text(told.get("body")),
        author=author,
        is_bot=user.get("type") == "Bot" or is_bot(author),
        is_draft=bool(told.get("draft")) or bool(_DRAFT.match(str(told["title"]))),
        is_fork=str((head.get("repo") or {}).get("full_name") or "") != repo,
        state="merged" if told.get("merged") else str(told["state"]),
        branch=_kept(str(base["ref"]), bool(_BRANCH.fullmatch(str(base["ref"])))),
        base=_sha(base["sha"]),
        head=_sha(head["sha"]),
        merged=_sha(told["merge_commit_sha"]) if told.get("merged") else "",
        squash=_squash(told.get("auto_merge") or {}),
        labels=tuple(_text(one["name"])[:200] for one in told.get("labels") or ())[:100],
    )


def _squash(planned: Json) -> str:
    """The commit that a request will be merged as, once everything else is well."""
    if planned.get("merge_method") != "squash":
        return ""
    return "\n\n".join(
        _text(planned.get(f"commit_{part}")) for part in ("title", "message")
    ).strip()


def _text(said: Any) -> str:
    """Somebody's words, as far as they are read; halves of characters are none."""
    return str(said or "")[:LONGEST].encode("utf-8", "replace").decode()


def _sha(name: Any) -> str:
    return _kept(str(name), bool(_SHA.fullmatch(str(name))))


def _kept(value: T, good: bool) -> T:
    if not good:
        raise ValueError(value)
    return value
