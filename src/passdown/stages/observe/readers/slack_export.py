"""Slack's exports: a folder a channel, a file a day; a thread is a session."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from passdown.contract.reader import SessionFacts, Skip
from passdown.domain.clock import from_seconds
from passdown.domain.observation import Trust
from passdown.stages.observe.readers.chat import Chat
from passdown.stages.observe.readers.claude_memory import Memory
from passdown.stages.observe.readers.document import listed, load, pieces, table, text
from passdown.stages.observe.readers.telling import Spot

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.contract.reader import Draft, Drawn, Json, Line

NAME = "slack_export"
CHANNELS = ("channels.json", "groups.json", "mpims.json")
USERS = "users.json"
LARGEST = 64 << 20
SPEECH = frozenset({"", "bot_message", "file_share", "me_message", "thread_broadcast"})
"""Subtypes of messages in which somebody says something."""

_BEGINS = re.compile(rb"\s*\[\s*\{")
_TYPE = re.compile(rb'"type"\s*:\s*"message"')
_TS = re.compile(rb'"(?:ts|thread_ts)"\s*:\s*"\d{9,11}\.\d{1,9}"')
_WHO = re.compile(rb'"(?:user|bot_id|user_profile|client_msg_id|subtype|blocks|team)"\s*:')
_STAMP = re.compile(r"\d{9,11}(?:\.\d{1,9})?")
_LINK = re.compile(r"<((?:https?|mailto|tel):[^|>\s]{0,2000})(?:\|([^>]{0,2000}))?>")
_NAMED = re.compile(r"<[#!][^|>]{0,100}\|([^>]{0,200})>")


@dataclass(frozen=True, slots=True)
class SlackExport:
    """The reader of one channel's day. `channel` is the channel's id, or its name where the
    export does not list it; `bots` are users that are none."""

    channel: str = ""
    title: str = ""
    bots: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The format."""
        return NAME

    @property
    def unit(self) -> Literal["line", "file"]:
        """A document."""
        return "file"

    @property
    def verified(self) -> bool:
        """No: it was written from Slack's documentation."""
        return False

    def sniff(self, head: bytes) -> float:
        """How sure it is of the content."""
        if not _BEGINS.match(head) or not _TYPE.search(head) or not _TS.search(head):
            return 0.0
        return 0.95 if _WHO.search(head) else 0.0

    def at(self, path: str) -> SlackExport:
        """The folder is the channel; what lies beside it names channels and bots."""
        folder = Path(path).absolute().parent
        ids = {
            text(one.get("name")): text(one.get("id"))
            for name in CHANNELS
            for one in _beside(folder.parent / name)
        }
        bots = frozenset(
            text(one.get("id")) for one in _beside(folder.parent / USERS) if one.get("is_bot")
        )
        title = folder.name[:200]
        return replace(self, channel=ids.get(title) or title, title=title, bots=bots)

    def read(self, lines: Iterable[Line], memory: Json) -> Iterator[Drawn]:
        """Drafts in file order; a session's facts before its first draft."""
        known = Memory(memory)
        for line in lines:
            found = load(line.raw)
            if found.reason or not isinstance(found.value, list):
                yield Skip(line.offset, found.reason or "not a list of messages")
                continue
            placed = pieces(line.raw) or []
            spots = [(line.offset + piece.offset, len(piece.raw)) for piece in placed]
            if len(spots) != len(found.value):
                spots = [(line.offset, len(line.raw))] * len(found.value)
            shared: Json = {"damaged": True} if found.damaged else {}
            for one, where in zip(found.value, spots, strict=True):
                yield from self._message(table(one), Spot("", *where, meta=shared), known)

    def _message(self, message: Json, spot: Spot, known: Memory) -> Iterator[Drawn]:
        stamp = text(message.get("ts"))
        if not _STAMP.fullmatch(stamp):
            yield Skip(spot.offset, "a message without its time")
            return
        if text(message.get("subtype")) not in SPEECH:
            known.count(text(message.get("subtype"))[:40])
            return
        thread = text(message.get("thread_ts"))
        thread = thread if _STAMP.fullmatch(thread) else stamp
        chat = Chat(known, f"{self.channel or 'slack'}:{thread}")
        at = from_seconds(float(stamp))
        drawn = list(self._said(chat, message, spot._replace(uid=stamp, at=at)))
        if drawn and known.news(chat.session, ["", "", ""]):
            meta = {"channel": self.title} if self.title else {}
            yield SessionFacts(chat.session, agent="slack", at=at, meta=meta)
        yield from drawn

    def _said(self, chat: Chat, message: Json, spot: Spot) -> Iterator[Draft]:
        """A person asks, a bot answers."""
        words, user = _plain(_words(message)), text(message.get("user"))[:40]
        bot = bool(message.get("bot_id")) or message.get("subtype") == "bot_message"
        meta: Json = {"speaker": user or text(message.get("bot_id"))[:40]}
        if message.get("edited"):
            meta["edited"] = True
        if not words.strip():
            chat.memory.count("blank")
        elif bot or user in self.bots:
            yield chat.reply(spot, words, meta=meta)
        else:
            yield chat.prompt(spot, words, Trust.HUMAN, meta=meta)


READER = SlackExport()


def _beside(path: Path) -> list[Json]:
    """The objects that a file of the export lists; none where there is no such file."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError:
        return []
    return [table(one) for one in listed(load(raw).value)] if len(raw) <= LARGEST else []


def _words(message: Json) -> str:
    """What is said; an app may say it in attachments only."""
    said = text(message.get("text"))
    if said.strip():
        return said
    attached = [table(one) for one in listed(message.get("attachments"))]
    told: list[Any] = [one.get("text") or one.get("fallback") for one in attached]
    return "\n".join(filter(None, map(text, told)))


def _plain(words: str) -> str:
    """The text as it reads: links and names without Slack's marks. A mention stays the id that
    Slack gave: who that is stands in no text we keep."""
    words = _LINK.sub(lambda found: _link(found[1], found[2]), words)
    words = _NAMED.sub(lambda found: found[1], words)
    return unescape(words)


def _link(url: str, label: str | None) -> str:
    bare = url.removeprefix("mailto:").removeprefix("tel:")
    return bare if not label or label in (url, bare) else f"{label} ({bare})"
