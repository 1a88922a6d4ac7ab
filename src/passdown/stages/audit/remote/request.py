"""What a forge says of a request: its text, its author, its two ends. Both forges say it alike."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from passdown.domain.errors import Unreadable
from passdown.stages.audit.remote.place import is_repo
from passdown.stages.audit.said import Text, is_bot

if TYPE_CHECKING:
    from collections.abc import Callable

Json: TypeAlias = dict[str, Any]

_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_BRANCH = re.compile(r"(?!.*(?:\.\.|@\{|//))[^\s~^:?*\[\\\x00-\x20\x7f]{1,250}")
_UNDONE = re.compile(
    r"^[ \t]*reverts?[ \t]+([\w.-]{1,100}/[\w.-]{1,100})?#([1-9]\d{0,9})\b", re.I | re.M
)
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
        Unreadable: it does not describe one; it says by which field.
    """
    repo = _good(told, "base.repo.full_name", lambda name: is_repo(_said(name)))
    author = _text(_at(told, "user.login"))
    title = _text(_good(told, "title", lambda title: isinstance(title, str)))
    is_merged = bool(told.get("merged"))
    return Request(
        repo=repo,
        number=_good(told, "number", lambda n: type(n) is int and 0 < n < 10**10),
        title=title,
        body=_text(told.get("body")),
        author=author,
        is_bot=_at(told, "user.type") == "Bot" or is_bot(author),
        is_draft=bool(told.get("draft")) or bool(_DRAFT.match(title)),
        is_fork=_at(told, "head.repo.full_name") != repo,
        state="merged" if is_merged else _good(told, "state", _said),
        branch=_good(told, "base.ref", lambda name: _BRANCH.fullmatch(_said(name))),
        base=_sha(told, "base.sha"),
        head=_sha(told, "head.sha"),
        merged=_sha(told, "merge_commit_sha") if is_merged else "",
        squash=_squash(told),
        labels=_labels(told.get("labels")),
    )


def _squash(told: Json) -> str:
    """The commit that a request will be merged as, once everything else is well."""
    if _at(told, "auto_merge.merge_method") != "squash":
        return ""
    parts = ("auto_merge.commit_title", "auto_merge.commit_message")
    return "\n\n".join(_text(_at(told, part)) for part in parts).strip()


def _labels(told: Any) -> tuple[str, ...]:
    rows = told[:100] if isinstance(told, list) else []
    return tuple(_text(_at(one, "name"))[:200] for one in rows)


def _text(said: Any) -> str:
    """Somebody's words, as far as they are read; halves of characters are none."""
    return str(said or "")[:LONGEST].encode("utf-8", "replace").decode()


def _said(value: Any) -> str:
    """A text; '' where it is none."""
    return value if isinstance(value, str) else ""


def _sha(told: Any, path: str) -> str:
    found: str = _good(told, path, lambda name: _SHA.fullmatch(_said(name)))
    return found


def _at(told: Any, path: str) -> Any:
    """What stands in this field; None where there is none."""
    for name in path.split("."):
        told = told.get(name) if isinstance(told, dict) else None
    return told


def _good(told: Any, path: str, fits: Callable[[Any], object]) -> Any:
    """What stands in this field, if it is what stands there in a request."""
    found = _at(told, path)
    if found is None or not fits(found):
        how = "is missing" if found is None else "is nothing that a forge says there"
        raise Unreadable(
            f"this describes no request: {path} {how}",
            next="See that a GitHub, Gitea or Forgejo answers there.",
        )
    return found
