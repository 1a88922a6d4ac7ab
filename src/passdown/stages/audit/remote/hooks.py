"""What a forge posts when something happens to a request: proved by a seal over its very bytes, and
then read for nothing but which request it is about."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from passdown.domain.errors import Invalid, Unreadable
from passdown.stages.audit.remote.place import GITEA, GITHUB
from passdown.stages.audit.remote.request import Request, read

if TYPE_CHECKING:
    from collections.abc import Mapping

Json: TypeAlias = dict[str, Any]

AUDITED = frozenset(
    ("opened", "reopened", "edited", "synchronize", "synchronized", "ready_for_review")
)
ENDED = frozenset(("closed", "merged"))
EVENTS = frozenset(("pull_request", "pull_request_sync"))
AUDIT, RESULT, NOTHING = "audit", "result", "nothing"
_SEAL = {
    GITHUB: ("x-hub-signature-256",),
    GITEA: ("x-gitea-signature", "x-forgejo-signature"),
}
_NAMES = {GITHUB: ("x-github",), GITEA: ("x-gitea", "x-forgejo")}


@dataclass(frozen=True, slots=True)
class Delivery:
    """One post of a forge: which request it is about, and what follows from it."""

    id: str
    event: str
    action: str
    does: str
    why: str = ""
    repo: str = ""
    number: int = 0
    result: str = ""
    undone: int = 0
    state: str = ""

    def plain(self) -> Json:
        """What is answered: the same whenever it comes."""
        return {
            "accepted": True, "delivery": self.id, "event": self.event, "action": self.action,
            "does": self.does, "why": self.why, "repo": self.repo, "pr": self.number,
        }  # fmt: skip


def is_sealed(kind: str, secret: str, body: bytes, headers: Mapping[str, str]) -> bool:
    """Whether somebody who knows the secret posted these very bytes; compared in constant time."""
    made = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    sent = next((headers[name] for name in _SEAL[kind] if name in headers), "")
    if kind == GITHUB:
        word, _, sent = sent.partition("=")
        sent = sent if word == "sha256" else ""
    return hmac.compare_digest(sent.strip().lower().encode("utf-8", "replace"), made.encode())


def delivery(kind: str, headers: Mapping[str, str], body: bytes) -> Delivery:
    """What is told by a post whose seal is good.

    Raises:
        Invalid: it does not say which delivery of which event it is.
        Unreadable: it is not JSON, or describes no request.
    """
    id, event = _header(kind, headers, "delivery"), _header(kind, headers, "event")
    if not event or not id or len(id) > 100 or not id.isprintable():
        raise Invalid("the headers name no event or no delivery", next=f"Post it as {kind} does.")
    if event not in EVENTS:
        return Delivery(id, event[:100], "", NOTHING, "events of this kind are not audited")
    told = _read(body)
    action = str(told.get("action", ""))[:100]
    if action not in AUDITED | ENDED:
        return Delivery(id, event, action, NOTHING, "nothing follows from this action")
    return _followed(id, event, action, told)


def _followed(id: str, event: str, action: str, told: Json) -> Delivery:
    if "pull_request" not in told:
        raise Unreadable("the body has no pull_request", next="Post it as the forge does.")
    request = read(told["pull_request"])
    does, why = _does(request, action)
    ended = does == RESULT
    merged = ended and request.state == "merged"
    return Delivery(
        id, event, action, does, why, request.repo, request.number,
        ("merged" if merged else "closed") if ended else "",
        request.undoes() if merged else 0, _state(request),
    )  # fmt: skip


def _does(request: Request, action: str) -> tuple[str, str]:
    if action in ENDED:
        return RESULT, ""
    if request.state not in ("open", "opened"):
        return NOTHING, f"the request is {request.state}"
    if request.is_draft and action != "ready_for_review":
        return NOTHING, "a draft is audited when it is ready for review"
    return AUDIT, ""


def _state(request: Request) -> str:
    """A short name for what would be audited: the same request in the same state waits once."""
    told = json.dumps([request.head, request.base, request.title, request.body, request.squash])
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:16]


def _header(kind: str, headers: Mapping[str, str], what: str) -> str:
    """One of the forge's own headers; a fork of it may call it by its own name."""
    found = (headers.get(f"{name}-{what}", "") for name in _NAMES[kind])
    return next(filter(None, found), "").strip()


def _read(body: bytes) -> Json:
    try:
        told = msgspec.json.decode(body)  # it takes no halves of characters, nor numbers past all
    except (msgspec.DecodeError, RecursionError) as error:
        raise Unreadable("the body is not JSON", next="Post it as application/json.") from error
    if not isinstance(told, dict):
        raise Unreadable("the body is no object", next="Post it as application/json.")
    return told
